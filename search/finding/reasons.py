"""Why a result is where it is, and why a provider's offer is not among the results: the rule, in words.

What is told is public anyhow: approvals that hold today, published offers and what they say. Drafts, applications and
suspensions are not, so that somebody with nothing public is answered like somebody who does not exist.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.offers import published_offers_of
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language, Message, Text, message, translate
from marketplace.organisers.reference import municipality, service_class
from search.documents import areas_served, document_of, normal_skill
from search.engines import current_engines
from search.finding.showing import filter_words
from search.finding.words_found import matched_words
from search.places import Place
from search.schemas import Card, SearchQuery, Sort

MOST_PROVIDERS: Final = 5
MOST_OFFERS: Final = 10
MOST_COMPARED: Final = 10_000
LONGEST_NAME: Final = 100

NAMED: Final = """
select p.id, p.name, p.public_id from provider p
where (p.public_id = $1 or position(lower($1) in lower(p.name)) > 0)
    and exists (select from approval_covers c where c.provider_id = p.id and $2::date between c.first_day and c.last_day)
order by p.public_id = $1 desc, lower(p.name) = lower($1) desc, lower(p.name), p.id limit $3
"""
COVERED: Final = """
select distinct c.municipality_code from approval_covers c
where c.provider_id = $1 and $2::date between c.first_day and c.last_day
    and (cardinality($3::varchar[]) = 0 or c.service_class = any($3::varchar[]))
    and (cardinality($4::uuid[]) = 0 or c.organiser_id = any($4::uuid[]))
"""

BY_LOT: Final = message(
    "Equally good offers stand in an order that was drawn by lot for {day}. Nobody can pay for a place."
)
ORDER_WORDS: Final = {
    Sort.RELEVANCE: message("First come the offers that have your words in their names."),
    Sort.PRICE: message("The lowest price comes first."),
    Sort.NAME: message("The order is that of the names."),
    Sort.DISTANCE: message("The nearest come first."),
    Sort.START: message("Those who can begin first come first."),
}
WORDS: Final = "words"


class Reason(msgspec.Struct, frozen=True):
    """One rule that keeps an offer out. ``code`` is stable, ``text`` is for people."""

    code: str
    text: str


class OfferReasons(msgspec.Struct, frozen=True, kw_only=True):
    """An offer of the provider that was asked for; without reasons it is among the results."""

    offer_id: UUID
    name: Text
    service_class: str
    is_here: bool
    reasons: tuple[Reason, ...]


class ProviderReasons(msgspec.Struct, frozen=True, kw_only=True):
    """A provider, what keeps all of it out, and its published offers, those that are here first."""

    provider: str
    business_id: str
    is_here: bool
    reasons: tuple[Reason, ...]
    offers: tuple[OfferReasons, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Providers of that name. ``order_explained`` holds for whatever is here; ``reasons`` tell why nobody was found."""

    providers: tuple[ProviderReasons, ...]
    reasons: tuple[Reason, ...]
    order_explained: tuple[str, ...]


async def explain(provider: str, query: SearchQuery, language: Language) -> Explanation:
    """Which of a provider's offers a search finds, and for each of the others the rules that keep it out.

    Raises:
        Invalid: no name was given.
    """
    name = " ".join(provider.replace("\x00", " ").split())[:LONGEST_NAME]
    if not name:
        raise Invalid.field("provider", message("Write the name or the business ID of a provider."))
    rows = await fetch(NAMED, name, today(), MOST_PROVIDERS)
    found = [await _provider(row, query, language) for row in rows]
    nobody = message(
        "No provider of this name is approved today. Only approved providers who have published a service are shown."
    )
    order = (translate(each, language) for each in order_lines(query, today()))
    return Explanation(
        providers=tuple(found),
        reasons=() if found else (Reason("not_approved", translate(nobody, language)),),
        order_explained=tuple(order),
    )


async def _provider(row: Row, query: SearchQuery, language: Language) -> ProviderReasons:
    cards = [document_of(offer).card for offer in await published_offers_of(row["id"])]
    by_words = await _found_by_words(cards, query)
    offers = sorted(
        (_offer(card, query, language, has_words=card.id in by_words) for card in cards),
        key=lambda each: (len(each.reasons), each.name.fi),
    )[:MOST_OFFERS]
    is_here = any(each.is_here for each in offers)
    whole = [] if is_here else [each async for each in _of_provider(row, cards, query)]
    return ProviderReasons(
        provider=row["name"],
        business_id=row["public_id"],
        is_here=is_here,
        reasons=tuple(Reason(code, translate(text, language)) for code, text in whole),
        offers=tuple(offers),
    )


async def _found_by_words(cards: Sequence[Card], query: SearchQuery) -> set[UUID]:
    """Which offers the words of a search find, as the engine that answers it decides."""
    found = {card.id for card in cards} if not query.text.strip() else set[UUID]()
    if not found:
        for pair in {(card.service_class, card.organiser_id) for card in cards}:
            narrowed = SearchQuery(text=query.text, service_classes=(pair[0],), organiser_ids=(pair[1],))
            found.update((await current_engines().matching_ids(narrowed, MOST_COMPARED))[0])
    return found


