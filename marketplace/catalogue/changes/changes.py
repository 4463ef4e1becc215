"""Use cases of price changes: announced by a provider, looked at by the organiser, cancelled before they begin.

Whoever decides holds the offer's row first and the change's row after it, so that an announcement, a cancellation, a
decision and the round of the day wait for each other.
"""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.changes.beginning import begin_or_drop, held_change, undone
from marketplace.catalogue.changes.increases import increases_of, prices_of
from marketplace.catalogue.changes.notices import tell_organiser, tell_provider
from marketplace.catalogue.changes.queries import change_for
from marketplace.catalogue.changes.schemas import (
    MOST_DAYS_AHEAD,
    PriceChangeDraft,
    PriceChangePreview,
    PriceChangeView,
    Rejection,
)
from marketplace.catalogue.changes.sources import clients_of
from marketplace.catalogue.changes.states import ORGANISER, PROVIDER, ChangeAction, ChangeStatus
from marketplace.catalogue.offers.own import (
    KnownOffer,
    content_of,
    known_offer,
    locked_offer,
    own_provider,
    with_usual_bands,
)
from marketplace.catalogue.offers.price_checks import price_problems
from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.catalogue.topics import PRICE_CHANGE_SCHEDULED, OfPriceChange
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import FieldError, Invalid, NotFound, Refused
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import checked_words
from marketplace.organisers.rules import bands_on, price_rules_on
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.price_changes import change_errors, is_increase
from onboarding.approvals.changes import ChangeKind, note_change
from onboarding.scoping import reviewing_organiser

INSERT: Final = """
insert into price_change (id, offer_id, prices, calendar, valid_from, is_increase, status, announced_by, announced_at)
values ($1, $2, $3::jsonb, $4::jsonb, $5, $6, $7, $8, $9)
"""
PUBLIC: Final = "select * from offer_version where offer_id = $1 and status = 'published'"
WAITS: Final = """
select exists (select from price_change where offer_id = $1 and status in ('awaiting_approval', 'scheduled'))
"""
DECIDE: Final = "update price_change set status = $2, decided_by = $3, decided_at = $4, reasons = $5 where id = $1"


class _Judged(msgspec.Struct, frozen=True):
    """Prices that may begin on their day: with their bands, and whether they rise."""

    calendar: BandCalendar
    is_increase: bool
    approval_needed: bool


async def published_content(actor: Actor, offer_id: UUID) -> OfferDraft:
    """What the offer's published version says: what a change starts from, whatever its draft says.

    Raises:
        Forbidden, NotFound: not an offer of a provider that the actor manages.
        Refused: nothing of it is published, or a change waits.
    """
    known = await known_offer(own_provider(actor), offer_id)
    return await with_usual_bands(content_of(known, await _changeable(offer_id)))


async def preview_change(actor: Actor, offer_id: UUID, draft: PriceChangeDraft) -> PriceChangePreview:
    """What ``announce`` would do now, without doing it: what rises, who looks at it, how many clients are concerned.

    Raises:
        Forbidden, NotFound, Refused, Invalid: as ``announce``.
    """
    known = await known_offer(own_provider(actor), offer_id)
    public = await _changeable(offer_id)
    judged = await _judged(own_provider(actor), known, public, draft)
    before_prices, before_calendar = prices_of(public)
    return PriceChangePreview(
        valid_from=draft.valid_from,
        is_increase=judged.is_increase,
        approval_needed=judged.is_increase and judged.approval_needed,
        prices=draft.prices,
        calendar=judged.calendar,
        before_prices=before_prices,
        before_calendar=before_calendar,
        clients=await clients_of(offer_id),
    )


@transactional()
async def announce(actor: Actor, offer_id: UUID, draft: PriceChangeDraft) -> PriceChangeView:
    """Announces new prices of a published offer; where they may begin today they do at once.

    They must be right under the rules of the day on which they begin. Prices may fall on any day and rise as the
    organiser allows; where it looks at increases they wait for it.

    Raises:
        Forbidden, NotFound: not an offer of a provider that the actor manages.
        Refused: nothing of it is published (``offer_not_published``), another change waits (``price_change_waiting``).
        Invalid: the day or the prices are wrong, or they are those of today.
    """
    known = await locked_offer(own_provider(actor), offer_id)
    judged = await _judged(own_provider(actor), known, await _changeable(offer_id), draft)
    waits = judged.is_increase and judged.approval_needed
    status = ChangeStatus.AWAITING_APPROVAL if waits else ChangeStatus.SCHEDULED
    change_id = new_id()
    await execute(
        INSERT, change_id, offer_id, _json(draft.prices), _json(judged.calendar), draft.valid_from, judged.is_increase,
        status.value, actor.person_id, now(),
    )  # fmt: skip
    await audit.record(
        actor, "price_change.announced", "price_change", change_id, after=draft, organiser_id=known.organiser_id,
        provider_id=own_provider(actor),
    )  # fmt: skip
    if waits:
        await tell_organiser(known.organiser_id, change_id)
    else:
        await _scheduled(change_id, own_provider(actor), known.organiser_id)
    return await change_for(actor, change_id)


async def _changeable(offer_id: UUID) -> Row:
    """The published version, whose prices may be changed: no other change waits."""
    public = await fetch_one(PUBLIC, offer_id)
    if public is None:
        text = message("This offer is not published. Change the prices in its draft and publish it.")
        raise Refused(text, code="offer_not_published")
    if await fetch_value(WAITS, offer_id):
        text = message("Another price change of this offer is coming. Cancel it first, or wait until it has begun.")
        raise Refused(text, code="price_change_waiting")
    return public


