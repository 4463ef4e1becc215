"""What the public register is asked and says."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text
from onboarding.approvals.states import ApprovalStatus


class RegisterQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for in the public register; everything may be left out. ``after`` continues where a page ended."""

    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    organiser: UUID | None = None
    municipality: Annotated[str, msgspec.Meta(max_length=3)] = ""
    service_class: Annotated[str, msgspec.Meta(max_length=40)] = ""
    business_id: Annotated[str, msgspec.Meta(max_length=20)] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    after: Annotated[str, msgspec.Meta(max_length=400)] = ""


class RegisterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One approval in force today, as the law wants it public. No personal data."""

    business_id: str
    name: str
    organiser: Text
    organiser_id: UUID
    status: ApprovalStatus
    service_classes: tuple[str, ...]
    municipalities: tuple[str, ...]
    valid_from: date
    valid_to: date | None


class RegisterPage(msgspec.Struct, frozen=True, kw_only=True):
    """By the provider's name. ``next`` goes into the ``after`` of the following page."""

    items: list[RegisterEntry]
    next: str | None
