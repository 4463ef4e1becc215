"""What the public register is asked and says. Nothing in here is personal data."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text
from onboarding.approvals.changes import ChangeKind
from onboarding.approvals.states import ApprovalStatus

EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2199, 12, 31)
"""Days that can be asked for."""


class RegisterQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for in the public register; everything may be left out. ``after`` continues where a page ended.

    ``on`` asks who was approved on that Finnish day; none is today.
    """

    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    organiser: UUID | None = None
    municipality: Annotated[str, msgspec.Meta(max_length=3)] = ""
    service_class: Annotated[str, msgspec.Meta(max_length=40)] = ""
    business_id: Annotated[str, msgspec.Meta(max_length=20)] = ""
    on: date | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    after: Annotated[str, msgspec.Meta(max_length=400)] = ""


class ShownUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A service unit: where it is, its number in the national register, its published self-monitoring plan."""

    name: str
    municipality: str
    soteri_id: str
    self_monitoring_url: str
    self_monitoring_on: date | None


class ShownPrice(msgspec.Struct, frozen=True, kw_only=True):
    """A published price per unit, in cents; ``band`` says when it counts, and is empty where one price counts always."""

    band: Text
    price_cents: int


class ShownOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A published service of a provider to the clients of one organiser. ``coming`` are the prices of a day to come."""

    id: UUID
    provider_id: UUID
    organiser_id: UUID
    service_class: str
    name: Text
    unit: str
    prices: tuple[ShownPrice, ...]
    published_at: datetime
    coming_from: date | None = None
    coming: tuple[ShownPrice, ...] = ()

    @property
    def address(self) -> str:
        return f"/offers/{self.id}"


class RegisterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One approval, as the law wants it public (Act 569/2009, section 5). ``approved_on`` is the day of the decision."""

    id: UUID
    provider_id: UUID
    business_id: str
    name: str
    kind: str
    website: str
    organiser: Text
    organiser_id: UUID
    status: ApprovalStatus
    service_classes: tuple[str, ...]
    municipalities: tuple[str, ...]
    approved_on: date
    valid_from: date
    valid_to: date | None
    units: tuple[ShownUnit, ...] = ()
    offers: tuple[ShownOffer, ...] = ()


class RegisterPage(msgspec.Struct, frozen=True, kw_only=True):
    """By the provider's name. ``next`` goes into the ``after`` of the following page."""

    items: list[RegisterEntry]
    next: str | None


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Days on which an approval held, both included; no last day is until further notice."""

    first_day: date
    last_day: date | None


class PastApproval(msgspec.Struct, frozen=True, kw_only=True):
    """One approval through time: the days on which it held, without those of suspensions."""

    organiser: Text
    organiser_id: UUID
    service_classes: tuple[str, ...]
    municipalities: tuple[str, ...]
    approved_on: date
    periods: tuple[Period, ...]


class RegisteredProvider(msgspec.Struct, frozen=True, kw_only=True):
    """One provider: what holds today, and everything that ever held."""

    business_id: str
    name: str
    kind: str
    website: str
    units: tuple[ShownUnit, ...]
    entries: tuple[RegisterEntry, ...]
    history: tuple[PastApproval, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Something that became different. ``entry`` is the approval as it is now, null where it is not in the register today.

    A change without an ``approval_id`` is of the provider itself: all that was copied of it is to be read again.
    """

    cursor: str
    happened_at: datetime
    kind: ChangeKind
    business_id: str
    name: str
    organiser_id: UUID | None
    approval_id: UUID | None
    entry: RegisterEntry | None


class ChangePage(msgspec.Struct, frozen=True, kw_only=True):
    """Changes, the earliest first. ``next`` goes into the following ``since``, also when nothing more is there yet."""

    items: list[Change]
    next: str
    more: bool
