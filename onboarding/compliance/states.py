"""Statuses of compliance cases, and who may move them.

A provider is heard before its approval is suspended: Administrative Procedure Act 434/2003, section 34. When conditions
are no longer met the organiser takes the approval back: Act on service vouchers 569/2009, section 5.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from marketplace.kernel.i18n import Message, message
from marketplace.kernel.states import TransitionTable


class CaseKind(StrEnum):
    """What an approval rests on that has ended, will end or has changed."""

    CERTIFICATE_EXPIRING = "certificate_expiring"
    INSURANCE_EXPIRING = "insurance_expiring"
    APPROVAL_EXPIRING = "approval_expiring"
    SELF_MONITORING_OUTDATED = "self_monitoring_outdated"
    REGISTER_LEFT = "register_left"
    SITUATION_CHANGED = "situation_changed"
    NAME_CHANGED = "name_changed"


class CaseStatus(StrEnum):
    """``hearing`` waits for the provider's explanation and then for a person's decision; the last four are closed."""

    OPEN = "open"
    REMINDED = "reminded"
    OVERDUE = "overdue"
    HEARING = "hearing"
    SUSPENDED = "suspended"
    DISMISSED = "dismissed"
    RESOLVED = "resolved"
    LAPSED = "lapsed"


class CaseAction(StrEnum):
    REMIND = "remind"
    BECOME_OVERDUE = "become_overdue"
    PROPOSE = "propose"
    RESOLVE = "resolve"
    LAPSE = "lapse"
    EXPLAIN = "explain"
    GIVE_TIME = "give_time"
    SUSPEND = "suspend"
    DISMISS = "dismiss"


class Step(StrEnum):
    """What happened in a case."""

    OPENED = "opened"
    REMINDED = "reminded"
    OVERDUE = "overdue"
    PROPOSED = "proposed"
    EXPLAINED = "explained"
    HEARING_OVER = "hearing_over"
    MORE_TIME = "more_time"
    SUSPENDED = "suspended"
    DISMISSED = "dismissed"
    RESOLVED = "resolved"
    LAPSED = "lapsed"
    REMEDIED = "remedied"


S, A = CaseStatus, CaseAction

UNDER_WAY: Final = frozenset({S.OPEN, S.REMINDED, S.OVERDUE, S.HEARING})
CLOSED: Final = frozenset(S) - UNDER_WAY

SYSTEM_MOVES = TransitionTable[CaseStatus, CaseAction](
    "compliance_case",
    {
        A.REMIND: ({S.OPEN, S.REMINDED}, S.REMINDED),
        A.BECOME_OVERDUE: ({S.OPEN, S.REMINDED}, S.OVERDUE),
        A.PROPOSE: ({S.OPEN, S.REMINDED, S.OVERDUE}, S.HEARING),
        A.RESOLVE: (UNDER_WAY, S.RESOLVED),
        A.LAPSE: (UNDER_WAY, S.LAPSED),
    },
)
PROVIDER_MOVES = TransitionTable[CaseStatus, CaseAction]("compliance_case", {A.EXPLAIN: ({S.HEARING}, S.HEARING)})
REVIEWER_MOVES = TransitionTable[CaseStatus, CaseAction](
    "compliance_case",
    {
        A.PROPOSE: ({S.OPEN, S.REMINDED, S.OVERDUE}, S.HEARING),
        A.GIVE_TIME: ({S.OVERDUE, S.HEARING}, S.REMINDED),
        A.SUSPEND: ({S.HEARING}, S.SUSPENDED),
        A.DISMISS: (UNDER_WAY, S.DISMISSED),
    },
)

STATUS_NAMES: Mapping[CaseStatus, Message] = {
    S.OPEN: message("Found"),
    S.REMINDED: message("Reminded"),
    S.OVERDUE: message("Overdue"),
    S.HEARING: message("Suspension proposed"),
    S.SUSPENDED: message("Approval suspended"),
    S.DISMISSED: message("Closed without suspension"),
    S.RESOLVED: message("In order again"),
    S.LAPSED: message("Approval ended meanwhile"),
}
TONES: Mapping[CaseStatus, str] = {
    S.OPEN: "",
    S.REMINDED: "wait",
    S.OVERDUE: "bad",
    S.HEARING: "bad",
    S.SUSPENDED: "bad",
    S.DISMISSED: "quiet",
    S.RESOLVED: "good",
    S.LAPSED: "quiet",
}
KIND_NAMES: Mapping[CaseKind, Message] = {
    CaseKind.CERTIFICATE_EXPIRING: message("Certificate"),
    CaseKind.INSURANCE_EXPIRING: message("Insurance"),
    CaseKind.APPROVAL_EXPIRING: message("Approval ends"),
    CaseKind.SELF_MONITORING_OUTDATED: message("Self-monitoring plan"),
    CaseKind.REGISTER_LEFT: message("Official register"),
    CaseKind.SITUATION_CHANGED: message("Company's situation"),
    CaseKind.NAME_CHANGED: message("Company's name"),
}
STEP_NAMES: Mapping[Step, Message] = {
    Step.OPENED: message("Found in the daily check"),
    Step.REMINDED: message("The provider was reminded"),
    Step.OVERDUE: message("The last good day passed"),
    Step.PROPOSED: message("Suspension was proposed and the provider asked for an explanation"),
    Step.EXPLAINED: message("The provider explained"),
    Step.HEARING_OVER: message("The time for an explanation ended"),
    Step.MORE_TIME: message("More time was given"),
    Step.SUSPENDED: message("The approval was suspended"),
    Step.DISMISSED: message("Closed without suspension"),
    Step.RESOLVED: message("Put in order"),
    Step.LAPSED: message("The approval ended"),
    Step.REMEDIED: message("Put in order after the suspension"),
}
