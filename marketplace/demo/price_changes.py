"""The demonstration's price changes: one that has begun, one that is coming and told to its clients, one that waits."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.changes.beginning import begin_due
from marketplace.catalogue.changes.changes import announce, approve
from marketplace.catalogue.changes.schemas import PriceChangeDraft
from marketplace.catalogue.offers.published import published_offer, published_offers_of
from marketplace.demo.organisers import organiser_id_of, staff_actor
from marketplace.demo.providers import moment_of, provider_actor
from marketplace.kernel.actors import SYSTEM, Role
from marketplace.kernel.clock import clock_set_to, today
from marketplace.kernel.db import fetch_value
from marketplace.organisers.rules import price_rules_on, set_price_rules
from marketplace.pricing.prices import BandPrice, IncreaseRules, PriceList

ORGANISER: Final = "helsinki"
SERVICES: Final = ("V-HOMECARE-REG", "V-HOMECARE-TMP")
RULES: Final = IncreaseRules(most_per_year=1, notice_days=30, approval_needed=True)
RULED_SINCE, ANNOUNCED, ACCEPTED, BEGUN = 95, 80, 78, 40
"""How many days ago the rules began, and what happened to the change that is in force."""


class RaiseData(msgspec.Struct, frozen=True, kw_only=True):
    """Whose offer of which service becomes dearer, and by how many percent."""

    business_id: str
    service_class: str
    percent: int


IN_FORCE: Final = RaiseData(business_id="0000114-2", service_class="V-HOMECARE-TMP", percent=3)
COMING: Final = RaiseData(business_id="0000104-6", service_class="V-HOMECARE-REG", percent=4)
WAITING: Final = RaiseData(business_id="0000105-4", service_class="V-HOMECARE-REG", percent=6)


async def are_made() -> bool:
    organiser_id = await organiser_id_of(ORGANISER)
    sql = "select exists (select from price_change c join offer o on o.id = c.offer_id where o.organiser_id = $1)"
    return bool(await fetch_value(sql, organiser_id))


async def make() -> None:
    """The organiser's rules for increases and the three changes, within the caller's unit of work."""
    await _set_rules()
    with clock_set_to(moment_of(ANNOUNCED)):
        begun = await _announce(IN_FORCE, today() + timedelta(days=ANNOUNCED - BEGUN))
    await _accept(begun, ACCEPTED)
    with clock_set_to(moment_of(BEGUN)):
        await begin_due()
    with clock_set_to(moment_of(2)):
        coming = await _announce(COMING, _first_of_month_after(today() + RULES.notice_days * timedelta(days=1)))
    await _accept(coming, 1)
    with clock_set_to(moment_of(1)):
        await _announce(WAITING, _first_of_month_after(today() + timedelta(days=RULES.notice_days + 20)))


async def _set_rules() -> None:
    """How prices may rise; ceilings and all else stay as the organiser has them."""
    organiser_id = await organiser_id_of(ORGANISER)
    assert organiser_id is not None, "organisers are made before price changes"
    since = today() - timedelta(days=RULED_SINCE)
    for service in SERVICES:
        rules = await price_rules_on(organiser_id, service, today())
        changed = msgspec.structs.replace(rules, increases=RULES)
        await set_price_rules(SYSTEM, organiser_id, service, changed, since)


async def _announce(told: RaiseData, day: date) -> UUID:
    actor = await provider_actor(told.business_id)
    assert actor.provider_id is not None, "providers have offers"
    offers = await published_offers_of(actor.provider_id)
    offer = await published_offer(next(each.id for each in offers if each.service_class == told.service_class))
    draft = PriceChangeDraft(prices=_raised(offer.prices, told.percent), calendar=offer.calendar, valid_from=day)
    return (await announce(actor, offer.id, draft)).id


async def _accept(change_id: UUID, days_ago: int) -> None:
    with clock_set_to(moment_of(days_ago)):
        await approve(await staff_actor(ORGANISER, Role.REVIEWER), change_id)


def _raised(prices: PriceList, percent: int) -> PriceList:
    """The list with dearer prices, to ten cents as people write them."""

    def raised(cents: int) -> int:
        return -(-cents * (100 + percent) // 1000) * 10

    bands = tuple(BandPrice(each.band, raised(each.price_cents)) for each in prices.band_prices)
    one = None if prices.one_price_cents is None else raised(prices.one_price_cents)
    return msgspec.structs.replace(prices, band_prices=bands, one_price_cents=one)


def _first_of_month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
