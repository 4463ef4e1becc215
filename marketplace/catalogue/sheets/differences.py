"""What an import changes in an offer, as a reader sees it: each price before and after, and each text. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from marketplace.catalogue.offers.schemas import SERVICE_LANGUAGES, OfferDraft
from marketplace.catalogue.prices.price_table import PriceRow, price_rows, terms_words, unit_words
from marketplace.kernel.i18n import Language, Message, message, show_date, translate
from marketplace.organisers.reference import is_municipality, municipality
from marketplace.pricing.bands import BandCalendar

LONGEST: Final = 300
NAMES: Final = {
    "name_fi": message("Name in Finnish"),
    "name_sv": message("Name in Swedish"),
    "name_en": message("Name in English"),
    "description_fi": message("Description in Finnish"),
    "description_sv": message("Description in Swedish"),
    "description_en": message("Description in English"),
    "municipality_codes": message("Municipalities"),
    "postal_codes": message("Postal codes"),
    "languages": message("Languages"),
    "skills": message("Special skills"),
    "accepts_new_clients": message("Takes new clients"),
    "earliest_start": message("Earliest start"),
    "capacity": message("Free places"),
    "self_monitoring_url": message("Self-monitoring plan"),
}


class PriceDifference(msgspec.Struct, frozen=True):
    """One band: its name and hours (empty where one price is for all times), and cents before and after, None for none."""

    name: str
    hours: str
    before_cents: int | None
    after_cents: int | None


class TextDifference(msgspec.Struct, frozen=True):
    """One thing that an offer says, before and after."""

    name: Message
    before: str
    after: str


def price_differences(
    before: OfferDraft | None, after: OfferDraft, usual: BandCalendar, language: Language
) -> list[PriceDifference]:
    """Every price of the offer in the order of the week; those that are gone come last."""
    old = {(row.name, row.hours): row.price_cents for row in _rows(before, usual, language)}
    new = {(row.name, row.hours): row.price_cents for row in _rows(after, usual, language)}
    return [
        PriceDifference(name, hours, old.get((name, hours)), new.get((name, hours)))
        for name, hours in dict.fromkeys([*new, *old])
    ]


def _rows(content: OfferDraft | None, usual: BandCalendar, language: Language) -> Sequence[PriceRow]:
    if content is None or content.prices is None or content.prices.length_prices:
        return []
    return price_rows(content.prices, content.calendar or usual, language)


def terms_of(content: OfferDraft) -> list[Message]:
    """What else the price depends on, in sentences."""
    return terms_words(content.prices) if content.prices else []


def unit_of_price(content: OfferDraft) -> Message | None:
    return unit_words(content.prices.unit) if content.prices else None


def text_differences(before: OfferDraft | None, after: OfferDraft, language: Language) -> list[TextDifference]:
    """What the offer says that is new; of a new offer everything that it says."""
    said = dict(_texts(before, language)) if before else {}
    return [
        TextDifference(NAMES[name], said.get(name, ""), text)
        for name, text in _texts(after, language)
        if text != said.get(name, "")
    ]


def _texts(content: OfferDraft, language: Language) -> Iterator[tuple[str, str]]:
    for name in ("name_fi", "name_sv", "name_en", "description_fi", "description_sv", "description_en"):
        yield name, _short(getattr(content, name))
    places = [
        municipality(each).name.in_language(language) for each in content.municipality_codes if is_municipality(each)
    ]
    yield "municipality_codes", _short(", ".join(places))
    yield "postal_codes", _short(", ".join(content.postal_codes))
    languages = (SERVICE_LANGUAGES[each] for each in content.languages if each in SERVICE_LANGUAGES)
    yield "languages", ", ".join(translate(each, language) for each in languages)
    yield "skills", _short(", ".join(content.skills))
    yield "accepts_new_clients", translate(message("Yes") if content.accepts_new_clients else message("No"), language)
    yield "earliest_start", show_date(content.earliest_start, language) if content.earliest_start else ""
    yield "capacity", "" if content.details.capacity is None else str(content.details.capacity)
    yield "self_monitoring_url", content.details.self_monitoring_url


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
