"""Offers side by side: price by price, and what one's own week would cost in a month with each of them and why."""

import hashlib
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.published import published_offers_among
from marketplace.catalogue.offers.schemas import PublishedOffer
from marketplace.catalogue.prices.price_table import at_a_glance
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.errors import FieldError, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Language, Message, Text, message, translate
from marketplace.organisers.organisers import get_organiser, organiser_serving
from marketplace.organisers.own_service import own_service_on
from marketplace.organisers.reference import is_service_class, service_class
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList, UnitPrice, unit_prices
from marketplace.pricing.values import Household
from search.comparisons import explaining
from search.comparisons.costs import AskedMonth, OfferCost, Pricing, asked_month, question_errors, use_of_month
from search.comparisons.own_voucher import next_month
from search.comparisons.price_book import Priced, changes_within, prices_of
from search.comparisons.schemas import (
    MAX_HOUSEHOLD,
    MOST_COMPARED,
    MOST_ITEMS,
    BandPriceShown,
    ComparedOffer,
    CompareRequest,
    Comparison,
    CostLine,
    HourPrice,
    OwnServiceShown,
    VoucherUsed,
)
from search.comparisons.serving import offers_serving
from search.places import Place, place_of

__all__ = [
    "MAX_HOUSEHOLD",
    "MOST_COMPARED",
    "BandPriceShown",
    "CompareRequest",
    "ComparedOffer",
    "Comparison",
    "CostLine",
    "HourPrice",
    "OwnServiceShown",
    "VoucherUsed",
    "compare",
]


class _Question(msgspec.Struct, frozen=True, kw_only=True):
    """A checked request, ready to be answered."""

    request: CompareRequest
    place: Place | None
    asked: AskedMonth
    pricing: Pricing
    language: Language


