"""What a month of visits costs with each of many offers, and who pays it: the figures of search and comparison alike.

Nothing of a question is stored. Every visit is rounded on its own, so that a month costs what its visits will cost.
"""

import re
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.errors import FieldError, Invalid, Refused
from marketplace.kernel.i18n import Message, message
from marketplace.pricing.charges import METRES_PER_KM, Extras
from marketplace.pricing.months import MonthEstimate, MonthPricer
from marketplace.pricing.own_service import MonthOfUse, use_of
from marketplace.pricing.prices import BANDED_UNITS, Unit
from marketplace.pricing.schedules import (
    MOST_UNITS,
    DatedVisit,
    MonthPlan,
    Pause,
    WeeklyVisit,
    check_pauses,
    check_schedule,
    month_visits,
    units_plan,
    weekly_count,
    whole_month_plan,
)
from marketplace.pricing.values import Household
from marketplace.pricing.weeks import MonthVisit
from search.comparisons.own_voucher import Paying, next_month, paying_product, paying_voucher
from search.comparisons.price_book import Priced, prices_of

MOST_VISITS: Final = 100
MOST_PAUSES: Final = 20
MOST_METRES: Final = 1_000_000
YEARS: Final = range(2000, 2101)
HOUSING: Final = frozenset({"V-HOUSING-24", "V-HOUSING-COM", "V-HOUSING-DIS"})
"""Services of every day of a month: without visits or units their month is priced whole."""
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")
_UNITS_OF_TIMES: Final = message("This service is priced by its time. Tell the visits instead of a number.")
_NOTHING_ASKED: Final = message("Tell the visits of a week, so that the month can be priced.")
_NOT_BY_TIME: Final = message("This service is priced by distance, which a week does not tell.")


class AskedMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A checked question: which visits (or units) of which month, and which voucher pays. ``month`` is its first day.

    A schedule (``is_scheduled``) may leave a month without visits: pauses, every fourth week.
    """

    month: date
    visits: tuple[MonthVisit, ...] = ()
    is_scheduled: bool = False
    weekly_visits: Fraction = Fraction(0)
    units: int | None = None
    extras: Extras = Extras()
    paying: Paying | None = None
    household: Household = Household()

    @property
    def minutes(self) -> int:
        """The month's planned minutes."""
        return sum(part.minutes for visit in self.visits for part in visit.parts)

    @property
    def asks_nothing(self) -> bool:
        """Whether neither visits nor units were given: only services of a whole month can be priced then."""
        return not self.is_scheduled and self.units is None


