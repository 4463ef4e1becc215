"""What comes on top of a month's service: visit fees, travel, surcharges per visit and the paper invoice."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from marketplace.pricing.charges import Extras, LineKind, Surcharge
from marketplace.pricing.prices import PriceList, taxed
from marketplace.pricing.weeks import DatedRuns, MonthPlan


class Fee(NamedTuple):
    """So many equal fees of ``cents`` each. ``key`` is the surcharge's own."""

    kind: LineKind
    cents: int
    times: int
    key: str = ""


def fees_of(prices: PriceList, plan: MonthPlan, entries: Sequence[DatedRuns], extras: Extras) -> list[Fee]:
    """A month's fees by a price list, without those that come to nothing."""
    if not (prices.visit_fee_cents or prices.travel or prices.surcharges or prices.invoice_fee_cents):
        return []
    return [
        fee
        for fee in _fees(prices, plan, [entry for entry in entries if entry.runs], extras)
        if fee.cents and fee.times
    ]


def _fees(prices: PriceList, plan: MonthPlan, entries: Sequence[DatedRuns], extras: Extras) -> Iterator[Fee]:
    yield Fee(
        LineKind.VISIT_FEE, taxed(prices, prices.visit_fee_cents, extras), _fee_visits(prices, plan, entries, extras)
    )
    if prices.travel:
        yield Fee(LineKind.TRAVEL, taxed(prices, prices.travel.cents(extras.metres), extras), len(entries))
    for entry in prices.surcharges:
        if entry.per_visit and entry.cents:
            count = sum(_touches(entry, visit) for visit in entries)
            yield Fee(LineKind.SURCHARGE, taxed(prices, entry.cents, extras), count, entry.key)
    if extras.paper_invoice and entries:
        yield Fee(LineKind.INVOICE_FEE, taxed(prices, prices.invoice_fee_cents, extras), 1)


def _fee_visits(prices: PriceList, plan: MonthPlan, entries: Sequence[DatedRuns], extras: Extras) -> int:
    if prices.fee_waiver is None or not prices.visit_fee_cents:
        return len(entries)
    weekly = max(plan.weekly_visits, extras.weekly_visits)
    minutes = (sum(run.minutes for run in entry.runs) for entry in entries)
    return sum(not prices.fee_waiver.waives(Fraction(weekly), length) for length in minutes)


def _touches(entry: Surcharge, visit: DatedRuns) -> bool:
    return any(entry.holds_in(run.band) for run in visit.runs)
