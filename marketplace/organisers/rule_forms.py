"""The organiser's forms of time bands and price rules: what is typed, and how it becomes rules and back. No HTTP."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

import msgspec
from msgspec.structs import replace

from marketplace.kernel.calendar import DayType, Holiday
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Language, Message, Text, message
from marketplace.kernel.inputs import Euros, label
from marketplace.organisers.schemas import BandRules
from marketplace.pricing.bands import Band, BandCalendar, EveRule, Hours
from marketplace.pricing.price_rules import MOST_INCREASES, MOST_NOTICE
from marketplace.pricing.prices import BandCoefficient, BandPrice, IncreaseRules, PriceRules
from marketplace.pricing.rule_words import typed_day
from marketplace.pricing.time_words import UnreadableTimeError, hours_words, parse_hours

MOST_ROWS: Final = 30
_DAY: Final = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.?")
_KEY: Final = re.compile(r"[^a-z0-9]+")
_PLAIN: Final = str.maketrans("åäöé", "aaoe")

BandName = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
OtherName = Annotated[str, msgspec.Meta(max_length=80)]


class BandRow(msgspec.Struct, frozen=True, kw_only=True):
    """A time band: its name in three languages, its hours in words, its coefficient where there are any."""

    name_fi: Annotated[BandName, label(message("Name in Finnish"))]
    name_sv: Annotated[OtherName, label(message("Name in Swedish"))] = ""
    name_en: Annotated[OtherName, label(message("Name in English"))] = ""
    hours: Annotated[str, msgspec.Meta(min_length=1, max_length=200), label(message("Days and times"))]
    coefficient: Annotated[Decimal, label(message("Coefficient"))] | None = None


class EveRow(msgspec.Struct, frozen=True, kw_only=True):
    """The eve of a holiday and the kind of day that it counts as; none: the weekday or Saturday that it is."""

    before: Holiday
    counts_as: DayType | None = None


class BandsForm(msgspec.Struct, frozen=True, kw_only=True):
    """The organiser's time bands from a day on."""

    valid_from: Annotated[date, label(message("First day"))]
    bands: Annotated[list[BandRow], msgspec.Meta(min_length=1, max_length=MOST_ROWS), label(message("Time bands"))]
    not_served: Annotated[str, msgspec.Meta(max_length=200), label(message("Times without service"))] = ""
    holidays_as: Annotated[DayType, label(message("Public holidays"))] = DayType.HOLIDAY
    eves: Annotated[list[EveRow], msgspec.Meta(max_length=len(Holiday))] = []
    saturday_eves_as: Annotated[DayType, label(message("Eves on a Saturday"))] | None = None
    own_bands_allowed: bool = False


class CeilingRow(msgspec.Struct, frozen=True, kw_only=True):
    """The ceiling of one of the organiser's bands; none: the general one."""

    band: str
    price_cents: Annotated[Euros, label(message("Price ceiling"))] | None = None


class PriceRulesForm(msgspec.Struct, frozen=True, kw_only=True):
    """The price rules of a service class from a day on."""

    valid_from: Annotated[date, label(message("First day"))]
    ceiling_cents: Annotated[Euros, label(message("Price ceiling"))] | None = None
    band_ceilings: Annotated[list[CeilingRow], msgspec.Meta(max_length=100)] = []
    max_visit_fee_cents: Annotated[Euros, label(message("Highest fee per visit"))] | None = None
    max_minimum_minutes: (
        Annotated[int, msgspec.Meta(ge=0, le=1440), label(message("Longest shortest time billed"))] | None
    ) = None
    free_for_client: bool = False
    most_per_year: Annotated[int, msgspec.Meta(ge=0, le=MOST_INCREASES), label(message("Rises in a year"))] | None = (
        None
    )
    on_days: Annotated[str, msgspec.Meta(max_length=200), label(message("Days of a rise"))] = ""
    notice_days: Annotated[int, msgspec.Meta(ge=0, le=MOST_NOTICE), label(message("Days of notice"))] | None = None
    approval_needed: bool = False


Shown = dict[str, list[str]]


