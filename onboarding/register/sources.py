"""What the register shows of a provider beside its approvals: units from its profile, services and prices from above.

The law wants prices published beside the approved providers (Act 569/2009, section 5). They belong to the catalogue, a
layer above this one, which says at its wiring where they are read.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.db import fetch
from onboarding.register.schemas import ShownOffer, ShownUnit

# A person of a client's close network is shown by name alone.
UNITS: Final = """
select u.provider_id, u.name, u.municipality, u.soteri_id, u.self_monitoring_url, u.self_monitoring_on
from provider_unit u join provider p on p.id = u.provider_id
where u.provider_id = any($1::uuid[]) and u.is_open and p.kind <> 'close_network' order by u.provider_id, lower(u.name), u.id
"""

OfferReader = Callable[[Sequence[UUID]], Awaitable[Sequence[ShownOffer]]]

_readers: list[OfferReader] = []


def offers_are_read_by(reader: OfferReader) -> None:
    """Names the one function that gives the published offers of providers; a second call replaces the first."""
    _readers[:] = [reader]


async def offers_of(provider_ids: Iterable[UUID]) -> Mapping[tuple[UUID, UUID], tuple[ShownOffer, ...]]:
    """Published offers by provider and organiser."""
    ids = sorted(set(provider_ids))
    found: dict[tuple[UUID, UUID], list[ShownOffer]] = {}
    for reader in _readers if ids else []:
        for offer in await reader(ids):
            found.setdefault((offer.provider_id, offer.organiser_id), []).append(offer)
    return {key: tuple(offers) for key, offers in found.items()}


async def units_of(provider_ids: Iterable[UUID]) -> Mapping[UUID, tuple[ShownUnit, ...]]:
    """The open units of providers, by name."""
    ids = sorted(set(provider_ids))
    found: dict[UUID, list[ShownUnit]] = {}
    for row in await fetch(UNITS, ids) if ids else []:
        found.setdefault(row["provider_id"], []).append(msgspec.convert(row, ShownUnit))
    return {provider_id: tuple(units) for provider_id, units in found.items()}
