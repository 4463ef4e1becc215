"""What a reviewer asks for and sees."""

from enum import StrEnum
from typing import Annotated

import msgspec

from marketplace.kernel.i18n import Message
from onboarding.applications.drafts import ApplicationSummary, ApplicationView
from onboarding.applications.states import ApplicationStatus
from onboarding.providers.registration import ProviderView


class CheckLevel(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One automatic check of an application: what was looked at, what was found, and when."""

    level: CheckLevel
    subject: Message
    finding: Message


class ApplicationForReview(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer sees of an application."""

    application: ApplicationView
    provider: ProviderView
    checks: list[Check]
    claimed_by_name: str | None


class QueueFilters(msgspec.Struct, frozen=True, kw_only=True):
    """What to show of the queue. ``after`` continues where a page ended."""

    status: ApplicationStatus | None = None
    service_class: str = ""
    mine: bool = False
    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    after: Annotated[str, msgspec.Meta(max_length=100)] = ""


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """The oldest first. ``next`` goes into the ``after`` of the following page."""

    items: list[ApplicationSummary]
    next: str | None
