"""The prices' step of the editor: what a provider types about prices, and how it becomes a price list and back. No HTTP."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.catalogue.prices.time_words import UnreadableTimeError, hours_words, parse_hours
from marketplace.kernel.calendar import DAY_MINUTES
from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Language, Message, Text, message
from marketplace.kernel.inputs import Euros, label
from marketplace.organisers.schemas import ServiceRules
from marketplace.pricing.bands import Band, BandCalendar, Hours
from marketplace.pricing.prices import MAX_ROUNDING_MINUTES, BandPrice, PriceList


class Pricing(StrEnum):
    """Whether the price depends on the time."""

    ONE = "one"
    BANDS = "bands"


class BandRow(msgspec.Struct, frozen=True, kw_only=True):
    """One time band with its price; ``hours`` in words such as ``ma–pe 7–18``."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80), label(message("Name of the time band"))]
    hours: Annotated[str, msgspec.Meta(min_length=1, max_length=200), label(message("Days and times"))]
    price_cents: Annotated[Euros, label(message("Price"))]


class PricesForm(msgspec.Struct, frozen=True, kw_only=True):
    """The prices: one for all times, or one for each time band."""

    pricing: Annotated[Pricing, label(message("Price"))] = Pricing.ONE
    one_price_cents: Annotated[Euros, label(message("Price"))] | None = None
    bands: list[BandRow] = []
    not_served: Annotated[str, msgspec.Meta(max_length=200), label(message("Times without service"))] = ""
    minimum_minutes: (
        Annotated[int, msgspec.Meta(ge=0, le=DAY_MINUTES), label(message("Shortest time billed"))] | None
    ) = None
    rounding_minutes: (
        Annotated[int, msgspec.Meta(ge=1, le=MAX_ROUNDING_MINUTES), label(message("Billing step"))] | None
    ) = None
    visit_fee_cents: Annotated[Euros, label(message("Fee per visit"))] | None = None


def prices_form(content: OfferDraft, rules: ServiceRules, language: Language) -> Mapping[str, list[str]]:
    """What the fields of the prices' step show: the draft's prices, or the organiser's bands still without prices."""
    usual, prices = rules.bands.calendar, content.prices
    calendar = (content.calendar or usual) if rules.bands.own_bands_allowed else usual
    shown: dict[str, list[str]] = {"pricing": [Pricing.BANDS], "not_served": [_words(calendar.not_served, language)]}
    by_band = {entry.band: entry.price_cents for entry in prices.band_prices} if prices else {}
    for i, band in enumerate(calendar.bands):
        shown[f"bands.{i}.name"] = [band.name.in_language(language)]
        shown[f"bands.{i}.hours"] = [_words(band.hours, language)]
        shown[f"bands.{i}.price_cents"] = [_euros(by_band[band.key])] if band.key in by_band else []
    if prices is not None:
        shown |= {"minimum_minutes": [str(prices.minimum_minutes)], "rounding_minutes": [str(prices.rounding_minutes)]}
        shown["visit_fee_cents"] = [_euros(prices.visit_fee_cents)]
    if prices is not None and prices.one_price_cents is not None:
        shown |= {"pricing": [Pricing.ONE], "one_price_cents": [_euros(prices.one_price_cents)]}
    return shown


def unreadable_hours(texts: Mapping[str, str]) -> list[FieldError]:
    """What cannot be read as days and times, by the page's field; blank ones are left to the form."""
    errors: list[FieldError] = []
    for field, text in texts.items():
        if text.strip():
            _hours(text, field, errors)
    return errors


def with_prices(content: OfferDraft, form: PricesForm, rules: ServiceRules, language: Language) -> OfferDraft:
    """The draft with the step's prices, whose days and times can be read."""
    billing = {
        "unit": rules.unit,
        "minimum_minutes": form.minimum_minutes or 0,
        "rounding_minutes": form.rounding_minutes or 1,
        "visit_fee_cents": form.visit_fee_cents or 0,
    }
    if form.pricing is Pricing.ONE:
        prices = msgspec.convert({**billing, "one_price_cents": form.one_price_cents}, PriceList)
        return replace(content, calendar=None, prices=prices)
    calendar = _calendar(form, rules, language)
    entries = [BandPrice(band.key, row.price_cents) for band, row in zip(calendar.bands, form.bands, strict=False)]
    prices = msgspec.convert({**billing, "band_prices": entries}, PriceList)
    is_own = (calendar.bands, calendar.not_served) != (rules.bands.calendar.bands, rules.bands.calendar.not_served)
    return replace(content, calendar=calendar if is_own else None, prices=prices)


def _calendar(form: PricesForm, rules: ServiceRules, language: Language) -> BandCalendar:
    """The organiser's bands where its providers may have no others; otherwise the bands as they were typed."""
    usual = rules.bands.calendar
    if not rules.bands.own_bands_allowed:
        return usual
    bands = tuple(_band(i, row, parse_hours(row.hours), usual, language) for i, row in enumerate(form.bands))
    not_served = parse_hours(form.not_served) if form.not_served else ()
    return replace(usual, version="own", bands=bands, not_served=not_served)


def _hours(text: str, field: str, errors: list[FieldError]) -> tuple[Hours, ...]:
    try:
        return parse_hours(text)
    except UnreadableTimeError as error:
        errors.append(FieldError(field, error.words))
        return ()


def _band(i: int, row: BandRow, hours: tuple[Hours, ...], usual: BandCalendar, language: Language) -> Band:
    """The organiser's own band where neither name nor hours were changed: it has its name in three languages."""
    for band in usual.bands:
        if band.name.in_language(language) == row.name and hours_words(band.hours, language) == hours_words(
            hours, language
        ):
            return band
    return Band(f"own_{i + 1}", Text(row.name), hours)


def in_page_words(errors: Iterable[FieldError], rows: Sequence[int]) -> list[FieldError]:
    """Errors of a draft under the names of the page's fields; several of one field become one, as a page shows one."""
    by_field: dict[str, Message] = {}
    for error in errors:
        field = _page_field(error.field, rows)
        before = by_field.get(field)
        both = (
            error.message if before is None else Message("{first} {second}", {"first": before, "second": error.message})
        )
        by_field[field] = both
    return [FieldError(field, text) for field, text in by_field.items()]


def _page_field(field: str, rows: Sequence[int]) -> str:
    """``calendar.bands.1.hours.0.days`` is the page's ``bands.1.hours``, ``prices.band_prices.1.…`` its price."""
    parts = field.removeprefix("calendar.").removeprefix("prices.").split(".")
    if parts[0] in {"bands", "band_prices"} and len(parts) > 2 and parts[1].isdigit():
        row = rows[int(parts[1])] if int(parts[1]) < len(rows) else int(parts[1])
        return f"bands.{row}.{'price_cents' if parts[0] == 'band_prices' else 'hours'}"
    return {"band_prices": "bands", "calendar": "bands", "unit": "pricing"}.get(parts[0], parts[0])


def _words(hours: Sequence[Hours], language: Language) -> str:
    return hours_words(hours, language) if hours else ""


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"
