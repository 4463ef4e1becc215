"""How much of a service a voucher covers: hours, units or euros in a week, a month or its whole period, and what then."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message
from marketplace.pricing.charges import Unit

MOST_CAPS: Final = 12


class CapPeriod(StrEnum):
    """What a cap is for: a calendar week (Monday to Sunday), a calendar month, or the voucher's whole period."""

    WEEK = "week"
    MONTH = "month"
    PERIOD = "period"


class Overrun(StrEnum):
    """What happens beyond a cap: the client pays the full price, or the visits are refused."""

    CLIENT_PAYS = "client_pays"
    REFUSED = "refused"


class Cap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most that is covered in a period: billed minutes, units, or cents that the voucher pays; ``None`` is no limit."""

    period: CapPeriod
    minutes: int | None = None
    units: int | None = None
    cents: int | None = None


class Used(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a voucher's period has already used before a month."""

    minutes: int = 0
    units: int = 0
    cents: int = 0


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All caps of a voucher; each holds. A week that two months share is counted in each of them on its own."""

    caps: Annotated[tuple[Cap, ...], msgspec.Meta(max_length=MOST_CAPS)] = ()
    overrun: Overrun = Overrun.CLIENT_PAYS
    used: Used = Used()

    def quantity(self, period: CapPeriod, *, by_minutes: bool) -> int | None:
        """The minutes (or units) that a period still covers; ``None`` without a cap."""
        found = [cap.minutes if by_minutes else cap.units for cap in self.caps if cap.period is period]
        used = (self.used.minutes if by_minutes else self.used.units) if period is CapPeriod.PERIOD else 0
        return min((max(most - used, 0) for most in found if most is not None), default=None)

    def cents(self, period: CapPeriod) -> int | None:
        """The cents that a period still covers; ``None`` without a cap."""
        used = self.used.cents if period is CapPeriod.PERIOD else 0
        found = [cap.cents for cap in self.caps if cap.period is period]
        return min((max(most - used, 0) for most in found if most is not None), default=None)


NO_LIMITS: Final = Limits()


class Left(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a voucher still covers at the time of a visit: billed minutes or units, and cents; ``None`` is no cap."""

    minutes: int | None = None
    units: int | None = None
    cents: int | None = None


def left_of(limits: Limits, week: Used, month: Used, period: Used) -> Left:
    """What all caps together leave, after what the visit's week, its month and the voucher's period have used."""
    spans = {CapPeriod.WEEK: week, CapPeriod.MONTH: month, CapPeriod.PERIOD: period}

    def least(name: str) -> int | None:
        found = [
            max(most - getattr(spans[cap.period], name), 0)
            for cap in limits.caps
            if (most := getattr(cap, name)) is not None
        ]
        return min(found, default=None)

    return Left(minutes=least("minutes"), units=least("units"), cents=least("cents"))


def limit_errors(limits: Limits, unit: Unit) -> Iterator[FieldError]:
    """What is wrong with caps: empty or negative ones, two for one period, or hours of what is not counted in hours."""
    for i, cap in enumerate(limits.caps):
        given = [name for name in ("minutes", "units", "cents") if getattr(cap, name) is not None]
        if not given:
            yield FieldError(f"caps.{i}", message("Give the cap in hours, units or euros."))
        for name in given:
            yield from _cap_errors(f"caps.{i}.{name}", getattr(cap, name), cap, (limits.caps[:i], limits.caps), name)
        if cap.units is not None and unit is Unit.HOUR:
            yield FieldError(f"caps.{i}.units", message("This voucher is per hour: give the cap in hours."))


def _cap_errors(
    field: str, amount: int, cap: Cap, others: tuple[tuple[Cap, ...], tuple[Cap, ...]], name: str
) -> Iterator[FieldError]:
    before, every = others
    if amount < 0:
        yield FieldError(field, message("The amount cannot be negative."))
    if any(other.period is cap.period and getattr(other, name) is not None for other in before):
        yield FieldError(field, message("This period has a cap already."))
    wider = [other for other in every if _order(other.period) > _order(cap.period)]
    if any((most := getattr(other, name)) is not None and amount > most for other in wider):
        yield FieldError(field, message("A shorter period cannot have a higher cap than a longer one."))


def _order(period: CapPeriod) -> int:
    return list(CapPeriod).index(period)
