"""What a reviewer asks for and sees."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Message
from onboarding.applications.schemas import ApplicationKind, ApplicationSummary, ApplicationView, AttachmentView, Source
from onboarding.providers.profile_schemas import ProfileView
from onboarding.providers.schemas import ProviderView
from onboarding.rulebooks.requirements import Answer, Question, QuestionGroup, Subject

MOST_AT_ONCE: Final = 100
"""How many applications are assigned with one request."""


class CheckLevel(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One automatic check of an application: what was looked at, what was found, from where, and of which day it is.

    ``code`` names the check for programs, with the subject's code after ``@`` where there is one for each.
    ``as_of`` is the day (Finnish) of the evidence, not of the look at it; None where nothing bears a date.
    """

    code: str
    level: CheckLevel
    subject: Message
    finding: Message
    evidence: Message
    as_of: date | None


class QueueStatus(StrEnum):
    """Which applications to show: those to be reviewed, all that were ever sent, or those of one status."""

    TO_REVIEW = "to_review"
    SUBMITTED = "submitted"
    INFORMATION_REQUESTED = "information_requested"
    DECISION_PROPOSED = "decision_proposed"
    APPROVED = "approved"
    PARTLY_APPROVED = "partly_approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    ALL = "all"


class QueueSort(StrEnum):
    """``age``: the longest waiting first. ``deadline``: the one to be decided first; closed ones have none."""

    AGE = "age"
    NEWEST = "newest"
    DEADLINE = "deadline"


class Handler(StrEnum):
    """Whose applications: anybody's, one's own, nobody's. A colleague is named by id instead."""

    ANYBODY = ""
    ME = "me"
    NOBODY = "nobody"


class QueueFilters(msgspec.Struct, frozen=True, kw_only=True):
    """What to show of the queue. ``handler`` is a ``Handler`` or a person's id; ``after`` continues where a page ended."""

    status: QueueStatus = QueueStatus.TO_REVIEW
    service_class: str = ""
    municipality: str = ""
    kind: ApplicationKind | None = None
    handler: str = ""
    is_overdue: bool = False
    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    sort: QueueSort = QueueSort.AGE
    after: Annotated[str, msgspec.Meta(max_length=100)] = ""


class QueueItem(ApplicationSummary, frozen=True, kw_only=True):
    """An application in the queue. ``decide_by`` is None while the clock stands (then ``days_left``), or when closed.

    ``open_with``: who has it open at this moment, the reader left out.
    """

    decide_by: date | None
    days_left: int | None
    claimed_by_name: str | None
    open_with: list[str]


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the queue. ``next`` goes into the ``after`` of the following one."""

    items: list[QueueItem]
    next: str | None


class QueueCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many applications there are. Counting stops at ``limit``: that number means so many or more."""

    statuses: dict[QueueStatus, int]
    mine: int
    nobody: int
    overdue: int
    limit: int


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to whom an application can be given."""

    id: UUID
    name: str


class Present(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has the application open: since when, and when their page was last heard of."""

    person_id: UUID
    name: str
    since: datetime
    seen_at: datetime


class Assigned(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one of several assignments. ``problem`` says why it stayed as it was."""

    application_id: UUID
    reference: str
    problem: Message | None


class ReviewedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer beside the question that it answers. ``was`` is what it was when the application was last sent."""

    slot: str
    question: Question
    answer: Answer | None
    files: list[AttachmentView]
    source: Source
    is_changed: bool
    was: Answer | None


class ReviewedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Answers to one group of questions, of one unit or service where they are asked of each."""

    group: QuestionGroup
    subject: Subject
    answers: list[ReviewedAnswer]


class ApplicationForReview(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer sees of an application.

    ``changed_since``: when it was last sent or asked about, where something has changed since. ``hashes``: SHA-256 by file.
    """

    application: ApplicationView
    provider: ProviderView
    profile: ProfileView
    checks: list[Check]
    groups: list[ReviewedGroup]
    claimed_by_name: str | None
    claimed_at: datetime | None
    decide_by: date | None
    days_left: int | None
    changed_since: datetime | None
    hashes: dict[UUID, str]


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Work that waits for somebody, for the organiser's desk: what, how many (``limit`` or more), where, how urgent.

    ``lines`` are the first few things, each with its address.
    """

    title: Message
    count: int
    path: str
    tone: str = ""
    lines: list[tuple[Message, str]] = []
