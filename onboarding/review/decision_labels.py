"""Words and tones of decisions and of documents that are verified."""

from collections.abc import Mapping

from marketplace.kernel.i18n import Message, message
from onboarding.approvals.decision_schemas import DecisionOutcome
from onboarding.review.verification import DocumentState

OUTCOME_NAMES: Mapping[DecisionOutcome, Message] = {
    DecisionOutcome.APPROVED: message("Approved"),
    DecisionOutcome.PARTLY_APPROVED: message("Partly approved"),
    DecisionOutcome.REJECTED: message("Rejected"),
    DecisionOutcome.TRANSFERRED: message("Transferred to another organiser"),
    DecisionOutcome.SUSPENDED: message("Approval suspended"),
    DecisionOutcome.RESUMED: message("Approval in force again"),
    DecisionOutcome.ENDED: message("Approval ended"),
}
OUTCOME_TONES: Mapping[DecisionOutcome, str] = {
    DecisionOutcome.APPROVED: "good",
    DecisionOutcome.PARTLY_APPROVED: "good",
    DecisionOutcome.REJECTED: "bad",
    DecisionOutcome.TRANSFERRED: "quiet",
    DecisionOutcome.SUSPENDED: "wait",
    DecisionOutcome.RESUMED: "good",
    DecisionOutcome.ENDED: "quiet",
}
STATE_TONES: Mapping[DocumentState, str] = {
    DocumentState.IN_FORCE: "good",
    DocumentState.NOT_YET: "",
    DocumentState.EXPIRED: "quiet",
    DocumentState.SUSPENDED: "wait",
    DocumentState.ENDED: "quiet",
    DocumentState.REPLACED: "quiet",
    DocumentState.NOT_APPROVED: "bad",
    DocumentState.TRANSFERRED: "quiet",
}
