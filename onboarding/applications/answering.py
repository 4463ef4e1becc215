"""Saving one page of a bundle: an answer goes to every application that asks for it, and what cannot be taken is kept."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, execute, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.inputs import is_safe
from onboarding.applications.asked_once import Asked, Member, asked_of
from onboarding.applications.bundles import Bundle, bundle_for_applicant
from onboarding.applications.drafts import changed_answers, drafts_of_bundle
from onboarding.applications.writing import (
    Collision,
    EditedMeanwhile,
    changes_since,
    locked_bundle,
    next_edit,
    write_answers,
)
from onboarding.rulebooks.requirements import Answer, QuestionType, read_answer, slots_for
from onboarding.scoping import administered_provider

MOST_UNREAD = 5000


class PageToSave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers by the names of the questions; null takes one back. ``edits``: the counter that they were read with.

    Without ``edits`` they are written whatever a colleague did meanwhile.
    """

    answers: Annotated[dict[str, str | int | bool | None], msgspec.Meta(max_length=400)]
    edits: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What was saved. ``problems``: the answers that could not be taken, by name; they are kept as they were typed."""

    edits: int
    problems: tuple[FieldError, ...]


@transactional()
async def save_page(actor: Actor, bundle_id: UUID, page: PageToSave) -> Saved:
    """Saves answers to every application that they concern. Each organiser's own terms judge its copy.

    Raises:
        Invalid: no application asks such a question; nothing is saved.
        EditedMeanwhile: a colleague has changed one of these answers after they were read; nothing is saved.
        Conflict: everything was sent already.
    """
    row = await locked_bundle(bundle_id, administered_provider(actor))
    drafts = {each["id"]: each for each in await drafts_of_bundle(bundle_id)}
    if not drafts:
        raise Conflict(message("This application can no longer be changed."), code="application_closed_for_changes")
    bundle = await bundle_for_applicant(actor, bundle_id)
    asked = _asked(bundle, page.answers)
    given = page.answers
    if page.edits is not None and page.edits < row["edits"]:
        given = await _merged(bundle, asked, given, page.edits)
    problems, good, unread = _judged(bundle, asked, given)
    edit = row["edits"]
    changed = {
        application_id: changed_answers(bundle.part(application_id).filling, answers)
        for application_id, answers in good.items()
    }
    if any(changed.values()):
        edit = await next_edit(bundle_id)
        for application_id, answers in changed.items():
            await write_answers(actor, drafts[application_id], answers, edit)
    await _keep_unread(row, unread)
    return Saved(edits=edit, problems=tuple(problems))


def _asked(bundle: Bundle, answers: Mapping[str, object]) -> dict[str, Asked]:
    """The questions that are answered; also those that only these very answers bring out."""
    known = {each.name: each for each in bundle.asked}
    if unknown := [name for name in answers if name not in known]:
        known |= {each.name: each for each in _brought_out(bundle, known, answers)}
        unknown = [name for name in unknown if name not in known]
        if unknown:
            text = message("The rulebook asks no such question for these services.")
            raise Invalid([FieldError(name[:200], text) for name in unknown])
    return {name: known[name] for name in answers}


def _brought_out(bundle: Bundle, known: Mapping[str, Asked], answers: Mapping[str, object]) -> list[Asked]:
    supposed = {each.id: dict(each.filling.answers) for each in bundle.parts}
    for name, value in answers.items():
        members = known[name].members if name in known else ()
        for application_id, slot in [(each.application_id, each.slot.key) for each in members] or [
            (each.id, name) for each in bundle.parts
        ]:
            if isinstance(value, str | int | bool):
                supposed[application_id][slot] = value
    return asked_of(
        [
            (
                each.id,
                slots_for(
                    each.filling.rulebook.content, each.summary.service_classes, each.filling.units, supposed[each.id]
                ),
            )
            for each in bundle.parts
        ]
    )


async def _merged(
    bundle: Bundle, asked: Mapping[str, Asked], answers: Mapping[str, Answer | None], edits: int
) -> Mapping[str, Answer | None]:
    """What is left to write when a colleague has saved meanwhile: what they changed and this writer did not stays theirs."""
    since = await changes_since(bundle.id, edits)
    collisions: list[Collision] = []
    unseen: dict[str, Answer | None] = {}
    for name, mine in answers.items():
        change = next(
            (row for each in asked[name].members if (row := since.get((each.application_id, each.slot.key)))), None
        )
        if change is None:
            continue
        theirs = bundle.answer_to(asked[name])
        if _same(mine, change["before"]) or _same(mine, theirs):
            unseen[name] = theirs
        else:
            collisions.append(
                Collision(name=name, who=change["who"], when=change["edited_at"], theirs=theirs, mine=mine)
            )
    if collisions:
        raise EditedMeanwhile(collisions, unseen, bundle.edits)
    return {name: value for name, value in answers.items() if name not in unseen}


def _same(one: Answer | None, other: Answer | None) -> bool:
    return (one if one != "" else None) == (other if other != "" else None)


Judged = tuple[list[FieldError], dict[UUID, dict[str, Answer | None]], dict[tuple[UUID, str], str | None]]


def _judged(bundle: Bundle, asked: Mapping[str, Asked], answers: Mapping[str, Answer | None]) -> Judged:
    """Problems by field, good answers by application, and what is to be remembered as typed (None: nothing any more)."""
    problems: list[FieldError] = []
    good: dict[UUID, dict[str, Answer | None]] = {}
    unread: dict[tuple[UUID, str], str | None] = {}
    for name, value in answers.items():
        wrong: list[tuple[Member, Message]] = []
        for each in asked[name].members:
            read = _read(each, value)
            unread[each.application_id, each.slot.key] = str(value)[:MOST_UNREAD] if isinstance(read, Message) else None
            if isinstance(read, Message):
                wrong.append((each, read))
            else:
                good.setdefault(each.application_id, {})[each.slot.key] = read
        if wrong:
            problems.append(FieldError(name, told_by_whom(bundle, asked[name], wrong)))
    return problems, good, unread


def _read(member: Member, value: Answer | None) -> Answer | Message | None:
    if member.question.type is QuestionType.ATTACHMENT:
        return None
    return read_answer(member.question, value, today())


def told_by_whom(bundle: Bundle, asked: Asked, wrong: list[tuple[Member, Message]]) -> Message:
    """What is wrong with an answer; with the organiser's name where others take it or want something else."""
    different = {each.text: each for _, each in wrong}
    if len(wrong) == len(asked.members) and len({repr(each) for _, each in wrong}) == 1:
        return next(iter(different.values()))
    told = [
        message("{organiser}: {problem}", organiser=organiser_of(bundle, member), problem=problem)
        for member, problem in wrong
    ]
    joined = told[0]
    for each in told[1:]:
        joined = message("{one} {other}", one=joined, other=each)
    return joined


def organiser_of(bundle: Bundle, member: Member) -> Text:
    return bundle.part(member.application_id).summary.organiser_name


async def _keep_unread(row: Row, unread: Mapping[tuple[UUID, str], str | None]) -> None:
    """Remembers what was typed and could not be taken, so that nobody has to type it again."""
    before = msgspec.json.decode(row["unread"], type=dict[str, str])
    after = dict(before)
    for (application_id, slot), text in unread.items():
        key = f"{application_id}/{slot}"
        after.pop(key, None)
        if text and is_safe(text):
            after[key] = text
    if after != before:
        written = msgspec.json.encode(after).decode()
        await execute("update application_bundle set unread = $2::jsonb where id = $1", row["id"], written)


def still_wrong(bundle: Bundle, asked: Asked, value: Answer | None) -> Message | None:
    """What is wrong with something that was typed earlier, judged as of today."""
    problems, _, _ = _judged(bundle, {asked.name: asked}, {asked.name: value})
    return problems[0].message if problems else None
