"""A price list made of what was typed, and written back as it would be typed. Pure: no HTTP, nothing stored."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.prices.forms import (
    LengthRow,
    PackageRow,
    PricesForm,
    Pricing,
    SurchargeKind,
    SurchargeRow,
    Tax,
)
from marketplace.catalogue.prices.price_table import plain
from marketplace.catalogue.prices.time_words import UnreadableTimeError, hours_words, parse_hours
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Language, Text, message
from marketplace.kernel.money import MAX_CENTS
from marketplace.organisers.schemas import BandRules
from marketplace.pricing.bands import Band, BandCalendar, Hours
from marketplace.pricing.charges import FeeWaiver, LengthPrice, Package, Surcharge, Travel
from marketplace.pricing.prices import BandPrice, PriceList, Unit

HUNDRED: Final = 100
METRES: Final = 1000
MINUTES: Final = 60
LARGEST: Final = MAX_CENTS
WHOLE_CENTS: Final = message("Give euros with at most two decimals, for example 6,50.")
TOO_LARGE: Final = message("The number is too large.")

Shown = dict[str, list[str]]


class Before(msgspec.Struct, frozen=True):
    """What the form was filled from: names that were not changed keep their translations."""

    calendar: BandCalendar
    prices: PriceList | None = None


# ---- As it would be typed -----------------------------------------------------------------------------------------


def shown_prices(before: Before, bands: BandRules, language: Language) -> Shown:
    """What the fields show of a price list, or of the organiser's bands where there are no prices yet."""
    prices, calendar = before.prices, before.calendar
    shown: Shown = {"pricing": [_pricing(prices, bands)], "not_served": [_hours_typed(calendar.not_served, language)]}
    for i, band in enumerate(calendar.bands):
        shown[f"bands.{i}.name"] = [band.name.in_language(language)]
        shown[f"bands.{i}.hours"] = [_hours_typed(band.hours, language)]
        shown[f"bands.{i}.price_cents"] = _band_price(prices, band.key)
    if prices is not None:
        shown |= dict(_amounts_shown(prices))
        shown |= dict(_charges_shown(prices, calendar, language))
        if shown["pricing"] == [Pricing.BANDS]:
            shown["one_price_cents"] = []
    return shown


def _pricing(prices: PriceList | None, bands: BandRules) -> Pricing:
    if prices is None:
        return Pricing.BANDS
    if prices.length_prices:
        return Pricing.LENGTH
    if prices.coefficients:
        return Pricing.BASE if prices.coefficients == bands.coefficients else Pricing.BANDS
    return Pricing.ONE if prices.one_price_cents is not None else Pricing.BANDS


def _band_price(prices: PriceList | None, band: str) -> list[str]:
    """The price of a band. A list of another's coefficients is shown as the prices that they make."""
    if prices is None or (prices.one_price_cents is not None and not prices.coefficients):
        return []
    try:
        return [_euros(prices.price_of(band))]
    except KeyError:
        return []


def _amounts_shown(prices: PriceList) -> Iterator[tuple[str, list[str]]]:
    if prices.one_price_cents is not None:
        yield "one_price_cents", [_euros(prices.one_price_cents)]
    yield "minimum_minutes", [str(prices.minimum_minutes)] if prices.minimum_minutes else []
    yield "rounding_minutes", [str(prices.rounding_minutes)] if prices.rounding_minutes > 1 else []
    yield "monthly_average", ["true"] if prices.monthly_average else []
    yield from ((name, _some_euros(getattr(prices, name))) for name in ("visit_fee_cents", "invoice_fee_cents"))
    waiver, travel = prices.fee_waiver or FeeWaiver(), prices.travel or Travel()
    yield "waived_visits", _some(waiver.visits_per_week)
    yield "waived_minutes", _some(waiver.visit_minutes)
    yield "travel_per_km_cents", _some_euros(travel.cents_per_km)
    yield "travel_free_km", [plain(Decimal(travel.free_metres) / METRES)] if travel.free_metres else []
    yield "travel_per_visit_cents", _some_euros(travel.per_visit_cents)
    yield "travel_minimum_cents", _some_euros(travel.minimum_cents)
    yield "vat_percent", [plain(prices.vat_percent)] if prices.vat_percent or prices.vat_added else []
    yield "vat", [Tax.ADDED if prices.vat_added else Tax.INCLUDED]


