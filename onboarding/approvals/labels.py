"""Tones of an approval's statuses."""

from collections.abc import Mapping

from marketplace.kernel.i18n import Message, message
from onboarding.approvals.states import ApprovalStatus

APPROVAL_TONES: Mapping[ApprovalStatus, str] = {
    ApprovalStatus.IN_FORCE: "good",
    ApprovalStatus.SUSPENDED: "wait",
    ApprovalStatus.ENDED: "quiet",
}

HISTORY_WORDS: Mapping[str, Message] = {
    "granted": message("Granted"),
    "suspended": message("Suspended"),
    "resumed": message("Put back into force"),
    "ended": message("Ended for good"),
    "extended": message("Extended"),
    "renewed": message("Renewed"),
    "left": message("The provider left"),
    "changed": message("Changed"),
}
"""What each line of an approval's history is called."""
