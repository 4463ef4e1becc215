"""The audit trail in plain words: what was done, and what it changed."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from marketplace.kernel.i18n import Language, Message, message, show_date, translate
from onboarding.applications.states import APPLICATION_STATUS_NAMES
from onboarding.approvals.labels import HISTORY_WORDS
from onboarding.approvals.states import APPROVAL_STATUS_NAMES
from onboarding.labels import class_names, municipality_names
from onboarding.rulebooks.requirements import Question, QuestionType, split_slot

ACTIONS: Final[Mapping[str, Message]] = {
    "application.started": message("The application was begun"),
    "application.scope_saved": message("Services and municipalities were chosen"),
    "application.answers_saved": message("Answers were saved"),
    "application.file_attached": message("A file was attached"),
    "application.file_removed": message("A file was removed"),
    "application.submitted": message("The application was sent"),
    "application.information_requested": message("More information was asked for"),
    "application.withdrawn": message("The application was withdrawn"),
    "application.claimed": message("The application was taken to be handled"),
    "application.released": message("The application was put back for any colleague"),
    "application.noted": message("An internal note was written"),
    "application.decision_proposed": message("A decision was proposed to a second person"),
    "application.approved": message("The application was approved"),
    "application.partly_approved": message("The application was approved in part"),
    "application.rejected": message("The application was rejected"),
    "application.transferred": message("The application was transferred to another organiser"),
    "application.assigned": message("The application was given to somebody to be handled"),
    "application.taken_over": message("The application was taken over from a colleague"),
    "application.decision_prepared": message("A decision was prepared"),
    "application.proposal_returned": message("The proposed decision was sent back"),
    "application.opened_by_transfer": message("The application came from another organiser"),
    "application.item_replied": message("A question was answered"),
    "application.message_to_applicant": message("A message was written to the applicant"),
    "application.message_to_organiser": message("A message was written to the organiser"),
    "application.rulebook_seen": message("A newer rulebook was taken into use"),
    "decision.document_made": message("The document of the decision was made"),
    "application.exported": message("The application was exported for archiving"),
    "application.erased": message("The content was erased, because its time was over"),
    "decision.made": message("A decision was made"),
    "approval.granted": message("The approval was granted"),
    "approval.changed": message("The approval was changed"),
    "file.infected_refused": message("A file with malware was refused"),
}
"""What each action is called. An action without words of its own shows its name."""

FIELDS: Final[Mapping[str, Message]] = {
    "status": message("Status"),
    "service_classes": message("Services"),
    "municipalities": message("Municipalities"),
    "municipality_codes": message("Municipalities"),
    "claimed_by": message("Handled by"),
    "question": message("Question"),
    "name": message("Name"),
    "valid_from": message("First day"),
    "valid_to": message("Last day"),
    "status_from": message("From"),
    "status_reason": message("Reason"),
    "reason": message("Reason"),
    "conditions": message("Conditions"),
    "due_on": message("Due by"),
    "finding": message("Malware"),
    "outcome": message("Decision"),
    "number": message("Number"),
}
"""Names of what changed. Everything else that is no question is for programs and is left to the JSON."""

NOTHING: Final = "–"
YES, NO = message("Yes"), message("No")


class Reader:
    """Puts events into words for one reader, with what the words need: names of people, questions of the rulebook."""

    def __init__(self, language: Language, people: Mapping[UUID, str], questions: Mapping[str, Question]) -> None:
        self.language = language
        self.people = people
        self.questions = questions

    def what(self, action: str) -> str:
        words = ACTIONS.get(action)
        return action if words is None else translate(words, self.language)

    def changes(self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[str]:
        """A line for each thing that changed, such as ``Status: Draft → Waiting for a decision``."""
        return list(self._changes(before or {}, after or {}))

    def _changes(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
        for key in dict.fromkeys([*before, *after]):
            name = self._name(key)
            if name is None:
                continue
            old, new = self.value(key, before.get(key)), self.value(key, after.get(key))
            if old != new:
                yield f"{name}: {old} → {new}" if old != NOTHING else f"{name}: {new}"

    def _name(self, key: str) -> str | None:
        if key in FIELDS:
            return translate(FIELDS[key], self.language)
        return self.asked(key)

    def asked(self, slot: str) -> str | None:
        """The question of a slot, or None where the rulebook has none."""
        question = self.questions.get(split_slot(slot)[0])
        return None if question is None else question.text.in_language(self.language)

    def value(self, key: str, value: object) -> str:
        """A value as it is shown: statuses, places and people by their names, days the local way."""
        match value:
            case None | "" | []:
                return NOTHING
            case bool():
                return translate(YES if value else NO, self.language)
            case list():
                return ", ".join(self._names(key, [str(each) for each in value]))  # pyright: ignore[reportUnknownVariableType] - from JSON
            case str():
                return self._text(key, value)
            case _:
                return str(value)

    def _names(self, key: str, values: list[str]) -> list[str]:
        if key == "service_classes":
            return class_names(values, self.language)
        return municipality_names(values, self.language) if key.startswith("municipalit") else values

    def _text(self, key: str, value: str) -> str:
        if key in {"status", "outcome"}:
            return self._status(value)
        if key == "question":
            return self.asked(value) or value
        question = self.questions.get(split_slot(key)[0])
        if question is not None and question.type is QuestionType.CHOICE:
            chosen = next((each.text for each in question.choices if each.value == value), None)
            return value if chosen is None else chosen.in_language(self.language)
        return self._person(value) or self._moment(value) or value

    def _status(self, value: str) -> str:
        names: dict[str, Message] = {**HISTORY_WORDS, **APPLICATION_STATUS_NAMES, **APPROVAL_STATUS_NAMES}
        return translate(names[value], self.language) if value in names else value

    def _person(self, value: str) -> str | None:
        try:
            return self.people.get(UUID(value))
        except ValueError:
            return None

    def _moment(self, value: str) -> str | None:
        try:
            return show_date(date.fromisoformat(value), self.language) if len(value) == 10 else None
        except ValueError:
            return None
