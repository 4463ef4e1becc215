"""The time bands of a list that we exported, as its rows say them one by one. Pure."""

from collections.abc import Sequence

from marketplace.catalogue.sheets.rows import PriceRow
from marketplace.kernel.calendar import DayType, Holiday
from marketplace.kernel.i18n import Text
from marketplace.pricing.bands import Band, BandCalendar, EveRule


def exported_calendar(placed: Sequence[PriceRow], settings_rows: Sequence[PriceRow]) -> BandCalendar:
    """The calendar of an exported list, band by band as its rows say."""
    head = next((row for row in settings_rows if row.kind == "calendar"), None)
    settings: dict[str, str] = {}
    for part in head.note.split() if head else ():
        name, _, value = part.partition("=")
        settings[name] = value
    banded = [*placed, *(row for row in settings_rows if row.kind == "band")]
    eves = [row for row in settings_rows if row.kind == "eve"]
    closed = [row for row in settings_rows if row.kind == "not_served"]
    saturday = settings.get("saturday_eves_as")
    return BandCalendar(
        version=head.key if head else "imported",
        bands=tuple(_band(row) for row in sorted(banded, key=lambda row: row.row)),
        holidays_as=_day_type(settings.get("holidays_as"), DayType.HOLIDAY),
        eves=tuple(
            EveRule(Holiday(row.key), _day_type(row.note, DayType.EVE)) for row in eves if row.key in set(Holiday)
        ),
        saturday_eves_as=_day_type(saturday, DayType.SATURDAY) if saturday else None,
        not_served=tuple(each for row in closed if row.time for each in row.time.hours),
    )


def _band(row: PriceRow) -> Band:
    return Band(row.key, row.name or Text(row.key), row.time.hours if row.time else ())


def _day_type(text: str | None, usual: DayType) -> DayType:
    return DayType(text) if text in set(DayType) else usual
