"""The kinds of closed applications that have a period of their own."""

from collections.abc import Mapping
from enum import StrEnum

from marketplace.kernel.i18n import Message, message


class RetentionKind(StrEnum):
    """What became of an application. The period counts from the day on which that happened, in Finland."""

    WITHDRAWN_DRAFT = "withdrawn_draft"
    WITHDRAWN_APPLICATION = "withdrawn_application"
    REJECTED_APPLICATION = "rejected_application"
    ENDED_APPROVAL = "ended_approval"


KIND_WORDS: Mapping[RetentionKind, Message] = {
    RetentionKind.WITHDRAWN_DRAFT: message("Drafts that were given up"),
    RetentionKind.WITHDRAWN_APPLICATION: message("Withdrawn applications"),
    RetentionKind.REJECTED_APPLICATION: message("Rejected and transferred applications"),
    RetentionKind.ENDED_APPROVAL: message("Applications whose approval has ended"),
}
REASONS: Mapping[RetentionKind, Message] = {
    RetentionKind.WITHDRAWN_DRAFT: message("The draft was given up and never sent."),
    RetentionKind.WITHDRAWN_APPLICATION: message("The applicant withdrew the application."),
    RetentionKind.REJECTED_APPLICATION: message("The application was rejected or transferred."),
    RetentionKind.ENDED_APPROVAL: message("The approval has ended."),
}
"""Why the time of an application began to count."""
