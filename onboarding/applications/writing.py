"""Writing answers, each change with its number, its writer and what was there before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from marketplace.accounts.people import names_of
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id
from marketplace.kernel.errors import FieldError, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from onboarding.applications.filling import answers_with_sources
from onboarding.applications.schemas import Source
from onboarding.rulebooks.requirements import Answer

SAVE_ANSWER = """
insert into application_answer (id, application_id, question, value, answered_by, answered_at, source)
values ($1, $2, $3, $4::jsonb, $5, $6, $7)
on conflict (application_id, question) do update set value = excluded.value, answered_by = excluded.answered_by,
    answered_at = excluded.answered_at, source = excluded.source
"""
KEEP_EDIT = """
insert into application_edit (id, bundle_id, application_id, edit, slot, before, after, edited_by, edited_at)
values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9)
"""
SINCE = """
select application_id, slot, before, edited_by, edited_at from application_edit
where bundle_id = $1 and edit > $2 order by edit, id
"""
LATEST = """
select edited_by, edited_at from application_edit where bundle_id = $1 order by edit desc, id desc limit 1
"""


class Collision(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that a colleague changed after it was read. ``name`` is the field; None is an empty answer."""

    name: str
    who: str
    when: datetime
    theirs: Answer | None
    mine: Answer | None


class EditedMeanwhile(Invalid):
    """A colleague has changed some of the same answers. Nothing was saved; ``collisions`` show both.

    ``unseen``: other answers on the page that a colleague has changed and the writer has not; ``edits``: the counter now.
    """

    status = 409
    code = "edited_meanwhile"
    default_message = message("A colleague has changed some of these answers meanwhile. Choose which stay.")

    def __init__(self, collisions: Sequence[Collision], unseen: Mapping[str, Answer | None], edits: int) -> None:
        self.collisions = collisions
        self.unseen = unseen
        self.edits = edits
        super().__init__([FieldError(each.name, _told(each)) for each in collisions])


def _told(collision: Collision) -> Message:
    shown = "–" if collision.theirs is None else str(collision.theirs)
    return message(
        "{who} has changed this meanwhile ({when}). The answer there now: {answer}",
        who=collision.who, when=collision.when, answer=shown,
    )  # fmt: skip


class LastEdit(msgspec.Struct, frozen=True):
    """Who changed an answer last, and when."""

    who: str
    when: datetime


async def locked_bundle(bundle_id: UUID, provider_id: UUID) -> Row:
    """The bundle's row, locked: one page of it is saved at a time.

    Raises:
        NotFound: there is none, or it is another provider's.
    """
    row = await fetch_one(
        "select * from application_bundle where id = $1 and provider_id = $2 for update", bundle_id, provider_id
    )
    if row is None:
        raise NotFound
    return row


async def next_edit(bundle_id: UUID | None) -> int:
    """The number of the page that is being saved. The caller's unit of work holds the bundle from here on."""
    counted = await fetch_value(
        "update application_bundle set edits = edits + 1 where id = $1 returning edits", bundle_id
    )
    return counted or 0


async def write_answers(
    actor: Actor, row: Row, changed: Mapping[str, Answer | None], edit: int, source: Source = Source.OWN
) -> None:
    """Writes answers of one application; None takes one back. The audit trail has each before and after."""
    if not changed:
        return
    before, _ = await answers_with_sources(row["id"])
    for slot, value in changed.items():
        await _write(actor, row["id"], slot, value, source)
        if row["bundle_id"] is not None:
            was = before.get(slot)
            await execute(
                KEEP_EDIT, new_id(), row["bundle_id"], row["id"], edit, slot, _json(was), _json(value),
                actor.person_id, now(),
            )  # fmt: skip
    await execute("update application set changed_at = $2 where id = $1", row["id"], now())
    await audit.record(
        actor, "application.answers_saved", "application", row["id"],
        before={slot: before.get(slot) for slot in changed}, after=dict(changed),
    )  # fmt: skip


async def _write(actor: Actor, application_id: UUID, slot: str, value: Answer | None, source: Source) -> None:
    if value is None:
        await execute(
            "delete from application_answer where application_id = $1 and question = $2", application_id, slot
        )
        return
    await execute(SAVE_ANSWER, new_id(), application_id, slot, _json(value), actor.person_id, now(), source.value)


def _json(value: Answer | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


async def changes_since(bundle_id: UUID, edits: int) -> dict[tuple[UUID, str], Row]:
    """What was changed after a page was read: by application and slot, the first change's ``before`` and the last writer."""
    found: dict[tuple[UUID, str], Row] = {}
    for row in await fetch(SINCE, bundle_id, edits):
        key = row["application_id"], row["slot"]
        before = found[key]["before"] if key in found else read_json(row["before"])
        found[key] = {**row, "before": before}
    names = await names_of([row["edited_by"] for row in found.values() if row["edited_by"]])
    return {key: {**row, "who": names.get(row["edited_by"], "?")} for key, row in found.items()}


def read_json(text: str | None) -> Answer | None:
    return None if text is None else msgspec.json.decode(text, type=str | int | bool)


async def last_edit(bundle_id: UUID | None) -> LastEdit | None:
    """Who changed the answers last."""
    row = await fetch_one(LATEST, bundle_id)
    if row is None:
        return None
    names = await names_of([row["edited_by"]] if row["edited_by"] else [])
    return LastEdit(names.get(row["edited_by"], "?"), row["edited_at"])
