"""Changing several offers in one go. Each stands for itself: what one refuses does not stop the others.

An offer that is published and has no draft is published anew at once. Where there is a draft, the change goes into it and
waits there for its publishing: nobody publishes half-written words by ticking a box.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.obstacles import in_words
from marketplace.catalogue.offers.offers import change_draft, my_offer, publish, withdraw
from marketplace.catalogue.offers.own import locked_offer, own_provider
from marketplace.catalogue.offers.schemas import OfferDraft, OwnOffer
from marketplace.kernel.actors import Actor
from marketplace.kernel.db import savepoint, unit_of_work
from marketplace.kernel.errors import DomainError, Invalid, NotFound
from marketplace.kernel.i18n import Message, Text, message
from marketplace.organisers.reference import service_class

MOST_AT_ONCE: Final = 200


class BulkChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change in all of them; what is None stays. ``starts_at_once`` takes the earliest start away."""

    accepts_new_clients: bool | None = None
    capacity: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None
    earliest_start: date | None = None
    starts_at_once: bool = False
    languages: Annotated[tuple[str, ...], msgspec.Meta(max_length=30)] = ()
    withdraw: bool = False

    @property
    def is_empty(self) -> bool:
        return self == BulkChange()


class BulkOutcome(StrEnum):
    PUBLISHED = "published"
    DRAFTED = "drafted"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class BulkLine(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one offer. ``why`` says what it refused."""

    id: UUID
    name: Text
    outcome: BulkOutcome
    why: Message | None = None


OUTCOME_WORDS: Final = {
    BulkOutcome.PUBLISHED: message("Changed and published"),
    BulkOutcome.DRAFTED: message("Changed in the draft"),
    BulkOutcome.WITHDRAWN: message("Withdrawn"),
    BulkOutcome.REFUSED: message("Not changed"),
}


async def change_offers(actor: Actor, offer_ids: Sequence[UUID], change: BulkChange) -> list[BulkLine]:
    """Changes each of these offers by itself, in the order given.

    Raises:
        Forbidden: the actor does not manage a provider.
        Invalid: no offers, too many of them, or nothing to change.
    """
    own_provider(actor)
    ids = list(dict.fromkeys(offer_ids))
    _check(ids, change)
    return [await _changed(actor, offer_id, change) for offer_id in ids]


def _check(offer_ids: Sequence[UUID], change: BulkChange) -> None:
    if not offer_ids:
        raise Invalid.field("offers", message("Choose at least one offer."))
    if len(offer_ids) > MOST_AT_ONCE:
        raise Invalid.field("offers", message("Choose at most {most} offers.", most=MOST_AT_ONCE))
    if change.is_empty:
        raise Invalid.field("change", message("Say what to change."))
    if change.withdraw and replace(change, withdraw=False) != BulkChange():
        raise Invalid.field("withdraw", message("Either withdraw the offers or change them."))
    if change.starts_at_once and change.earliest_start:
        raise Invalid.field("earliest_start", message("Either at once or from a day on."))


async def _changed(actor: Actor, offer_id: UUID, change: BulkChange) -> BulkLine:
    try:
        own = await my_offer(actor, offer_id)
    except NotFound as unknown:
        return BulkLine(id=offer_id, name=Text("–"), outcome=BulkOutcome.REFUSED, why=unknown.message)
    try:
        async with unit_of_work(), savepoint():
            outcome = await _outcome(actor, offer_id, change)
    except DomainError as refused:
        return _line(own, BulkOutcome.REFUSED, _why(refused))
    return _line(own, outcome, None)


async def _outcome(actor: Actor, offer_id: UUID, change: BulkChange) -> BulkOutcome:
    await locked_offer(own_provider(actor), offer_id)
    if change.withdraw:
        await withdraw(actor, offer_id)
        return BulkOutcome.WITHDRAWN
    own = await my_offer(actor, offer_id)
    await change_draft(actor, offer_id, lambda content: with_change(content, change))
    if own.draft_version is not None or own.published_version is None:
        return BulkOutcome.DRAFTED
    await publish(actor, offer_id)
    return BulkOutcome.PUBLISHED


def with_change(content: OfferDraft, change: BulkChange) -> OfferDraft:
    """What the offer says after the change."""
    accepts = content.accepts_new_clients if change.accepts_new_clients is None else change.accepts_new_clients
    capacity = content.details.capacity if change.capacity is None else change.capacity
    start = None if change.starts_at_once else change.earliest_start or content.earliest_start
    return replace(
        content,
        accepts_new_clients=accepts,
        earliest_start=start,
        languages=change.languages or content.languages,
        details=replace(content.details, capacity=capacity),
    )


def _why(refused: DomainError) -> Message:
    return in_words([each.message for each in refused.fields]) if isinstance(refused, Invalid) else refused.message


def _line(own: OwnOffer, outcome: BulkOutcome, why: Message | None) -> BulkLine:
    content = own.content
    name = Text(content.name_fi, content.name_sv, content.name_en)
    return BulkLine(
        id=own.id, name=name if name.fi else service_class(content.service_class).name, outcome=outcome, why=why
    )