def _charges_shown(prices: PriceList, calendar: BandCalendar, language: Language) -> Iterator[tuple[str, list[str]]]:
    for i, surcharge in enumerate(prices.surcharges):
        yield f"surcharges.{i}.name", [surcharge.name.in_language(language)]
        yield f"surcharges.{i}.kind", [_kind(surcharge)]
        amount = surcharge.percent if surcharge.percent is not None else Decimal(surcharge.cents or 0) / HUNDRED
        yield f"surcharges.{i}.amount", [plain(amount)]
        yield f"surcharges.{i}.bands", [str(calendar.keys.index(b)) for b in surcharge.bands if b in calendar.keys]
    for i, package in enumerate(prices.packages):
        yield f"packages.{i}.name", [package.name.in_language(language)]
        yield f"packages.{i}.over_hours", [_hours(package.over_minutes)]
        yield f"packages.{i}.up_to_hours", [_hours(package.up_to_minutes)]
        yield f"packages.{i}.price_cents", [_euros(package.price_cents)]
    for i, length in enumerate(prices.length_prices):
        yield f"length_prices.{i}.up_to_minutes", [str(length.up_to_minutes)]
        yield f"length_prices.{i}.price_cents", [_euros(length.price_cents)]


def _kind(surcharge: Surcharge) -> SurchargeKind:
    if surcharge.percent is not None:
        return SurchargeKind.PERCENT
    return SurchargeKind.PER_VISIT if surcharge.per_visit else SurchargeKind.PER_UNIT


def _hours_typed(hours: Sequence[Hours], language: Language) -> str:
    return hours_words(hours, language) if hours else ""


def _some(number: int | None) -> list[str]:
    return [] if number is None else [str(number)]


def _some_euros(cents: int) -> list[str]:
    return [_euros(cents)] if cents else []


def _euros(cents: int) -> str:
    return f"{cents // HUNDRED},{cents % HUNDRED:02d}"


def _hours(minutes: int) -> str:
    return plain((Decimal(minutes) / MINUTES).quantize(Decimal("0.0001")))


# ---- As it was typed ----------------------------------------------------------------------------------------------


def typed_calendar(form: PricesForm, bands: BandRules, before: BandCalendar, language: Language) -> BandCalendar:
    """The bands that the prices go by: the organiser's where providers may have no others or none were changed.

    Raises:
        UnreadableTimeError: days and times that cannot be read.
    """
    usual = bands.calendar
    if not bands.own_bands_allowed or not form.bands:
        return usual
    known = [*usual.bands, *before.bands]
    typed: list[Band] = []
    for row in form.bands:
        hours = parse_hours(row.hours)
        own = next((band for band in known if _is_same(band, row.name, hours, language)), None)
        typed.append(own or Band(_new_key([*known, *typed]), Text(row.name), hours))
    not_served = parse_hours(form.not_served) if form.not_served else ()
    if (tuple(typed), not_served) == (usual.bands, usual.not_served):
        return usual
    return replace(usual, version="own", bands=tuple(typed), not_served=not_served)


def _is_same(band: Band, name: str, hours: tuple[Hours, ...], language: Language) -> bool:
    """Neither name nor hours were changed: the band keeps its code and its name in three languages."""
    return band.name.in_language(language) == name and hours_words(band.hours, language) == hours_words(hours, language)


def _new_key(taken: Sequence[Band]) -> str:
    keys = {band.key for band in taken}
    return next(key for i in range(1, len(keys) + 2) if (key := f"own_{i}") not in keys)


def typed_prices(
    form: PricesForm, unit: Unit, bands: BandRules, calendar: BandCalendar, before: Before, rows: Sequence[int],
    language: Language,
) -> PriceList:  # fmt: skip
    """The price list of a form. ``rows`` are the places of the page's bands, by which surcharges name them.

    Raises:
        Invalid: amounts that are no amounts, by the form's own fields; the rest is for ``check_price_list``.
    """
    kept = before.prices or PriceList(unit=unit)
    errors: list[FieldError] = []
    surcharges = _surcharges(form.surcharges, calendar, kept, rows, language, errors)
    travel = _travel(form, errors)
    packages = _packages(form.packages, kept, language, errors)
    if errors:
        raise Invalid(errors)
    return PriceList(
        unit=unit,
        one_price_cents=form.one_price_cents if form.pricing in {Pricing.ONE, Pricing.BASE} else None,
        band_prices=_band_prices(form, calendar),
        coefficients=bands.coefficients if form.pricing is Pricing.BASE else (),
        length_prices=_length_prices(form.length_prices) if form.pricing is Pricing.LENGTH else (),
        minimum_minutes=form.minimum_minutes or 0,
        rounding_minutes=form.rounding_minutes or 1,
        visit_fee_cents=form.visit_fee_cents or 0,
        fee_waiver=_waiver(form),
        travel=travel,
        surcharges=surcharges,
        invoice_fee_cents=form.invoice_fee_cents or 0,
        packages=packages,
        monthly_average=form.monthly_average,
        vat_percent=form.vat_percent or Decimal(0),
        vat_added=form.vat is Tax.ADDED,
    )


