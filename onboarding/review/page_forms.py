"""The forms of review."""

from typing import Annotated

import msgspec

from onboarding.applications.states import ApplicationStatus


class QueueSearch(msgspec.Struct, frozen=True, kw_only=True):
    """The filters above the queue."""

    status: ApplicationStatus | None = None
    service_class: Annotated[str, msgspec.Meta(max_length=40)] = ""
    mine: bool = False
    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    after: Annotated[str, msgspec.Meta(max_length=100)] = ""