def shown_bands(bands: BandRules, language: Language) -> Shown:
    """What the form of the bands shows before anything is changed."""
    calendar = bands.calendar
    by_band = {entry.band: entry.coefficient for entry in bands.coefficients}
    shown: Shown = {
        "not_served": [hours_words(calendar.not_served, language)] if calendar.not_served else [],
        "holidays_as": [calendar.holidays_as],
        "saturday_eves_as": [calendar.saturday_eves_as] if calendar.saturday_eves_as else [],
        "own_bands_allowed": ["true"] if bands.own_bands_allowed else [],
    }
    for i, band in enumerate(calendar.bands):
        name = band.name
        shown |= {
            f"bands.{i}.name_{code}": [text] for code, text in (("fi", name.fi), ("sv", name.sv), ("en", name.en))
        }
        shown[f"bands.{i}.hours"] = [hours_words(band.hours, language)] if band.hours else []
        shown[f"bands.{i}.coefficient"] = [_comma(by_band[band.key])] if band.key in by_band else []
    counted = {rule.before: rule.counts_as for rule in calendar.eves}
    for i, holiday in enumerate(Holiday):
        shown[f"eves.{i}.before"] = [holiday]
        shown[f"eves.{i}.counts_as"] = [counted[holiday]] if holiday in counted else []
    return shown


def typed_bands(form: BandsForm, before: BandCalendar) -> tuple[BandCalendar, tuple[BandCoefficient, ...]]:
    """The bands of a form, with their coefficients where all or some have one.

    Bands that keep their Finnish name or their hours keep their code, by which ceilings and values refer to them.

    Raises:
        Invalid: hours that cannot be read, by the form's fields.
    """
    errors: list[FieldError] = []
    bands: list[Band] = []
    for i, row in enumerate(form.bands):
        hours = _as_before(read_hours(row.hours, f"bands.{i}.hours", errors), before)
        bands.append(Band(_key(row, hours, before, bands), Text(row.name_fi, row.name_sv, row.name_en), hours))
    not_served = read_hours(form.not_served, "not_served", errors) if form.not_served else ()
    if errors:
        raise Invalid(errors)
    calendar = BandCalendar(
        version=form.valid_from.isoformat(),
        bands=tuple(bands),
        holidays_as=form.holidays_as,
        eves=tuple(EveRule(row.before, row.counts_as) for row in form.eves if row.counts_as is not None),
        saturday_eves_as=form.saturday_eves_as,
        not_served=not_served,
    )
    pairs = zip(bands, form.bands, strict=True)
    return calendar, tuple(BandCoefficient(b.key, r.coefficient) for b, r in pairs if r.coefficient is not None)


def _as_before(hours: tuple[Hours, ...], before: BandCalendar) -> tuple[Hours, ...]:
    """The same hours in the order in which they were, so that nothing changes which was not changed."""
    return next((band.hours for band in before.bands if set(band.hours) == set(hours)), hours)


def sketched_bands(form_bands: Sequence[tuple[str, str]], rest: BandCalendar, not_served: str) -> BandCalendar:
    """Bands as they were typed, for a picture: what cannot be read leaves a gap. Pairs are name and hours."""
    errors: list[FieldError] = []
    bands = (
        Band(str(i), Text(name or "–"), read_hours(hours, "", errors)) for i, (name, hours) in enumerate(form_bands)
    )
    return replace(rest, bands=tuple(bands), not_served=read_hours(not_served, "", errors))


def sketched_days(
    rest: BandCalendar, holidays_as: str, eves: Sequence[tuple[str, str]], saturday_eves_as: str
) -> BandCalendar:
    """Which days count as what, as it was typed, for a picture; what is no kind of day is left out."""
    kinds, holidays = {each.value for each in DayType}, {each.value for each in Holiday}
    rules = [(before, kind) for before, kind in eves if before in holidays and kind in kinds]
    return replace(
        rest,
        holidays_as=DayType(holidays_as) if holidays_as in kinds else rest.holidays_as,
        eves=tuple(EveRule(Holiday(before), DayType(kind)) for before, kind in rules),
        saturday_eves_as=DayType(saturday_eves_as) if saturday_eves_as in kinds else None,
    )


def read_hours(text: str, field: str, errors: list[FieldError]) -> tuple[Hours, ...]:
    """Hours in words; what cannot be read is noted under the field."""
    try:
        return parse_hours(text)
    except UnreadableTimeError as error:
        errors.append(FieldError(field, error.words))
        return ()


