"""What new prices mean for a client: real visits, a usual month, caps, and hours that a list does not cover."""

from datetime import date
from typing import Any

from msgspec.structs import replace

from marketplace.kernel.calendar import DayType
from marketplace.kernel.i18n import Text
from marketplace.pricing.bands import ANY_TIME, Band, BandCalendar, Hours
from marketplace.pricing.prices import PriceList, Unit
from marketplace.pricing.values import FlatValue, Household
from marketplace.vouchers.price_comparison import Comparison, Granted, compare
from marketplace.vouchers.terms import AgreedPrices, VoucherTerms
from tests.factories.vouchers import at, hourly

OCTOBER, COMING = date(2026, 10, 1), date(2026, 12, 10)
MORNING = at("2026-10-05 08:00"), at("2026-10-05 09:30")
AFTERNOONS = BandCalendar(
    version="iltapäivät",
    bands=(Band("any", Text("Iltapäivä"), (Hours(tuple(DayType), 12 * 60, 24 * 60),)),),
    not_served=(Hours(tuple(DayType), 0, 12 * 60),),
)


def granted(minutes: int | None = 600, units: int | None = None, **changes: Any) -> Granted:
    unit = Unit.HOUR if minutes is not None else Unit.VISIT
    terms = VoucherTerms(
        rule=FlatValue(value_cents=3300, unit=unit), rule_version="1", calendar=ANY_TIME, household=Household(),
        no_own_share=False,
    )  # fmt: skip
    made = Granted(terms=terms, minutes_per_month=minutes, units_per_month=units, cents_per_month=None)
    return replace(made, **changes)


def agreed(prices: PriceList, calendar: BandCalendar = ANY_TIME) -> AgreedPrices:
    return AgreedPrices(prices=prices, prices_version="x", calendar=calendar)


def cents(found: Comparison | None) -> tuple[int, int]:
    assert found is not None
    return found.before.client_cents, found.after.client_cents


def test_the_visits_of_a_month_at_both_prices() -> None:
    found = compare(granted(), agreed(hourly(3800)), agreed(hourly(4000)), [MORNING, MORNING], OCTOBER, COMING)
    assert cents(found) == (1500, 2100)
    assert found is not None
    assert (found.month, found.is_real, found.visits) == (OCTOBER, True, 2)
    assert found.after.words


def test_what_a_cap_in_euros_leaves_is_the_clients() -> None:
    capped = granted(cents_per_month=4000)
    found = compare(capped, agreed(hourly(3800)), agreed(hourly(4000)), [MORNING], OCTOBER, COMING)
    assert cents(found) == (5700 - 4000, 6000 - 4000)


def test_a_usual_month_of_a_few_hours_is_visits_of_an_hour() -> None:
    found = compare(granted(150), agreed(hourly(3800)), agreed(hourly(4000)), [], OCTOBER, COMING)
    assert found is not None
    assert (found.month, found.is_real, found.visits) == (date(2026, 12, 1), False, 3)
    assert cents(found) == (150 * 5 * 100 // 60, 150 * 7 * 100 // 60)


def test_a_usual_month_of_many_hours_is_longer_visits_on_every_weekday() -> None:
    found = compare(granted(60 * 200), agreed(hourly(3800)), agreed(hourly(4000)), [], OCTOBER, COMING)
    assert found is not None
    assert found.visits == 20
    assert found.before.price_cents <= 200 * 3800


def test_a_usual_month_of_visits() -> None:
    by_visit = PriceList(unit=Unit.VISIT, one_price_cents=4000)
    dearer = PriceList(unit=Unit.VISIT, one_price_cents=4500)
    found = compare(granted(None, 4), agreed(by_visit), agreed(dearer), [], OCTOBER, COMING)
    assert cents(found) == (4 * 700, 4 * 1200)


def test_visits_outside_the_new_hours_cannot_be_compared() -> None:
    found = compare(granted(), agreed(hourly(3800)), agreed(hourly(4000), AFTERNOONS), [MORNING], OCTOBER, COMING)
    assert found is None
