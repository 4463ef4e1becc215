"""The offers that a voucher can be used with, and what each would cost its client: what a client chooses by."""

from collections.abc import Iterator
from uuid import UUID

from marketplace.catalogue.changes.history import scheduled_change
from marketplace.catalogue.offers.published import published_offer
from marketplace.catalogue.offers.schemas import PublishedOffer
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch, fetch_one
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.pricing.bands import BandCalendar, meeting_bands
from marketplace.pricing.prices import PriceList, effective_price
from marketplace.pricing.shares import check_prices_fit_voucher
from marketplace.pricing.values import unit_value
from marketplace.vouchers.queries import voucher_for
from marketplace.vouchers.schemas import ComingPrice, OfferForVoucher
from marketplace.vouchers.terms import VoucherTerms, read_terms, value_calendar

MOST_OFFERS = 100
CANDIDATES = """
select distinct o.id from offer o
    join offer_version n on n.offer_id = o.id and n.status = 'published' and n.accepts_new_clients
    join voucher v on v.id = $1 and v.organiser_id = o.organiser_id and v.service_class = o.service_class
    join client c on c.id = v.client_id and c.municipality_code = any(n.municipality_codes)
    join approval_covers a on a.provider_id = o.provider_id and a.organiser_id = o.organiser_id
        and a.service_class = o.service_class and a.municipality_code = c.municipality_code
        and $2::date between a.first_day and a.last_day
order by o.id limit $3
"""


async def offers_for_voucher(actor: Actor, voucher_id: UUID) -> list[OfferForVoucher]:
    """Public offers where the client lives that take new clients and fit the voucher, the lowest own share first.

    Raises:
        NotFound: not a voucher that the actor may see.
    """
    await voucher_for(actor, voucher_id)
    row = await fetch_one("select terms from voucher where id = $1", voucher_id)
    if row is None:
        raise NotFound
    terms = read_terms(row["terms"])
    found = [await published_offer(each["id"]) for each in await fetch(CANDIDATES, voucher_id, today(), MOST_OFFERS)]
    fitting = [await _for_voucher(each, terms) for each in found if _fits(each.prices, each.calendar, terms)]
    return sorted(fitting, key=lambda each: (each.own_share_from_cents, each.own_share_to_cents, each.price_from_cents))


def _fits(prices: PriceList, calendar: BandCalendar, terms: VoucherTerms) -> bool:
    try:
        return not check_prices_fit_voucher(
            prices, calendar, terms.rule, no_own_share=terms.no_own_share, household=terms.household,
            value_calendar=value_calendar(terms, calendar),
        )  # fmt: skip
    except DomainError:
        return False


async def _for_voucher(offer: PublishedOffer, terms: VoucherTerms) -> OfferForVoucher:
    return OfferForVoucher(
        offer_id=offer.id,
        provider_id=offer.provider_id,
        provider_name=offer.provider_name,
        name=offer.name,
        unit=offer.unit,
        **_ranges(offer.prices, offer.calendar, terms),
        visit_fee_cents=offer.prices.visit_fee_cents,
        visit_fee_waived_from=waived_from(offer.prices),
        coming=await _coming(offer.id, terms),
    )


def waived_from(prices: PriceList) -> int | None:
    """The visits a week from which the list charges no visit fee."""
    return prices.fee_waiver.visits_per_week if prices.visit_fee_cents and prices.fee_waiver else None


async def _coming(offer_id: UUID, terms: VoucherTerms) -> ComingPrice | None:
    """Announced prices that an agreement made today would take; one that the voucher cannot cover keeps those of today."""
    coming = await scheduled_change(offer_id)
    if coming is None or not _fits(coming.prices, coming.calendar, terms):
        return None
    return ComingPrice(valid_from=coming.valid_from, **_ranges(coming.prices, coming.calendar, terms))


def _ranges(prices: PriceList, calendar: BandCalendar, terms: VoucherTerms) -> dict[str, int]:
    pairs = list(_prices_and_values(prices, calendar, terms))
    own = [max(price - value, 0) for price, value in pairs]
    return {
        "price_from_cents": min(price for price, _ in pairs),
        "price_to_cents": max(price for price, _ in pairs),
        "own_share_from_cents": min(own),
        "own_share_to_cents": max(own),
    }


def _prices_and_values(prices: PriceList, calendar: BandCalendar, terms: VoucherTerms) -> Iterator[tuple[int, int]]:
    """Price and voucher value of a unit, for every pair of bands that can meet and every length that has a price."""
    lengths = [entry.up_to_minutes for entry in prices.length_prices] or [0]
    for band, value_band in meeting_bands(calendar, value_calendar(terms, calendar) or calendar):
        for minutes in lengths:
            price = effective_price(prices, band, minutes=minutes)
            yield price, unit_value(terms.rule, terms.household, value_band)
