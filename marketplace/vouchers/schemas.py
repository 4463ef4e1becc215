"""Vouchers, agreements and visits as they are written and read. Amounts are cents, times Finnish days or aware moments."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text, message
from marketplace.kernel.inputs import label
from marketplace.plans.schemas import MAX_MINUTES_PER_MONTH, MAX_UNITS_PER_MONTH
from marketplace.pricing.prices import Unit
from marketplace.pricing.quotes import LineKind, Moment
from marketplace.vouchers.states import AgreementStatus, VisitStatus, VoucherStatus

Reasons = Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]
VoucherNumber = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class Grant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A voucher to grant. Minutes (or units) are for each calendar month; left out they are those of the plan."""

    client_id: UUID
    product_id: Annotated[UUID, label(message("Voucher product"))]
    plan_service_id: Annotated[UUID, label(message("Service of the plan"))]
    valid_from: Annotated[date, label(message("First day"))]
    valid_to: Annotated[date, label(message("Last day"))]
    minutes_per_month: Annotated[int, msgspec.Meta(ge=1, le=MAX_MINUTES_PER_MONTH)] | None = None
    units_per_month: Annotated[int, msgspec.Meta(ge=1, le=MAX_UNITS_PER_MONTH)] | None = None
    reasons: Annotated[Reasons, label(message("Reasons"))]


class GrantForm(msgspec.Struct, frozen=True, kw_only=True):
    """The page's form of a grant; the amount a month is the plan's."""

    product_id: Annotated[UUID, label(message("Voucher product"))]
    plan_service_id: Annotated[UUID, label(message("Service of the plan"))]
    valid_from: Annotated[date, label(message("First day"))]
    valid_to: Annotated[date, label(message("Last day"))]
    reasons: Annotated[Reasons, label(message("Reasons"))]


class Revocation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a voucher is revoked, and the last day that it still pays for; left out it is today."""

    reasons: Annotated[Reasons, label(message("Reasons"))]
    last_day: Annotated[date, label(message("Last day"))] | None = None


WeeklyVisits = Annotated[int, msgspec.Meta(ge=1, le=100), label(message("Visits a week"))]
"""How many visits a week client and provider agree on: some price lists waive their visit fee from a number on."""


class OpenVoucher(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a provider opens a voucher with: the number that the client gave, and its own offer."""

    voucher_number: Annotated[VoucherNumber, label(message("Voucher number"))]
    offer_id: Annotated[UUID, label(message("Offer"))]
    starts_on: Annotated[date, label(message("First day"))] | None = None
    weekly_visits: WeeklyVisits | None = None


class OfferChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The offer that a client chooses for a voucher, from a day on; left out it is today."""

    offer_id: Annotated[UUID, label(message("Offer"))]
    starts_on: Annotated[date, label(message("First day"))] | None = None
    weekly_visits: WeeklyVisits | None = None


class AgreementEnd(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last day of an agreement; left out it is today."""

    last_day: Annotated[date, label(message("Last day"))] | None = None


class NewVisit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A visit as it was given: aware moments in whole minutes."""

    agreement_id: UUID
    start: Moment
    end: Moment


class VisitForm(msgspec.Struct, frozen=True, kw_only=True):
    """The page's form of a visit, on a Finnish clock. ``next_day``: it ended after midnight."""

    day: Annotated[date, label(message("Date"))]
    start: Annotated[time, label(message("Start"))]
    end: Annotated[time, label(message("End"))]
    next_day: bool = False


class Cancellation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a logged visit is cancelled, as a code."""

    reason: Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{2,40}$")] = "logged_by_mistake"


class PageAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of a long list."""

    page: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1


