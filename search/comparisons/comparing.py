"""Offers side by side: price by price, and what one's own week would cost in a month with each of them."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.offers import published_offer
from marketplace.catalogue.offers.schemas import PublishedOffer
from marketplace.catalogue.prices.price_table import at_a_glance
from marketplace.kernel.clock import today
from marketplace.kernel.errors import FieldError, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Language, Message, Text, message, translate
from marketplace.kernel.money import MAX_CENTS
from marketplace.organisers.products import product, version_on
from marketplace.organisers.schemas import Caps, Product
from marketplace.pricing.bands import ANY_TIME, BandCalendar, Hours
from marketplace.pricing.prices import BANDED_UNITS, PriceList, Unit
from marketplace.pricing.quotes import LineKind
from marketplace.pricing.schedules import (
    EstimateLine,
    MonthEstimate,
    MonthPlan,
    WeeklyVisit,
    check_schedule,
    estimate,
    month_plan,
)
from marketplace.pricing.values import Household
from marketplace.vouchers.terms import VoucherTerms, value_calendar

MOST_COMPARED: Final = 4
MOST_VISITS: Final = 50
MAX_HOUSEHOLD: Final = 20
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")


class CompareRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which offers to compare and, for a month's cost, which visits a week.

    ``month`` is ``YYYY-MM``, the next one where left out. ``product`` is a voucher product; its value may depend on the
    household's size and gross income (cents a month), which are used for this answer and never stored.
    """

    offer_ids: Annotated[tuple[UUID, ...], msgspec.Meta(min_length=1, max_length=200)]
    month: str | None = None
    visits: Annotated[tuple[WeeklyVisit, ...], msgspec.Meta(max_length=MOST_VISITS)] = ()
    product: UUID | None = None
    household_size: Annotated[int, msgspec.Meta(ge=1, le=MAX_HOUSEHOLD)] | None = None
    gross_income_cents: Annotated[int, msgspec.Meta(ge=0, le=MAX_CENTS)] | None = None


class BandPriceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A price in cents per unit. ``band`` and ``name`` are empty where the price is the same at all times."""

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
    """A month's sum of equal lines, in cents: hours have ``minutes``, everything else ``units``."""

    kind: LineKind
    name: Text
    minutes: int
    units: int
    unit_price_cents: int
    total_cents: int
    voucher_cents: int
    own_share_cents: int


