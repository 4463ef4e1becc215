"""All that an offer ever said: its versions, for its own provider. What was public is read, and may be begun from again."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.obstacles import with_right_values
from marketplace.catalogue.offers.offers import save_draft
from marketplace.catalogue.offers.own import (
    KnownOffer,
    as_shown,
    content_of,
    known_offer,
    locked_offer,
    own_provider,
    with_usual_bands,
)
from marketplace.catalogue.offers.photo_files import forget_unused
from marketplace.catalogue.offers.schemas import OfferDraft, PublishedOffer, SavedOffer
from marketplace.catalogue.offers.states import OfferStatus
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.db import Row, execute, fetch, fetch_one, transactional
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.i18n import Text, message

LIST: Final = """
select number, status, name_fi, name_sv, name_en, changed_at, published_at, ended_at from offer_version
where offer_id = $1 order by number desc
"""
ONE: Final = "select * from offer_version where offer_id = $1 and number = $2"


class VersionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an offer's history. ``is_archived``: it was public once and is no more."""

    number: int
    status: OfferStatus
    name: Text
    changed_at: datetime
    published_at: datetime | None
    ended_at: datetime | None

    @property
    def is_archived(self) -> bool:
        return self.status in {OfferStatus.WITHDRAWN, OfferStatus.REPLACED}


class OfferVersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One version and what it said, in the form in which it would be edited."""

    summary: VersionSummary
    content: OfferDraft


class DraftDeleted(msgspec.Struct, frozen=True, kw_only=True):
    """``offer_is_gone``: it was never published, so that nothing of it is left."""

    offer_is_gone: bool


async def versions_of(actor: Actor, offer_id: UUID) -> list[VersionSummary]:
    """All versions of the provider's own offer, the newest first.

    Raises:
        Forbidden: the actor does not manage a provider.
        NotFound: another provider's offer.
    """
    await known_offer(own_provider(actor), offer_id)
    return [_summary(row) for row in await fetch(LIST, offer_id)]


async def version_of(actor: Actor, offer_id: UUID, number: int) -> OfferVersionView:
    """One version.

    Raises:
        Forbidden, NotFound: as ``versions_of``, or there is no such version.
    """
    known = await known_offer(own_provider(actor), offer_id)
    row = await _row(offer_id, number)
    return OfferVersionView(summary=_summary(row), content=content_of(known, row))


async def version_as_shown(actor: Actor, offer_id: UUID, number: int) -> PublishedOffer:
    """One version as the public saw it, or would see it.

    Raises:
        Forbidden, NotFound: as ``version_of``.
        Refused: it has no prices (``no_prices``).
    """
    view = await version_of(actor, offer_id, number)
    return await as_shown(own_provider(actor), offer_id, view.content, number, view.summary.published_at)


@transactional()
async def use_version(actor: Actor, offer_id: UUID, number: int) -> SavedOffer:
    """Makes a draft that says what a version said, in place of a draft that there may be.

    Raises:
        Forbidden, NotFound: as ``version_of``.
        Invalid: it breaks rules of today.
    """
    known = await locked_offer(own_provider(actor), offer_id)
    content = content_of(known, await _row(offer_id, number))
    return await save_draft(actor, offer_id, await with_right_values(await with_usual_bands(content)))


@transactional()
async def delete_draft(actor: Actor, offer_id: UUID) -> DraftDeleted:
    """Deletes the draft; an offer that was never published goes with it.

    Raises:
        Forbidden, NotFound: as ``versions_of``.
        Refused: there is no draft (``nothing_to_delete``).
    """
    provider_id = own_provider(actor)
    known = await locked_offer(provider_id, offer_id)
    row = await fetch_one("select * from offer_version where offer_id = $1 and status = 'draft'", offer_id)
    if row is None:
        raise Refused(message("There is no draft to delete."), code="nothing_to_delete")
    content = content_of(known, row)
    await execute("delete from offer_version where id = $1", row["id"])
    await forget_unused(provider_id, content)
    is_gone = await _delete_if_empty(known)
    await audit.record(
        actor, "offer.draft_deleted", "offer", offer_id, before=content, organiser_id=known.organiser_id
    )  # fmt: skip
    return DraftDeleted(offer_is_gone=is_gone)


async def _delete_if_empty(known: KnownOffer) -> bool:
    sql = "delete from offer o where id = $1 and not exists (select from offer_version v where v.offer_id = o.id)"
    return bool(await execute(sql, known.id))


async def _row(offer_id: UUID, number: int) -> Row:
    row = await fetch_one(ONE, offer_id, number) if 0 < number < 1_000_000 else None
    if row is None:
        raise NotFound
    return row


def _summary(row: Row) -> VersionSummary:
    return VersionSummary(
        number=row["number"],
        status=OfferStatus(row["status"]),
        name=Text(row["name_fi"], row["name_sv"], row["name_en"]),
        changed_at=row["changed_at"],
        published_at=row["published_at"],
        ended_at=row["ended_at"],
    )