class OfferCost(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A month with one offer, in cents; ``total = voucher + own share + overrun``.

    All are ``None`` where ``problem`` says why there is no price.
    """

    total_cents: int | None = None
    voucher_cents: int | None = None
    own_share_cents: int | None = None
    overrun_cents: int | None = None
    visits: int = 0
    problem: Message | None = None

    @property
    def client_pays(self) -> int | None:
        """Own share and overrun together: what leaves the client's purse."""
        return None if self.own_share_cents is None else self.own_share_cents + (self.overrun_cents or 0)


async def asked_month(
    *,
    month: str | None = None,
    visits: Sequence[WeeklyVisit | DatedVisit] = (),
    pauses: Sequence[Pause] = (),
    units: int | None = None,
    metres: int = 0,
    paper_invoice: bool = False,
    product: UUID | None = None,
    voucher: str | None = None,
    household: Household | None = None,
    actor: Actor | None = None,
) -> AskedMonth:
    """Checks a question. ``month`` is ``YYYY-MM``, the next one where left out; ``metres`` are those of one visit.

    A ``voucher`` (its number, seen by ``actor``) goes before a ``product``, which is valued for the ``household``.

    Raises:
        Invalid: everything wrong with month, visits, pauses and amounts; all named.
        NotFound, Refused: as ``own_voucher.paying_voucher`` and ``paying_product``.
    """
    first = month_of(month)
    errors = question_errors(month, visits, pauses, units, metres)
    if errors or first is None:
        raise Invalid(errors)
    paying = None
    if voucher:
        paying = await paying_voucher(actor or Actor(), voucher, first)
    elif product is not None:
        paying = await paying_product(product, first, household or Household())
    planned = month_visits(visits, first, pauses=pauses)
    return AskedMonth(
        month=first,
        visits=planned,
        is_scheduled=bool(visits),
        weekly_visits=weekly_count(visits),
        units=None if visits else units,
        extras=Extras(metres=metres, paper_invoice=paper_invoice),
        paying=paying,
        household=household or Household(),
    )


def month_of(text: str | None) -> date | None:
    """The first day of a month given as ``YYYY-MM``; of the next month where none is given, ``None`` for no month."""
    if not text:
        return next_month(today())
    found = _MONTH.fullmatch(text.strip())
    if found is None or not (1 <= int(found.group(2)) <= 12 and int(found.group(1)) in YEARS):
        return None
    return date(int(found.group(1)), int(found.group(2)), 1)


def question_errors(
    month: str | None,
    visits: Sequence[WeeklyVisit | DatedVisit],
    pauses: Sequence[Pause] = (),
    units: int | None = None,
    metres: int = 0,
) -> list[FieldError]:
    """Everything wrong with a question about a month, voucher and offers apart."""
    errors = [*check_schedule(visits), *check_pauses(pauses)]
    if month_of(month) is None:
        errors.append(FieldError("month", message("Give the month as year and month, for example 2026-12.")))
    amounts = {"visits": (len(visits), MOST_VISITS), "pauses": (len(pauses), MOST_PAUSES)}
    errors += [
        FieldError(name, message("Give at most {most} of them.", most=most))
        for name, (count, most) in amounts.items()
        if count > most
    ]
    numbers = {"units": (units or 0, max(MOST_UNITS.values())), "metres": (metres, MOST_METRES)}
    errors += [
        FieldError(name, message("Give a number from 0 to {most}.", most=most))
        for name, (number, most) in numbers.items()
        if not 0 <= number <= most
    ]
    return errors


class Pricing:
    """Prices one question by many offers: with its voucher where that pays for the offer, without it elsewhere."""

    def __init__(self, asked: AskedMonth) -> None:
        self._asked = asked
        self._pricers: dict[tuple[bool, Unit | None, bool], MonthPricer] = {}

    def estimate(self, priced: Priced) -> MonthEstimate:
        """The month with one offer.

        Raises:
            Refused: a visit outside the hours of service, what the voucher refuses, or a question that does not fit.
        """
        asked, unit = self._asked, priced.prices.unit
        is_paid = asked.paying is not None and asked.paying.pays_for(priced.organiser_id, priced.service_class)
        by_units = None if asked.is_scheduled else unit
        if asked.is_scheduled and unit is Unit.KM and not asked.extras.metres:
            raise Refused(_NOT_BY_TIME)
        key = is_paid, by_units, by_units is not None and priced.service_class in HOUSING
        if (pricer := self._pricers.get(key)) is None:
            pricer = self._pricers[key] = self._pricer(priced, by_units, is_paid=is_paid)
        return pricer.price(priced.prices, priced.calendar)

    def _pricer(self, priced: Priced, by_units: Unit | None, *, is_paid: bool) -> MonthPricer:
        asked = self._asked
        return MonthPricer(
            asked.visits,
            asked.month,
            voucher=asked.paying.voucher if is_paid and asked.paying else None,
            extras=extras_of(asked, priced.prices.unit),
            weekly_visits=asked.weekly_visits,
            plan=None if by_units is None else self._without_visits(priced, by_units),
        )

    def _without_visits(self, priced: Priced, unit: Unit) -> MonthPlan:
        """The month of a service whose times do not matter. Raises ``Refused`` where the question does not tell it."""
        asked = self._asked
        if asked.units is None:
            if unit is Unit.MONTH or priced.service_class in HOUSING:
                return whole_month_plan(asked.month)
            raise Refused(_NOTHING_ASKED)
        if unit in BANDED_UNITS:
            raise Refused(_UNITS_OF_TIMES)
        if asked.units > MOST_UNITS[unit]:
            raise Refused(message("A month has at most {most} of them.", most=MOST_UNITS[unit]))
        return units_plan(unit, asked.units, asked.month)

    def cost(self, priced: Priced) -> OfferCost:
        """``estimate`` in sums, or why there are none."""
        try:
            found = self.estimate(priced)
        except Refused as refusal:
            return OfferCost(problem=refusal.message)
        return cost_of(found)


def extras_of(asked: AskedMonth, unit: Unit) -> Extras:
    """What else decides the price: kilometres that are asked for without visits are driven at once."""
    if unit is Unit.KM and asked.units and not asked.is_scheduled:
        return msgspec.structs.replace(asked.extras, metres=asked.units * METRES_PER_KM)
    return asked.extras


def use_of_month(asked: AskedMonth, unit: Unit, service_class: str) -> MonthOfUse | None:
    """What the month holds of a service, for the fee of the organiser's own; ``None`` where nothing was asked."""
    if asked.is_scheduled:
        days = {visit.day for visit in asked.visits}
        return MonthOfUse(
            minutes=asked.minutes,
            visits=len(asked.visits),
            days=len(days),
            weeks=len({day.isocalendar()[:2] for day in days}),
            pieces=sum(visit.pieces for visit in asked.visits),
        )
    if asked.units is not None:
        fits = unit not in BANDED_UNITS and asked.units <= MOST_UNITS[unit]
        return use_of(units_plan(unit, asked.units, asked.month)) if fits else None
    is_whole = unit is Unit.MONTH or service_class in HOUSING
    return use_of(whole_month_plan(asked.month)) if is_whole else None


def cost_of(found: MonthEstimate) -> OfferCost:
    """The sums of an estimate."""
    return OfferCost(
        total_cents=found.price_cents,
        voucher_cents=found.payer_cents,
        own_share_cents=found.own_share_cents,
        overrun_cents=found.overrun_cents,
        visits=found.visits,
    )


async def costs_of(offer_ids: Sequence[UUID], asked: AskedMonth) -> dict[UUID, OfferCost]:
    """The month with each of the offers that are public, in the order given."""
    pricing = Pricing(asked)
    return {offer_id: pricing.cost(priced) for offer_id, priced in (await prices_of(offer_ids, asked.month)).items()}
