"""The next version of a rulebook while it is written: one open draft per organiser, saved by whoever saw it last."""

from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from marketplace.accounts.people import names_of
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch_one, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.kernel.i18n import message
from marketplace.kernel.scoping import organiser_of
from onboarding.rulebooks.requirements import RulebookContent
from onboarding.rulebooks.schemas import DraftView, RulebookVersionView
from onboarding.rulebooks.versions import default_rulebook, latest_version, publish_rulebook, rulebook_to_write
from onboarding.rulebooks.wording import unsafe_words

OWNER: Final = "rulebook_draft"
MAX_BYTES: Final = 512 * 1024
FIND = """
select d.* from rulebook_draft d join rulebook b on b.id = d.rulebook_id where b.organiser_id = $1
"""
WRITE = """
insert into rulebook_draft (id, rulebook_id, content, edit, based_on, saved_by, saved_at)
values ($1, $2, $3::jsonb, $4, $5, $6, $7)
on conflict (rulebook_id) do update set content = excluded.content, edit = excluded.edit,
    based_on = excluded.based_on, saved_by = excluded.saved_by, saved_at = excluded.saved_at
returning *
"""


async def draft_of(actor: Actor) -> DraftView:
    """The open draft of the actor's organiser.

    Raises:
        NotFound: none is open, or the actor is no organiser's administrator.
    """
    row = await fetch_one(FIND, organiser_of(actor, Role.ORGANISER_ADMIN))
    if row is None or row["content"] is None:
        raise NotFound
    return await _view(row)


@transactional()
async def begin_draft(actor: Actor) -> DraftView:
    """The open draft, or a new one: a copy of the version published last, else the rulebook to begin with.

    Raises:
        NotFound: the actor is no organiser's administrator.
    """
    organiser_id = organiser_of(actor, Role.ORGANISER_ADMIN)
    latest = await latest_version(organiser_id)
    content = latest.content if latest else default_rulebook()
    rulebook_id = await rulebook_to_write(organiser_id, content.title)
    row = await fetch_one(FIND, organiser_id)
    if row is not None and row["content"] is not None:
        return await _view(row)
    return await _write(actor, rulebook_id, row, content, latest.id if latest else None)


@transactional()
async def save_draft(actor: Actor, content: RulebookContent, edit: int) -> DraftView:
    """Saves the whole draft, which may still contradict itself. ``edit`` is that of the draft that the writer saw.

    Raises:
        NotFound: the actor is no organiser's administrator.
        Invalid: a text cannot be kept, or the draft is too large.
        Conflict: somebody saved, published or discarded it in the meantime; the message says who and when.
    """
    organiser_id = organiser_of(actor, Role.ORGANISER_ADMIN)
    if problems := [*unsafe_words(content), *_too_large(content)]:
        raise Invalid(problems)
    rulebook_id = await rulebook_to_write(organiser_id, content.title)
    row = await _seen(organiser_id, edit)
    based_on = row["based_on"] if row is not None and row["content"] is not None else await _latest_id(organiser_id)
    return await _write(actor, rulebook_id, row, content, based_on)


@transactional()
async def discard_draft(actor: Actor, edit: int) -> None:
    """Gives up the open draft.

    Raises:
        NotFound: none is open, or the actor is no organiser's administrator.
        Conflict: somebody changed it in the meantime.
    """
    organiser_id = organiser_of(actor, Role.ORGANISER_ADMIN)
    row = await _open(actor, organiser_id, edit)
    await _close(actor, row)
    await audit.record(
        actor, "rulebook.draft_discarded", OWNER, row["id"], before={"edit": edit}, organiser_id=organiser_id
    )


@transactional()
async def publish_draft(actor: Actor, edit: int, valid_from: date) -> RulebookVersionView:
    """Publishes the draft as the actor saw it, in force from ``valid_from`` on (a Finnish day), and closes it.

    Raises:
        NotFound: none is open, or the actor is no organiser's administrator.
        Conflict: somebody changed it in the meantime.
        Invalid: it contradicts itself (each place is named), or would begin in the past.
    """
    organiser_id = organiser_of(actor, Role.ORGANISER_ADMIN)
    row = await _open(actor, organiser_id, edit)
    content = msgspec.json.decode(row["content"], type=RulebookContent)
    published = await publish_rulebook(actor, organiser_id, content, valid_from)
    await _close(actor, row)
    return published


async def _open(actor: Actor, organiser_id: UUID, edit: int) -> Row:
    """The open draft's row, with the organiser locked."""
    seen = await draft_of(actor)
    await rulebook_to_write(organiser_id, seen.content.title)
    row = await _seen(organiser_id, edit)
    if row is None or row["content"] is None:
        raise NotFound
    return row


async def _seen(organiser_id: UUID, edit: int) -> Row | None:
    """The draft's row, which must not have changed since the writer saw it."""
    row = await fetch_one(FIND, organiser_id)
    if row is None or row["edit"] == edit or (edit == 0 and row["content"] is None):
        return row
    names = await names_of([row["saved_by"]] if row["saved_by"] else [])
    who, when = names.get(row["saved_by"], ""), row["saved_at"]
    if row["content"] is None:
        text = message(
            "{name} published or discarded this draft on {moment}. Nothing was saved.", name=who, moment=when
        )
    else:
        text = message("{name} saved this draft on {moment}. Nothing of it was overwritten.", name=who, moment=when)
    raise Conflict(text, code="draft_changed")


async def _write(
    actor: Actor, rulebook_id: UUID, row: Row | None, content: RulebookContent, based_on: UUID | None
) -> DraftView:
    draft_id, edit = (new_id(), 1) if row is None else (row["id"], row["edit"] + 1)
    written = msgspec.json.encode(content).decode()
    saved = await fetch_one(WRITE, draft_id, rulebook_id, written, edit, based_on, actor.person_id, now())
    await audit.record(actor, "rulebook.draft_saved", OWNER, draft_id, after={"edit": edit, "based_on": based_on})
    assert saved is not None, "an upsert returns its row"
    return await _view(saved)


async def _close(actor: Actor, row: Row) -> None:
    """Without content no draft is open. The counter goes on, so that a forgotten window never fits a later draft."""
    statement = "update rulebook_draft set content = null, edit = edit + 1, saved_by = $2, saved_at = $3 where id = $1"
    await execute(statement, row["id"], actor.person_id, now())


async def _latest_id(organiser_id: UUID) -> UUID | None:
    latest = await latest_version(organiser_id)
    return latest.id if latest else None


def _too_large(content: RulebookContent) -> list[FieldError]:
    if len(msgspec.json.encode(content)) <= MAX_BYTES:
        return []
    return [FieldError("content", message("The rulebook is too large: at most {most} kB.", most=MAX_BYTES // 1024))]


async def _view(row: Row) -> DraftView:
    names = await names_of([row["saved_by"]] if row["saved_by"] else [])
    return DraftView(
        content=msgspec.json.decode(row["content"], type=RulebookContent),
        edit=row["edit"],
        based_on=row["based_on"],
        saved_at=row["saved_at"],
        saved_by=names.get(row["saved_by"], ""),
    )
