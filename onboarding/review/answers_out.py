"""Views whose texts depend on the reader's language, as the API gives them out."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Language, translate
from onboarding.applications.schemas import ApplicationView, Source
from onboarding.providers.schemas import ProviderView
from onboarding.review.schemas import ApplicationForReview, Assigned, Check, CheckLevel, Present, ReviewedGroup


class CheckOut(msgspec.Struct, frozen=True, kw_only=True):
    """An automatic check in words: what was found, from where (``evidence``) and of which day it is."""

    code: str
    level: CheckLevel
    subject: str
    finding: str
    evidence: str
    as_of: date | None


class ReviewedAnswerOut(msgspec.Struct, frozen=True, kw_only=True):
    """An answer beside its question and rule. ``was``: what it was before it changed, where that is known."""

    slot: str
    question: str
    rule: str
    answer: str | int | bool | None
    attachments: list[UUID]
    source: Source
    is_changed: bool
    was: str | int | bool | None


class ReviewedGroupOut(msgspec.Struct, frozen=True, kw_only=True):
    """Answers to one group of questions; ``subject`` is the unit or service, empty for the application itself."""

    title: str
    subject: str
    answers: list[ReviewedAnswerOut]


class ReviewOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer sees of an application. ``hashes``: SHA-256 of the attached files, by file."""

    application: ApplicationView
    provider: ProviderView
    checks: list[CheckOut]
    groups: list[ReviewedGroupOut]
    claimed_by_name: str | None
    claimed_at: datetime | None
    decide_by: date | None
    days_left: int | None
    changed_since: datetime | None
    hashes: dict[UUID, str]
    present: list[Present]


class AssignedOut(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one of several assignments; ``problem`` is null where it was done."""

    application_id: UUID
    reference: str
    problem: str | None


def checks_out(checks: list[Check], language: Language) -> list[CheckOut]:
    """Checks in the reader's language."""
    return [
        CheckOut(
            code=each.code,
            level=each.level,
            subject=translate(each.subject, language),
            finding=translate(each.finding, language),
            evidence=translate(each.evidence, language),
            as_of=each.as_of,
        )
        for each in checks
    ]


def review_out(found: ApplicationForReview, present: list[Present], language: Language) -> ReviewOut:
    """An application for review in the reader's language."""
    return ReviewOut(
        application=found.application,
        provider=found.provider,
        checks=checks_out(found.checks, language),
        groups=[_group_out(each, language) for each in found.groups],
        claimed_by_name=found.claimed_by_name,
        claimed_at=found.claimed_at,
        decide_by=found.decide_by,
        days_left=found.days_left,
        changed_since=found.changed_since,
        hashes=found.hashes,
        present=present,
    )


def _group_out(group: ReviewedGroup, language: Language) -> ReviewedGroupOut:
    answers = [
        ReviewedAnswerOut(
            slot=each.slot,
            question=each.question.text.in_language(language),
            rule=each.question.rule.in_language(language) if each.question.rule else "",
            answer=each.answer,
            attachments=[file.id for file in each.files],
            source=each.source,
            is_changed=each.is_changed,
            was=each.was,
        )
        for each in group.answers
    ]
    title, subject = group.group.title.in_language(language), group.subject.label.in_language(language)
    return ReviewedGroupOut(title=title, subject=subject, answers=answers)


def assigned_out(done: list[Assigned], language: Language) -> list[AssignedOut]:
    """The outcome of several assignments in the reader's language."""
    return [
        AssignedOut(
            application_id=each.application_id,
            reference=each.reference,
            problem=translate(each.problem, language) if each.problem else None,
        )
        for each in done
    ]
