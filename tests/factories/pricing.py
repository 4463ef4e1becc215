"""Real price lists and voucher rules in the shape of our structs; the year and source stand beside each."""

from datetime import datetime
from decimal import Decimal

from marketplace.kernel.calendar import DayType, Holiday
from marketplace.kernel.clock import HELSINKI
from marketplace.kernel.i18n import Text
from marketplace.pricing.bands import Band, BandCalendar, EveRule, Hours
from marketplace.pricing.prices import BandPrice, PriceList, Unit
from marketplace.pricing.values import (
    BandAmount,
    BandCoefficient,
    BandValue,
    CoefficientValue,
    HouseholdLimit,
    IncomeTestedValue,
)

WEEKDAY, SATURDAY, SUNDAY, HOLIDAY, EVE = DayType
WEEKLY = (WEEKDAY, SATURDAY, SUNDAY)


def at(text: str, fold: int = 0) -> datetime:
    """A moment on a Finnish clock: ``2026-11-23 08:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI, fold=fold)


def hours(days: tuple[DayType, ...], start: float, end: float) -> Hours:
    return Hours(days, int(start * 60), int(end * 60))


def band(key: str, *times: Hours) -> Band:
    return Band(key, Text(key.replace("_", " ").capitalize()), times)


def kenest_calendar(**changes: object) -> BandCalendar:
    """A Helsinki provider's bands: night round midnight, holidays and the big eves by the Sunday list."""
    eves = tuple(EveRule(eve, SUNDAY) for eve in (Holiday.CHRISTMAS, Holiday.MIDSUMMER))
    fields: dict[str, object] = {
        "version": "kenest",
        "bands": (
            band("day", hours((WEEKDAY,), 6, 18)),
            band("evening", hours((WEEKDAY,), 18, 21)),
            band("night", hours((WEEKDAY,), 0, 6), hours((WEEKDAY,), 21, 24), *_saturday_nights()),
            band("saturday", hours((SATURDAY,), 6, 20)),
            band("sunday", hours((SUNDAY, HOLIDAY), 0, 24)),
        ),
        "eves": eves,
    }
    return BandCalendar(**(fields | changes))  # pyright: ignore[reportArgumentType]


def _saturday_nights() -> tuple[Hours, Hours]:
    return hours((SATURDAY,), 0, 6), hours((SATURDAY,), 20, 24)


def kenest_prices(**changes: object) -> PriceList:
    """Home service, euros an hour: 38.55, 44.33, 53.97, 48.19, 77.10; at least 30 minutes."""
    cents = {"day": 38_55, "evening": 44_33, "night": 53_97, "saturday": 48_19, "sunday": 77_10}
    fields: dict[str, object] = {
        "unit": Unit.HOUR,
        "band_prices": tuple(BandPrice(key, price) for key, price in cents.items()),
        "minimum_minutes": 30,
    }
    return PriceList(**(fields | changes))  # pyright: ignore[reportArgumentType]


def one_price(cents: int, **changes: object) -> PriceList:
    fields: dict[str, object] = {"unit": Unit.HOUR, "one_price_cents": cents}
    return PriceList(**(fields | changes))  # pyright: ignore[reportArgumentType]


def lapland_calendar() -> BandCalendar:
    """Lapland 2023: 7 to 22 only; evenings of Saturdays and of eves are paid like Sundays, eves are else weekdays."""
    return BandCalendar(
        version="Lapland 2023",
        bands=(
            band("weekday_day", hours((WEEKDAY, EVE), 7, 18)),
            band("weekday_evening", hours((WEEKDAY,), 18, 22)),
            band("saturday_day", hours((SATURDAY,), 7, 18)),
            band("eve", hours((SATURDAY, EVE), 18, 22)),
            band("sunday", hours((SUNDAY, HOLIDAY), 7, 22)),
        ),
        eves=tuple(EveRule(holiday, EVE) for holiday in Holiday),
        saturday_eves_as=SATURDAY,
        not_served=(hours(tuple(DayType), 0, 7), hours(tuple(DayType), 22, 24)),
    )


def lapland_value() -> CoefficientValue:
    factors = {"weekday_day": "1", "weekday_evening": "1.15", "saturday_day": "1.2", "eve": "2", "sunday": "2"}
    bands = tuple(BandCoefficient(key, Decimal(factor)) for key, factor in factors.items())
    return CoefficientValue(base_cents=36_00, bands=bands)


def turku_calendar() -> BandCalendar:
    """Turku personal assistance: one value 06–23, another at night, twice the day's on Sundays."""
    days = (WEEKDAY, SATURDAY)
    return BandCalendar(
        version="Turku",
        bands=(
            band("day", hours(days, 6, 23)),
            band("night", hours(days, 0, 6), hours(days, 23, 24)),
            band("sunday", hours((SUNDAY, HOLIDAY), 0, 24)),
        ),
    )


def turku_value() -> BandValue:
    return BandValue(bands=(BandAmount("day", 21_00), BandAmount("night", 26_30), BandAmount("sunday", 42_00)))


def limits(*rows: tuple[int, int]) -> tuple[HouseholdLimit, ...]:
    """Income limits in euros and percents for households of 1, 2, 3 …"""
    return tuple(HouseholdLimit(i + 1, euros * 100, Decimal(percent)) for i, (euros, percent) in enumerate(rows))


def helsinki_value() -> IncomeTestedValue:
    """Helsinki home care today: (34 − (income − limit) × % ÷ 60) × 1.20, held between 8.40 and 40.80."""
    return IncomeTestedValue(
        max_cents=34_00,
        lowest_cents=8_40,
        highest_cents=40_80,
        limits=limits((653, 35), (1205, 22), (1891, 18), (2338, 15), (2830, 13), (3251, 11)),
        extra_person_limit_cents=389_00,
        extra_person_percent=Decimal(-1),
        factor=Decimal("1.20"),
    )


def national_value(max_euros: int, first_limit: int, **changes: object) -> IncomeTestedValue:
    """The formula of the Act until 2015, for a household of one: ministry's examples use several limits."""
    fields: dict[str, object] = {
        "max_cents": max_euros * 100,
        "lowest_cents": 7_00,
        "highest_cents": max_euros * 100,
        "limits": limits((first_limit, 35)),
    }
    return IncomeTestedValue(**(fields | changes))  # pyright: ignore[reportArgumentType]
