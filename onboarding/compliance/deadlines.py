"""What is due in a case on a day, and until when. Pure: no clock, no database. All days are Finnish days.

A thing that is good until the 31st is good through that day; it is overdue from midnight on.
"""

from datetime import date, timedelta
from typing import Final

import msgspec

from marketplace.kernel.calendar import DayType, day_types
from onboarding.compliance.schemas import ComplianceSettings
from onboarding.compliance.states import CaseAction, CaseKind, CaseStatus

ONE_DAY: Final = timedelta(days=1)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case stands, as far as days decide about it."""

    kind: CaseKind
    status: CaseStatus
    deadline: date | None
    is_extended: bool = False
    last_reminder: int | None = None
    overdue_on: date | None = None
    hearing_until: date | None = None
    hearing_is_over: bool = False


class Due(msgspec.Struct, frozen=True):
    """What the daily round does next; ``reminder`` says which of the set days was reached."""

    action: CaseAction
    reminder: int | None = None


def what_is_due(case: Standing, settings: ComplianceSettings, day: date, *, may_propose: bool = True) -> Due | None:
    """The next thing to do by the clock, or None. Asked again after it was done, until nothing is left for the day.

    ``may_propose`` is False where the approval is suspended already. A hearing waits for a person, however long it takes.
    """
    proposes = may_propose and case.kind in settings.proposing
    if case.status not in {CaseStatus.OPEN, CaseStatus.REMINDED, CaseStatus.OVERDUE}:
        return None
    if case.deadline is None:
        return Due(CaseAction.PROPOSE) if proposes and case.status is CaseStatus.OPEN else None
    if day <= case.deadline:
        return _reminder(case, settings, (case.deadline - day).days)
    if case.kind is CaseKind.APPROVAL_EXPIRING:
        return Due(CaseAction.LAPSE)
    if case.status is not CaseStatus.OVERDUE:
        return Due(CaseAction.BECOME_OVERDUE)
    grace = timedelta(days=0 if case.is_extended else settings.grace_days)
    is_over = case.overdue_on is not None and day >= case.overdue_on + grace
    return Due(CaseAction.PROPOSE) if proposes and is_over else None


def _reminder(case: Standing, settings: ComplianceSettings, days_left: int) -> Due | None:
    """The nearest set day that was reached and not reminded of; days missed while nothing ran are not made up for."""
    reached = min((each for each in settings.reminder_days if days_left <= each), default=None)
    if reached is None or (case.last_reminder is not None and case.last_reminder <= reached):
        return None
    return Due(CaseAction.REMIND, reached) if case.status is not CaseStatus.OVERDUE else None


def is_within_sight(due_on: date | None, settings: ComplianceSettings, day: date) -> bool:
    """Whether a thing ends so soon, or has ended, that a case is opened."""
    return due_on is None or (due_on - day).days <= max(settings.reminder_days)


def hearing_until(day: date, settings: ComplianceSettings) -> date:
    """The last day to explain; never a Saturday, Sunday, public holiday or eve.

    A day that is counted ends on the next working day: Act on the Calculation of Time Limits 150/1930, section 5.
    """
    until = day + timedelta(days=settings.hearing_days)
    while day_types(until) != frozenset({DayType.WEEKDAY}):
        until += ONE_DAY
    return until


def rank_of(status: CaseStatus) -> int:
    """The order of lists: what waits for a decision, then what is overdue, then the rest; closed ones last."""
    return {CaseStatus.HEARING: 0, CaseStatus.OVERDUE: 1, CaseStatus.OPEN: 2, CaseStatus.REMINDED: 2}.get(status, 9)
