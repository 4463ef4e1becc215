"""The business id: every way of writing it, every way of getting it wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language, translate
from onboarding.providers.business_ids import MISSING, NOT_DIGITS, WRONG_CHECK, WRONG_LENGTH, read_business_id


@pytest.mark.parametrize(
    "text", ["2077474-0", "20774740", "FI20774740", "fi 2077474-0", " 2077474 – 0 ", "FI-2077474-0", "2077474\u20110"]
)
def test_every_way_of_writing_it_is_read(text: str) -> None:
    assert read_business_id(text) == "2077474-0"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", MISSING), ("   ", MISSING), ("abc", NOT_DIGITS), ("2077474-X", NOT_DIGITS), ("٢٠٧٧٤٧٤٠", NOT_DIGITS),
        ("207747", WRONG_LENGTH), ("2077474-00", WRONG_LENGTH), ("2077474-1", WRONG_CHECK), ("0111111-1", WRONG_CHECK),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(text: str, problem: object) -> None:
    with pytest.raises(Invalid) as refused:
        read_business_id(text, "company")
    assert (refused.value.fields[0].field, refused.value.fields[0].message) == ("company", problem)


@given(st.text(max_size=30))
def test_nothing_that_people_type_breaks_it(text: str) -> None:
    try:
        assert len(read_business_id(text)) == 9
    except Invalid as refused:
        assert translate(refused.fields[0].message, Language.FI)
