"""The offers that a voucher can be used with, and what each would cost its client: what a client chooses by."""

from collections.abc import Iterator
from uuid import UUID

from marketplace.catalogue.offers.published import published_offer
from marketplace.catalogue.offers.schemas import PublishedOffer
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch, fetch_one
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.pricing.bands import meeting_bands
from marketplace.pricing.shares import check_prices_fit_voucher
from marketplace.pricing.values import unit_value
from marketplace.vouchers.queries import voucher_for
from marketplace.vouchers.schemas import OfferForVoucher
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
    fitting = [_for_voucher(offer, terms) for offer in found if _fits(offer, terms)]
    return sorted(fitting, key=lambda each: (each.own_share_from_cents, each.own_share_to_cents, each.price_from_cents))


def _fits(offer: PublishedOffer, terms: VoucherTerms) -> bool:
    try:
        return not check_prices_fit_voucher(
            offer.prices, offer.calendar, terms.rule, no_own_share=terms.no_own_share, household=terms.household,
            value_calendar=value_calendar(terms, offer.calendar),
        )  # fmt: skip
    except DomainError:
        return False


def _for_voucher(offer: PublishedOffer, terms: VoucherTerms) -> OfferForVoucher:
    pairs = list(_prices_and_values(offer, terms))
    own = [max(price - value, 0) for price, value in pairs]
    return OfferForVoucher(
        offer_id=offer.id,
        provider_id=offer.provider_id,
        provider_name=offer.provider_name,
        name=offer.name,
        unit=offer.unit,
        price_from_cents=min(price for price, _ in pairs),
        price_to_cents=max(price for price, _ in pairs),
        own_share_from_cents=min(own),
        own_share_to_cents=max(own),
        visit_fee_cents=offer.prices.visit_fee_cents,
    )


def _prices_and_values(offer: PublishedOffer, terms: VoucherTerms) -> Iterator[tuple[int, int]]:
    """Price and voucher value of a unit, for every pair of bands that can meet."""
    for band, value_band in meeting_bands(offer.calendar, value_calendar(terms, offer.calendar) or offer.calendar):
        yield offer.prices.price_of(band), unit_value(terms.rule, terms.household, value_band)
