"""The forms of review."""

from datetime import date
from typing import Annotated

import msgspec

from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import label
from onboarding.applications.states import ApplicationStatus


class TermsForm(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of an approval; without a last day it holds until further notice."""

    valid_from: Annotated[date, label(message("First day"))]
    valid_to: Annotated[date, label(message("Last day"))] | None = None
    conditions: Annotated[str, msgspec.Meta(max_length=5000), label(message("Conditions"))] = ""


class QueueSearch(msgspec.Struct, frozen=True, kw_only=True):
    """The filters above the queue."""

    status: ApplicationStatus | None = None
    service_class: Annotated[str, msgspec.Meta(max_length=40)] = ""
    mine: bool = False
    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    after: Annotated[str, msgspec.Meta(max_length=100)] = ""
