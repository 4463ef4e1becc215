"""What several organisers ask, each thing once: their questions laid side by side, with what differs between them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Message, Text, counted, message
from onboarding.rulebooks.requirements import Answer, GroupOfSlots, Question, QuestionType, Slot, Subject

MINUTES: Mapping[QuestionType, float] = {
    QuestionType.TEXT: 2, QuestionType.NUMBER: 0.5, QuestionType.YES_NO: 0.5, QuestionType.CHOICE: 0.5,
    QuestionType.DATE: 0.5, QuestionType.ATTACHMENT: 2, QuestionType.DECLARATION: 0.5,
}  # fmt: skip
"""How long a question takes, from people who had their papers at hand. A rough guess, and shown as one."""


class Member(msgspec.Struct, frozen=True):
    """A question in one application."""

    application_id: UUID
    slot: Slot

    @property
    def question(self) -> Question:
        return self.slot.question


class Asked(msgspec.Struct, frozen=True):
    """A question as it is asked: of one application, or once for several. ``name`` is its field in forms."""

    name: str
    members: tuple[Member, ...]

    @property
    def question(self) -> Question:
        """The question in the words of the first that asks it."""
        return self.members[0].question

    @property
    def is_required(self) -> bool:
        return any(each.question.required for each in self.members)

    @property
    def asks_issue_date(self) -> bool:
        """Whether the date of a file matters to anybody."""
        is_file = self.question.type is QuestionType.ATTACHMENT
        return is_file and any(each.question.max_age_months is not None for each in self.members)

    @property
    def max_length(self) -> int:
        return max(each.question.max_length for each in self.members)


class Section(msgspec.Struct, frozen=True):
    """Questions under one heading: of all organisers (None) or of one application's, about one subject."""

    of: UUID | None
    subject: Subject
    asked: tuple[Asked, ...]


class AskedPage(msgspec.Struct, frozen=True):
    """One page of questions."""

    key: str
    title: Text
    intro: Text | None
    sections: tuple[Section, ...]

    @property
    def asked(self) -> list[Asked]:
        return [each for section in self.sections for each in section.asked]


Groups = Sequence[tuple[UUID, Sequence[GroupOfSlots]]]


def pages_of(applications: Groups) -> list[AskedPage]:
    """The pages of applications that are filled in together, in the order of the first rulebook, then of the others."""
    together = asked_of(applications)
    of_slot = {(member.application_id, member.slot.key): each for each in together for member in each.members}
    is_alone = len(applications) == 1
    heads: dict[str, GroupOfSlots] = {}
    sections: dict[str, dict[tuple[UUID | None, str], tuple[Subject, list[Asked]]]] = {}
    placed: set[str] = set()
    for application_id, groups in applications:
        for group in groups:
            for slot in group.slots:
                asked = of_slot[application_id, slot.key]
                if asked.name in placed:
                    continue
                placed.add(asked.name)
                heads.setdefault(group.group.key, group)
                of = None if is_alone or len(asked.members) > 1 else application_id
                place = sections.setdefault(group.group.key, {}).setdefault(
                    (of, group.subject.code), (group.subject, [])
                )
                place[1].append(asked)
    return [AskedPage(key, head.group.title, head.group.intro, _in_order(sections[key])) for key, head in heads.items()]


def _in_order(found: Mapping[tuple[UUID | None, str], tuple[Subject, list[Asked]]]) -> tuple[Section, ...]:
    """What all ask comes first."""
    made = [Section(of, subject, tuple(asked)) for (of, _), (subject, asked) in found.items()]
    return tuple(sorted(made, key=lambda section: section.of is not None))


def asked_of(applications: Groups) -> list[Asked]:
    """Every question once: those of the same concept, type and compatible terms are one."""
    found: list[list[Member]] = []
    by_concept: dict[tuple[object, ...], list[list[Member]]] = {}
    for application_id, groups in applications:
        for slot in (slot for group in groups for slot in group.slots):
            member, concept = Member(application_id, slot), _concept(slot)
            fitting = (each for each in by_concept.get(concept, []) if _joins(member, each)) if concept else iter(())
            members = next(fitting, None)
            if members is None:
                members = list[Member]()
                found.append(members)
                if concept:
                    by_concept.setdefault(concept, []).append(members)
            members.append(member)
    return _named(found)


def _concept(slot: Slot) -> tuple[object, ...] | None:
    """What makes questions the same: their concept, or the fact of the profile that answers both."""
    question = slot.question
    concept = question.concept or question.profile
    if concept is None:
        return None
    return concept, question.type, slot.subject.code, tuple(sorted(choice.value for choice in question.choices))


def _joins(member: Member, others: Sequence[Member]) -> bool:
    if any(each.application_id == member.application_id for each in others):
        return False
    return all(_compatible(member.question, each.question) for each in others)


def _compatible(one: Question, other: Question) -> bool:
    """Whether one answer can suit both."""
    wanted = {each.required_answer for each in (one, other)} - {None}
    least = max((each.minimum for each in (one, other) if each.minimum is not None), default=None)
    most = min((each.maximum for each in (one, other) if each.maximum is not None), default=None)
    return len(wanted) < 2 and (least is None or most is None or least <= most)


def _named(found: Iterable[Sequence[Member]]) -> list[Asked]:
    """Field names: the slot's own key, with a number where another question took it."""
    taken: set[str] = set()
    named: list[Asked] = []
    for members in found:
        key = name = members[0].slot.key
        number = 1
        while name in taken:
            number += 1
            name = f"{key}.{number}"
        taken.add(name)
        named.append(Asked(name, tuple(members)))
    return named


class Difference(msgspec.Struct, frozen=True):
    """What one organiser wants otherwise than another."""

    application_id: UUID
    terms: tuple[Message, ...]
    rule: Text | None


def differences(asked: Asked) -> list[Difference]:
    """What each organiser wants, where they do not all want the same."""
    found = [
        Difference(each.application_id, tuple(_terms(each.question)), each.question.rule) for each in asked.members
    ]
    different = {(tuple(each.terms), each.rule) for each in map(_comparable, found)}
    return found if len(different) > 1 else []


def _comparable(difference: Difference) -> "_Comparable":
    return _Comparable(tuple((each.text, tuple(each.values.items())) for each in difference.terms), difference.rule)


class _Comparable(msgspec.Struct, frozen=True):
    """Terms that can stand in a set: the values of messages are mappings, which cannot."""

    terms: tuple[object, ...]
    rule: Text | None


def _terms(question: Question) -> Iterable[Message]:
    if not question.required:
        yield message("may be left empty")
    if question.required_answer is not None:
        yield message("the answer must be yes") if question.required_answer else message("the answer must be no")
    if question.minimum is not None:
        yield message("at least {least}", least=question.minimum)
    if question.maximum is not None:
        yield message("at most {most}", most=question.maximum)
    if question.max_age_months is not None:
        yield counted("at most {count} month old", "at most {count} months old", count=question.max_age_months)


def minutes_left(asked: Iterable[Asked], missing: Iterable[tuple[UUID, str]]) -> int:
    """About how many minutes the missing answers take; at least one while anything is missing."""
    lacking = set(missing)
    left = [
        MINUTES[each.question.type]
        for each in asked
        if any((member.application_id, member.slot.key) in lacking for member in each.members)
    ]
    return max(1, round(sum(left))) if left else 0


def value_of(asked: Asked, answers: Mapping[UUID, Mapping[str, Answer]]) -> Answer | None:
    """The answer to a question, from the first application that has one."""
    given = (answers[each.application_id].get(each.slot.key) for each in asked.members)
    return next((each for each in given if each is not None), None)
