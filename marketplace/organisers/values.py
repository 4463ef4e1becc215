"""What a voucher of a product would be worth to a household, and why: an estimate, of which nothing is stored."""

from typing import Annotated, Final
from uuid import UUID

import msgspec

from marketplace.kernel.clock import today
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import Language, Message, Text, message, translate
from marketplace.kernel.money import MAX_CENTS, MINUTES_PER_HOUR
from marketplace.organisers.products import product, version_on
from marketplace.organisers.schemas import Caps, ProductVersion
from marketplace.pricing.charges import LINE_WORDS
from marketplace.pricing.month_receipts import cap_words
from marketplace.pricing.needs import needs_of
from marketplace.pricing.prices import Unit
from marketplace.pricing.values import (
    Component,
    Household,
    components,
    goes_by_bands,
    unit_value,
    value_words,
)

MAX_HOUSEHOLD: Final = 20
MAX_HOURS: Final = 744
MAX_PRODUCT_MINUTES: Final = 44_640


class HouseholdAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose voucher is estimated, as far as the product's rule asks. ``gross_income_cents`` is the income a month that it
    asks for (net where the product says so). Used for the answer and not stored.
    """

    household_size: Annotated[int, msgspec.Meta(ge=1, le=MAX_HOUSEHOLD)] | None = None
    gross_income_cents: Annotated[int, msgspec.Meta(ge=0, le=MAX_CENTS)] | None = None
    savings_cents: Annotated[int, msgspec.Meta(ge=0, le=MAX_CENTS)] | None = None
    hours_per_month: Annotated[float, msgspec.Meta(gt=0, le=MAX_HOURS)] | None = None
    minutes_per_month: Annotated[int, msgspec.Meta(ge=1, le=MAX_PRODUCT_MINUTES)] | None = None

    @property
    def minutes(self) -> int | None:
        """The minutes a month; hours that are no whole minutes count as the nearest, one at least."""
        if self.minutes_per_month or self.hours_per_month is None:
            return self.minutes_per_month
        return max(round(self.hours_per_month * MINUTES_PER_HOUR), 1)

    @property
    def household(self) -> Household:
        return Household(
            size=self.household_size or 1,
            gross_income_cents=self.gross_income_cents,
            savings_cents=self.savings_cents,
            minutes_per_month=self.minutes,
        )


class BandWorth(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit is worth in one time band, in cents."""

    band: str
    name: Text
    value_cents: int


class PartWorth(msgspec.Struct, frozen=True, kw_only=True):
    """What one part of a voucher is worth per its own unit, in cents, and what it pays for."""

    key: str
    name: Text
    unit: Unit
    pays: tuple[str, ...]
    value_cents: int


class Worth(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a voucher is worth in cents, with the rule in words.

    One of ``value_cents_per_unit`` and ``value_cents_per_month`` is there, by the rule's ``unit``. Where the time of day
    matters it is the value of the organiser's first band, and ``values_by_band`` has all of them.
    """

    product_id: UUID
    unit: Unit
    version: str
    value_cents_per_unit: int | msgspec.UnsetType = msgspec.UNSET
    value_cents_per_month: int | msgspec.UnsetType = msgspec.UNSET
    values_by_band: tuple[BandWorth, ...]
    parts: tuple[PartWorth, ...]
    caps: Caps
    receipt: tuple[str, ...]
    note: str


async def value_of_product(product_id: UUID, asked: HouseholdAsked, language: Language) -> Worth:
    """What a voucher of a public product is worth today to a household, with the reasons in ``language``.

    Raises:
        NotFound: no such product, or one that is not shown to everybody.
        Invalid: the hours are needed and were not given.
        Refused: the product has no value today (``product_not_in_force``).
    """
    found = await product(product_id)
    if not found.public:
        raise NotFound
    version = await version_on(found.id, today())
    if needs_of(version.value_rule).hours and asked.gross_income_cents is not None and asked.minutes is None:
        raise Invalid.field("hours_per_month", message("Give the hours a month: the value depends on them."))
    return worth_of(version, asked.household, f"{found.code} {version.label}", language)


def worth_of(version: ProductVersion, household: Household, name: str, language: Language) -> Worth:
    """The worth of a version for a household; ``name`` is that of product and version."""
    rule = version.value_rule
    bands = _bands(version, household)
    value = bands[0].value_cents if bands else unit_value(rule, household)
    per_month = rule.unit is Unit.MONTH
    told = tuple(translate(words, language) for words in words_of_worth(version, household))
    return Worth(
        product_id=version.product_id,
        unit=rule.unit,
        version=name,
        value_cents_per_month=value if per_month else msgspec.UNSET,
        value_cents_per_unit=msgspec.UNSET if per_month else value,
        values_by_band=bands,
        parts=tuple(_part(part, household, version) for part in components(rule) if part.key),
        caps=version.caps,
        receipt=told,
        note=translate(
            message("This is an estimate. What you gave was used for this answer only and not stored."), language
        ),
    )


def _bands(version: ProductVersion, household: Household) -> tuple[BandWorth, ...]:
    if not goes_by_bands(version.value_rule):
        return ()
    return tuple(
        BandWorth(band=band.key, name=band.name, value_cents=unit_value(version.value_rule, household, band.key))
        for band in version.calendar.bands
    )


def _part(part: Component, household: Household, version: ProductVersion) -> PartWorth:
    first = version.calendar.keys[0] if goes_by_bands(part.rule) else None
    return PartWorth(
        key=part.key,
        name=part.name,
        unit=part.rule.unit,
        pays=tuple(kind.value for kind in part.pays),
        value_cents=unit_value(part.rule, household, first),
    )


def words_of_worth(version: ProductVersion, household: Household) -> list[Message]:
    """The rule in words with the numbers in it: each band or part, the caps, where it comes from, its version."""
    told: list[Message] = []
    for part in components(version.value_rule):
        keys = version.calendar.keys if goes_by_bands(part.rule) else (None,)
        for key in keys:
            words = value_words(part.rule, household, version.calendar, key)
            told.append(_of_part(part, words) if part.key else words)
    told += cap_words(version.caps.limits)
    told.append(message("Voucher rule {version}, in force from {day}.", version=version.label, day=version.valid_from))
    if version.source_note:
        told.append(message("Source: {source}", source=version.source_note))
    return told


def _of_part(part: Component, words: Message) -> Message:
    kinds = [LINE_WORDS[kind] for kind in part.pays]
    if len(kinds) == 1:
        return message("{part} ({kind}): {words}", part=part.name, kind=kinds[0], words=words)
    return message("{part}: {words}", part=part.name, words=words)
