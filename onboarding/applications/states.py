"""Statuses of applications: who may do what in which, and what a status allows."""

from collections.abc import Mapping
from enum import StrEnum

from marketplace.kernel.i18n import Message, message
from marketplace.kernel.states import TransitionTable


class ApplicationStatus(StrEnum):
    """Where an application stands. The last five are final."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    INFORMATION_REQUESTED = "information_requested"
    DECISION_PROPOSED = "decision_proposed"
    APPROVED = "approved"
    PARTLY_APPROVED = "partly_approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"


class ApplicationAction(StrEnum):
    """What can be done to an application; each actor has a table of their own below."""

    SUBMIT = "submit"
    ANSWER = "answer"
    WITHDRAW = "withdraw"
    REQUEST_INFORMATION = "request_information"
    PROPOSE = "propose"
    RETURN_PROPOSAL = "return_proposal"
    RETURN_UNANSWERED = "return_unanswered"
    APPROVE = "approve"
    APPROVE_PARTLY = "approve_partly"
    REJECT = "reject"
    TRANSFER = "transfer"
    CLOSE_STALE_DRAFT = "close_stale_draft"


S, A = ApplicationStatus, ApplicationAction


APPLICANT = TransitionTable[ApplicationStatus, ApplicationAction](
    "application",
    {
        A.SUBMIT: ({S.DRAFT}, S.SUBMITTED),
        A.ANSWER: ({S.INFORMATION_REQUESTED}, S.SUBMITTED),
        A.WITHDRAW: ({S.DRAFT, S.SUBMITTED, S.INFORMATION_REQUESTED, S.DECISION_PROPOSED}, S.WITHDRAWN),
    },
)


OPEN = {S.SUBMITTED, S.INFORMATION_REQUESTED}

REVIEWER = TransitionTable[ApplicationStatus, ApplicationAction](
    "application",
    {
        A.REQUEST_INFORMATION: ({S.SUBMITTED}, S.INFORMATION_REQUESTED),
        A.PROPOSE: (OPEN, S.DECISION_PROPOSED),
        A.APPROVE: (OPEN, S.APPROVED),
        A.APPROVE_PARTLY: (OPEN, S.PARTLY_APPROVED),
        A.REJECT: (OPEN, S.REJECTED),
        A.TRANSFER: (OPEN, S.TRANSFERRED),
    },
)
"""One person of the organiser, who decides alone or proposes to a colleague."""


CONFIRMER = TransitionTable[ApplicationStatus, ApplicationAction](
    "application",
    {
        A.RETURN_PROPOSAL: ({S.DECISION_PROPOSED}, S.SUBMITTED),
        A.RETURN_UNANSWERED: ({S.DECISION_PROPOSED}, S.INFORMATION_REQUESTED),
        A.APPROVE: ({S.DECISION_PROPOSED}, S.APPROVED),
        A.APPROVE_PARTLY: ({S.DECISION_PROPOSED}, S.PARTLY_APPROVED),
        A.REJECT: ({S.DECISION_PROPOSED}, S.REJECTED),
    },
)
"""The second person, to whom a decision was proposed; unanswered is what the applicant was asked before and can still answer."""


SYSTEM = TransitionTable[ApplicationStatus, ApplicationAction](
    "application", {A.CLOSE_STALE_DRAFT: ({S.DRAFT}, S.WITHDRAWN)}
)


class Capability(StrEnum):
    """What a status allows beside moving on: callers ask for one of these and never compare statuses."""

    CHANGE_SCOPE = "change_scope"
    EDIT_ANSWERS = "edit_answers"
    BE_REVIEWED = "be_reviewed"
    HAS_A_DECISION = "has_a_decision"


_CAPABILITIES: Mapping[ApplicationStatus, frozenset[Capability]] = {
    S.DRAFT: frozenset({Capability.CHANGE_SCOPE, Capability.EDIT_ANSWERS}),
    S.SUBMITTED: frozenset({Capability.BE_REVIEWED}),
    S.INFORMATION_REQUESTED: frozenset({Capability.EDIT_ANSWERS, Capability.BE_REVIEWED}),
    S.DECISION_PROPOSED: frozenset({Capability.BE_REVIEWED}),
    S.APPROVED: frozenset({Capability.HAS_A_DECISION}),
    S.PARTLY_APPROVED: frozenset({Capability.HAS_A_DECISION}),
    S.REJECTED: frozenset({Capability.HAS_A_DECISION}),
    S.WITHDRAWN: frozenset(),
    S.TRANSFERRED: frozenset({Capability.HAS_A_DECISION}),
}


def may(status: ApplicationStatus, capability: Capability) -> bool:
    """Whether an application in this status has the capability."""
    return capability in _CAPABILITIES[status]


def statuses_with(capability: Capability) -> list[str]:
    """The statuses that have the capability, for a query."""
    return [status.value for status in ApplicationStatus if may(status, capability)]


APPLICATION_STATUS_NAMES: Mapping[ApplicationStatus, Message] = {
    S.DRAFT: message("Draft"),
    S.SUBMITTED: message("Waiting for a decision"),
    S.INFORMATION_REQUESTED: message("More information asked for"),
    S.DECISION_PROPOSED: message("Decision being prepared"),
    S.APPROVED: message("Approved"),
    S.PARTLY_APPROVED: message("Partly approved"),
    S.REJECTED: message("Rejected"),
    S.WITHDRAWN: message("Withdrawn"),
    S.TRANSFERRED: message("Transferred to another organiser"),
}
