"""Ids of Soteri by their form, and names of account holders by their words."""

import pytest

from onboarding.providers.bank_accounts import bic_of, is_same_holder
from onboarding.providers.soteri import is_soteri_id, soteri_id


@pytest.mark.parametrize("text", ["1.2.246.10.12345678.10.0", "s-123456", " 2024 / 1234 ", "ESIMERKKI-0000100-3"])
def test_possible_ids(text: str) -> None:
    assert is_soteri_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "SOTERI",
        "2077474-0",
        "FI20774740",
        "1.2.246..10",
        "1.2.246.010.1",
        "a" * 41 + "1",
        "12--34",
        "<b>1</b>",
    ],
)
def test_impossible_ids(text: str) -> None:
    assert not is_soteri_id(text)


def test_id_is_written_one_way() -> None:
    assert soteri_id(" s-12 34 ") == "S-1234"


@pytest.mark.parametrize("typed", ["Stadin Arkiapu Oy", "stadin arkiapu", "STADIN  ARKIAPU, OY", "Arkiapu Plus"])
def test_same_holder(typed: str) -> None:
    assert is_same_holder(typed, ["Stadin Arkiapu Oy", "Arkiapu Plus"])


@pytest.mark.parametrize("typed", ["", "Oy", "Stadin", "Stadin Arkiapu Plus", "Aino Asiakas"])
def test_other_holder(typed: str) -> None:
    assert not is_same_holder(typed, ["Stadin Arkiapu Oy", "Arkiapu Plus"])


def test_bank_is_known_by_a_finnish_number_only() -> None:
    assert bic_of("FI4950009420028730") == "OKOYFIHH"
    assert bic_of("FI4940509420028730") == "HELSFIHH"
    assert (bic_of("FI4999009420028730"), bic_of("DE89370400440532013000")) == ("", "")
