"""Words and tones of the queue and of checks. The words carry the meaning, the colour only helps."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from marketplace.kernel.i18n import Message, counted, message
from onboarding.applications.schemas import ApplicationKind, Milestone, NoteKind, Source
from onboarding.applications.states import APPLICATION_STATUS_NAMES, ApplicationStatus
from onboarding.review.schemas import CheckLevel, QueueItem, QueueSort, QueueStatus

SOON_DAYS: Final = 7

CHECK_WORDS: Mapping[CheckLevel, tuple[Message, str]] = {
    CheckLevel.GREEN: (message("In order"), "good"),
    CheckLevel.AMBER: (message("Look at this"), "wait"),
    CheckLevel.RED: (message("Problem"), "bad"),
}
QUEUE_STATUS_NAMES: Mapping[QueueStatus, Message] = {
    QueueStatus.TO_REVIEW: message("To be reviewed"),
    QueueStatus.ALL: message("All"),
    **{QueueStatus(each.value): name for each, name in APPLICATION_STATUS_NAMES.items() if each is not ApplicationStatus.DRAFT},
}  # fmt: skip
SORT_NAMES: Mapping[QueueSort, Message] = {
    QueueSort.AGE: message("The longest waiting first"),
    QueueSort.DEADLINE: message("The nearest deadline first"),
    QueueSort.NEWEST: message("The newest first"),
}
KIND_OF_APPLICATION: Mapping[ApplicationKind, Message] = {
    ApplicationKind.NEW: message("New"),
    ApplicationKind.EXTENSION: message("Extension"),
    ApplicationKind.RENEWAL: message("Renewal"),
}
SOURCE_WORDS: Mapping[Source, Message | None] = {
    Source.OWN: None,
    Source.PROFILE: message("From the provider's profile"),
    Source.CARRIED: message("Carried over from the earlier application"),
}
NOTE_WORDS: Mapping[NoteKind, tuple[Message, str]] = {
    NoteKind.NOTE: (message("Internal note"), "wait"),
    NoteKind.REQUEST: (message("Asked of the applicant"), ""),
    NoteKind.ANSWER: (message("The applicant answered"), "good"),
    NoteKind.DECISION: (message("Decision"), ""),
    NoteKind.TO_ORGANISER: (message("Message from the applicant"), "good"),
    NoteKind.TO_APPLICANT: (message("Message to the applicant"), ""),
}
STEP_WORDS: Mapping[Milestone, Message] = {
    Milestone.SENT: message("Sent"),
    Milestone.TAKEN_UP: message("Taken to be handled"),
    Milestone.ASKED: message("More information asked for"),
    Milestone.ANSWER_DUE: message("Answer expected by"),
    Milestone.ANSWERED: message("The applicant answered"),
    Milestone.DECISION_EXPECTED: message("Decision expected by"),
    Milestone.DECIDED: message("Decided"),
    Milestone.WITHDRAWN: message("Withdrawn"),
}


def age_words(sent_on: date, day: date) -> Message:
    """How long ago something was sent, in Finnish days."""
    days = (day - sent_on).days
    return message("today") if days <= 0 else counted("{count} day", "{count} days", count=days)


def deadline_words(decide_by: date | None, days_left: int | None, day: date) -> tuple[Message, str]:
    """How the time to decide stands, and its tone. While the applicant is asked, the clock stands still."""
    if days_left is not None:
        return message("The clock stands: the applicant is asked"), "quiet"
    if decide_by is None:
        return message("no deadline"), ""
    left = (decide_by - day).days
    if left < 0:
        return counted("{count} day late", "{count} days late", count=-left), "bad"
    if left == 0:
        return message("Last day today"), "wait"
    return counted("{count} day left", "{count} days left", count=left), "wait" if left <= SOON_DAYS else ""


def deadline_of(item: QueueItem, day: date) -> tuple[Message, str]:
    return deadline_words(item.decide_by, item.days_left, day)
