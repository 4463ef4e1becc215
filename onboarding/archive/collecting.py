"""Everything of one application, gathered for one reader: its organiser's reviewers, or its own provider.

The provider gets no internal notes, no events of the organiser's work among itself and no names of its staff. The
organiser sees of the time before the application was sent that something was done, and not what; nor replies to its questions that
were not sent yet.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from marketplace.accounts.people import names_of
from marketplace.kernel.actors import PROVIDER_ROLES, Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, fetch, fetch_one
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Language, Text, message, translate
from marketplace.notices.mails import mail_states_of
from marketplace.notices.schemas import MailProgress
from onboarding.applications.drafts import OWNER
from onboarding.archive import queries
from onboarding.archive.names import file_path
from onboarding.archive.schemas import ArchivedAnswer, ArchivedFile, ArchivedGroup, Dossier, HistoryLine
from onboarding.archive.words import Reader
from onboarding.labels import class_names, municipality_names
from onboarding.rulebooks.requirements import (
    Answer,
    GroupOfSlots,
    Question,
    QuestionType,
    RulebookContent,
    Slot,
    Subject,
    questions_for,
    slots_for,
    split_slot,
)
from onboarding.rulebooks.versions import rulebook_version
from onboarding.scoping import REVIEWING

SEEN_BY_PROVIDER: Final = frozenset({
    "application.information_requested", "application.approved", "application.partly_approved", "application.rejected",
    "application.transferred", "application.withdrawn", "application.erased", "approval.granted", "approval.changed",
    "decision.made", "application.message_to_applicant", "application.opened_by_transfer",
})  # fmt: skip
"""What the organiser or the system did that the provider may know, beside all that its own people did."""

THE_SYSTEM, THE_ORGANISER = message("The system"), message("The organiser")
SOMEBODY = message("A person whose name is no longer known")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An application's row with who reads it."""

    row: Row
    language: Language
    is_staff: bool


async def reader_of(actor: Actor, application_id: UUID) -> Found:
    """The application, for a reviewer of its organiser once it was sent, or for its provider's people.

    Raises:
        NotFound: there is none, or the actor is on neither side.
    """
    provider_id = actor.provider_id if actor.role in PROVIDER_ROLES else None
    organiser_id = actor.organiser_id if actor.role in REVIEWING else None
    row = await fetch_one(queries.APPLICATION, application_id, provider_id, organiser_id)
    if row is None:
        raise NotFound
    return Found(row=_decoded(row), language=actor.language, is_staff=organiser_id is not None)


async def dossier_of(actor: Actor, application_id: UUID) -> Dossier:
    """Everything of one application that the actor may take along.

    Raises:
        NotFound: there is none, or the actor is on neither side.
    """
    found = await reader_of(actor, application_id)
    row = found.row
    version = await rulebook_version(row["rulebook_version_id"])
    content = version.content
    events = await _events(found)
    reader = await _words(found, content, events)
    decisions = [_decoded(each) for each in await fetch(queries.DECISIONS, application_id)]
    files = [*await _attachments(found), *_documents(decisions)]
    return Dossier(
        reference=row["reference"],
        written_at=now(),
        summary=_summary(row, found.language),
        rulebook={
            "id": version.id, "number": version.number, "title": content.title, "valid_from": version.valid_from,
            "declaration": content.declaration,
        },
        groups=await _groups(found, content, files, reader),
        files=files,
        requests=_requests(await fetch(queries.REQUESTS, application_id, found.is_staff)),
        messages=await _messages(found),
        decisions=[_decision(each) for each in decisions],
        approvals=list(await fetch(queries.APPROVALS, application_id)),
        events=[_event(each, found) for each in events],
        history=[_line(each, found, reader) for each in events],
    )  # fmt: skip


async def history_of(actor: Actor, application_id: UUID) -> tuple[Mapping[str, Any], list[HistoryLine]]:
    """The facts of an application and its audit trail in plain words, oldest first.

    Raises:
        NotFound: there is none, or the actor is on neither side.
    """
    found = await reader_of(actor, application_id)
    content = (await rulebook_version(found.row["rulebook_version_id"])).content
    events = await _events(found)
    reader = await _words(found, content, events)
    return _summary(found.row, found.language), [_line(each, found, reader) for each in events]


