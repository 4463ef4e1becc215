"""Tones of an application's statuses."""

from collections.abc import Mapping

from onboarding.applications.states import ApplicationStatus

STATUS_TONES: Mapping[ApplicationStatus, str] = {
    ApplicationStatus.DRAFT: "quiet",
    ApplicationStatus.SUBMITTED: "",
    ApplicationStatus.INFORMATION_REQUESTED: "wait",
    ApplicationStatus.DECISION_PROPOSED: "",
    ApplicationStatus.APPROVED: "good",
    ApplicationStatus.PARTLY_APPROVED: "good",
    ApplicationStatus.REJECTED: "bad",
    ApplicationStatus.WITHDRAWN: "quiet",
    ApplicationStatus.TRANSFERRED: "quiet",
}
