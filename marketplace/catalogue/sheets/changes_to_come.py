"""Price changes of published offers under the organiser's rules: the day from which, and what forbids it."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from marketplace.catalogue.changes.increases import increases_of
from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch_value
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.rules import price_rules_on
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.price_changes import change_errors, earliest_day, is_increase

WAITING: Final = """
select valid_from from price_change where offer_id = $1 and status in ('awaiting_approval', 'scheduled')
"""


async def day_of_change(
    offer_id: UUID, before: OfferDraft, after: OfferDraft, usual: BandCalendar, wanted: date | None
) -> date:
    """The day from which new prices would hold: the one that is wanted, else the first that the rules allow.

    A day that is over already means as soon as may be.
    """
    if wanted is not None and wanted > today():
        return wanted
    if not _rises(before, after, usual):
        return today()
    rules = await price_rules_on(before.organiser_id, before.service_class, today())
    return earliest_day(rules.increases, today(), await increases_of(offer_id)) or today()


async def problems_of_change(
    offer_id: UUID, before: OfferDraft, after: OfferDraft, usual: BandCalendar, day: date
) -> Sequence[Message]:
    """Why the prices may not change on that day, in words; nothing where they may."""
    if waiting := await fetch_value(WAITING, offer_id):
        return [message("A price change from {day} is waiting already. Cancel it first.", day=waiting)]
    if not _rises(before, after, usual):
        return []
    rules = await price_rules_on(before.organiser_id, before.service_class, today())
    errors = change_errors(rules.increases, today(), day, await increases_of(offer_id))
    return [error.message for error in errors]


def _rises(before: OfferDraft, after: OfferDraft, usual: BandCalendar) -> bool:
    assert before.prices is not None
    assert after.prices is not None
    return is_increase(before.prices, before.calendar or usual, after.prices, after.calendar or usual)
