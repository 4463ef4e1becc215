"""Published voucher rules, read from configuration alone, with the calendars that they go by."""

from functools import cache
from pathlib import Path

import msgspec
import yaml

from marketplace.pricing.bands import ANY_TIME, BandCalendar
from marketplace.pricing.limits import NO_LIMITS, Limits
from marketplace.pricing.values import ValueRule
from tests.factories.pricing import HOLIDAY, SATURDAY, SUNDAY, WEEKDAY, band, hours, lapland_calendar, turku_calendar


class Published(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule with its source."""

    code: str
    source: str
    year: int
    rule: ValueRule
    limits: Limits = NO_LIMITS
    no_own_share: bool = False

    @property
    def calendar(self) -> BandCalendar:
        calendars = {
            "LAPLAND-HOMECARE": lapland_calendar(),
            "PAIJAT-HOMECARE": paijat_calendar(),
            "TURKU-PA": turku_calendar(),
        }
        return calendars.get(self.code, ANY_TIME)


@cache
def all_published() -> dict[str, Published]:
    text = (Path(__file__).parent / "published_values.yaml").read_text(encoding="utf-8")
    found = msgspec.convert(yaml.safe_load(text), list[Published], strict=False)
    return {each.code: each for each in found}


def published(code: str) -> Published:
    return all_published()[code]


def paijat_calendar() -> BandCalendar:
    """Päijät-Häme 2021: 7 to 22, Sundays and holidays in one."""
    everyday = (WEEKDAY, SATURDAY, SUNDAY, HOLIDAY)
    return BandCalendar(
        version="Päijät-Häme 2021",
        bands=(
            band("weekday_day", hours((WEEKDAY,), 7, 18)),
            band("weekday_evening", hours((WEEKDAY,), 18, 22)),
            band("saturday_day", hours((SATURDAY,), 7, 18)),
            band("saturday_evening", hours((SATURDAY,), 18, 22)),
            band("sunday", hours((SUNDAY, HOLIDAY), 7, 22)),
        ),
        not_served=(hours(everyday, 0, 7), hours(everyday, 22, 24)),
    )
