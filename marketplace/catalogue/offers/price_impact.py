"""Published offers held against price rules that an organiser means to set."""

from datetime import date
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from marketplace.catalogue.offers.price_checks import PriceLimits, limit_errors, price_limits
from marketplace.catalogue.offers.published import published_offers_among
from marketplace.catalogue.offers.schemas import PublishedOffer
from marketplace.kernel.db import fetch
from marketplace.kernel.i18n import Message
from marketplace.organisers.affected import AffectedOffer
from marketplace.pricing.prices import PriceRules, check_shape

PUBLISHED: Final = """
select o.id from offer o join offer_version v on v.offer_id = o.id and v.status = 'published'
where o.organiser_id = $1 and o.service_class = $2 order by o.id
"""
SHAPE_RULES: Final = frozenset({"visit_fee_cents", "minimum_minutes"})
MOST_REASONS: Final = 5
AT_ONCE: Final = 500


async def offers_against(
    organiser_id: UUID, service_class: str, rules: PriceRules, day: date
) -> tuple[int, list[AffectedOffer]]:
    """How many offers of the class are public, and those among them that the rules would not allow, with reasons."""
    limits = await price_limits(organiser_id, service_class, day)
    products = tuple((p, replace(version, price_ceiling_cents=None)) for p, version in limits.products)
    wanted = replace(limits, rules=replace(limits.rules, prices=rules), products=products)
    ids = [row["id"] for row in await fetch(PUBLISHED, organiser_id, service_class)]
    count, found = 0, list[AffectedOffer]()
    for start in range(0, len(ids), AT_ONCE):
        among = await published_offers_among(ids[start : start + AT_ONCE])
        count += len(among)
        found += [_affected(offer, reasons) for offer in among.values() if (reasons := _reasons(offer, wanted))]
    return count, found


def _reasons(offer: PublishedOffer, limits: PriceLimits) -> tuple[Message, ...]:
    shape = check_shape(offer.prices, offer.calendar, limits.rules.prices)
    errors = [error for error in shape if error.field in SHAPE_RULES]
    errors += limit_errors(offer.prices, offer.calendar, limits)
    return tuple(error.message for error in errors[:MOST_REASONS])


def _affected(offer: PublishedOffer, reasons: tuple[Message, ...]) -> AffectedOffer:
    return AffectedOffer(
        offer_id=offer.id,
        name=offer.name,
        provider_name=offer.provider_name,
        address=f"/offers/{offer.id}",
        reasons=reasons,
    )