class _Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The offers of an answer in its order with their prices; there are ``total`` in all."""

    offers: Sequence[PublishedOffer]
    priced: dict[UUID, Priced]
    total: int
    changes: dict[UUID, date]
    missing: tuple[UUID, ...] = ()


async def compare(request: CompareRequest, language: Language, actor: Actor | None = None) -> Comparison:
    """Lays offers side by side and, where a month is told, prices it with each.

    ``language`` is that of all words in the answer; ``actor`` is who asks, for a voucher of their own.

    Raises:
        Invalid: everything wrong with the question, by field.
        NotFound: none of the offers is published, no such voucher product, or a voucher that the actor may not see.
        Refused: the voucher or its product has no value in that month.
    """
    place = _place(request)
    if errors := _errors(request, place):
        raise Invalid(errors)
    asked = await _asked(request, actor)
    question = _Question(request=request, place=place, asked=asked, pricing=Pricing(asked), language=language)
    chosen = await (_by_name(question) if request.offer_ids else _of_place(question))
    items = tuple(
        _noted(_column(offer, chosen.priced[offer.id], question), chosen, language) for offer in chosen.offers
    )
    own = await _own_service(question, chosen)
    return Comparison(
        month=asked.month,
        items=items,
        total=chosen.total,
        missing_ids=chosen.missing,
        organiser_own_service_cents=own.cents if own else None,
        own_service=own,
        voucher=explaining.voucher_used(asked.paying, asked, language) if asked.paying else None,
        order_explained=translate(_order(question), language),
        notes=_notes(question, items),
    )


def _place(request: CompareRequest) -> Place | None:
    """The place that is meant: the postal code, which lies in one municipality, or the municipality."""
    text = request.postal_code or request.municipality or ""
    return place_of(text) if text.strip() else None


def _errors(request: CompareRequest, place: Place | None) -> list[FieldError]:
    visits = (*request.visits, *request.dated_visits)
    errors = question_errors(request.month, visits, request.pauses, request.units, request.metres)
    errors = [_in_own_list(error, len(request.visits)) for error in errors]
    if not 1 <= request.limit <= MOST_ITEMS:
        errors.append(FieldError("limit", message("Give a number from 1 to {most}.", most=MOST_ITEMS)))
    return [*errors, *(_choice_errors(request) if request.offer_ids else _search_errors(request, place))]


def _in_own_list(error: FieldError, weekly: int) -> FieldError:
    """Dated visits are checked after the weekly ones; their errors go under their own name."""
    name, _, rest = error.field.partition(".")
    number, _, field = rest.partition(".")
    if name != "visits" or not number.isdigit() or int(number) < weekly:
        return error
    return FieldError(f"dated_visits.{int(number) - weekly}.{field}", error.message)


def _choice_errors(request: CompareRequest) -> list[FieldError]:
    if len(set(request.offer_ids)) <= MOST_COMPARED:
        return []
    text = message("You can compare at most {most} offers at a time. Leave some out.", most=MOST_COMPARED)
    return [FieldError("offer_ids", text)]


def _search_errors(request: CompareRequest, place: Place | None) -> list[FieldError]:
    errors: list[FieldError] = []
    if not request.service_class:
        text = message("Name the offers to compare, or a service class and a municipality.")
        errors.append(FieldError("service_class", text))
    elif not is_service_class(request.service_class):
        text = message("There is no service class with the code {code}.", code=request.service_class[:40])
        errors.append(FieldError("service_class", text))
    if place is None and request.postal_code:
        errors.append(FieldError("postal_code", message("There is no such postal code.")))
    elif place is None and request.municipality:
        name = request.municipality.strip()[:60]
        text = message("There is no municipality called “{name}”. Check the spelling.", name=name)
        errors.append(FieldError("municipality", text))
    elif place is None:
        errors.append(FieldError("municipality", message("Name a municipality or a postal code.")))
    return errors


async def _asked(request: CompareRequest, actor: Actor | None) -> AskedMonth:
    return await asked_month(
        month=request.month,
        visits=(*request.visits, *request.dated_visits),
        pauses=request.pauses,
        units=request.units,
        metres=request.metres,
        paper_invoice=request.paper_invoice,
        product=request.product,
        voucher=request.voucher,
        household=Household(
            size=request.household_size or 1,
            gross_income_cents=request.gross_income_cents,
            savings_cents=request.savings_cents,
        ),
        actor=actor,
    )


async def _by_name(question: _Question) -> _Chosen:
    """The offers that were asked for by name. Raises ``NotFound`` where none of them is published."""
    ids = tuple(dict.fromkeys(question.request.offer_ids))
    public = await published_offers_among(ids)
    priced = await prices_of(list(public), question.asked.month)
    offers = [public[offer_id] for offer_id in ids if offer_id in priced]
    if not offers:
        raise NotFound(message("These offers are no longer published."))
    missing = tuple(offer_id for offer_id in ids if offer_id not in priced)
    changes = await changes_within(list(public), question.asked.month, next_month(question.asked.month))
    return _Chosen(offers=offers, priced=priced, total=len(offers), changes=changes, missing=missing)


async def _of_place(question: _Question) -> _Chosen:
    """All offers of the service that serve the place, the cheapest for the client first, as many as asked for."""
    assert question.place is not None, "checked before"
    ids = await offers_serving(question.request.service_class or "", question.place)
    priced = await prices_of(ids, question.asked.month)
    ordered = sorted(priced, key=_ranks(question, priced).__getitem__)
    public = await published_offers_among(ordered[: question.request.limit])
    offers = [public[offer_id] for offer_id in ordered if offer_id in public]
    changes = await changes_within(list(public), question.asked.month, next_month(question.asked.month))
    return _Chosen(offers=offers, priced=priced, total=len(ordered), changes=changes)


def _ranks(question: _Question, priced: dict[UUID, Priced]) -> dict[UUID, tuple[bool, int, bytes]]:
    """By what each offer is ordered: offers that cannot serve last, then what the client pays, then the day's chance."""
    day = today()
    if _asks_prices_only(question):
        return {key: (False, _lowest_price(each), chance_of(key, day)) for key, each in priced.items()}
    costs = {key: question.pricing.cost(each) for key, each in priced.items()}
    return {key: (*_by_cost(cost), chance_of(key, day)) for key, cost in costs.items()}


def _by_cost(cost: OfferCost) -> tuple[bool, int]:
    return cost.client_pays is None, cost.client_pays or 0


def chance_of(offer_id: UUID, day: date) -> bytes:
    """A day's chance of an offer among equals: nobody's to choose, and another one tomorrow."""
    return hashlib.blake2b(offer_id.bytes + day.isoformat().encode(), digest_size=8).digest()


def _lowest_price(priced: Priced) -> int:
    return min((each.cents for each in unit_prices(priced.prices, priced.calendar.keys)), default=0)


def _asks_prices_only(question: _Question) -> bool:
    """Whether there is nothing to price a month by. Services of whole months need no visits."""
    request, asked = question.request, question.asked
    if not asked.asks_nothing:
        return False
    code = request.service_class
    return not code or use_of_month(asked, service_class(code).unit, code) is None


def _order(question: _Question) -> Message:
    if question.request.offer_ids:
        return explaining.AS_ASKED
    return explaining.BY_PRICE if _asks_prices_only(question) else explaining.BY_COST


def _notes(question: _Question, items: Sequence[ComparedOffer]) -> tuple[str, ...]:
    """What to know about the whole answer."""
    paying = question.asked.paying
    if paying is None:
        return ()
    said = [explaining.NOT_STORED] if paying.number is None else []
    if items and not any(item.voucher_accepted for item in items):
        said.append(explaining.PAYS_FOR_NONE)
    return tuple(translate(text, question.language) for text in said)


