"""What a new rulebook would mean for those approved already: who no longer complies and why, who must answer something new.

Pure: answers are judged, nobody is suspended. A provider that would fail by the rulebook in force as well, such as one
whose certificate has grown old, is counted apart: the change does not concern it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Language, Message, Text, message, show_date, translate
from marketplace.organisers.reference import is_service_class, service_class
from onboarding.rulebooks.answering import attachment_problem, read_answer
from onboarding.rulebooks.asking import Slot, Subject, slots_for
from onboarding.rulebooks.language import Answer, Question, QuestionType, RulebookContent, questions_for

WRITTEN: Final = (Language.FI, Language.SV, Language.EN)


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """A provider with what its approvals by one organiser were granted on.

    ``answers`` and ``attached`` (the issue date given with each file) are by slot; ``facts`` and ``fact_files`` are what
    its profile says today, by the code of the fact.
    """

    provider_id: UUID
    name: str
    business_id: str | None
    service_classes: tuple[str, ...]
    units: tuple[Subject, ...] = ()
    answers: Mapping[str, Answer] = {}
    attached: Mapping[str, date | None] = {}
    facts: Mapping[str, Answer] = {}
    fact_files: Mapping[str, date | None] = {}


class FindingKind(StrEnum):
    """Why a provider is concerned: its present answer is refused, it has none, or its service is no longer approved."""

    REFUSED = "refused"
    UNANSWERED = "unanswered"
    SERVICE_GONE = "service_gone"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that concerns one provider. ``slot`` is empty and ``question`` the service's name for a lost service."""

    kind: FindingKind
    slot: str
    question: Text
    subject: Text
    answer: Text
    rule: Text | None
    problem: Text


class AffectedProvider(msgspec.Struct, frozen=True, kw_only=True):
    """A provider that the change concerns."""

    provider_id: UUID
    name: str
    business_id: str | None
    findings: tuple[Finding, ...]

    @property
    def fails(self) -> bool:
        """Whether it would no longer comply; otherwise it only has to answer something new."""
        return any(finding.kind is not FindingKind.UNANSWERED for finding in self.findings)


class QuestionCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many providers one question of the new rulebook concerns."""

    key: str
    question: Text
    refused: int
    unanswered: int


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """What a rulebook would mean on ``day`` for all ``checked`` providers.

    ``affected`` are those that the change concerns, by name. ``failing`` of them would no longer comply, ``to_answer``
    must only answer something new. ``already`` would not comply on that day by the present rulebook either.
    """

    day: date
    checked: int
    failing: int
    to_answer: int
    already: int
    questions: tuple[QuestionCount, ...]
    affected: tuple[AffectedProvider, ...]


class Verdict(NamedTuple):
    """What was found of one holder: by the change, and whether it fails by the present rulebook as well."""

    holder: Holder
    findings: tuple[Finding, ...]
    fails_already: bool


def verdicts(
    new: RulebookContent, present: RulebookContent | None, holders: Iterable[Holder], day: date
) -> Iterator[Verdict]:
    """Judges holders one by one by the new rulebook, as of ``day``, beside the present one (None: there is none)."""
    by_new, by_present = Judge(new, day), Judge(present, day) if present else None
    for holder in holders:
        old = {_place(each) for each in by_present.findings(holder)} if by_present else set[str]()
        found = by_new.findings(holder)
        caused = tuple(each for each in found if _place(each) not in old)
        yield Verdict(holder, caused, len(caused) < len(found))


def impact(judged: Sequence[Verdict], new: RulebookContent, day: date) -> Impact:
    """The verdicts as a whole: the providers concerned by name, and counts by question in the rulebook's order."""
    affected = [
        AffectedProvider(
            provider_id=each.holder.provider_id,
            name=each.holder.name,
            business_id=each.holder.business_id,
            findings=each.findings,
        )
        for each in judged
        if each.findings
    ]
    failing = sum(provider.fails for provider in affected)
    return Impact(
        day=day,
        checked=len(judged),
        failing=failing,
        to_answer=len(affected) - failing,
        already=sum(each.fails_already for each in judged),
        questions=tuple(_counts(affected, new)),
        affected=tuple(sorted(affected, key=lambda provider: (provider.name.casefold(), provider.provider_id))),
    )


def _counts(affected: Iterable[AffectedProvider], new: RulebookContent) -> Iterator[QuestionCount]:
    """A question that several units of one provider fail counts once for it."""
    counted = Counter(
        pair
        for provider in affected
        for pair in {(each.slot.partition("@")[0], each.kind) for each in provider.findings if each.slot}
    )
    for key, question in questions_for(new, new.service_classes).items():
        refused, unanswered = counted[key, FindingKind.REFUSED], counted[key, FindingKind.UNANSWERED]
        if refused or unanswered:
            yield QuestionCount(key=key, question=question.text, refused=refused, unanswered=unanswered)


