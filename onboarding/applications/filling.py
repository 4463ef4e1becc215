"""How far an application is filled in: what its rulebook asks, what answers it, from where, and what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch
from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Text
from onboarding.applications.schemas import ApplicationKind, AttachmentView, Source
from onboarding.applications.states import ApplicationStatus, Capability, may
from onboarding.providers.profile import units_of
from onboarding.providers.profile_facts import ProfileFacts, facts_of
from onboarding.providers.profile_schemas import UnitView
from onboarding.rulebooks.requirements import (
    Answer,
    GroupOfSlots,
    Per,
    Question,
    QuestionType,
    RulebookContent,
    Subject,
    attachment_problem,
    missing_answers,
    questions_for,
    slot_key,
    slots_for,
)
from onboarding.rulebooks.schemas import RulebookVersionView
from onboarding.rulebooks.versions import rulebook_in_force, rulebook_version

ANSWERS = "select question, value, source from application_answer where application_id = $1"
ATTACHMENTS = """
select t.id, t.question, t.file_id, f.name, f.media_type, f.size_bytes, t.created_at, t.issued_on, t.source
from application_attachment t join stored_file f on f.id = t.file_id
where t.application_id = $1 order by t.created_at, t.id
"""
PROFILE_FILES = (
    "select id as file_id, name, media_type, size_bytes, created_at from stored_file where id = any($1::uuid[])"
)


class Filling(msgspec.Struct, frozen=True, kw_only=True):
    """One application with all that it is asked. ``answers`` and ``files`` include what a draft takes of the profile.

    ``groups``: everything its rulebook asks; ``asked``: what is left to ask, which for an extension is only the new.
    """

    rulebook: RulebookVersionView
    units: tuple[Subject, ...]
    answers: dict[str, Answer]
    sources: dict[str, Source]
    files: list[AttachmentView]
    groups: list[GroupOfSlots]
    asked: list[GroupOfSlots]
    missing: list[FieldError]

    def files_of(self, slot: str) -> list[AttachmentView]:
        return [each for each in self.files if each.question == slot]


async def rulebook_of(row: Row) -> RulebookVersionView:
    """The rulebook that an application is judged by: a draft by the one in force now, others by the one they keep."""
    if is_draft(row):
        return await rulebook_in_force(row["organiser_id"])
    return await rulebook_version(row["rulebook_version_id"])


def is_draft(row: Row) -> bool:
    return may(ApplicationStatus(row["status"]), Capability.CHANGE_SCOPE)


async def filling_of(row: Row) -> Filling:
    """Everything about what is asked and answered in the application whose row (or summary row) this is."""
    rulebook, units = await rulebook_of(row), await subjects_of(row)
    content, classes = rulebook.content, list(row["service_classes"])
    answers, sources = await answers_with_sources(row["id"])
    files = await attachments_of(row["id"])
    if is_draft(row):
        facts = await facts_of(row["provider_id"], today())
        slots = list(_profile_slots(content, classes, units))
        answers, sources = _with_profile(facts, slots, answers, sources)
        files = await _with_certificates(facts, slots, files)
    groups = slots_for(content, classes, units, answers)
    missing = missing_answers(content, classes, units, answers, issue_dates(files, groups), today())
    return Filling(
        rulebook=rulebook, units=units, answers=answers, sources=sources, files=files, groups=groups, missing=missing,
        asked=_left_to_ask(row, groups, answers, sources, files, missing),
    )  # fmt: skip


def issue_dates(files: Sequence[AttachmentView], groups: Iterable[GroupOfSlots]) -> dict[str, date | None]:
    """The slots with a file. Of several files the one counts that the rule accepts; else the newest."""
    questions = {slot.key: slot.question for group in groups for slot in group.slots}
    found: dict[str, date | None] = {}
    for each in sorted(files, key=lambda each: each.issued_on or date.min):
        question = questions.get(each.question)
        is_better = each.question not in found or question is None or _is_fresh(question, each.issued_on)
        if is_better:
            found[each.question] = each.issued_on
    return found


def _is_fresh(question: Question, issued_on: date | None) -> bool:
    return attachment_problem(question, issued_on, today()) is None


def _left_to_ask(
    row: Row,
    groups: list[GroupOfSlots],
    answers: Mapping[str, Answer],
    sources: Mapping[str, Source],
    files: Sequence[AttachmentView],
    missing: Sequence[FieldError],
) -> list[GroupOfSlots]:
    """An extension is not asked again what its approval's application answered, as long as that still holds.

    Of a page that it answered, what may be left empty is not asked again either.
    """
    if row["kind"] != ApplicationKind.EXTENSION:
        return groups
    lacking = {each.field for each in missing}
    own = {key for key in answers if sources.get(key) is Source.OWN}
    own |= {each.question for each in files if each.source is Source.OWN}
    settled = ({*answers} | {each.question for each in files}) - lacking - own
    left: list[GroupOfSlots] = []
    for each in groups:
        keys = {slot.key for slot in each.slots}
        if keys & (lacking | own) or not keys & settled:
            open_slots = tuple(slot for slot in each.slots if slot.key not in settled)
            left.append(GroupOfSlots(each.group, each.subject, open_slots))
    return left


async def answers_of(application_id: object) -> dict[str, Answer]:
    """The stored answers, by slot; those that a draft takes of the profile are not stored yet."""
    return (await answers_with_sources(application_id))[0]


async def answers_with_sources(application_id: object) -> tuple[dict[str, Answer], dict[str, Source]]:
    """The stored answers and where each comes from."""
    rows = await fetch(ANSWERS, application_id)
    answers = {row["question"]: msgspec.json.decode(row["value"], type=str | int | bool) for row in rows}
    return answers, {row["question"]: Source(row["source"]) for row in rows}


async def attachments_of(application_id: object) -> list[AttachmentView]:
    return [msgspec.convert(row, AttachmentView) for row in await fetch(ATTACHMENTS, application_id)]


async def subjects_of(row: Row) -> tuple[Subject, ...]:
    """The units of an application, by the names that they have in the profile."""
    chosen = [str(each) for each in row["unit_ids" if "unit_ids" in row else "units"]]
    if not chosen:
        return ()
    names: dict[str, str] = {str(each.id): each.name for each in await units_of(row["provider_id"])}
    return tuple(Subject(each, Text(names.get(each, each[:8]))) for each in chosen)


def open_units(units: Iterable[UnitView]) -> list[UnitView]:
    """Those that may be chosen for an application."""
    return [each for each in units if each.is_open]


def _profile_slots(
    content: RulebookContent, classes: Sequence[str], units: Sequence[Subject]
) -> Iterable[tuple[str, str, Question]]:
    """Slot, fact and question of everything that the profile may answer."""
    for question in questions_for(content, classes).values():
        if question.profile is None:
            continue
        match question.per:
            case Per.APPLICATION:
                yield question.key, question.profile, question
            case Per.UNIT:
                for unit in units:
                    yield slot_key(question.key, unit.code), slot_key(question.profile, unit.code), question
            case Per.SERVICE:
                for code in classes:
                    yield slot_key(question.key, code), question.profile, question


def _with_profile(
    facts: ProfileFacts,
    slots: Sequence[tuple[str, str, Question]],
    answers: Mapping[str, Answer],
    sources: Mapping[str, Source],
) -> tuple[dict[str, Answer], dict[str, Source]]:
    """What the applicant wrote for this application goes before what the profile says."""
    values: Mapping[str, Answer] = facts.values
    known = {slot: values[fact] for slot, fact, _ in slots if fact in values and values[fact] != ""}
    return known | dict(answers), dict.fromkeys(known, Source.PROFILE) | dict(sources)


async def _with_certificates(
    facts: ProfileFacts, slots: Sequence[tuple[str, str, Question]], files: list[AttachmentView]
) -> list[AttachmentView]:
    """Certificates of the profile stand where no file was added for this application."""
    attached = {each.question for each in files if each.source is Source.OWN}
    wanted = [
        (slot, facts.files[fact])
        for slot, fact, question in slots
        if question.type is QuestionType.ATTACHMENT and fact in facts.files and slot not in attached
    ]
    stored: dict[Any, Row] = {
        row["file_id"]: row for row in await fetch(PROFILE_FILES, [file.file_id for _, file in wanted])
    }
    taken = [
        msgspec.convert(
            {
                **stored[file.file_id],
                "id": file.file_id,
                "question": slot,
                "issued_on": file.issued_on,
                "source": "profile",
            },
            AttachmentView,
        )
        for slot, file in wanted
        if file.file_id in stored
    ]
    replaced = {each.question for each in taken}
    return [each for each in files if each.question not in replaced] + taken
