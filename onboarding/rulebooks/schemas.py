"""What goes into and out of rulebooks."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from onboarding.rulebooks.requirements import RulebookContent


class RulebookVersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One published version of an organiser's rulebook, in force from ``valid_from`` until a later one follows."""

    id: UUID
    organiser_id: UUID
    number: int
    content: RulebookContent
    valid_from: date
    published_at: datetime


class NewRulebook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rulebook to publish, in force from a Finnish day on."""

    content: RulebookContent
    valid_from: date
