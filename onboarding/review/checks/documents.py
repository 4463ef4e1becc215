"""Documents: the age of certificates on the day they were sent and today, and how long insurance still holds."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from marketplace.kernel.i18n import Message, message
from onboarding.providers.profile_schemas import INSURANCE_NAMES, InsuranceKind
from onboarding.review.checks.facts import CheckFacts, FileFacts
from onboarding.review.checks.making import APPLICATION, PROFILE, amber, asked_for, green, red, requires
from onboarding.review.schemas import Check
from onboarding.rulebooks.requirements import QuestionType, RulebookContent, Slot, oldest_acceptable

SOON: Final = timedelta(days=30)
INSURED: Final = {InsuranceKind.LIABILITY: "insurance.liability", InsuranceKind.PATIENT: "insurance.patient"}


def checks(facts: CheckFacts, content: RulebookContent) -> Iterable[Check]:
    for slot in facts.slots(content):
        is_dated = slot.question.type is QuestionType.ATTACHMENT and slot.question.max_age_months is not None
        if is_dated and (check := _certificate(facts, slot)):
            yield check
    for kind, fact in INSURED.items():
        if asked := [*asked_for(facts, content, fact), *asked_for(facts, content, f"{fact}.valid_to")]:
            yield _insurance(facts, kind, asked)


def _certificate(facts: CheckFacts, slot: Slot) -> Check | None:
    """Its date held against the rulebook's age twice: an old one may have been fresh when it was sent."""
    subject = message("Certificate: {question}", question=slot.question.text)
    file, code = facts.newest_file(slot.key), f"certificate@{slot.key}"
    if file is None:
        missing = message("No file was attached.")
        return red(code, subject, missing, APPLICATION) if slot.question.required else None
    evidence = message("{name}, attached {day}", name=file.name, day=file.added_on)
    if file.issued_on is None:
        return amber(code, subject, message("The date of issue was not given."), evidence, file.added_on)
    return _aged(facts, slot, file, file.issued_on)


def _aged(facts: CheckFacts, slot: Slot, file: FileFacts, issued_on: date) -> Check:
    subject = message("Certificate: {question}", question=slot.question.text)
    evidence = message("{name}, attached {day}", name=file.name, day=file.added_on)
    attached_by = max(facts.sent_on, file.added_on)
    oldest_then = oldest_acceptable(slot.question, attached_by) or date.min
    oldest_now = oldest_acceptable(slot.question, facts.day) or date.min
    if issued_on > attached_by:
        make, finding = red, message("Dated {issued}, after it was sent.", issued=issued_on)
    elif issued_on < oldest_then:
        words = message("Dated {issued}: too old already when it was sent, {day}.", issued=issued_on, day=attached_by)
        make, finding = red, words
    elif issued_on < oldest_now:
        words = message(
            "Dated {issued}: fresh when it was sent, {day}, but too old today.", issued=issued_on, day=attached_by
        )
        make, finding = amber, words
    else:
        make, finding = green, message("Dated {issued}: fresh when it was sent, {day}, and today.", issued=issued_on, day=attached_by)  # fmt: skip
    return make(f"certificate@{slot.key}", subject, finding, evidence, issued_on)


def _insurance(facts: CheckFacts, kind: InsuranceKind, asked: list[Slot]) -> Check:
    subject, code = INSURANCE_NAMES[kind], f"insurance@{kind.value}"
    ends, evidence = _end(facts, kind, asked)
    if ends is None:
        make = amber if requires(asked) else green
        return make(code, subject, message("Its last day is not known."), evidence)
    if ends == date.max:
        return green(code, subject, message("In force until further notice."), evidence)
    if ends < facts.day:
        return red(code, subject, message("Ended on {day}.", day=ends), evidence, ends)
    if ends - facts.day <= SOON:
        return amber(code, subject, message("Ends soon: {day}.", day=ends), evidence, ends)
    return green(code, subject, message("In force until {day}.", day=ends), evidence, ends)


def _end(facts: CheckFacts, kind: InsuranceKind, asked: list[Slot]) -> tuple[date | None, Message]:
    """What the application says counts; else the newest end in the profile."""
    answers = [facts.answers.get(slot.key) for slot in asked if slot.question.type is QuestionType.DATE]
    dates = [date.fromisoformat(each) for each in answers if isinstance(each, str)]
    if dates:
        return max(dates), APPLICATION
    known = [each for each in facts.insurance if each.kind is kind]
    return max((each.valid_to or date.max for each in known), default=None), PROFILE
