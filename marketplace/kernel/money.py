"""Money as integer cents beside a currency. The only place that rounds, parses or splits an amount.

Rule of rounding: half away from zero, once per line. Splits go by largest remainder, so that the
parts always sum to the whole. No float comes near an amount: exact values are ``Fraction``.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import msgspec
from babel.numbers import format_currency

EURO: Final = "EUR"
MINUTES_PER_HOUR: Final = 60
MAX_CENTS: Final = 100_000_000_00  # A hundred million euros: anything larger is a slip of the keyboard.

_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})
_NUMBER: Final = re.compile(r"(?P<euros>[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:[.,](?P<cents>[0-9]+))?")


class InvalidAmount(ValueError):
    """The text is not an amount of euros with at most two decimals. ``reason`` is one of the class's constants."""

    NOT_A_NUMBER: Final = "not_a_number"
    TOO_MANY_DECIMALS: Final = "too_many_decimals"
    NEGATIVE: Final = "negative"
    TOO_LARGE: Final = "too_large"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Money(msgspec.Struct, frozen=True, order=False):
    """An amount of one currency in its minor unit (cents)."""

    cents: int
    currency: str = EURO

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + self._same(other).cents, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - self._same(other).cents, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.cents, self.currency)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            msg = f"cannot mix {self.currency} and {other.currency}"
            raise ValueError(msg)
        return other


def round_cents(amount: Fraction) -> int:
    """The one rounding door: exact cents to whole cents, half away from zero."""
    return _half_away_from_zero(amount.numerator, amount.denominator)


def _half_away_from_zero(numerator: int, denominator: int) -> int:
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


def round_up_cents(amount: Fraction, step_cents: int) -> int:
    """Exact cents up to the next full step, as an organiser may round a voucher's value in the client's favour."""
    steps = amount / step_cents
    return -(-steps.numerator // steps.denominator) * step_cents


def per_hour(cents_per_hour: int, minutes: int) -> int:
    """The price of ``minutes`` at an hourly price, in whole cents."""
    return _half_away_from_zero(cents_per_hour * minutes, MINUTES_PER_HOUR)


def per_hour_each(cents_per_hour: int, minutes: Sequence[int]) -> list[int]:
    """``per_hour`` of many lengths at one price, none of them negative: for pricing thousands of offers."""
    if cents_per_hour < 0:
        return [per_hour(cents_per_hour, each) for each in minutes]
    twice, whole = 2 * cents_per_hour, 2 * MINUTES_PER_HOUR
    return [(twice * each + MINUTES_PER_HOUR) // whole for each in minutes]


def split(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Splits a total by weights (all >= 0, sum > 0) by largest remainder; ties go to the earlier part.

    The parts sum to the total, none is more than a cent from its exact share, and a part of weight 0 gets nothing.

    Raises:
        ValueError: no weights, a negative one, or all zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        msg = "weights must be non-negative and not all zero"
        raise ValueError(msg)
    sign = 1 if total_cents >= 0 else -1
    exact = [abs(total_cents) * weight for weight in weights]
    parts = [amount // whole for amount in exact]
    missing = abs(total_cents) - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(exact[i] % whole), i))
    for i in by_remainder[:missing]:
        parts[i] += 1
    return [sign * part for part in parts]


def parse_euros(text: str) -> int:
    """Cents from what a person types: ``42``, ``42,5``, ``1 042,50 €``. A comma or a point separates the cents.

    Spaces may stand between thousands only. A second separator (``1.042,50``) is refused rather than guessed at.

    Raises:
        InvalidAmount: no number, more than two decimals, negative or absurdly large.
    """
    cleaned = text.translate(_SPACES).strip().removeprefix("€").removesuffix("€").strip()
    if cleaned.startswith(("-", "\u2212")):
        raise InvalidAmount(InvalidAmount.NEGATIVE)
    if not (found := _NUMBER.fullmatch(cleaned)):
        raise InvalidAmount(InvalidAmount.NOT_A_NUMBER)
    euros, cents = found["euros"].replace(" ", ""), found["cents"] or ""
    if len(cents) > 2:
        raise InvalidAmount(InvalidAmount.TOO_MANY_DECIMALS)
    if len(euros) > 12 or (amount := int(euros) * 100 + int(cents.ljust(2, "0"))) > MAX_CENTS:
        raise InvalidAmount(InvalidAmount.TOO_LARGE)
    return amount


def format_money(money: Money, locale: str) -> str:
    """The amount as the language writes it: ``1 042,50 €`` or ``€1,042.50``."""
    return format_currency(decimal_text(money.cents), money.currency, locale=locale)


def decimal_text(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