def _key(row: BandRow, hours: tuple[Hours, ...], before: BandCalendar, made: Sequence[Band]) -> str:
    taken = {band.key for band in made}
    known = [band for band in before.bands if band.key not in taken]
    for band in (b for b in known if b.name.fi == row.name_fi):
        return band.key
    for band in (b for b in known if b.hours == hours):
        return band.key
    plain = _KEY.sub("_", row.name_fi.casefold().translate(_PLAIN)).strip("_") or "band"
    taken |= {band.key for band in before.bands}
    return next(key for i in range(len(taken) + 1) if (key := plain if not i else f"{plain}_{i + 1}") not in taken)


def shown_rules(rules: PriceRules, calendar: BandCalendar) -> Shown:
    """What the form of the price rules shows before anything is changed."""
    own = {entry.band: entry.price_cents for entry in rules.band_ceilings}
    shown: Shown = {
        "ceiling_cents": _euros(rules.ceiling_cents),
        "max_visit_fee_cents": _euros(rules.max_visit_fee_cents),
        "max_minimum_minutes": _some(rules.max_minimum_minutes),
        "free_for_client": ["true"] if rules.free_for_client else [],
        "most_per_year": _some(rules.increases.most_per_year),
        "on_days": [", ".join(map(typed_day, rules.increases.on_days))] if rules.increases.on_days else [],
        "notice_days": _some(rules.increases.notice_days or None),
        "approval_needed": ["true"] if rules.increases.approval_needed else [],
    }
    for i, band in enumerate(calendar.bands):
        shown[f"band_ceilings.{i}.band"] = [band.key]
        shown[f"band_ceilings.{i}.price_cents"] = _euros(own.get(band.key))
    return shown


def typed_rules(form: PriceRulesForm) -> PriceRules:
    """The price rules of a form.

    Raises:
        Invalid: days of a rise that cannot be read.
    """
    return PriceRules(
        ceiling_cents=form.ceiling_cents,
        band_ceilings=tuple(
            BandPrice(row.band, row.price_cents) for row in form.band_ceilings if row.price_cents is not None
        ),
        max_visit_fee_cents=form.max_visit_fee_cents,
        max_minimum_minutes=form.max_minimum_minutes,
        free_for_client=form.free_for_client,
        increases=IncreaseRules(
            most_per_year=form.most_per_year,
            on_days=_read_days(form.on_days),
            notice_days=form.notice_days or 0,
            approval_needed=form.approval_needed,
        ),
    )


def _read_days(text: str) -> tuple[str, ...]:
    """``1.1. ja 1.7.`` or ``1.1., 1.7.`` as ``("01-01", "07-01")``."""
    words = [word for word in re.split(r"[,;\s]+|\bja\b|\boch\b|\band\b", text) if word]
    found = [_DAY.fullmatch(word) for word in words]
    if not all(found):
        raise Invalid.field("on_days", message("Give the days as day and month, for example 1.1. and 1.7."))
    return tuple(dict.fromkeys(f"{int(day[2]):02d}-{int(day[1]):02d}" for day in found if day))


def in_form_words(errors: Sequence[FieldError], rows: Sequence[int] = ()) -> list[FieldError]:
    """Errors of bands and rules under the forms' own fields; several of one field become one."""
    by_field: dict[str, Message] = {}
    for error in errors:
        field = _form_field(error.field, rows)
        before = by_field.get(field)
        by_field[field] = (
            error.message if before is None else Message("{first} {second}", {"first": before, "second": error.message})
        )
    return [FieldError(field, text) for field, text in by_field.items()]


def _form_field(field: str, rows: Sequence[int]) -> str:
    parts = field.split(".")
    if parts[0] == "increases":
        return parts[1]
    if parts[0] not in {"bands", "coefficients", "not_served"} or len(parts) < 3:
        return {"coefficients": "bands", "not_served": "not_served"}.get(parts[0], field)
    row = rows[int(parts[1])] if int(parts[1]) < len(rows) else int(parts[1])
    names = {"coefficients": f"bands.{row}.coefficient", "not_served": "not_served"}
    return names.get(parts[0], f"bands.{row}.{'name_fi' if parts[2] == 'key' else 'hours'}")


def _comma(number: Decimal) -> str:
    return f"{number:f}".replace(".", ",")


def _euros(cents: int | None) -> list[str]:
    return [] if cents is None else [f"{cents // 100},{cents % 100:02d}"]


def _some(number: int | None) -> list[str]:
    return [] if number is None else [str(number)]
