"""Price changes as they are announced, decided and read. Amounts are cents, days are Finnish days."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.catalogue.changes.states import ChangeStatus
from marketplace.kernel.i18n import Text, message
from marketplace.kernel.inputs import label
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList, Unit

MOST_DAYS_AHEAD = 731
"""Two years: nobody plans by a price that is further away."""


class PriceChangeDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices from a day on. Without a ``calendar`` they go by the organiser's time bands of that day."""

    prices: PriceList
    valid_from: Annotated[date, label(message("First day"))]
    calendar: BandCalendar | None = None


class Rejection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the organiser does not accept the prices; the provider reads it."""

    reasons: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000), label(message("Reasons"))]


class PriceChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """A price change for its two parties. ``before_prices`` are those that it takes the place of.

    ``reasons`` are the organiser's, or say why the service gave the change up.
    """

    id: UUID
    offer_id: UUID
    offer_name: Text
    service_class: str
    unit: Unit
    provider_id: UUID
    provider_name: str
    organiser_id: UUID
    organiser_name: Text
    status: ChangeStatus
    is_increase: bool
    valid_from: date
    prices: PriceList
    calendar: BandCalendar
    before_prices: PriceList
    before_calendar: BandCalendar
    announced_at: datetime
    decided_at: datetime | None
    reasons: str


class PriceChangePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What announcing would mean. ``clients`` have an agreement on the offer and would be told."""

    valid_from: date
    is_increase: bool
    approval_needed: bool
    prices: PriceList
    calendar: BandCalendar
    before_prices: PriceList
    before_calendar: BandCalendar
    clients: int


class PricePeriod(msgspec.Struct, frozen=True, kw_only=True):
    """Days on which a price list held, both included; no last day is until further notice."""

    valid_from: date
    valid_to: date | None
    prices: PriceList
    calendar: BandCalendar
    is_scheduled: bool = False


class ChangedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One price before and after, in cents; None where the list has no such price. Nothing changed where both agree."""

    name: str
    hours: str
    before_cents: int | None
    after_cents: int | None


class IncreaseOutlook(msgspec.Struct, frozen=True, kw_only=True):
    """How and when an offer's prices may rise, told today. ``earliest_day`` None: not in sight."""

    rules: list[str]
    earliest_day: date | None
    approval_needed: bool
