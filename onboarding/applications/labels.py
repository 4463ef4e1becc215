"""Tones of an application's statuses."""

from collections.abc import Mapping

from onboarding.applications.states import ApplicationStatus

STATUS_TONES: Mapping[ApplicationStatus, str] = {
    ApplicationStatus.DRAFT: "quiet",
    ApplicationStatus.SUBMITTED: "",
    ApplicationStatus.INFORMATION_REQUESTED: "wait",
    ApplicationStatus.APPROVED: "good",
    ApplicationStatus.REJECTED: "bad",
    ApplicationStatus.WITHDRAWN: "quiet",
}
