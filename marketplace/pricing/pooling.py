"""Values for a whole week or month, and caps in euros: what is moved between payers once every visit is priced."""

from collections.abc import Sequence

from marketplace.pricing.charges import Unit
from marketplace.pricing.charging import Bucket, over_limit
from marketplace.pricing.limits import CapPeriod, Limits, Overrun


class Sums:
    """One line of a month while it is added up, in cents; ``paid_in`` and ``open_in`` are payer and own share by bucket."""

    __slots__ = ("band", "key", "open_in", "over", "paid", "paid_in", "price", "quantity", "unit_price", "value_band")

    def __init__(self, band: str | None, value_band: str | None, unit_price: int, buckets: int, key: str = "") -> None:
        self.band, self.value_band, self.unit_price, self.key = band, value_band, unit_price, key
        self.price = self.paid = self.over = self.quantity = 0
        self.paid_in = [0] * buckets
        self.open_in = [0] * buckets


def apply_pools(sums: Sequence[Sums], buckets: Sequence[Bucket], unit: Unit, cents: int) -> None:
    """Pays own share from a value that is for a whole visit, day, week or month; what is not needed is not paid."""
    left: dict[int, int] = {}
    for number, bucket in enumerate(buckets):
        span = bucket.key(unit)
        for one in sums:
            moved = min(one.open_in[number], left.setdefault(span, cents))
            left[span] -= moved
            one.open_in[number] -= moved
            one.paid_in[number] += moved
            one.paid += moved


def apply_caps(sums: Sequence[Sums], buckets: Sequence[Bucket], limits: Limits) -> None:
    """Makes overrun of what the voucher would pay beyond its caps in euros: the last of each period first.

    Raises:
        Refused: where the overrun is refused (``over_limit``).
    """
    for period, unit in ((CapPeriod.WEEK, Unit.WEEK), (CapPeriod.MONTH, Unit.MONTH), (CapPeriod.PERIOD, Unit.MONTH)):
        most = limits.cents(period)
        if most is not None:
            _cap(sums, buckets, unit, most, refused=limits.overrun is Overrun.REFUSED)


def _cap(sums: Sequence[Sums], buckets: Sequence[Bucket], unit: Unit, most: int, *, refused: bool) -> None:
    if sum(one.paid for one in sums) <= most:
        return
    excess: dict[int, int] = {}
    for number, bucket in enumerate(buckets):
        span = bucket.key(unit)
        excess[span] = excess.get(span, -most) + sum(one.paid_in[number] for one in sums)
    if refused and any(cents > 0 for cents in excess.values()):
        raise over_limit()
    for number, bucket in reversed(list(enumerate(buckets))):
        for one in reversed(sums):
            moved = min(one.paid_in[number], max(excess[bucket.key(unit)], 0))
            excess[bucket.key(unit)] -= moved
            one.paid_in[number] -= moved
            one.paid -= moved
            one.over += moved