class MonthUse(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar month of a voucher: what was used and what is left. ``worth_cents`` is the most that the rest can pay."""

    month: date
    used_minutes: int
    used_units: int
    used_cents: int
    own_share_cents: int
    left_minutes: int | None
    left_units: int | None
    worth_cents: int


class AgreementView(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement as its two parties and the case manager see it. ``new_prices_from``: announced prices begin then.

    ``weekly_visits``: so many visits a week were agreed on, where that was said.
    """

    id: UUID
    voucher_id: UUID
    client_id: UUID
    client_name: str
    provider_id: UUID
    provider_name: str
    offer_id: UUID
    offer_name: Text
    service_class: str
    service: Text
    status: AgreementStatus
    starts_on: date
    ends_on: date | None
    new_prices_from: date | None = None
    weekly_visits: int | None = None


class AgreementCard(AgreementView, frozen=True, kw_only=True):
    """An agreement with what its voucher has left this month: what a provider plans its visits by."""

    voucher_number: str
    last_day: date
    unit: Unit
    month: MonthUse


class VoucherView(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher with its money: ``reserved = used + left + returned``, read from the ledger."""

    id: UUID
    number: str
    organiser_id: UUID
    organiser_name: Text
    client_id: UUID
    client_name: str
    product_name: Text
    service_class: str
    service: Text
    unit: Unit
    status: VoucherStatus
    valid_from: date
    valid_to: date
    last_day: date
    minutes_per_month: int | None
    units_per_month: int | None
    unit_value_cents: int
    no_own_share: bool
    reserved_cents: int
    used_cents: int
    left_cents: int
    returned_cents: int
    month: MonthUse
    agreement: AgreementView | None


class ComingPrice(msgspec.Struct, frozen=True, kw_only=True):
    """Prices that are announced for a day to come, beside a voucher: lowest and highest price of a unit and own share."""

    valid_from: date
    price_from_cents: int
    price_to_cents: int
    own_share_from_cents: int
    own_share_to_cents: int


class OfferForVoucher(msgspec.Struct, frozen=True, kw_only=True):
    """An offer beside a voucher: the lowest and highest price of a unit over the week, and own share, in cents.

    A visit fee is the client's in any case and comes on top of each visit; from ``visit_fee_waived_from`` visits a week on
    it is not charged.
    """

    offer_id: UUID
    provider_id: UUID
    provider_name: str
    name: Text
    unit: Unit
    price_from_cents: int
    price_to_cents: int
    own_share_from_cents: int
    own_share_to_cents: int
    visit_fee_cents: int
    visit_fee_waived_from: int | None = None
    coming: ComingPrice | None = None


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision with its reasons, and what was decided in words, in the reader's language."""

    id: UUID
    kind: str
    reasons: str
    words: list[str]
    decided_at: datetime


class VisitLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a visit's price: what it is for, and who pays what of it."""

    kind: LineKind
    band: Text | None
    minutes: int
    units: int
    unit_price_cents: int
    unit_value_cents: int
    price_cents: int
    payer_cents: int
    own_share_cents: int
    overrun_cents: int


class VisitPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit costs and who pays it: the organiser the payer's part, the client own share and overrun.

    Own share lies within what the voucher covers; overrun is beyond its caps.
    """

    start: datetime
    end: datetime
    minutes: int
    billed_minutes: int
    price_cents: int
    payer_cents: int
    own_share_cents: int
    overrun_cents: int
    lines: list[VisitLine]
    words: list[str]

    @property
    def client_cents(self) -> int:
        """All that the client pays."""
        return self.own_share_cents + self.overrun_cents


class VisitView(VisitPrice, frozen=True, kw_only=True):
    """A logged visit with its price."""

    id: UUID
    agreement_id: UUID
    voucher_id: UUID
    provider_id: UUID
    provider_name: str
    client_name: str
    service: Text
    status: VisitStatus
    statement_id: UUID | None
    logged_at: datetime


class VisitPage(msgspec.Struct, frozen=True, kw_only=True):
    """Visits, newest first. ``before`` goes on where this page ends; None at the end."""

    items: list[VisitView]
    before: datetime | None


class RedeemedVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A redeemed visit as settlement takes it. ``visited_on`` is the Finnish day on which it began.

    ``own_share_cents`` is all that the provider invoices from the client, what is beyond the voucher included.
    """

    redemption_id: UUID
    provider_id: UUID
    voucher_id: UUID
    voucher_number: str
    service_class: str
    visited_on: date
    starts_at: datetime
    ends_at: datetime
    minutes: int
    price_cents: int
    payer_cents: int
    own_share_cents: int
