"""Statuses of approvals, and who may change them."""

from collections.abc import Mapping
from enum import StrEnum

from marketplace.kernel.i18n import Message, message
from marketplace.kernel.states import TransitionTable


class ApprovalStatus(StrEnum):
    """A suspended approval may come into force again; an ended one never does."""

    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    ENDED = "ended"


class ApprovalAction(StrEnum):
    SUSPEND = "suspend"
    RESUME = "resume"
    END = "end"


P, B = ApprovalStatus, ApprovalAction


APPROVAL_REVIEWER = TransitionTable[ApprovalStatus, ApprovalAction](
    "approval",
    {
        B.SUSPEND: ({P.IN_FORCE}, P.SUSPENDED),
        B.RESUME: ({P.SUSPENDED}, P.IN_FORCE),
        B.END: ({P.IN_FORCE, P.SUSPENDED}, P.ENDED),
    },
)


APPROVAL_STATUS_NAMES: Mapping[ApprovalStatus, Message] = {
    P.IN_FORCE: message("Approved"),
    P.SUSPENDED: message("Suspended"),
    P.ENDED: message("Ended"),
}
