"""Comparisons as they are asked for and answered. Amounts are cents; nothing of a question is stored."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text, message
from marketplace.kernel.inputs import wrong
from marketplace.kernel.money import MAX_CENTS
from marketplace.pricing.bands import Hours
from marketplace.pricing.prices import Unit
from marketplace.pricing.quotes import LineKind
from marketplace.pricing.schedules import DatedVisit, Pause, WeeklyVisit

MOST_COMPARED: Final = 6
MOST_ITEMS: Final = 1_000
USUAL_ITEMS: Final = 200
MAX_HOUSEHOLD: Final = 20


class CompareRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to compare and, for a month's cost, which visits a week.

    Either ``offer_ids``, laid side by side in this order, or all offers of a ``service_class`` that serve a place: a
    ``municipality`` (name or code) or a ``postal_code``. ``month`` is ``YYYY-MM``, the next one where left out.

    ``visits`` come back every week, ``dated_visits`` do not; ``pauses`` are days without. Services without visits are asked
    with ``units`` of the month (days, weeks, pieces, kilometres). ``metres`` are the travel of one visit.

    ``voucher`` is the number of a voucher that the caller may see. Without one, ``product`` is a voucher product that is
    valued for a household: its size, gross income and savings (cents) are used for this answer and never stored.
    """

    offer_ids: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=200)] = ()
    service_class: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    municipality: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    postal_code: Annotated[str, msgspec.Meta(max_length=10)] | None = None
    month: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    visits: Annotated[tuple[WeeklyVisit, ...], msgspec.Meta(max_length=1_000)] = ()
    dated_visits: Annotated[tuple[DatedVisit, ...], msgspec.Meta(max_length=1_000)] = ()
    pauses: Annotated[tuple[Pause, ...], msgspec.Meta(max_length=1_000)] = ()
    units: int | None = None
    metres: int = 0
    paper_invoice: bool = False
    product: Annotated[UUID, wrong(message("Give the id of a voucher product."))] | None = None
    voucher: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    household_size: Annotated[int, msgspec.Meta(ge=1, le=MAX_HOUSEHOLD)] | None = None
    gross_income_cents: Annotated[int, msgspec.Meta(ge=0, le=MAX_CENTS)] | None = None
    savings_cents: Annotated[int, msgspec.Meta(ge=0, le=MAX_CENTS)] | None = None
    limit: int = USUAL_ITEMS


class BandPriceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A price in cents per unit with its surcharges and tax, as a bill shows it. ``band`` and ``name`` are empty where the price is the same at all times."""

    band: str
    name: Text
    hours: tuple[Hours, ...]
    price_cents: int


class HourPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What one hour costs at a time that everybody knows, fees included, in cents; None where no service is given then.

    Providers cut the week in their own ways: this is what can be laid side by side.
    """

    name: Text
    total_cents: int | None


class CostLine(msgspec.Struct, frozen=True, kw_only=True):
    """A month's sum of equal lines, in cents: hours have ``minutes``, everything else ``units``.

    ``words`` tell how the line came about and who pays it, in the caller's language.
    """

    kind: LineKind
    unit: Unit
    band: str | None
    name: Text
    minutes: int
    units: int
    unit_price_cents: int
    total_cents: int
    voucher_cents: int
    own_share_cents: int
    overrun_cents: int
    words: tuple[str, ...]


class ComparedOffer(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a comparison.

    With visits, ``total = voucher + own share + overrun`` in cents: own share lies within what the voucher covers, overrun
    is beyond its quantity or sum and wholly the client's; ``client_pays_cents`` is both. Where there is no total although
    visits were given, ``problem`` says why. ``receipt`` tells every step, where few offers were asked for by name.
    """

    offer_id: UUID
    name: Text
    provider: str
    provider_id: UUID
    organiser_id: UUID
    organiser: Text
    service_class: str
    unit: Unit
    municipality_codes: tuple[str, ...]
    languages: tuple[str, ...]
    accepts_new_clients: bool
    earliest_start: date | None
    an_hour: tuple[HourPrice, ...]
    prices: tuple[BandPriceShown, ...]
    prices_since: date
    visit_fee_cents: int
    minimum_minutes: int
    voucher_accepted: bool
    visits: int | None = None
    total_cents: int | None = None
    voucher_cents: int | None = None
    own_share_cents: int | None = None
    overrun_cents: int | None = None
    client_pays_cents: int | None = None
    vat_cents: int | None = None
    lines: tuple[CostLine, ...] = ()
    problem: str | None = None
    notes: tuple[str, ...] = ()
    receipt: tuple[str, ...] = ()


class VoucherUsed(msgspec.Struct, frozen=True, kw_only=True):
    """The voucher that the comparison reckons with: one's own by its ``number``, or an estimate by a product."""

    name: Text
    number: str | None
    is_estimate: bool
    words: tuple[str, ...]
    """What it is worth and how much it covers, one sentence each."""


class OwnServiceShown(msgspec.Struct, frozen=True, kw_only=True):
    """The organiser's own service beside the offers, as the duty to inform asks; ``cents`` of the same month."""

    organiser: Text
    cents: int | None
    words: tuple[str, ...]
    source_note: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Offers in the order in which they were asked for, or in that which ``order_explained`` tells.

    ``total`` is how many offers there are in all; ``missing_ids`` are no longer published.
    """

    month: date
    items: tuple[ComparedOffer, ...]
    total: int
    missing_ids: tuple[UUID, ...]
    organiser_own_service_cents: int | None
    own_service: OwnServiceShown | None
    voucher: VoucherUsed | None
    order_explained: str
    notes: tuple[str, ...]