class Judge:
    """A rulebook on a day. What it has said of an answer to a question it remembers: many answer alike."""

    def __init__(self, content: RulebookContent, day: date) -> None:
        self.content = content
        self.day = day
        self._said: dict[tuple[str, type, object], tuple[Text | None, Text]] = {}

    def findings(self, holder: Holder) -> list[Finding]:
        """Everything in which a holder falls short."""
        answers, attached = self._present(holder)
        offered = self.content.service_classes
        found = [_lost_service(code) for code in holder.service_classes if code not in offered]
        asked = slots_for(self.content, holder.service_classes, holder.units, answers)
        judged = (self._finding(slot, answers, attached) for group in asked for slot in group.slots)
        return [*found, *(finding for finding in judged if finding is not None)]

    def _present(self, holder: Holder) -> tuple[dict[str, Answer], dict[str, date | None]]:
        """The holder's answers with its profile's present facts in place of what it once wrote."""
        answers, attached = dict(holder.answers), dict(holder.attached)
        for question in questions_for(self.content, holder.service_classes).values():
            if question.profile is not None:
                code = question.profile
                _take(answers, holder.facts, code, question.key)
                _take(attached, holder.fact_files, code, question.key)
                for unit in holder.units:
                    _take(answers, holder.facts, f"{code}@{unit.code}", f"{question.key}@{unit.code}")
        return answers, attached

    def _finding(
        self, slot: Slot, answers: Mapping[str, Answer], attached: Mapping[str, date | None]
    ) -> Finding | None:
        question = slot.question
        given = attached if question.type is QuestionType.ATTACHMENT else answers
        is_there = slot.key in given and given[slot.key] != ""
        problem, answer = self._judged(question, given[slot.key]) if is_there else (None, Text(""))
        if problem is None if is_there else not question.required:
            return None
        return Finding(
            kind=FindingKind.REFUSED if is_there else FindingKind.UNANSWERED,
            slot=slot.key,
            question=question.text,
            subject=slot.subject.label,
            answer=answer,
            rule=question.rule,
            problem=problem or in_three_languages(message("This is not answered yet.")),
        )

    def _judged(self, question: Question, answer: Answer | date | None) -> tuple[Text | None, Text]:
        """What is wrong with an answer, or nothing, and the answer in words."""
        asked = (question.key, type(answer), answer)
        if asked not in self._said:
            problem = refusal(question, answer, self.day)
            words = answer_in_words(question, answer) if problem else Text("")
            self._said[asked] = (in_three_languages(problem) if problem else None, words)
        return self._said[asked]


def _take(into: dict[str, Answer] | dict[str, date | None], facts: Mapping[str, object], code: str, slot: str) -> None:
    if code in facts:
        into[slot] = facts[code]  # pyright: ignore[reportArgumentType] - facts go with answers, files with files


def _place(finding: Finding) -> str:
    return finding.slot or finding.question.fi


def _lost_service(code: str) -> Finding:
    name = service_class(code).name if is_service_class(code) else Text(code)
    problem = message("The new rulebook no longer has this service.")
    return Finding(
        kind=FindingKind.SERVICE_GONE, slot="", question=name, subject=Text(""), answer=Text(""), rule=None,
        problem=in_three_languages(problem),
    )  # fmt: skip


def refusal(question: Question, answer: Answer | date | None, day: date) -> Message | None:
    """What is wrong with an answer, or with a file of which the issue date is given."""
    if question.type is QuestionType.ATTACHMENT:
        return attachment_problem(question, answer if isinstance(answer, date) else None, day)
    if question.required_answer is not None and answer is not question.required_answer:
        return message("The rulebook requires the answer {answer}.", answer=_YES if question.required_answer else _NO)
    judged = read_answer(question, answer, day)
    return judged if isinstance(judged, Message) else None


def answer_in_words(question: Question, answer: object) -> Text:
    """An answer as people read it; empty where there is none."""
    if answer is None:
        return Text("")
    if isinstance(answer, bool):
        return in_three_languages(_YES if answer else _NO)
    if question.type is QuestionType.CHOICE:
        chosen = next((choice.text for choice in question.choices if choice.value == answer), None)
        return chosen or Text(str(answer))
    if question.type in {QuestionType.DATE, QuestionType.ATTACHMENT}:
        return _dated(answer)
    return Text(str(answer))


def _dated(answer: object) -> Text:
    try:
        day = answer if isinstance(answer, date) else date.fromisoformat(str(answer))
    except ValueError:
        return Text(str(answer))
    return Text(*(show_date(day, language) for language in WRITTEN))


def in_three_languages(words: Message) -> Text:
    """A message written out for all readers, to be kept or sent on."""
    return Text(*(translate(words, language) for language in WRITTEN))


_YES, _NO = message("Yes"), message("No")
