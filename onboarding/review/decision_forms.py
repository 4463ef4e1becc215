"""The forms of decisions: one for each question, and those that end the matter."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import label
from onboarding.providers.schemas import LongText
from onboarding.review.decision_schemas import Choice, OptionalText, Title


class ChoiceForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided."""

    choice: Annotated[Choice, label(message("Decision"))]


class ScopeForm(msgspec.Struct, frozen=True, kw_only=True):
    """The ticked places of the grid of services and municipalities."""

    cells: list[str] = []


class ReasonsForm(msgspec.Struct, frozen=True, kw_only=True):
    """Why something is refused."""

    reasons: list[str] = []
    words: Annotated[OptionalText, label(message("Reasons in your own words"))] = ""


class TermsForm(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of an approval; an empty last day leaves it to the rulebook."""

    valid_from: Annotated[date, label(message("First day"))]
    valid_to: Annotated[date, label(message("Last day"))] | None = None
    conditions: Annotated[OptionalText, label(message("Conditions"))] = ""


class TransferForm(msgspec.Struct, frozen=True, kw_only=True):
    """Where the matter belongs, and why."""

    organiser_id: Annotated[UUID, label(message("Organiser"))]
    words: Annotated[LongText, label(message("Reasons"))]
    title: Title = ""


class SignForm(msgspec.Struct, frozen=True, kw_only=True):
    """The last step: one's title, and whether it is decided or proposed to a colleague."""

    title: Title = ""
    action: Annotated[str, msgspec.Meta(max_length=20)] = ""


class AnswerForm(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of the second person: confirmed under a title, or given back with words."""

    proposal_id: UUID
    title: Title = ""
    words: Annotated[OptionalText, label(message("What should be different"))] = ""
    action: Annotated[str, msgspec.Meta(max_length=20)] = ""