def _offer(card: Card, query: SearchQuery, language: Language, *, has_words: bool) -> OfferReasons:
    kept_out = list(unmet(card, query))
    if not has_words:
        kept_out.append((WORDS, message("Your words are not in it.")))
    return OfferReasons(
        offer_id=card.id,
        name=card.name,
        service_class=card.service_class,
        is_here=not kept_out,
        reasons=tuple(Reason(code, translate(text, language)) for code, text in kept_out),
    )


async def _of_provider(row: Row, cards: Sequence[Card], query: SearchQuery) -> AsyncIterator[tuple[str, Message]]:
    """What keeps a provider out as a whole: no approval for the place, nothing published for what is sought."""
    if query.place is not None:
        covered = await fetch(COVERED, row["id"], today(), list(query.service_classes), list(query.organiser_ids))
        if query.place.municipality not in {each["municipality_code"] for each in covered}:
            name = municipality(query.place.municipality).name
            yield (
                "not_approved_here",
                message("{provider} is not approved for this in {place}.", provider=row["name"], place=name),
            )
    if not cards:
        yield "no_offer", message("{provider} has published no service.", provider=row["name"])
    elif query.service_classes and not {card.service_class for card in cards} & set(query.service_classes):
        names = service_class(query.service_classes[0]).name
        yield (
            "no_such_offer",
            message(
                "{provider} has published no service of this kind: {service}.", provider=row["name"], service=names
            ),
        )


def unmet(card: Card, query: SearchQuery) -> Iterator[tuple[str, Message]]:
    """The filters of a search that an offer does not meet: a code and words for each. Pure."""
    yield from _unmet_place(card, query)
    if query.service_classes and card.service_class not in query.service_classes:
        yield "service_class", message("It is another service: {service}.", service=card.service_class_name)
    if query.organiser_ids and card.organiser_id not in query.organiser_ids:
        yield "organiser", message("It is for the vouchers of {organiser}.", organiser=card.organiser_name)
    if query.languages and not set(query.languages) & set(card.languages):
        yield "language", message("It is not given in the language that you chose.")
    if set(query.skills) - {normal_skill(skill) for skill in card.skills}:
        yield "skill", message("It does not tell of the special skills that you chose.")
    yield from _unmet_times(card, query)


def _unmet_place(card: Card, query: SearchQuery) -> Iterator[tuple[str, Message]]:
    place = query.place
    if place is None or serves(card, place):
        return
    if place.municipality not in card.municipality_codes:
        yield "municipality", message("It is not offered in {place}.", place=municipality(place.municipality).name)
    elif card.reach is not None and (place.postal_code is None or not card.postal_codes):
        yield "reach", message("It is offered at most {km} km from {unit}.", km=card.reach.km, unit=card.reach.name)
    else:
        yield "postal_code", message("It is not offered in the postal area {code}.", code=place.value)


def serves(card: Card, place: Place) -> bool:
    """Whether an offer is for clients who live in a place."""
    areas = set(areas_served(card.municipality_codes, card.postal_codes, card.reach))
    wanted = {place.municipality} if place.postal_code is None else {place.postal_code, f"{place.municipality}+"}
    return not wanted.isdisjoint(areas)


def _unmet_times(card: Card, query: SearchQuery) -> Iterator[tuple[str, Message]]:
    if (query.available or query.starts_by) and not card.accepts_new_clients:
        yield "available", message("It takes no new clients now.")
    elif query.starts_by and card.earliest_start and card.earliest_start > query.starts_by:
        yield "start", message("It can begin on {day} at the earliest.", day=card.earliest_start)
    if query.evening and not card.evening:
        yield "evening", message("It is not given in the evening.")
    if query.weekend and not card.weekend:
        yield "weekend", message("It is not given at weekends.")
    if query.night and not card.night:
        yield "night", message("It is not given at night.")


def why_here(card: Card, query: SearchQuery, day: date, language: Language, *, by_cost: bool = False) -> list[str]:
    """Why an offer is among the results, and why it stands where it does. Pure."""
    words = [translate(each, language) for each in matched_words(query.text, card)]
    met = filter_words(query, {str(card.organiser_id): card.organiser_name.in_language(language)}, language)
    lines = [translate(message("It meets what you chose: {filters}.", filters=", ".join(met)), language)] if met else []
    order = order_lines(query, day, by_cost=by_cost)
    return [*words, *lines, *(translate(each, language) for each in order)]


def order_lines(query: SearchQuery, day: date, *, by_cost: bool = False) -> list[Message]:
    """What decided the order. Without words everything is equally good until another order is asked for."""
    lot = Message(BY_LOT.text, {"day": day})
    if by_cost:
        return [message("What you would pay in the month decides the order, the least first."), lot]
    if query.sort is Sort.RELEVANCE and not query.text.strip():
        return [lot]
    return [ORDER_WORDS[query.sort], lot]
