"""What a voucher is worth: the organiser's rule as data, and its value in cents for one unit of service.

The Act on service vouchers (569/2009) leaves the value to the organiser: the same for all, or set by income. A rule is
one of the structs of ``ValueRule``. A new kind of rule is a new struct in that union; the type checker then names every
``match`` that must learn it. Versions and validity dates of a rule live with whoever stores it.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Final, TypeVar, assert_never

import msgspec

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.money import Money, round_cents, round_up_cents
from marketplace.pricing.bands import MOST_BANDS, BandCalendar
from marketplace.pricing.prices import UNIT_WORDS, Unit

MAX_FACTOR: Final = 10
MAX_PERCENT: Final = 100
MOST_SIZES: Final = 30


class Household(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an income-tested value depends on. Income is gross, cents a month; ``None`` where it was not given."""

    size: int = 1
    gross_income_cents: int | None = None


class _Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """``unit`` is what the value is for; it must be the unit of the price list that the voucher pays."""

    unit: Unit = Unit.HOUR


class FlatValue(_Rule, frozen=True, tag="flat"):
    """The same value for everybody at all times."""

    value_cents: int


class BandAmount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The value of one unit in one band, in cents."""

    band: str
    value_cents: int


class BandValue(_Rule, frozen=True, tag="band"):
    """A value of its own for each band."""

    bands: Annotated[tuple[BandAmount, ...], msgspec.Meta(max_length=MOST_BANDS)]


class BandCoefficient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many times the base value a unit is worth in one band."""

    band: str
    coefficient: Decimal


class CoefficientValue(_Rule, frozen=True, tag="coefficient"):
    """A base value times the band's coefficient, rounded to a cent."""

    base_cents: int
    bands: Annotated[tuple[BandCoefficient, ...], msgspec.Meta(max_length=MOST_BANDS)]


class HouseholdLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For a household of ``size``: gross income (cents a month) up to which the value is full, percent of the rest."""

    size: int
    limit_cents: int
    percent: Decimal


class IncomeTestedValue(_Rule, frozen=True, tag="income", cache_hash=True):
    """The pattern of the national formula for home care: a full value less a part of the income over a limit.

    ``(max - (income - limit) x percent / 100 / divisor) x factor``, held between ``lowest_cents`` and ``highest_cents``
    and only then rounded, so that hours are multiplied by whole cents: to the nearest cent, or up to the next full
    ``round_up_to_cents``. Without a known income the value is the lowest. ``limits`` are for sizes 1, 2, 3 …; every
    person beyond them moves limit and percent by ``extra_person_…`` (the percent never below zero).
    """

    max_cents: int
    lowest_cents: int
    highest_cents: int
    limits: Annotated[tuple[HouseholdLimit, ...], msgspec.Meta(max_length=MOST_SIZES)]
    extra_person_limit_cents: int = 0
    extra_person_percent: Decimal = Decimal(0)
    factor: Decimal = Decimal(1)
    divisor: int = 60
    round_up_to_cents: int | None = None

    def limit_for(self, size: int) -> HouseholdLimit:
        """The income limit and percent of a household, continued beyond the table for large ones."""
        known = self.limits[min(max(size, 1), len(self.limits)) - 1]
        extra = max(size - known.size, 0)
        percent = max(known.percent + extra * self.extra_person_percent, Decimal(0))
        return HouseholdLimit(size, known.limit_cents + extra * self.extra_person_limit_cents, percent)


_InBand = TypeVar("_InBand", BandAmount, BandCoefficient)
ValueRule = FlatValue | BandValue | CoefficientValue | IncomeTestedValue


def unit_value(rule: ValueRule, household: Household, band: str | None = None) -> int:
    """What one unit (mostly an hour) of service in a band is worth to this household, in whole cents.

    Raises:
        Refused: the rule has no value for the band (``band_not_covered``).
    """
    match rule:
        case FlatValue():
            return rule.value_cents
        case BandValue():
            return _of_band(rule.bands, band).value_cents
        case CoefficientValue():
            return round_cents(rule.base_cents * Fraction(_of_band(rule.bands, band).coefficient))
        case IncomeTestedValue():
            return _income_tested(rule, household)
        case _:  # pragma: no cover
            assert_never(rule)


def _of_band(entries: Sequence[_InBand], band: str | None) -> _InBand:
    for entry in entries:
        if entry.band == band:
            return entry
    raise Refused(message("The voucher has no value for the time of this visit."), code="band_not_covered")


@lru_cache(maxsize=4096)
def _income_tested(rule: IncomeTestedValue, household: Household) -> int:
    if household.gross_income_cents is None:
        return rule.lowest_cents
    limit = rule.limit_for(household.size)
    over = max(household.gross_income_cents - limit.limit_cents, 0)
    reduction = over * Fraction(limit.percent) / 100 / rule.divisor
    exact = (rule.max_cents - reduction) * Fraction(rule.factor)
    held = min(max(exact, Fraction(rule.lowest_cents)), Fraction(rule.highest_cents))
    if rule.round_up_to_cents is None:
        return round_cents(held)
    return min(round_up_cents(held, rule.round_up_to_cents), rule.highest_cents)


def value_words(rule: ValueRule, household: Household, calendar: BandCalendar, band: str | None = None) -> Message:
    """How ``unit_value`` came to its cents, in words with the numbers in them.

    Raises:
        Refused: as ``unit_value``.
    """
    value = {"value": Money(unit_value(rule, household, band)), "unit": UNIT_WORDS[rule.unit]}
    match rule:
        case FlatValue():
            return message("The voucher is worth {value} per {unit}.", **value)
        case BandValue():
            return message("{band}: the voucher is worth {value} per {unit}.", band=_name(calendar, band), **value)
        case CoefficientValue():
            return message(
                "{band}: the voucher is worth {base} × {coefficient} = {value} per {unit}.",
                band=_name(calendar, band),
                base=Money(rule.base_cents),
                coefficient=_of_band(rule.bands, band).coefficient,
                **value,
            )
        case IncomeTestedValue():
            return _income_words(rule, household)
        case _:  # pragma: no cover
            assert_never(rule)


def _income_words(rule: IncomeTestedValue, household: Household) -> Message:
    value = {"value": Money(unit_value(rule, household)), "unit": UNIT_WORDS[rule.unit]}
    if household.gross_income_cents is None:
        return message("No income was given: the voucher has its lowest value, {value} per {unit}.", **value)
    limit = rule.limit_for(household.size)
    shared = {"size": household.size, "limit": Money(limit.limit_cents), **value}
    if household.gross_income_cents <= limit.limit_cents:
        return message(
            "The income of a household of {size} is at most {limit} a month: the voucher has its full value, "
            "{value} per {unit}.",
            **shared,
        )
    return message(
        "Household of {size}: ({max} − ({income} − {limit}) × {percent} % ÷ {divisor}) × {factor}, "
        "at least {lowest} and at most {highest}: the voucher is worth {value} per {unit}.",
        max=Money(rule.max_cents),
        income=Money(household.gross_income_cents),
        percent=limit.percent,
        divisor=rule.divisor,
        factor=rule.factor,
        lowest=Money(rule.lowest_cents),
        highest=Money(rule.highest_cents),
        **shared,
    )


def _name(calendar: BandCalendar, band: str | None) -> Text | str:
    return calendar.band(band).name if band in calendar.keys and band else band or ""


def check_value_rule(rule: ValueRule, calendar: BandCalendar) -> list[FieldError]:
    """Everything wrong with a rule: amounts, bands without a value, and holes in the table of households."""
    match rule:
        case FlatValue():
            return [*_amount_errors("value_cents", rule.value_cents)]
        case BandValue():
            amounts = [
                e for i, b in enumerate(rule.bands) for e in _amount_errors(f"bands.{i}.value_cents", b.value_cents)
            ]
            return [*_band_errors(rule.bands, calendar), *amounts]
        case CoefficientValue():
            factors = [
                e for i, b in enumerate(rule.bands) for e in _factor_errors(f"bands.{i}.coefficient", b.coefficient)
            ]
            return [*_amount_errors("base_cents", rule.base_cents), *_band_errors(rule.bands, calendar), *factors]
        case IncomeTestedValue():
            return [*_income_errors(rule), *_household_errors(rule)]
        case _:  # pragma: no cover
            assert_never(rule)


def _amount_errors(field: str, cents: int) -> Iterator[FieldError]:
    if cents < 0:
        yield FieldError(field, message("The amount cannot be negative."))


def _factor_errors(field: str, factor: Decimal) -> Iterator[FieldError]:
    if not factor.is_finite() or not 0 < factor <= MAX_FACTOR:
        yield FieldError(field, message("Give a number over 0 and at most {limit}.", limit=MAX_FACTOR))


def _band_errors(entries: Sequence[BandAmount | BandCoefficient], calendar: BandCalendar) -> Iterator[FieldError]:
    given = [entry.band for entry in entries]
    for i, band in enumerate(given):
        if band not in calendar.keys:
            yield FieldError(f"bands.{i}.band", message("There is no time band with the code {code}.", code=band))
        elif band in given[:i]:
            yield FieldError(f"bands.{i}.band", message("{band} has two values.", band=calendar.band(band).name))
    for band in calendar.bands:
        if band.key not in given:
            yield FieldError("bands", message("The value for {band} is missing.", band=band.name))


def _income_errors(rule: IncomeTestedValue) -> Iterator[FieldError]:
    yield from _amount_errors("max_cents", rule.max_cents)
    yield from _amount_errors("lowest_cents", rule.lowest_cents)
    yield from _amount_errors("extra_person_limit_cents", rule.extra_person_limit_cents)
    yield from _factor_errors("factor", rule.factor)
    if rule.highest_cents < rule.lowest_cents:
        yield FieldError("highest_cents", message("The highest value cannot be under the lowest."))
    if rule.divisor < 1:
        yield FieldError("divisor", message("The divisor must be at least 1."))
    if rule.round_up_to_cents is not None and rule.round_up_to_cents < 1:
        yield FieldError("round_up_to_cents", message("The rounding step must be at least 1 cent."))
    if not rule.extra_person_percent.is_finite() or rule.extra_person_percent > 0:
        text = message("A larger household cannot have a higher percent.")
        yield FieldError("extra_person_percent", text)


def _household_errors(rule: IncomeTestedValue) -> Iterator[FieldError]:
    if not rule.limits:
        yield FieldError("limits", message("Give the income limits from a household of one upwards."))
    for i, limit in enumerate(rule.limits):
        if limit.size != i + 1:
            yield FieldError(f"limits.{i}.size", message("The household of {size} is missing here.", size=i + 1))
        yield from _amount_errors(f"limits.{i}.limit_cents", limit.limit_cents)
        if not limit.percent.is_finite() or not 0 <= limit.percent <= MAX_PERCENT:
            yield FieldError(f"limits.{i}.percent", message("Give a percent from 0 to 100."))
