"""What a household-dependent value is asked with, and the base of every value rule."""

from decimal import Decimal

import msgspec

from marketplace.pricing.charges import Unit


class Household(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a voucher's value may depend on. Money in cents; ``None`` where it was not given.

    ``gross_income_cents`` is the income a month that the rule asks for: gross in nearly all, net where the rule says so.
    ``minutes_per_month`` are the minutes granted, for rules that go by hours.
    """

    size: int = 1
    gross_income_cents: int | None = None
    savings_cents: int | None = None
    minutes_per_month: int | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """``unit`` is what the value is for: the price list's own unit, or a longer one in which the value is pooled."""

    unit: Unit = Unit.HOUR


class HouseholdLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """For a household of ``size``: gross income (cents a month) up to which the value is full, percent of the rest.

    ``max_cents`` is the full value of this size, where it is not the rule's.
    """

    size: int
    limit_cents: int
    percent: Decimal
    max_cents: int | None = None


class BandAmount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The value of one unit in one band, in cents."""

    band: str
    value_cents: int