async def mails_about(application_id: UUID) -> list[MailProgress]:
    """How the e-mails about an application and its decisions are doing. The caller has checked that its reader may know."""
    decisions = await fetch("select id from decision where application_id = $1 order by decided_at", application_id)
    found = [await mail_states_of(OWNER, application_id)]
    found += [await mail_states_of("decision", row["id"]) for row in decisions]
    return sorted((each for some in found for each in some), key=lambda each: each.created_at, reverse=True)


def _summary(row: Row, language: Language) -> dict[str, Any]:
    left_out = {"created_by", "submitted_by", "decided_by", "unit_ids", "rulebook_version_id"}
    return {
        **{name: value for name, value in row.items() if name not in left_out},
        "organiser_name": msgspec.convert(row["organiser_name"], Text),
        "service_names": class_names(row["service_classes"], language),
        "municipality_names": municipality_names(row["municipalities"], language),
    }


async def _attachments(found: Found) -> list[ArchivedFile]:
    rows = await fetch(queries.ATTACHMENTS, found.row["id"], found.is_staff)
    return [
        msgspec.convert({**row, "path": file_path("attachments", n, row["slot"], row["name"])}, ArchivedFile)
        for n, row in enumerate(rows, 1)
    ]


def _documents(decisions: Sequence[Row]) -> list[ArchivedFile]:
    made = [each for each in decisions if each["file_id"] is not None]
    return [
        msgspec.convert(
            {**row, "path": file_path("decisions", n, "", row["name"]), "created_at": row["made_at"]},
            ArchivedFile,
        )
        for n, row in enumerate(made, 1)
    ]


def _decision(row: Row) -> dict[str, Any]:
    """The decision without what belongs to its file."""
    file_facts = {"file_id", "name", "media_type", "size_bytes", "sha256", "owner", "owner_id", "made_at"}
    return {name: value for name, value in row.items() if name not in file_facts}


async def _groups(
    found: Found, content: RulebookContent, files: Sequence[ArchivedFile], reader: Reader
) -> list[ArchivedGroup]:
    """Every question that was asked, with its answer; answers to questions that were hidden later stand last."""
    rows = {row["slot"]: _decoded(row) for row in await fetch(queries.ANSWERS, found.row["id"])}
    answers: dict[str, Answer] = {slot: row["value"] for slot, row in rows.items()}
    units = await _units(found.row, [*answers, *(each.slot for each in files if each.slot)])
    groups = slots_for(content, found.row["service_classes"], units, answers)

    def archived(slot: Slot) -> ArchivedAnswer:
        return _answer(slot, rows.get(slot.key), [each.path for each in files if each.slot == slot.key], reader)

    shown = [_group(each, [archived(slot) for slot in each.slots]) for each in groups]
    known = {slot.key for each in groups for slot in each.slots}
    left = [_left_over(slot, content, found.row["service_classes"]) for slot in sorted(set(answers) - known)]
    rest = [archived(slot) for slot in left]
    return [*shown, *([ArchivedGroup(title=_OTHER, subject=Text(""), answers=rest)] if rest else [])]


_OTHER = Text("Muut vastaukset", "Övriga svar", "Other answers")


async def _units(row: Row, slots: Sequence[str]) -> list[Subject]:
    """The units that the application names, by those of its provider and by its answers."""
    named = {*row["unit_ids"], *(split_slot(slot)[1] for slot in slots)}
    return [
        Subject(each["code"], Text(each["name"]))
        for each in await fetch(queries.UNITS, row["provider_id"])
        if each["code"] in named
    ]


def _left_over(slot: str, content: RulebookContent, classes: Sequence[str]) -> Slot:
    key, subject = split_slot(slot)
    question = questions_for(content, classes).get(key) or questions_for(content, content.service_classes).get(key)
    return Slot(
        slot, question or Question(key="other", type=QuestionType.TEXT, text=Text(slot)), Subject(subject, Text(""))
    )


def _group(group: GroupOfSlots, answers: list[ArchivedAnswer]) -> ArchivedGroup:
    return ArchivedGroup(title=group.group.title, subject=group.subject.label, answers=answers)


def _answer(slot: Slot, row: Row | None, paths: list[str], reader: Reader) -> ArchivedAnswer:
    value = row["value"] if row else None
    return ArchivedAnswer(
        slot=slot.key, question=slot.question.text, rule=slot.question.rule, type=slot.question.type.value, answer=value,
        shown=", ".join(paths) or reader.value(slot.key, value), source=row["source"] if row else None,
        answered_at=row["answered_at"] if row else None, files=paths,
    )  # fmt: skip


