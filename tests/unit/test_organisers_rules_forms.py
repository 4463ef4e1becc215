"""The organiser's forms of time bands and price rules."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from marketplace.kernel.calendar import DayType, Holiday
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Language, Text, message
from marketplace.organisers.rule_forms import (
    BandRow,
    BandsForm,
    PriceRulesForm,
    in_form_words,
    shown_bands,
    shown_rules,
    sketched_bands,
    sketched_days,
    typed_bands,
    typed_rules,
)
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.organisers.schemas import BandRules
from marketplace.pricing.bands import Band, EveRule
from marketplace.pricing.prices import BandCoefficient, BandPrice, IncreaseRules, PriceRules
from tests.web.forms_of import form_of

DAY = date(2027, 1, 1)
FULL = PriceRules(
    ceiling_cents=50_05, band_ceilings=(BandPrice("night", 80_00),), max_visit_fee_cents=0, max_minimum_minutes=60,
    free_for_client=True,
    increases=IncreaseRules(most_per_year=0, on_days=("01-01", "07-15"), notice_days=30, approval_needed=True),
)  # fmt: skip
BANDS = BandRules(
    calendar=replace(
        STANDARD_BANDS, version="2027-01-01", holidays_as=DayType.SUNDAY, saturday_eves_as=DayType.SATURDAY,
        eves=(EveRule(Holiday.MIDSUMMER, DayType.SUNDAY),),
    ),
    own_bands_allowed=False,
    coefficients=tuple(BandCoefficient(key, Decimal("1.25")) for key in STANDARD_BANDS.keys),
)  # fmt: skip


@pytest.mark.parametrize("rules", [PriceRules(), FULL], ids=["none", "all"])
def test_price_rules_shown_come_back_as_they_were(rules: PriceRules) -> None:
    shown = shown_rules(rules, STANDARD_BANDS) | {"valid_from": ["1.1.2027"]}
    assert typed_rules(form_of(PriceRulesForm, shown).data) == rules


def test_bands_shown_come_back_as_they_were() -> None:
    shown = shown_bands(BANDS, Language.SV) | {"valid_from": ["1.1.2027"]}
    form = form_of(BandsForm, shown).data
    assert typed_bands(form, BANDS.calendar) == (BANDS.calendar, BANDS.coefficients)
    assert not form.own_bands_allowed


def form(*rows: BandRow, not_served: str = "") -> BandsForm:
    return BandsForm(valid_from=DAY, bands=list(rows), not_served=not_served)


def keys(*rows: BandRow) -> tuple[str, ...]:
    return typed_bands(form(*rows), STANDARD_BANDS)[0].keys


def test_bands_keep_their_code_by_name_or_hours() -> None:
    renamed, moved = BandRow(name_fi="Lauantaipäivä", hours="la"), BandRow(name_fi="Arkiyö", hours="ma–pe 23–7")
    assert keys(renamed, moved) == ("saturday", "night")
    new = [BandRow(name_fi="Yö!", hours="ma–pe 1–2"), BandRow(name_fi="yö", hours="ma–pe 2–3")]
    assert keys(*new, BandRow(name_fi="夜", hours="su 3–4")) == ("yo", "yo_2", "band")


def test_unreadable_hours_are_named_by_the_forms_fields() -> None:
    with pytest.raises(Invalid) as invalid:
        typed_bands(form(BandRow(name_fi="A", hours="öisin"), not_served="päivin"), STANDARD_BANDS)
    assert [each.field for each in invalid.value.fields] == ["bands.0.hours", "not_served"]


def test_days_of_a_rise_are_read_as_people_write_them() -> None:
    for text in ("1.1. ja 15.7.", "1.1., 15.7", "01.01.; 15.7. 1.1."):
        found = typed_rules(PriceRulesForm(valid_from=DAY, on_days=text))
        assert found.increases.on_days == ("01-01", "07-15"), text
    with pytest.raises(Invalid):
        typed_rules(PriceRulesForm(valid_from=DAY, on_days="vappuna"))


def test_a_sketch_takes_what_can_be_read() -> None:
    drawn = sketched_bands([("", "öisin"), ("B", "la")], STANDARD_BANDS, "")
    assert drawn.bands[0] == Band("0", Text("–"), ())
    assert drawn.bands[1].hours
    days = sketched_days(STANDARD_BANDS, "sunday", [("christmas", "saturday"), ("x", "y"), ("may_day", "")], "eve")
    assert (days.holidays_as, days.saturday_eves_as) == (DayType.SUNDAY, DayType.EVE)
    assert days.eves == (EveRule(Holiday.CHRISTMAS, DayType.SATURDAY),)
    odd = sketched_days(STANDARD_BANDS, "friday", [], "")
    assert (odd.holidays_as, odd.saturday_eves_as) == (DayType.HOLIDAY, None)


def test_errors_come_under_the_forms_fields() -> None:
    text = message("Choose")
    fields = ["bands.1.hours.0.days", "bands.0.key", "coefficients.1.coefficient", "coefficients", "bands",
              "not_served.0.from_minute", "increases.on_days.0", "ceiling_cents", "bands.1.hours.1.days"]  # fmt: skip
    found = in_form_words([FieldError(field, text) for field in fields], [2, 5])
    assert [each.field for each in found] == [
        "bands.5.hours", "bands.2.name_fi", "bands.5.coefficient", "bands", "not_served", "on_days", "ceiling_cents",
    ]  # fmt: skip
