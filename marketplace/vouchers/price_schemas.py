"""Prices of agreements from day to day, as clients, providers and staff read them. Amounts are cents."""

from datetime import date
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList, Unit


class AgreedPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """Days on which an agreement has a price list, both included; receipts name its version."""

    valid_from: date
    valid_to: date | None
    prices_version: str
    prices: PriceList
    calendar: BandCalendar


class MonthAtPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What a month costs by one price list, who pays it, and how that comes about, in the reader's language."""

    price_cents: int
    payer_cents: int
    client_cents: int
    words: list[str]


class PriceEffect(msgspec.Struct, frozen=True, kw_only=True):
    """The client's visits of a month at the old and the new price.

    ``is_real``: they were given in that month. Otherwise they are as much as the voucher covers in one.
    """

    month: date
    is_real: bool
    visits: int
    before: MonthAtPrice
    after: MonthAtPrice


class AgreementPrices(msgspec.Struct, frozen=True, kw_only=True):
    """The prices of an agreement, oldest first. ``next_from`` is the day on which announced ones begin.

    ``effect`` tells what they mean for the client; providers, who may not know incomes, are not told.
    """

    agreement_id: UUID
    voucher_id: UUID
    provider_name: str
    offer_id: UUID
    offer_name: Text
    service_class: str
    service: Text
    municipality_code: str
    unit: Unit
    is_active: bool
    periods: list[AgreedPeriod]
    next_from: date | None
    effect: PriceEffect | None


class RepricedClient(msgspec.Struct, frozen=True, kw_only=True):
    """A client whom a price change concerns: what the client pays for a month before and after it, where it can be told."""

    agreement_id: UUID
    voucher_id: UUID
    client_id: UUID
    client_name: str
    valid_from: date
    is_real: bool
    before_cents: int | None
    after_cents: int | None


class RepricedPage(msgspec.Struct, frozen=True, kw_only=True):
    """Clients by name, a hundred a page."""

    provider_name: str
    offer_name: Text
    service: Text
    valid_from: date
    items: list[RepricedClient]
    total: int
    page: int
    pages: int