def _requests(rows: Sequence[Row]) -> list[Mapping[str, Any]]:
    """Information requests, each with its items."""
    found: dict[UUID, dict[str, Any]] = {}
    for row in (_decoded(each) for each in rows):
        request = found.setdefault(
            row["id"],
            {**{name: row[name] for name in ("asked_at", "due_on", "answered_at")}, "items": list[dict[str, Any]]()},
        )
        if row["position"] is not None:
            names = ("asked", "slot", "reply", "answer", "replied_at")
            request["items"].append({name: row[name] for name in names})
    return list(found.values())


async def _messages(found: Found) -> list[Mapping[str, Any]]:
    rows = await fetch(queries.NOTES, found.row["id"], found.row["organiser_id"], found.is_staff)
    people = await names_of([row["written_by"] for row in rows])
    return [
        {
            "kind": row["kind"], "written_at": row["written_at"], "text": row["body"],
            "writer": _writer(row, found, people),
        }
        for row in rows
    ]  # fmt: skip


def _writer(row: Row, found: Found, people: Mapping[UUID, str]) -> str:
    if row["by_staff"] and not found.is_staff:
        return translate(THE_ORGANISER, found.language)
    return people.get(row["written_by"]) or translate(SOMEBODY, found.language)


async def _events(found: Found) -> list[Row]:
    """The events that the reader may know, their details left out where the reader may not know these."""
    rows = [_decoded(row) for row in await fetch(queries.EVENTS, found.row["id"])]
    if not found.is_staff:
        return [row for row in rows if _is_the_providers(row) or row["action"] in SEEN_BY_PROVIDER]
    sent_at = next(
        (row["happened_at"] for row in rows if row["action"] == "application.submitted"),
        rows[0]["happened_at"] if rows else None,
    )
    return [{**row, "before": None, "after": None} if row["happened_at"] < sent_at else row for row in rows]


def _is_the_providers(row: Row) -> bool:
    return row["role"] in {role.value for role in PROVIDER_ROLES}


def _event(row: Row, found: Found) -> Mapping[str, Any]:
    """An event for the JSON. People are ids: names stand in the history in plain words."""
    shown = {name: row[name] for name in ("happened_at", "action", "role", "before", "after")}
    knows_who = found.is_staff or _is_the_providers(row)
    return {**shown, "person_id": row["person_id"] if knows_who else None}


async def _words(found: Found, content: RulebookContent, events: Sequence[Row]) -> Reader:
    """Whose names the reader may read: everybody's as staff, else those of the provider's own people."""
    named = {row["person_id"] for row in events if row["person_id"] and (found.is_staff or _is_the_providers(row))}
    if found.is_staff:
        named |= {UUID(value) for row in events for value in _claims(row)}
    questions = questions_for(content, content.service_classes)
    return Reader(found.language, await names_of(sorted(named)), questions)


def _claims(row: Row) -> list[str]:
    sides = [row[side] for side in ("before", "after") if isinstance(row[side], dict)]
    return [side["claimed_by"] for side in sides if isinstance(side.get("claimed_by"), str)]


def _line(row: Row, found: Found, reader: Reader) -> HistoryLine:
    return HistoryLine(
        happened_at=row["happened_at"], who=_who(row, found, reader), role=row["role"],
        action=row["action"], what=reader.what(row["action"]), changes=reader.changes(row["before"], row["after"]),
    )  # fmt: skip


def _who(row: Row, found: Found, reader: Reader) -> str:
    if row["role"] == Role.SYSTEM or row["person_id"] is None:
        return translate(THE_SYSTEM, found.language)
    if not (found.is_staff or _is_the_providers(row)):
        return translate(THE_ORGANISER, found.language)
    return reader.people.get(row["person_id"]) or translate(SOMEBODY, found.language)


def _decoded(row: Row) -> Row:
    """The row with its JSON columns read."""
    names = {
        "organiser_name",
        "value",
        "answer",
        "before",
        "after",
        "approved",
        "refused",
        "reasons",
        "legal_basis",
        "appeal",
    }
    return {
        name: msgspec.json.decode(value) if name in names and isinstance(value, str) else value
        for name, value in row.items()
    }
