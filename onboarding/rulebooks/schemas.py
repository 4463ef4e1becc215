"""What goes into and out of rulebooks."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text
from onboarding.rulebooks.requirements import RulebookContent
from onboarding.rulebooks.states import VersionStatus

Edit = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
"""The counter of a draft's changes that the writer saw; 0 where they saw none."""


class RulebookVersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One published version of an organiser's rulebook, in force from ``valid_from`` until a later one follows."""

    id: UUID
    organiser_id: UUID
    number: int
    content: RulebookContent
    valid_from: date
    published_at: datetime


class VersionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an organiser's list of versions. ``applications`` counts those that were made under it."""

    id: UUID
    number: int
    title: Text
    status: VersionStatus
    valid_from: date
    published_at: datetime
    published_by: str
    applications: int


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """The next version while it is written. ``edit`` is given back with each save.

    ``based_on`` is the version it began from, None where it began from nothing of this organiser's.
    """

    content: RulebookContent
    edit: int
    based_on: UUID | None
    saved_at: datetime
    saved_by: str


class DraftChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole draft to save over the one whose ``edit`` the writer saw."""

    content: RulebookContent
    edit: Edit = 0


class DraftEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which draft is meant, by the counter of the one that was seen."""

    edit: Edit


class DraftPublication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The draft to publish, as the publisher saw it, in force from a Finnish day on."""

    edit: Edit
    valid_from: date


class NewRulebook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rulebook to publish, in force from a Finnish day on."""

    content: RulebookContent
    valid_from: date