def _band_prices(form: PricesForm, calendar: BandCalendar) -> tuple[BandPrice, ...]:
    if form.pricing is not Pricing.BANDS:
        return ()
    pairs = zip(calendar.bands, form.bands, strict=False)
    return tuple(BandPrice(band.key, row.price_cents) for band, row in pairs if row.price_cents is not None)


def _length_prices(rows: Sequence[LengthRow]) -> tuple[LengthPrice, ...]:
    return tuple(LengthPrice(row.up_to_minutes, row.price_cents) for row in rows)


def _waiver(form: PricesForm) -> FeeWaiver | None:
    if form.waived_visits is None and form.waived_minutes is None:
        return None
    return FeeWaiver(visits_per_week=form.waived_visits, visit_minutes=form.waived_minutes)


def _travel(form: PricesForm, errors: list[FieldError]) -> Travel | None:
    amounts = {
        "cents_per_km": form.travel_per_km_cents or 0,
        "per_visit_cents": form.travel_per_visit_cents or 0,
        "minimum_cents": form.travel_minimum_cents or 0,
    }
    free = _whole(form.travel_free_km or Decimal(0), METRES, "travel_free_km", errors)
    return Travel(**amounts, free_metres=free) if any(amounts.values()) or free else None


def _surcharges(
    entries: Sequence[SurchargeRow], calendar: BandCalendar, kept: PriceList, rows: Sequence[int], language: Language,
    errors: list[FieldError],
) -> tuple[Surcharge, ...]:  # fmt: skip
    made: list[Surcharge] = []
    names = {each.name.in_language(language): each.name for each in reversed(kept.surcharges)}
    for i, entry in enumerate(entries):
        by_percent = entry.kind is SurchargeKind.PERCENT
        cents = None if by_percent else _cents(entry.amount, f"surcharges.{i}.amount", errors)
        made.append(
            Surcharge(
                key=f"surcharge_{i + 1}",
                name=names.get(entry.name, Text(entry.name)),
                bands=_bands_named(entry.bands, calendar, rows),
                percent=entry.amount if by_percent else None,
                cents=cents,
                per_visit=entry.kind is SurchargeKind.PER_VISIT,
            )
        )
    return tuple(made)


def _bands_named(places: Sequence[str], calendar: BandCalendar, rows: Sequence[int]) -> tuple[str, ...]:
    """The codes of the bands that stand at these places of the page; a place that is not there any more is dropped."""
    at = dict(zip((str(row) for row in rows), calendar.keys, strict=False))
    return tuple(dict.fromkeys(at[place] for place in places if place in at))


def _packages(
    entries: Sequence[PackageRow], kept: PriceList, language: Language, errors: list[FieldError]
) -> tuple[Package, ...]:
    names = {each.name.in_language(language): each.name for each in reversed(kept.packages)}
    return tuple(
        Package(
            key=f"package_{i + 1}",
            name=names.get(entry.name, Text(entry.name)),
            over_minutes=_whole(entry.over_hours or Decimal(0), MINUTES, f"packages.{i}.over_hours", errors),
            up_to_minutes=_whole(entry.up_to_hours, MINUTES, f"packages.{i}.up_to_hours", errors),
            price_cents=entry.price_cents,
        )
        for i, entry in enumerate(entries)
    )


def _cents(amount: Decimal, field: str, errors: list[FieldError]) -> int:
    exact = amount * HUNDRED
    if exact != int(exact):
        errors.append(FieldError(field, WHOLE_CENTS))
    return _bounded(int(exact), field, errors)


def _whole(amount: Decimal, parts: int, field: str, errors: list[FieldError]) -> int:
    """A number in its smaller unit (metres, minutes), rounded to a whole one."""
    return _bounded(round(amount * parts), field, errors)


def _bounded(number: int, field: str, errors: list[FieldError]) -> int:
    if abs(number) <= LARGEST:
        return number
    errors.append(FieldError(field, TOO_LARGE))
    return 0


def unreadable_hours(texts: Mapping[str, str]) -> list[FieldError]:
    """What cannot be read as days and times, by the page's field; blank ones are left to the form."""
    errors: list[FieldError] = []
    for field, text in texts.items():
        try:
            _ = parse_hours(text) if text.strip() else ()
        except UnreadableTimeError as error:
            errors.append(FieldError(field, error.words))
    return errors
