"""What is due in a case by the clock: reminders, overdue, proposals; month ends, leap days, days off."""

from datetime import date, timedelta

import pytest

from onboarding.compliance.deadlines import Due, Standing, hearing_until, is_within_sight, what_is_due
from onboarding.compliance.schemas import ComplianceSettings
from onboarding.compliance.states import CaseAction, CaseKind, CaseStatus

SETTINGS = ComplianceSettings()
LAST = date(2028, 2, 29)


def case(status: CaseStatus = CaseStatus.OPEN, **changes: object) -> Standing:
    return Standing(**{"kind": CaseKind.CERTIFICATE_EXPIRING, "status": status, "deadline": LAST, **changes})


@pytest.mark.parametrize(
    ("days_left", "reminder"),
    [(61, None), (60, 60), (59, 60), (30, 30), (29, 30), (14, 14), (7, 7), (2, 7), (1, 1), (0, 1)],
)
def test_reminder_of_the_nearest_day_reached(days_left: int, reminder: int | None) -> None:
    due = what_is_due(case(), SETTINGS, LAST - timedelta(days=days_left))
    assert due == (Due(CaseAction.REMIND, reminder) if reminder else None)


@pytest.mark.parametrize("days_left", [60, 30, 14, 7, 1])
def test_nobody_is_reminded_twice_of_one_day(days_left: int) -> None:
    reminded = case(CaseStatus.REMINDED, last_reminder=days_left)
    assert what_is_due(reminded, SETTINGS, LAST - timedelta(days=days_left)) is None


def test_leap_day_is_the_last_good_day() -> None:
    reminded = case(CaseStatus.REMINDED, last_reminder=1)
    assert what_is_due(reminded, SETTINGS, LAST) is None
    assert what_is_due(reminded, SETTINGS, date(2028, 3, 1)) == Due(CaseAction.BECOME_OVERDUE)


def test_month_end_in_a_year_without_leap_day() -> None:
    reminded = case(CaseStatus.REMINDED, last_reminder=1, deadline=date(2027, 2, 28))
    assert what_is_due(reminded, SETTINGS, date(2027, 3, 1)) == Due(CaseAction.BECOME_OVERDUE)


def test_proposal_after_the_days_of_grace_and_not_before() -> None:
    overdue = case(CaseStatus.OVERDUE, overdue_on=date(2028, 3, 1))
    assert what_is_due(overdue, SETTINGS, date(2028, 3, 14)) is None
    assert what_is_due(overdue, SETTINGS, date(2028, 3, 15)) == Due(CaseAction.PROPOSE)


def test_more_time_leaves_no_second_grace() -> None:
    overdue = case(CaseStatus.OVERDUE, overdue_on=date(2028, 3, 1), is_extended=True)
    assert what_is_due(overdue, SETTINGS, date(2028, 3, 1)) == Due(CaseAction.PROPOSE)


def test_what_is_gone_already_is_proposed_at_once() -> None:
    left = case(kind=CaseKind.REGISTER_LEFT, deadline=None)
    assert what_is_due(left, SETTINGS, LAST) == Due(CaseAction.PROPOSE)
    assert what_is_due(left, SETTINGS, LAST, may_propose=False) is None


@pytest.mark.parametrize("kind", [CaseKind.NAME_CHANGED, CaseKind.SELF_MONITORING_OUTDATED])
def test_kinds_that_propose_nothing_unless_set(kind: CaseKind) -> None:
    overdue = case(CaseStatus.OVERDUE, kind=kind, overdue_on=LAST - timedelta(days=300))
    assert what_is_due(overdue, SETTINGS, LAST + timedelta(days=1)) is None


def test_approval_that_ended_lapses() -> None:
    assert what_is_due(case(kind=CaseKind.APPROVAL_EXPIRING), SETTINGS, date(2028, 3, 1)) == Due(CaseAction.LAPSE)


@pytest.mark.parametrize(
    "status", [CaseStatus.HEARING, CaseStatus.SUSPENDED, CaseStatus.DISMISSED, CaseStatus.RESOLVED]
)
def test_no_clock_decides_for_a_person(status: CaseStatus) -> None:
    assert what_is_due(case(status), SETTINGS, LAST + timedelta(days=999)) is None


@pytest.mark.parametrize(
    ("begins", "until"),
    [
        (date(2026, 12, 7), date(2026, 12, 21)),
        (date(2026, 12, 10), date(2026, 12, 28)),
        (date(2026, 11, 22), date(2026, 12, 7)),
        (date(2027, 6, 11), date(2027, 6, 28)),
    ],
)
def test_hearing_ends_on_a_working_day(begins: date, until: date) -> None:
    assert hearing_until(begins, SETTINGS) == until


def test_sight_reaches_to_the_first_reminder() -> None:
    assert is_within_sight(LAST, SETTINGS, LAST - timedelta(days=60))
    assert not is_within_sight(LAST, SETTINGS, LAST - timedelta(days=61))
    assert is_within_sight(None, SETTINGS, LAST)
