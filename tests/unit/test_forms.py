"""Forms: every error at once, in people's words; what was typed is kept."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from types import SimpleNamespace
from typing import Annotated, Literal
from uuid import UUID

import msgspec
import pytest
from litestar.datastructures import MultiDict, UploadFile
from msgspec import Meta

from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.i18n import Language, message, translate
from marketplace.kernel.inputs import Euros, Secret, YesNo, label, wrong
from marketplace.web.forms import WHOLE_FORM, Form, empty_form, filled_form, read_query


class Unit(StrEnum):
    HOUR = "hour"
    VISIT = "visit"


class Band(msgspec.Struct, kw_only=True):
    price_cents: Euros
    starts: dt.time | None = None


class Area(msgspec.Struct, kw_only=True):
    name: str
    codes: Annotated[list[str], Meta(min_length=2, max_length=2)]
    opens: dt.time | None = None


class Everything(msgspec.Struct, kw_only=True):
    name: Annotated[str, Meta(min_length=2, max_length=10), label(message("Name"))]
    price_cents: Euros
    places: Annotated[int, Meta(ge=1, le=9)]
    born: dt.date
    unit: Unit
    agreed: YesNo
    email_me: bool = False
    seen_at: dt.datetime | None = None
    organiser_id: UUID | None = None
    languages: Annotated[list[Literal["fi", "sv", "en"]], Meta(min_length=1)]
    bands: Annotated[list[Band], Meta(max_length=2)] = []
    about: str = ""


GOOD = {
    "name": "  Hoiva  ", "price_cents": "42,5", "places": "3", "born": "31.12.1940", "unit": "hour", "agreed": "no",
    "languages": ["fi", "sv"],
}  # fmt: skip


def sent(struct: type[msgspec.Struct] = Everything, **answers: object) -> Form:
    form = Form(struct, {name: given if isinstance(given, list) else [given] for name, given in answers.items()})
    form.read()
    return form


def words(form: Form, name: str) -> str:
    found = form.error(name)
    return translate(found, Language.EN) if found else ""


def test_a_good_form_makes_a_value():
    value = sent(**GOOD).data
    assert (value.name, value.price_cents, value.places) == ("Hoiva", 4250, 3)
    assert (value.born, value.unit, value.agreed) == (dt.date(1940, 12, 31), Unit.HOUR, False)
    assert (value.email_me, value.seen_at, value.languages, value.about) == (False, None, ["fi", "sv"], "")


def test_every_error_is_told_at_once():
    form = sent(name="x", price_cents="1,234", places="many", born="31.2.2026", unit="week", languages=[])
    assert set(form.errors) == {"name", "price_cents", "places", "born", "unit", "agreed", "languages"}
    with pytest.raises(Invalid) as refused:
        _ = form.data
    assert len(refused.value.fields) == 7


def test_what_was_typed_is_kept():
    form = sent(**GOOD | {"price_cents": "-3"})
    assert form.value("price_cents") == "-3"
    assert form.all("languages") == ["fi", "sv"]
    assert form.has("languages", "sv")
    assert not form.has("languages", "en")


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name", "", "Name: This is missing."),
        ("name", "x", "Name: Write at least 2 characters."),
        ("name", "x" * 11, "Name: Write at most 10 characters. There are now 11."),
        ("name", "a\x00b", "Name: This contains a character that cannot be used here. Write it again without it."),
        ("name", "a\u202eb", "Name: This contains a character that cannot be used here. Write it again without it."),
        ("price_cents", "1,234", "Write at most two decimals: cents are the smallest part of an amount."),
        ("price_cents", "-1", "The amount cannot be less than zero."),
        ("price_cents", "ten", "Write an amount in euros, such as 42,50."),
        ("price_cents", "999999999999", "The amount is too large."),
        ("places", "2,5", "Write a whole number in digits."),
        ("places", "0", "This must be at least 1."),
        ("places", "10", "This must be at most 9."),
        ("places", "9" * 30, "Write a whole number in digits."),
        ("born", "2026-02-30", "Write a date that exists, such as 31.12.2026."),
        ("unit", "week", "Choose one of these: hour, visit."),
        ("agreed", "", "Choose one of the options."),
        ("agreed", "perhaps", "Choose yes or no."),
        ("languages", [], "Choose at least one of the options."),
        ("languages", ["de"], "Choose one of these: fi, sv, en."),
        ("seen_at", "29.3.2026 3.30", "Write a date and a time that exist, such as 31.12.2026 8.30."),
        ("organiser_id", "here", "Choose one of the options."),
    ],
)
def test_each_failure_has_its_words(field, typed, told):
    assert words(sent(**GOOD | {field: typed}), field) == told


def test_a_date_may_come_in_three_boxes():
    boxes = {name: given for name, given in GOOD.items() if name != "born"}
    form = sent(**boxes, **{"born-day": "1", "born-month": "2", "born-year": "1950"})
    assert form.data.born == dt.date(1950, 2, 1)
    assert words(sent(**boxes, **{"born-day": "1", "born-month": "", "born-year": "1950"}), "born")


def test_clock_on_the_wall_becomes_a_moment():
    summer = sent(**GOOD | {"seen_at": "1.7.2026 8.30"}).data.seen_at
    winter = sent(**GOOD | {"seen_at": "2026-01-01T08:30"}).data.seen_at
    zoned = sent(**GOOD | {"seen_at": "2026-01-01T08:30+05:00"}).data.seen_at
    assert [moment.astimezone(dt.UTC).hour for moment in (summer, winter, zoned)] == [5, 6, 3]


def test_repeated_groups_keep_their_indexes_and_drop_blank_rows():
    rows = {
        "bands.0.price_cents": "30",
        "bands.0.starts": "8.00",
        "bands.1.price_cents": "",
        "bands.4.price_cents": "50",
    }
    form = sent(**GOOD, **rows)
    assert [(band.price_cents, band.starts) for band in form.data.bands] == [(3000, dt.time(8)), (5000, None)]
    assert form.rows("bands") == [0, 1, 4]
    assert words(sent(**GOOD, **rows | {"bands.4.price_cents": "x"}), "bands.4.price_cents")


def test_too_many_rows():
    rows = {f"bands.{index}.price_cents": "1" for index in range(3)}
    assert words(sent(**GOOD, **rows), "bands") == "Give at most 2. There are now 3."


def test_one_value_fills_a_list():
    assert sent(**GOOD | {"languages": "en"}).data.languages == ["en"]


class Rarer(msgspec.Struct, kw_only=True):
    share: Decimal | None = None
    factor: Annotated[float, Meta(gt=0, lt=2)] | None = None
    minutes: Annotated[int, Meta(multiple_of=15)] | None = None
    area: Area | None = None
    sure: bool | None = None


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("share", "x", "Write a number in digits."),
        ("share", "NaN", "Write a number in digits."),
        ("share", "1e999999", "Write a number in digits."),
        ("factor", "0", "This must be more than 0."),
        ("factor", "2", "This must be less than 2."),
        ("minutes", "20", "This must be a multiple of 15."),
        ("area.name", "", "This is missing."),
        ("area.codes", ["1", "2", "3"], "Give at most 2. There are now 3."),
        ("area.opens", "25.00", "Write a time of day, such as 8.30 or 16.00."),
    ],
)
def test_rarer_failures(field, typed, told):
    given = {"area.name": "Turku", "area.codes": ["1", "2"], field: typed}
    assert words(sent(Rarer, **given), field) == told


def test_rarer_answers():
    value = sent(
        Rarer,
        share="0,25",
        factor="1,5",
        minutes="−15",
        sure="k",
        **{"area.name": "Turku", "area.codes": ["020", "853"]},
    ).data
    assert (value.share, value.factor, value.minutes, value.sure) == (Decimal("0.25"), 1.5, -15, True)
    assert (value.area.name, value.area.codes, value.area.opens) == ("Turku", ["020", "853"], None)
    form = filled_form(value)
    assert (form.value("area.name"), form.all("area.codes")) == ("Turku", ["020", "853"])
    assert sent(Rarer).data == Rarer()


def test_a_search_is_read_from_the_address():
    query = MultiDict([("area.codes", "1"), ("area.codes", "2"), ("area.name", "x")])
    form = read_query(SimpleNamespace(query_params=query), Rarer)
    assert form.data.area.codes == ["1", "2"]


def test_unknown_fields_are_left_alone():
    assert sent(**GOOD, button="save").ok


def test_texts_are_put_into_one_form():
    assert sent(**GOOD | {"about": "a\u0308iti\r\nhei"}).data.about == "äiti\nhei"


def test_secrets_are_taken_to_the_letter_and_never_shown():
    class SignIn(msgspec.Struct):
        password: Secret

    form = sent(SignIn, password=" a\u0308 ")
    assert form.data.password == " a\u0308 "
    assert form.value("password") == ""


def test_own_words_for_a_pattern():
    class Company(msgspec.Struct):
        business_id: Annotated[str, Meta(pattern=r"^\d{7}-\d$"), wrong(message("Like 1234567-8."))]

    assert words(sent(Company, business_id="12"), "business_id") == "Like 1234567-8."


def test_files():
    class Attachment(msgspec.Struct):
        file: UploadFile
        more: list[UploadFile] = []

    upload = UploadFile(content_type="application/pdf", filename="a.pdf")
    assert sent(Attachment, file=upload, more=[upload]).data.file is upload
    upload.file.close()
    assert words(sent(Attachment, file=""), "file") == "Choose a file."


def test_a_use_case_adds_its_refusals():
    form = sent(**GOOD)
    form.failed(Invalid([FieldError("name", message("Taken."))]))
    form.failed(Conflict())
    assert words(form, "name") == "Taken."
    assert words(form, WHOLE_FORM).startswith("Something changed")
    assert not form.ok


def test_a_rule_across_fields_is_an_error_of_the_form():
    class Period(msgspec.Struct):
        starts: dt.date
        ends: dt.date

        def __post_init__(self) -> None:
            if self.ends < self.starts:
                raise Invalid.field("ends", message("The end is before the start."))

    assert words(sent(Period, starts="2.1.2026", ends="1.1.2026"), "ends") == "The end is before the start."


def test_a_value_can_be_shown_for_changing_and_read_back():
    value = sent(**GOOD, **{"bands.0.price_cents": "30,05", "bands.0.starts": "8.00"}).data
    form = filled_form(value)
    assert (form.value("price_cents"), form.value("born"), form.value("agreed")) == ("42,50", "31.12.1940", "false")
    form.read()
    assert form.data == value


def test_an_empty_form_has_neither_answers_nor_errors():
    form = empty_form(Everything)
    assert form.ok
    assert form.value("name") == ""
