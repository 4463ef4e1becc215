"""Tones of an approval's statuses."""

from collections.abc import Mapping

from onboarding.approvals.states import ApprovalStatus

APPROVAL_TONES: Mapping[ApprovalStatus, str] = {
    ApprovalStatus.IN_FORCE: "good",
    ApprovalStatus.SUSPENDED: "wait",
    ApprovalStatus.ENDED: "quiet",
}
