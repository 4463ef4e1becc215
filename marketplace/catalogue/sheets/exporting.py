"""A provider's own price lists and offers as files that the import reads back, and empty templates to fill in."""

from collections.abc import Iterator
from typing import Final, Literal
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.own import own_provider
from marketplace.catalogue.offers.schemas import SERVICE_LANGUAGES, OfferDraft
from marketplace.catalogue.sheets.files import PRICE_COLUMNS, Format, ListHead, exact_words, price_rows, write_sheet
from marketplace.catalogue.sheets.offer_sheets import OFFER_COLUMNS, write_offer_sheet
from marketplace.catalogue.sheets.own_versions import own_versions
from marketplace.catalogue.sheets.schemas import OwnVersions
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.i18n import Language, message, translate
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import service_class, service_classes
from marketplace.organisers.rules import bands_on
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import BANDED_UNITS, UNIT_WORDS, PriceList
from onboarding.providers.registration import provider_of

Export = Literal["prices", "offers"]
EXPLAINED: Final = "# "


class SheetFile(msgspec.Struct, frozen=True):
    """A file to send: its name and its bytes."""

    name: str
    content: bytes


async def own_prices(actor: Actor, file_format: Format, organiser_id: UUID | None = None) -> SheetFile:
    """The prices of all of the provider's offers: the published ones, else those of the draft.

    Raises:
        Forbidden: the actor does not manage a provider.
    """
    provider_id = own_provider(actor)
    provider = await provider_of(provider_id)
    rows: list[dict[str, str]] = []
    for offer in await _own(provider_id, organiser_id):
        content = offer.public or offer.newest
        if content.prices is not None:
            calendar = content.calendar or (await bands_on(content.organiser_id, today())).calendar
            rows += price_rows(
                _head(offer.id, content, provider.name), content.prices, _shown(content.prices, calendar)
            )
    return SheetFile(f"prices.{file_format}", write_sheet(PRICE_COLUMNS, rows, file_format))


async def own_offers(actor: Actor, file_format: Format, organiser_id: UUID | None = None) -> SheetFile:
    """What all of the provider's offers say beside their prices: the draft, else the newest version.

    Raises:
        Forbidden: the actor does not manage a provider.
    """
    own = await _own(own_provider(actor), organiser_id)
    content = write_offer_sheet([(each.id, each.newest) for each in own], file_format)
    return SheetFile(f"offers.{file_format}", content)


async def _own(provider_id: UUID, organiser_id: UUID | None) -> list[OwnVersions]:
    return [each for each in await own_versions(provider_id) if organiser_id in {None, each.newest.organiser_id}]


def _head(offer_id: UUID, content: OfferDraft, provider: str) -> ListHead:
    prices = content.prices
    return ListHead(
        offer_id=str(offer_id),
        provider=provider,
        municipality_codes=content.municipality_codes,
        service_class=content.service_class,
        service_text=content.name_fi,
        vat=_vat(prices) if prices else "",
    )


def _vat(prices: PriceList) -> str:
    if not prices.vat_percent:
        return ""
    return ("+" if prices.vat_added else "") + f"{prices.vat_percent.normalize():f}"


def _shown(prices: PriceList, calendar: BandCalendar) -> BandCalendar | None:
    """The bands, unless one price is for all of them."""
    return calendar if prices.band_prices or prices.coefficients else None


async def template(kind: Export, file_format: Format, organiser_id: UUID, language: Language) -> SheetFile:
    """An empty sheet with a row for each of the organiser's bands, and every allowed value explained below it.

    Lines that begin with ``#`` are read by people only.

    Raises:
        NotFound: no such organiser.
    """
    organiser = await get_organiser(organiser_id)
    calendar = (await bands_on(organiser.id, today())).calendar
    columns = PRICE_COLUMNS if kind == "prices" else OFFER_COLUMNS
    example = _example_prices(calendar) if kind == "prices" else [{"organiser_id": str(organiser.id)}]
    explained = _price_words(calendar, language) if kind == "prices" else _offer_words(language)
    rows = [*example, *({columns[0]: f"{EXPLAINED}{line}"} for line in explained)]
    return SheetFile(f"{kind}-template.{file_format}", write_sheet(columns, rows, file_format))


def _example_prices(calendar: BandCalendar) -> list[dict[str, str]]:
    """A row for each band, still without its price: as such it is a band of the list and no mistake."""
    return [
        {
            "time_band": band.key, "time_text": exact_words(band.hours), "name_fi": band.name.fi,
            "name_sv": band.name.sv, "name_en": band.name.en,
        }
        for band in calendar.bands
    ]  # fmt: skip


def _price_words(calendar: BandCalendar, language: Language) -> Iterator[str]:
    yield translate(message("Write service_code and price_eur into each row that you have a price for. Rows without a price and lines with # are not read."), language)  # fmt: skip
    yield translate(message("time_band: {bands}; any for all times", bands=", ".join(calendar.keys)), language)
    yield translate(message("price_eur: euros, such as 38,50"), language)
    yield translate(message("kind: price, surcharge_eur or surcharge_pct (percent into surcharge_pct)"), language)
    yield translate(message("vat_pct: tax in the price, such as 25,5; +25,5 where it comes on top"), language)
    yield translate(message("valid_from: the first day of the prices, such as 1.1.2027"), language)
    yield translate(message("service_code TRAVEL: travel per kilometre; VISIT-FEE: fee per visit; INVOICE-FEE: paper invoice"), language)  # fmt: skip
    yield from _class_words(language)


def _offer_words(language: Language) -> Iterator[str]:
    yield translate(message("One row for each offer. An offer with its offer_id is changed, one without begins. Lines with # are not read."), language)  # fmt: skip
    yield translate(message("municipality_codes: names or codes, separated by |"), language)
    names = ", ".join(f"{code} ({translate(words, language)})" for code, words in SERVICE_LANGUAGES.items())
    yield translate(message("languages: {names}", names=names), language)
    yield translate(message("accepts_new_clients: yes or no"), language)
    yield translate(message("earliest_start: a day such as 1.1.2027"), language)
    yield from _class_words(language)


def _class_words(language: Language) -> Iterator[str]:
    for each in service_classes():
        unit = translate(UNIT_WORDS[each.unit], language)
        bands = "" if each.unit in BANDED_UNITS else "; time_band any"
        yield f"{each.code}: {service_class(each.code).name.in_language(language)} ({unit}{bands})"
