"""Price changes for tests."""

from datetime import date
from typing import Any
from uuid import UUID

import marketplace.catalogue.wiring  # noqa: F401 - publishing asks what is above it
from marketplace.catalogue.changes.changes import announce
from marketplace.catalogue.changes.schemas import PriceChangeDraft, PriceChangeView
from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.db import fetch, new_id
from marketplace.organisers.rules import set_price_rules
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.prices import IncreaseRules, PriceList, PriceRules
from tests.factories.catalogue import band_prices

LONG_AGO = date(2025, 1, 1)


async def allow_increases(
    organiser: Organiser, service_class: str = "V-HOMECARE-REG", since: date = LONG_AGO, **rules: Any
) -> None:
    """The organiser's rules for raising prices."""
    increases = IncreaseRules(**rules)
    await set_price_rules(SYSTEM, organiser.id, service_class, PriceRules(increases=increases), since)


def dearer(day: int = 4000, **changes: Any) -> PriceList:
    return band_prices(day, **changes)


async def announced(
    provider: Actor, offer_id: UUID, valid_from: date, prices: PriceList | None = None
) -> PriceChangeView:
    """An announced change, by default of the weekday's price from 38 to 40 euros."""
    return await announce(provider, offer_id, PriceChangeDraft(prices=prices or dearer(), valid_from=valid_from))


def a_reviewer(organiser: Organiser) -> Actor:
    return Actor(person_id=new_id(), role=Role.REVIEWER, organiser_id=organiser.id)


async def jobs(name: str) -> int:
    """How many jobs of a topic wait."""
    return len(await fetch("select 1 from pgqueuer where entrypoint = $1", name))
