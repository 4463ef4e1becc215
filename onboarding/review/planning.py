"""A reviewer's wish held against what was applied for and what the rulebook says. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Message, message
from marketplace.kernel.inputs import checked_words
from onboarding.applications.states import ApplicationAction
from onboarding.approvals.decision_schemas import DecisionOutcome, GivenReason, ScopePart
from onboarding.review.decision_schemas import DecisionWish, PlannedDecision
from onboarding.rulebooks.requirements import RulebookContent, months_before

ACTIONS: Final[Mapping[DecisionOutcome, ApplicationAction]] = {
    DecisionOutcome.APPROVED: ApplicationAction.APPROVE,
    DecisionOutcome.PARTLY_APPROVED: ApplicationAction.APPROVE_PARTLY,
    DecisionOutcome.REJECTED: ApplicationAction.REJECT,
}
EARLIEST, LATEST = date(2009, 8, 1), date(2199, 12, 31)
"""The Voucher Act came into force on the first day."""

Applied = tuple[Sequence[str], Sequence[str]]
"""Service classes and municipalities that were applied for."""


def plan(wish: DecisionWish, applied: Applied, content: RulebookContent, day: date) -> PlannedDecision:
    """Exactly what would be decided. ``day`` is the first day where the wish names none.

    Raises:
        Invalid: something was not applied for, is refused without a reason, or does not fit together; all are named.
    """
    approved = _approved(wish, applied)
    refused = _rest(approved, applied)
    first = (wish.valid_from or day) if approved else None
    last = (wish.valid_to or last_day(content, first)) if first else None
    words, problems = _words(wish)
    problems += [*_not_applied_for(wish, applied), *_unknown_reasons(wish, content), *wrong_days(first, last)]
    if refused and not wish.reasons and not words["words"]:
        problems.append(FieldError("reasons", message("Choose at least one reason for what is refused, or write one.")))
    if problems:
        raise Invalid(problems)
    return PlannedDecision(
        outcome=_outcome(approved, refused), approved=approved, refused=refused, reasons=_given(wish, content) if refused else (),
        words=words["words"], conditions=words["conditions"] if approved else "", valid_from=first, valid_to=last,
        title=words["title"],
    )  # fmt: skip


def last_day(content: RulebookContent, first: date) -> date | None:
    """The day before the rulebook's months have passed; None where an approval lasts until further notice."""
    months = content.decision.approval_months
    return months_before(first, -months) - timedelta(days=1) if months and EARLIEST <= first <= LATEST else None


def rectangles(approved: Iterable[ScopePart]) -> list[tuple[list[str], list[str]]]:
    """Classes that are approved in the same municipalities, together: one approval is each class in each municipality."""
    by_area: dict[tuple[str, ...], list[str]] = {}
    for part in approved:
        by_area.setdefault(part.municipalities, []).append(part.service_class)
    return [(classes, list(area)) for area, classes in by_area.items()]


def whole_scope(classes: Iterable[str], municipalities: Iterable[str]) -> tuple[ScopePart, ...]:
    """Each class in each municipality."""
    area = tuple(sorted(municipalities))
    return tuple(ScopePart(service_class=each, municipalities=area) for each in classes)


def _approved(wish: DecisionWish, applied: Applied) -> tuple[ScopePart, ...]:
    classes, municipalities = applied
    if wish.approved is None:
        return whole_scope(classes, municipalities)
    ticked: dict[str, set[str]] = {}
    for part in wish.approved:
        ticked.setdefault(part.service_class, set()).update(part.municipalities)
    return tuple(
        ScopePart(service_class=each, municipalities=tuple(sorted(ticked[each] & set(municipalities))))
        for each in classes
        if ticked.get(each, set()) & set(municipalities)
    )


def _rest(approved: Iterable[ScopePart], applied: Applied) -> tuple[ScopePart, ...]:
    classes, municipalities = applied
    given = {part.service_class: set(part.municipalities) for part in approved}
    left = {each: tuple(sorted(set(municipalities) - given.get(each, set()))) for each in classes}
    return tuple(ScopePart(service_class=each, municipalities=area) for each, area in left.items() if area)


def _outcome(approved: Sequence[ScopePart], refused: Sequence[ScopePart]) -> DecisionOutcome:
    if not approved:
        return DecisionOutcome.REJECTED
    return DecisionOutcome.PARTLY_APPROVED if refused else DecisionOutcome.APPROVED


def _words(wish: DecisionWish) -> tuple[dict[str, str], list[FieldError]]:
    found: dict[str, str] = {"words": "", "conditions": "", "title": ""}
    problems: list[FieldError] = []
    for name in found:
        try:
            found[name] = checked_words(name, getattr(wish, name))
        except Invalid as error:
            problems += error.fields
    return found, problems


def _not_applied_for(wish: DecisionWish, applied: Applied) -> Iterable[FieldError]:
    classes, municipalities = applied
    for n, part in enumerate(wish.approved or ()):
        if part.service_class not in classes or not set(part.municipalities) <= set(municipalities):
            yield FieldError(f"approved.{n}", message("Only what was applied for can be approved."))


def _unknown_reasons(wish: DecisionWish, content: RulebookContent) -> Iterable[FieldError]:
    known = {reason.code for reason in content.reasons}
    for n, code in enumerate(wish.reasons):
        if code not in known:
            yield FieldError(
                f"reasons.{n}", message("The rulebook has no reason with the code {code}.", code=code[:60])
            )


def wrong_days(first: date | None, last: date | None) -> Iterable[FieldError]:
    """What keeps two days from being the first and the last of an approval."""
    for name, day in (("valid_from", first), ("valid_to", last)):
        if day is not None and not EARLIEST <= day <= LATEST:
            yield FieldError(name, _out_of_bounds())
    if first and last and last < first:
        yield FieldError("valid_to", message("The last day cannot come before the first."))


def _out_of_bounds() -> Message:
    return message("Write a date between {first} and {last}.", first=EARLIEST, last=LATEST)


def _given(wish: DecisionWish, content: RulebookContent) -> tuple[GivenReason, ...]:
    """In the rulebook's order, each once."""
    return tuple(
        GivenReason(code=reason.code, text=reason.text, legal_basis=reason.legal_basis)
        for reason in content.reasons
        if reason.code in wish.reasons
    )
