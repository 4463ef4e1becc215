"""Whose published prices new price rules would touch. Offers belong to the catalogue, a layer above, which answers."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Actor
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Message, Text
from marketplace.organisers.rules import bands_on, price_rule_errors, require_organiser_admin
from marketplace.pricing.prices import PriceRules

MOST_SHOWN: Final = 100


class AffectedOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A published offer that the rules would not allow, and why. ``address`` is its public page."""

    offer_id: UUID
    name: Text
    provider_name: str
    address: str
    reasons: tuple[Message, ...]


class AffectedOffers(msgspec.Struct, frozen=True, kw_only=True):
    """How many published offers of the class there are, how many the rules touch, and the first hundred of these."""

    published: int
    total: int
    items: tuple[AffectedOffer, ...]


OfferReader = Callable[[UUID, str, PriceRules, date], Awaitable[tuple[int, list[AffectedOffer]]]]

_readers: Final[list[OfferReader]] = []


def offers_are_checked_by(reader: OfferReader) -> None:
    """Names the one function that holds published offers against rules; a second call replaces the first.

    It gives the number of published offers and those that the rules would not allow.
    """
    _readers[:] = [reader]


async def affected_offers(
    actor: Actor, organiser_id: UUID, service_class_code: str, rules: PriceRules, valid_from: date
) -> AffectedOffers:
    """The published offers that rules would not allow from a day on. Nothing is written.

    Raises:
        NotFound: the organiser is not the actor's own.
        Invalid: the rules themselves are wrong, as ``set_price_rules``.
    """
    require_organiser_admin(actor, organiser_id)
    bands = await bands_on(organiser_id, valid_from)
    if errors := price_rule_errors(service_class_code, rules, bands, valid_from):
        raise Invalid(errors)
    published, found = 0, list[AffectedOffer]()
    for reader in _readers:
        published, found = await reader(organiser_id, service_class_code, rules, valid_from)
    return AffectedOffers(published=published, total=len(found), items=tuple(found[:MOST_SHOWN]))