class ComparedOffer(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a comparison.

    With visits, ``total = voucher + own share + overrun`` in cents: own share lies within what the voucher covers, overrun
    is above its ceiling for a month and wholly the client's. Where there is no total although visits were given,
    ``problem`` says why.
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
    an_hour: tuple[HourPrice, ...]
    prices: tuple[BandPriceShown, ...]
    visit_fee_cents: int
    minimum_minutes: int
    voucher_accepted: bool
    visits: int | None = None
    total_cents: int | None = None
    voucher_cents: int | None = None
    own_share_cents: int | None = None
    overrun_cents: int | None = None
    lines: tuple[CostLine, ...] = ()
    problem: str | None = None
    notes: tuple[str, ...] = ()


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Offers in the order in which they were asked for. ``missing_ids`` are no longer published."""

    month: date
    items: tuple[ComparedOffer, ...]
    missing_ids: tuple[UUID, ...]


class _Voucher(msgspec.Struct, frozen=True):
    product: Product
    caps: Caps
    terms: VoucherTerms

    def pays_for(self, offer: PublishedOffer) -> bool:
        return (self.product.organiser_id, self.product.service_class) == (offer.organiser_id, offer.service_class)


class _MonthAsked(msgspec.Struct, frozen=True):
    """The visits of a month and the voucher that pays for them, if one does."""

    visits: Sequence[WeeklyVisit]
    month: date
    voucher: _Voucher | None

    def plan(self, offer: PublishedOffer) -> MonthPlan:
        """The month's visits in the bands of an offer.

        Raises:
            Refused: a visit outside the hours of service, or a price that a week does not tell.
        """
        if offer.unit is Unit.KM:
            raise Refused(message("This service is priced by distance, which a week does not tell."))
        if offer.unit not in BANDED_UNITS:
            return month_plan(self.visits, self.month, ANY_TIME)
        own_bands = value_calendar(self.voucher.terms, offer.calendar) if self.voucher else None
        return month_plan(self.visits, self.month, offer.calendar, value_calendar=own_bands)

    def payable(self, estimated: MonthEstimate) -> int:
        """What the voucher pays, in cents: no more than its ceiling for a month, where it has one."""
        most = self.voucher.caps.cents_per_month if self.voucher else None
        return estimated.payer_cents if most is None else min(estimated.payer_cents, most)

    def notes(self, plan: MonthPlan, estimated: MonthEstimate) -> Iterator[Message]:
        """What to know about the figures."""
        most_minutes = self.voucher.caps.minutes_per_month if self.voucher else None
        planned = sum(run.minutes * visits.count for visits in plan.visits for run in visits.runs)
        if most_minutes is not None and planned > most_minutes:
            yield message(
                "The voucher pays for at most {hours} hours in a month. The hours above that are not taken off here.",
                hours=most_minutes // 60,
            )
        if self.payable(estimated) < estimated.payer_cents:
            yield message("The voucher's ceiling for a month is reached. The rest is yours to pay.")


async def compare(request: CompareRequest, language: Language) -> Comparison:
    """Lays up to four offers side by side and, where visits are given, prices the month with each.

    ``language`` is that of problems and notes.

    Raises:
        Invalid: more than four offers, a schedule or month that cannot be; all named.
        NotFound: none of the offers is published, or there is no such voucher product.
        Refused: the voucher product has no value in that month.
    """
    ids = tuple(dict.fromkeys(request.offer_ids))
    month = _month(request.month)
    if (errors := _errors(ids, request)) or month is None:
        raise Invalid(errors)
    voucher = await _voucher(request, month)
    offers = {offer_id: offer for offer_id in ids if (offer := await _offer(offer_id)) is not None}
    if not offers:
        raise NotFound(message("These offers are no longer published."))
    return Comparison(
        month=month,
        items=tuple(_compared(offer, request.visits, month, voucher, language) for offer in offers.values()),
        missing_ids=tuple(offer_id for offer_id in ids if offer_id not in offers),
    )


def _errors(ids: Sequence[UUID], request: CompareRequest) -> list[FieldError]:
    errors = check_schedule(request.visits)
    if len(ids) > MOST_COMPARED:
        text = message("You can compare at most {most} offers at a time. Leave some out.", most=MOST_COMPARED)
        errors.append(FieldError("offer_ids", text))
    if _month(request.month) is None:
        errors.append(FieldError("month", message("Give the month as year and month, for example 2026-12.")))
    return errors


def _month(text: str | None) -> date | None:
    """The first day of the month; of the next month where none is given."""
    if not text:
        first = today().replace(day=1)
        return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    found = _MONTH.fullmatch(text.strip())
    if found is None or not (1 <= int(found.group(2)) <= 12 and 2000 <= int(found.group(1)) <= 2200):
        return None
    return date(int(found.group(1)), int(found.group(2)), 1)


async def _voucher(request: CompareRequest, month: date) -> _Voucher | None:
    if request.product is None:
        return None
    found = await product(request.product)
    if not found.public:
        raise NotFound
    version = await version_on(found.id, max(month, today()))
    terms = VoucherTerms(
        rule=version.value_rule,
        rule_version=f"{found.code} {version.label}",
        calendar=version.calendar,
        household=Household(size=request.household_size or 1, gross_income_cents=request.gross_income_cents),
        no_own_share=found.no_own_share,
    )
    return _Voucher(found, version.caps, terms)


async def _offer(offer_id: UUID) -> PublishedOffer | None:
    try:
        return await published_offer(offer_id)
    except NotFound:
        return None


def _compared(
    offer: PublishedOffer, visits: Sequence[WeeklyVisit], month: date, voucher: _Voucher | None, language: Language
) -> ComparedOffer:
    pays = voucher if voucher is not None and voucher.pays_for(offer) else None
    column = ComparedOffer(
        offer_id=offer.id,
        name=offer.name,
        provider=offer.provider_name,
        provider_id=offer.provider_id,
        organiser_id=offer.organiser_id,
        organiser=offer.organiser_name,
        service_class=offer.service_class,
        unit=offer.unit,
        municipality_codes=offer.municipality_codes,
        languages=offer.languages,
        accepts_new_clients=offer.accepts_new_clients,
        an_hour=_an_hour(offer.prices, offer.calendar),
        prices=_prices(offer.prices, offer.calendar),
        visit_fee_cents=offer.prices.visit_fee_cents,
        minimum_minutes=offer.prices.minimum_minutes,
        voucher_accepted=pays is not None,
    )
    return _with_cost(column, offer, _MonthAsked(visits, month, pays), language) if visits else column


def _an_hour(prices: PriceList, calendar: BandCalendar) -> tuple[HourPrice, ...]:
    return tuple(
        HourPrice(name=_in_all_languages(glance.name), total_cents=glance.total_cents)
        for glance in at_a_glance(prices, calendar, today())
    )


def _in_all_languages(text: Message) -> Text:
    return Text(*(translate(text, language) for language in (Language.FI, Language.SV, Language.EN)))


def _prices(prices: PriceList, calendar: BandCalendar) -> tuple[BandPriceShown, ...]:
    if prices.one_price_cents is not None:
        return (BandPriceShown(band="", name=Text(""), hours=(), price_cents=prices.one_price_cents),)
    return tuple(
        BandPriceShown(
            band=entry.band,
            name=calendar.band(entry.band).name,
            hours=calendar.band(entry.band).hours,
            price_cents=entry.price_cents,
        )
        for entry in prices.band_prices
    )


def _with_cost(column: ComparedOffer, offer: PublishedOffer, asked: _MonthAsked, language: Language) -> ComparedOffer:
    """The column with the month's cost, or with the reason why there is none."""
    try:
        plan = asked.plan(offer)
        terms = asked.voucher.terms if asked.voucher else None
        estimated = estimate(plan, offer.prices, terms and terms.rule, terms and terms.household)
    except Refused as refusal:
        return replace(column, problem=translate(refusal.message, language))
    payable = asked.payable(estimated)
    return replace(
        column,
        visits=estimated.visits,
        total_cents=estimated.price_cents,
        voucher_cents=payable,
        own_share_cents=estimated.own_share_cents,
        overrun_cents=estimated.payer_cents - payable,
        lines=tuple(_line(line, offer.calendar) for line in estimated.lines),
        notes=tuple(translate(note, language) for note in asked.notes(plan, estimated)),
    )


def _line(line: EstimateLine, calendar: BandCalendar) -> CostLine:
    has_band = line.band is not None and line.band in calendar.keys
    return CostLine(
        kind=line.kind,
        name=calendar.band(line.band).name if line.band is not None and has_band else Text(""),
        minutes=line.minutes,
        units=line.units,
        unit_price_cents=line.unit_price_cents,
        total_cents=line.price_cents,
        voucher_cents=line.payer_cents,
        own_share_cents=line.own_share_cents,
    )