async def _judged(provider_id: UUID, known: KnownOffer, public: Row, draft: PriceChangeDraft) -> _Judged:
    if errors := _day_errors(draft.valid_from):
        raise Invalid(errors)
    content = replace(content_of(known, public), prices=draft.prices, calendar=draft.calendar)
    if errors := await price_problems(content, provider_id, draft.valid_from):
        raise Invalid(errors)
    calendar = draft.calendar or (await bands_on(known.organiser_id, draft.valid_from)).calendar
    before = prices_of(public)
    rises = is_increase(*before, draft.prices, calendar)
    if not rises and calendar.not_served == before[1].not_served and not is_increase(draft.prices, calendar, *before):
        text = message("These are the prices that you have already. Change at least one of them.")
        raise Invalid.field("prices", text)
    rules = (await price_rules_on(known.organiser_id, known.service_class, draft.valid_from)).increases
    if rises and (errors := change_errors(rules, today(), draft.valid_from, await increases_of(known.id))):
        raise Invalid(errors)
    return _Judged(calendar, rises, rules.approval_needed)


def _day_errors(valid_from: date) -> list[FieldError]:
    last = today() + timedelta(days=MOST_DAYS_AHEAD)
    if valid_from < today():
        return [FieldError("valid_from", message("The day is past. Choose today or a later day."))]
    if valid_from > last:
        return [FieldError("valid_from", message("Choose a day before {day}.", day=last + timedelta(days=1)))]
    return []


@transactional()
async def cancel(actor: Actor, change_id: UUID) -> PriceChangeView:
    """The provider takes an announced change back before its first day. Clients who were told are told of it.

    Raises:
        Forbidden, NotFound: not a change of a provider that the actor manages.
        Conflict: it is decided already.
        Refused: its day has come (``price_change_begun``).
    """
    row = await _held(change_id, "provider_id", own_provider(actor))
    before = ChangeStatus(row["status"])
    status = PROVIDER.after(before, ChangeAction.CANCEL)
    if before is ChangeStatus.SCHEDULED and row["valid_from"] <= today():
        text = message("These prices begin today. Announce other ones instead.")
        raise Refused(text, code="price_change_begun")
    await _decide(actor, row, status)
    if before is ChangeStatus.SCHEDULED:
        await undone(row)
    return await change_for(actor, change_id)


@transactional()
async def approve(actor: Actor, change_id: UUID) -> PriceChangeView:
    """The organiser accepts an increase: it is public from now on and begins on its day.

    Raises:
        NotFound: not a change of the actor's organiser.
        Conflict: it is decided already.
        Refused: its day is past (``day_passed``), or rules that changed meanwhile are against it (``against_rules``).
    """
    row = await _held(change_id, "organiser_id", reviewing_organiser(actor))
    status = ORGANISER.after(ChangeStatus(row["status"]), ChangeAction.APPROVE)
    if row["valid_from"] < today():
        text = message("The day on which the prices should begin is past. The provider has to announce them again.")
        raise Refused(text, code="day_passed")
    await _require_right(row)
    await _decide(actor, row, status)
    await tell_provider(row, status)
    await _scheduled(change_id, row["provider_id"], row["organiser_id"])
    return await change_for(actor, change_id)


@transactional()
async def reject(actor: Actor, change_id: UUID, rejection: Rejection) -> PriceChangeView:
    """The organiser does not accept an increase, with its reasons. The prices stay as they are.

    Raises:
        NotFound: not a change of the actor's organiser.
        Conflict: it is decided already.
        Invalid: no reasons.
    """
    row = await _held(change_id, "organiser_id", reviewing_organiser(actor))
    status = ORGANISER.after(ChangeStatus(row["status"]), ChangeAction.REJECT)
    reasons = checked_words("reasons", rejection.reasons)
    if not reasons:
        raise Invalid.field("reasons", message("Give the reasons: the provider needs them to go on."))
    await _decide(actor, row, status, reasons)
    await tell_provider(row, status)
    return await change_for(actor, change_id)


async def _held(change_id: UUID, column: str, scope_id: UUID) -> Row:
    row = await held_change(change_id)
    if row is None or row[column] != scope_id:
        raise NotFound
    return row


async def _require_right(row: Row) -> None:
    public = await fetch_one(PUBLIC, row["offer_id"])
    if public is None:
        return
    prices, calendar = prices_of(row)
    known = KnownOffer(row["offer_id"], row["organiser_id"], row["service_class"])
    content = replace(content_of(known, public), prices=prices, calendar=calendar)
    if errors := await price_problems(content, row["provider_id"], row["valid_from"]):
        raise Refused(errors[0].message, code="against_rules")


async def _decide(actor: Actor, row: Row, status: ChangeStatus, reasons: str = "") -> None:
    await execute(DECIDE, row["id"], status.value, actor.person_id, now(), reasons)
    await audit.record(
        actor, f"price_change.{status}", "price_change", row["id"], before={"status": row["status"]},
        after={"status": status}, organiser_id=row["organiser_id"], provider_id=row["provider_id"],
    )  # fmt: skip


async def _scheduled(change_id: UUID, provider_id: UUID, organiser_id: UUID) -> None:
    """Tells what is above and, from its first day on, puts the prices in force at once."""
    await PRICE_CHANGE_SCHEDULED.enqueue(OfPriceChange(change_id), dedupe_key=f"price_change.scheduled:{change_id}")
    await note_change(ChangeKind.OFFERS, provider_id, organiser_id)
    row = await held_change(change_id)
    if row is not None and row["valid_from"] <= today():
        await begin_or_drop(row)


def _json(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()
