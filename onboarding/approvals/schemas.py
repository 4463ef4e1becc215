"""What goes into and out of approvals."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text, message
from marketplace.kernel.inputs import label
from onboarding.approvals.states import ApprovalStatus


class ApprovalTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The terms of an approval. Days are Finnish and both included; no ``valid_to`` is until further notice."""

    valid_from: Annotated[date, label(message("First day"))]
    valid_to: Annotated[date, label(message("Last day"))] | None = None
    conditions: Annotated[str, msgspec.Meta(max_length=5000), label(message("Conditions"))] = ""


class ApprovalView(msgspec.Struct, frozen=True, kw_only=True):
    """An approval with its present status. ``status_from`` is the first day of a suspension or end."""

    id: UUID
    application_id: UUID
    provider_id: UUID
    organiser_id: UUID
    organiser_name: Text
    service_classes: tuple[str, ...]
    municipalities: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    conditions: str
    status: ApprovalStatus
    status_from: date
    status_reason: str