def _noted(column: ComparedOffer, chosen: _Chosen, language: Language) -> ComparedOffer:
    """The column with a word on prices that change in the midst of the month."""
    day = chosen.changes.get(column.offer_id)
    if day is None:
        return column
    note = message("From {day} on other prices hold, which are not in these figures.", day=day)
    return replace(column, notes=(*column.notes, translate(note, language)))


async def _own_service(question: _Question, chosen: _Chosen) -> OwnServiceShown | None:
    """The organiser's own service of the same month, where the answer is about one organiser and one service."""
    classes = {offer.service_class for offer in chosen.offers} or {question.request.service_class or ""}
    organiser_id = await _organiser_id(question, chosen)
    if len(classes) != 1 or organiser_id is None:
        return None
    code = classes.pop()
    own = await own_service_on(organiser_id, code, max(question.asked.month, today()))
    use = use_of_month(question.asked, service_class(code).unit, code)
    if own is None or use is None:
        return None
    organiser = await get_organiser(organiser_id)
    paying = question.asked.paying
    household = paying.terms.household if paying and paying.number else question.asked.household
    return explaining.own_service_shown(own, organiser, use, household, question.language)


async def _organiser_id(question: _Question, chosen: _Chosen) -> UUID | None:
    if question.place is not None and not question.request.offer_ids:
        serving = await organiser_serving(question.place.municipality)
        return serving.id if serving else None
    organisers = {offer.organiser_id for offer in chosen.offers}
    return organisers.pop() if len(organisers) == 1 else None


def _column(offer: PublishedOffer, priced: Priced, question: _Question) -> ComparedOffer:
    paying = question.asked.paying
    column = ComparedOffer(
        offer_id=offer.id,
        name=offer.name,
        provider=offer.provider_name,
        provider_id=offer.provider_id,
        organiser_id=offer.organiser_id,
        organiser=offer.organiser_name,
        service_class=offer.service_class,
        unit=offer.unit,
        municipality_codes=offer.municipality_codes,
        languages=offer.languages,
        accepts_new_clients=offer.accepts_new_clients,
        earliest_start=offer.earliest_start,
        an_hour=_an_hour(priced.prices, priced.calendar),
        prices=_prices(priced.prices, priced.calendar),
        prices_since=priced.since,
        visit_fee_cents=priced.prices.visit_fee_cents,
        minimum_minutes=priced.prices.minimum_minutes,
        voucher_accepted=paying is not None and paying.pays_for(offer.organiser_id, offer.service_class),
    )
    is_whole_month = use_of_month(question.asked, priced.prices.unit, offer.service_class) is not None
    return column if question.asked.asks_nothing and not is_whole_month else _with_cost(column, priced, question)


def _an_hour(prices: PriceList, calendar: BandCalendar) -> tuple[HourPrice, ...]:
    return tuple(
        HourPrice(name=explaining.in_all_languages(glance.name), total_cents=glance.total_cents)
        for glance in at_a_glance(prices, calendar, today())
    )


def _prices(prices: PriceList, calendar: BandCalendar) -> tuple[BandPriceShown, ...]:
    return tuple(_shown(each, calendar) for each in unit_prices(prices, calendar.keys))


def _shown(price: UnitPrice, calendar: BandCalendar) -> BandPriceShown:
    if price.band is None:
        name = Text(f"≤ {price.up_to_minutes} min" if price.up_to_minutes else "")
        return BandPriceShown(band="", name=name, hours=(), price_cents=price.cents)
    band = calendar.band(price.band)
    return BandPriceShown(band=band.key, name=band.name, hours=band.hours, price_cents=price.cents)


def _with_cost(column: ComparedOffer, priced: Priced, question: _Question) -> ComparedOffer:
    """The column with the month's cost, or with the reason why there is none."""
    language = question.language
    try:
        found = question.pricing.estimate(priced)
    except Refused as refusal:
        return replace(column, problem=translate(refusal.message, language))
    paying = question.asked.paying if column.voucher_accepted else None
    terms = explaining.terms_of(priced, question.asked, paying)
    notes = explaining.notes_of(found, terms, paying)
    return replace(
        column,
        visits=found.visits,
        total_cents=found.price_cents,
        voucher_cents=found.payer_cents,
        own_share_cents=found.own_share_cents,
        overrun_cents=found.overrun_cents,
        client_pays_cents=found.own_share_cents + found.overrun_cents,
        vat_cents=found.vat_cents,
        lines=explaining.cost_lines(found, terms, language),
        notes=tuple(translate(note, language) for note in notes),
        receipt=explaining.receipt_of(found, terms, language) if question.request.offer_ids else (),
    )
