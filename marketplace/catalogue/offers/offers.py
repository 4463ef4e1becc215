"""Use cases of a provider with its offers: draft, publish, withdraw. What is public is copied, never edited."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from marketplace.catalogue.offers.checks import what_is_missing
from marketplace.catalogue.offers.obstacles import gaps_of, in_words, problems_of, with_right_values
from marketplace.catalogue.offers.own import (
    as_json,
    content_of,
    locked_offer,
    my_offer,
    my_offers,
    offer_ids_of,
    own_provider,
    preview,
    write_draft,
    write_published,
)
from marketplace.catalogue.offers.photo_files import forget_unused, photo_problems
from marketplace.catalogue.offers.published import (
    offer_as_published,
    published_offer,
    published_offer_ids,
    published_offers,
    published_offers_of,
)
from marketplace.catalogue.offers.schemas import OfferDraft, SavedOffer
from marketplace.catalogue.offers.sources import check_publishing
from marketplace.catalogue.offers.states import PROVIDER, OfferAction, OfferStatus
from marketplace.catalogue.topics import OFFER_CHANGED, OfferChanged
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import execute, fetch_one, new_id, transactional
from marketplace.kernel.errors import FieldError, Invalid, NotFound, Refused
from marketplace.kernel.i18n import message
from marketplace.organisers.rules import bands_on
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList
from onboarding.approvals.changes import ChangeKind, note_change

__all__ = [
    "change_draft",
    "my_offer",
    "my_offers",
    "offer_as_published",
    "preview",
    "provider_changed",
    "publish",
    "published_offer",
    "published_offer_ids",
    "published_offers",
    "published_offers_of",
    "put_prices_in_force",
    "save_draft",
    "withdraw",
]

PUBLIC_VERSION: Final = "select id, number, status from offer_version where offer_id = $1 and status = 'published'"


@transactional()
async def save_draft(actor: Actor, offer_id: UUID | None, draft: OfferDraft) -> SavedOffer:
    """Writes the offer's draft; without an id it begins a new offer. What is public stays as it is.

    Raises:
        Forbidden: the actor does not manage a provider.
        NotFound: another provider's offer.
        Invalid: everything that is wrong with what was given, by field. What is missing is asked for when publishing.
    """
    provider_id = own_provider(actor)
    known = None if offer_id is None else await locked_offer(provider_id, offer_id)
    errors = [*await problems_of(draft, provider_id), *await photo_problems(provider_id, draft)]
    if known is not None and (known.organiser_id, known.service_class) != (draft.organiser_id, draft.service_class):
        errors.append(
            FieldError("service_class", message("An offer keeps its organiser and service class. Begin a new offer."))
        )
    if errors:
        raise Invalid(errors)
    if offer_id is None:
        offer_id = await _begin_offer(provider_id, draft)
    before, number = await write_draft(offer_id, draft)
    await forget_unused(provider_id, before)
    await audit.record(
        actor, "offer.drafted", "offer", offer_id, before=before, after=draft, organiser_id=draft.organiser_id
    )
    return SavedOffer(id=offer_id, version=number, status=OfferStatus.DRAFT)


@transactional()
async def change_draft(actor: Actor, offer_id: UUID, change: Callable[[OfferDraft], OfferDraft]) -> SavedOffer:
    """Writes the draft anew with a change of what it says now; without a draft, of what the newest version says.

    Raises:
        Forbidden, NotFound, Invalid: as ``save_draft``, or the change itself refuses.
    """
    await locked_offer(own_provider(actor), offer_id)
    own = await my_offer(actor, offer_id)
    return await save_draft(actor, offer_id, change(own.content))


@transactional()
async def publish(actor: Actor, offer_id: UUID) -> SavedOffer:
    """Makes the draft public in place of the version that was.

    Raises:
        Forbidden, NotFound: as ``save_draft``.
        Invalid: texts or prices are missing, or break a rule that changed since the draft was saved.
        Refused: there is no draft (``nothing_to_publish``), no approval covers it (``not_approved``), or a room above
            is against it (``sources.publishing_is_checked_by``).
    """
    provider_id = own_provider(actor)
    known = await locked_offer(provider_id, offer_id)
    row = await fetch_one("select * from offer_version where offer_id = $1 and status = 'draft'", offer_id)
    if row is None:
        raise Refused(message("There is no draft to publish."), code="nothing_to_publish")
    draft = await with_right_values(content_of(known, row))
    if errors := [*what_is_missing(draft), *await problems_of(draft, provider_id)]:
        raise Invalid(errors)
    if gaps := await gaps_of(provider_id, draft):
        raise Refused(in_words(gaps), code="not_approved")
    await check_publishing(offer_id, draft)
    status = PROVIDER.after(OfferStatus(row["status"]), OfferAction.PUBLISH)
    await _end_public_version(offer_id, OfferAction.REPLACE)
    await _make_public(row["id"], status, draft)
    saved = SavedOffer(id=offer_id, version=row["number"], status=status)
    await _tell(actor, "offer.published", saved, provider_id, draft.organiser_id)
    return saved


@transactional()
async def withdraw(actor: Actor, offer_id: UUID) -> SavedOffer:
    """Takes the offer out of the public's sight. Agreements made on it go on.

    Raises:
        Forbidden, NotFound: as ``save_draft``.
        Refused: nothing of it is public (``nothing_to_withdraw``).
    """
    provider_id = own_provider(actor)
    known = await locked_offer(provider_id, offer_id)
    number = await _end_public_version(offer_id, OfferAction.WITHDRAW)
    if number is None:
        raise Refused(message("This offer is not published."), code="nothing_to_withdraw")
    saved = SavedOffer(id=offer_id, version=number, status=OfferStatus.WITHDRAWN)
    await _tell(actor, "offer.withdrawn", saved, provider_id, known.organiser_id)
    return saved


@transactional()
async def put_prices_in_force(actor: Actor, offer_id: UUID, prices: PriceList, calendar: BandCalendar) -> SavedOffer:
    """Publishes the offer anew with other prices and all else as it is. A draft under way stays a draft.

    For rooms above, which know that the prices may begin today; the actor may be the system. A draft that has the prices
    of the version that ends gets the new ones, lest publishing it bring the old ones back.

    Raises:
        NotFound: no such offer.
        Refused: nothing of it is public (``not_published``).
    """
    offer = await fetch_one("select id, provider_id, organiser_id from offer where id = $1 for update", offer_id)
    if offer is None:
        raise NotFound
    public = await fetch_one(PUBLIC_VERSION, offer_id)
    if public is None:
        raise Refused(message("This offer is not published."), code="not_published")
    await _end_public_version(offer_id, OfferAction.REPLACE)
    number = await write_published(public["id"], as_json(prices), as_json(calendar))
    saved = SavedOffer(id=offer_id, version=number, status=OfferStatus.PUBLISHED)
    await _tell(actor, "offer.prices_in_force", saved, offer["provider_id"], offer["organiser_id"])
    return saved


@transactional()
async def provider_changed(provider_id: UUID) -> None:
    """Has every offer of a provider looked at again: its approval began, changed or ended."""
    for offer_id in await offer_ids_of(provider_id):
        await OFFER_CHANGED.enqueue(OfferChanged(offer_id))


async def _begin_offer(provider_id: UUID, draft: OfferDraft) -> UUID:
    offer_id = new_id()
    await execute(
        "insert into offer (id, provider_id, organiser_id, service_class, created_at) values ($1, $2, $3, $4, $5)",
        offer_id, provider_id, draft.organiser_id, draft.service_class, now(),
    )  # fmt: skip
    return offer_id


async def _make_public(version_id: UUID, status: OfferStatus, draft: OfferDraft) -> None:
    """Freezes the bands as well: later bands of the organiser change no price that was published."""
    calendar = draft.calendar or (await bands_on(draft.organiser_id, today())).calendar
    await execute(
        "update offer_version set status = $2, published_at = $3, changed_at = $3, calendar = $4::jsonb,"
        " details = $5::jsonb where id = $1",
        version_id, status.value, now(), as_json(calendar), as_json(draft.details),
    )  # fmt: skip


async def _end_public_version(offer_id: UUID, action: OfferAction) -> int | None:
    row = await fetch_one(PUBLIC_VERSION, offer_id)
    if row is None:
        return None
    status = PROVIDER.after(OfferStatus(row["status"]), action)
    await execute("update offer_version set status = $2, ended_at = $3 where id = $1", row["id"], status.value, now())
    return row["number"]


async def _tell(actor: Actor, action: str, saved: SavedOffer, provider_id: UUID, organiser_id: UUID) -> None:
    """The trail and the job. The key names version and status: a job already running may have read an older state."""
    await audit.record(actor, action, "offer", saved.id, after=saved, organiser_id=organiser_id)
    await note_change(ChangeKind.OFFERS, provider_id, organiser_id)
    key = f"offer.changed:{saved.id}:{saved.version}:{saved.status}"
    await OFFER_CHANGED.enqueue(OfferChanged(saved.id), dedupe_key=key)
