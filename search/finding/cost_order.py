"""What a month of one's own week costs with each result, and the results in that order or up to a highest cost.

Only so many offers are priced for one page; beyond that one is asked to narrow the search, and the offers of the page
in view are priced all the same.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import PublishedOffer
from marketplace.kernel.db import fetch
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.pricing.values import components
from search import queries
from search.comparisons.costs import AskedMonth, OfferCost, asked_month, costs_of
from search.finding.asking import NO_SUCH_VOUCHER, MonthWish
from search.postgres_query import LIVE
from search.schemas import Card, SearchQuery

MOST_PRICED: Final = 2_000
METRES_PER_KM: Final = 1_000

CARDS: Final = f"select offer_id, card from search_card where generation = {LIVE} and offer_id = any($1::uuid[])"
_CARD: Final = msgspec.json.Decoder(Card)


class CostShown(msgspec.Struct, frozen=True, kw_only=True):
    """A month in cents. ``is_most``: the voucher depends on income, which is not asked here, so that it is at most this.

    ``has_other_voucher``: one was chosen, and does not pay for this. Without an amount ``problem`` says why there is none.
    """

    pays_cents: int | None = None
    total_cents: int = 0
    voucher_cents: int = 0
    overrun_cents: int = 0
    has_voucher: bool = False
    has_other_voucher: bool = False
    is_most: bool = False
    problem: Message | None = None


class PricedResults(msgspec.Struct, frozen=True, kw_only=True):
    """The cards of one page with their costs. ``problem`` says what of the question could not be done."""

    cards: Sequence[Card]
    total: int
    costs: Mapping[UUID, CostShown]
    problem: Message | None = None


async def priced(wish: MonthWish, query: SearchQuery, cards: Sequence[Card], total: int) -> PricedResults:
    """The page of results with the month's cost, in the order and up to the cost that was wished for.

    ``cards`` and ``total`` are what the search alone found.
    """
    asked = await _asked(wish)
    if isinstance(asked, Message):
        return PricedResults(cards=cards, total=total, costs={}, problem=asked)
    if not (wish.by_cost or wish.at_most_cents is not None):
        return await _page_priced(asked, cards, total)
    if total > MOST_PRICED:
        many = message(
            "There are too many offers to price them all: {count}. Choose a municipality or a service first.",
            count=total,
        )
        return msgspec.structs.replace(await _page_priced(asked, cards, total), problem=many)
    return await _all_priced(wish, query, asked)


async def priced_offer(wish: MonthWish, offer: PublishedOffer) -> tuple[CostShown | None, Message | None]:
    """The month's cost with one offer, or what of the question could not be done."""
    asked = await _asked(wish)
    if isinstance(asked, Message):
        return None, asked
    cost = (await costs_of([offer.id], asked)).get(offer.id)
    return (_cost(cost, asked, offer) if cost else None), None


async def _asked(wish: MonthWish) -> AskedMonth | Message:
    """The checked question, or what of it cannot be."""
    try:
        return await asked_month(
            month=wish.asked.month or None, visits=wish.asked.visits(), pauses=wish.asked.pauses(),
            metres=wish.asked.km * METRES_PER_KM, product=wish.product,
        )  # fmt: skip
    except NotFound:
        return NO_SUCH_VOUCHER
    except DomainError as error:
        return error.message


async def _page_priced(asked: AskedMonth, cards: Sequence[Card], total: int) -> PricedResults:
    costs = await costs_of([card.id for card in cards], asked)
    return PricedResults(cards=cards, total=total, costs=_shown(costs, asked, cards))


async def _all_priced(wish: MonthWish, query: SearchQuery, asked: AskedMonth) -> PricedResults:
    ids, _ = await queries.matching_ids(query, MOST_PRICED)
    costs = await costs_of(ids, asked)
    kept = within(ids, costs, wish.at_most_cents)
    ordered = by_cost(kept, costs) if wish.by_cost else kept
    cards = await _cards(ordered[query.offset : query.offset + query.limit])
    return PricedResults(cards=cards, total=len(ordered), costs=_shown(costs, asked, cards))


def within(ids: Sequence[UUID], costs: Mapping[UUID, OfferCost], at_most_cents: int | None) -> list[UUID]:
    """The offers that cost the client no more; those without a price only where no limit was set. Pure."""
    if at_most_cents is None:
        return [each for each in ids if each in costs]
    return [each for each in ids if each in costs and _pays(costs[each], at_most_cents + 1) <= at_most_cents]


def by_cost(ids: Sequence[UUID], costs: Mapping[UUID, OfferCost]) -> list[UUID]:
    """Cheapest for the client first, without a price last; equals keep their order. Pure."""
    dearest = 1 + max((_pays(cost, 0) for cost in costs.values()), default=0)
    return sorted(ids, key=lambda each: _pays(costs[each], dearest))


def _pays(cost: OfferCost, otherwise: int) -> int:
    return otherwise if cost.client_pays is None else cost.client_pays


async def _cards(ids: Sequence[UUID]) -> list[Card]:
    """Cards in the order of their ids. One that left the index meanwhile is left out."""
    found = {row["offer_id"]: row["card"] for row in await fetch(CARDS, list(ids))}
    return [_CARD.decode(found[each]) for each in ids if each in found]


def _shown(costs: Mapping[UUID, OfferCost], asked: AskedMonth, cards: Sequence[Card]) -> dict[UUID, CostShown]:
    return {card.id: _cost(costs[card.id], asked, card) for card in cards if card.id in costs}


def _cost(cost: OfferCost, asked: AskedMonth, card: Card | PublishedOffer) -> CostShown:
    pays = asked.paying is not None and asked.paying.pays_for(card.organiser_id, card.service_class)
    return CostShown(
        pays_cents=cost.client_pays,
        total_cents=cost.total_cents or 0,
        voucher_cents=cost.voucher_cents or 0,
        overrun_cents=cost.overrun_cents or 0,
        has_voucher=pays,
        has_other_voucher=asked.paying is not None and not pays,
        is_most=pays and depends_on_income(asked),
        problem=cost.problem,
    )


def depends_on_income(asked: AskedMonth) -> bool:
    """Whether the voucher's value may be higher than it is without an income: it was counted at its lowest."""
    if asked.paying is None:
        return False
    return any(hasattr(part.rule, "lowest_cents") for part in components(asked.paying.terms.rule))
