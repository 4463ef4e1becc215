"""How an offer's prices rose, and whether they may today: what stands between a dearer draft and the public."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.changes.schemas import IncreaseOutlook
from marketplace.catalogue.offers.own import known_offer, own_provider
from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import HELSINKI, today
from marketplace.kernel.db import Row, fetch, fetch_one
from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import Message, message, translate
from marketplace.organisers.rules import bands_on, price_rules_on
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.price_changes import earliest_day, is_increase, joined, reasons_against, rules_in_words
from marketplace.pricing.prices import IncreaseRules, PriceList

# The versions of this year, and the last one before it, to see whether the first of them was dearer.
SINCE: Final = """
select v.prices, v.calendar, v.published_at, c.valid_from
from offer_version v left join price_change c on c.version_id = v.id
where v.offer_id = $1 and v.status <> 'draft' and v.number >= coalesce(
    (select max(number) from offer_version b where b.offer_id = $1 and b.status <> 'draft'
        and (b.published_at at time zone 'Europe/Helsinki')::date < $2::date), 0)
order by v.number
"""
TO_COME: Final = """
select valid_from from price_change
where offer_id = $1 and is_increase and status in ('awaiting_approval', 'scheduled') order by valid_from
"""
LAST: Final = """
select prices, calendar from offer_version where offer_id = $1 and status <> 'draft' order by number desc limit 1
"""


async def increases_of(offer_id: UUID) -> list[date]:
    """The days of this calendar year and later on which the offer's prices rose or will."""
    year = date(today().year, 1, 1)
    rows = await fetch(SINCE, offer_id, year)
    coming = [row["valid_from"] for row in await fetch(TO_COME, offer_id)]
    return [*(day for day in _risen(rows) if day >= year), *coming]


def _risen(rows: list[Row]) -> Iterator[date]:
    for before, after in pairwise(rows):
        if before["prices"] != after["prices"] and is_increase(*prices_of(before), *prices_of(after)):
            yield after["valid_from"] or after["published_at"].astimezone(HELSINKI).date()


def prices_of(row: Row) -> tuple[PriceList, BandCalendar]:
    """The price list and the bands that a row keeps as JSON."""
    prices = msgspec.json.decode(row["prices"], type=PriceList)
    return prices, msgspec.json.decode(row["calendar"], type=BandCalendar)


async def refuse_increase_today(offer_id: UUID, draft: OfferDraft) -> None:
    """Says no to publishing a draft whose prices rise against the organiser's rules; the way is to announce them.

    Raises:
        Refused: ``increase_not_allowed_today``.
    """
    row = await fetch_one(LAST, offer_id)
    if row is None or draft.prices is None:
        return
    calendar = draft.calendar or (await bands_on(draft.organiser_id, today())).calendar
    if not is_increase(*prices_of(row), draft.prices, calendar):
        return
    rules = (await price_rules_on(draft.organiser_id, draft.service_class, today())).increases
    if said := _against(rules, await increases_of(offer_id)):
        raise Refused(joined(said), code="increase_not_allowed_today")


def _against(rules: IncreaseRules, increases: list[date]) -> list[Message]:
    reasons = reasons_against(rules, today(), today(), increases)
    if rules.approval_needed:
        reasons.append(message("The organiser looks at every increase before it may begin."))
    if not reasons:
        return []
    earliest = earliest_day(rules, today(), increases)
    way = [message("Prices cannot be raised now. You can lower them on any day.")]
    if earliest is not None:
        way = [message("The earliest day is {day}. Announce the new prices as a price change: they begin on their day by themselves.", day=earliest)]  # fmt: skip
    return [message("The prices of the draft are higher than the published ones."), *reasons, *way]


async def outlook(actor: Actor, offer_id: UUID) -> IncreaseOutlook:
    """The rules for raising an offer's prices in the reader's language, and the earliest day.

    Raises:
        Forbidden, NotFound: not an offer of a provider that the actor manages.
    """
    known = await known_offer(own_provider(actor), offer_id)
    rules = (await price_rules_on(known.organiser_id, known.service_class, today())).increases
    return IncreaseOutlook(
        rules=[translate(text, actor.language) for text in rules_in_words(rules)],
        earliest_day=earliest_day(rules, today(), await increases_of(offer_id)),
        approval_needed=rules.approval_needed,
    )
