"""Prices within all that limits them: the organiser's rules, its voucher products, the rulebook of the approval.

Every reason names the rule, the limit and where it comes from. What a bill shows is compared: with surcharges,
coefficients and tax.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, Self
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.schemas import MAX_BANDS, OfferDraft
from marketplace.kernel.clock import today
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.products import products_for, version_on
from marketplace.organisers.rules import service_rules_on
from marketplace.organisers.schemas import Product, ProductVersion, ServiceRules
from marketplace.pricing.bands import BandCalendar, check_bands
from marketplace.pricing.prices import (
    UNIT_WORDS,
    Ceiling,
    PriceList,
    Unit,
    ceilings_of,
    check_shape,
    is_reckonable,
    over_ceilings,
)
from marketplace.pricing.shares import check_prices_fit_voucher
from onboarding.register.ceilings import approved_ceilings

MOST_OVER: Final = 100


class PriceLimits(msgspec.Struct, frozen=True, kw_only=True):
    """All that limits the prices of a service of an organiser on a day, for one provider where one is named.

    ``products`` are those in force that pay for the service.
    """

    rules: ServiceRules
    rules_source: Message
    products: tuple[tuple[Product, ProductVersion], ...] = ()
    rulebook: tuple[Ceiling, ...] = ()

    @property
    def ceilings(self) -> tuple[Ceiling, ...]:
        """The price ceilings from everywhere; a band is one of the organiser's."""
        own = ceilings_of(self.rules.prices, self.rules.bands.calendar.keys, self.rules_source)
        return (*own, *(ceiling for each in self.products for ceiling in _product_ceiling(*each)), *self.rulebook)

    def in_unit(self, unit: str) -> Self:
        """The same limits for prices by another unit, where the service may be priced by it; else unchanged."""
        rules = self.rules
        if unit not in rules.other_units:
            return self
        others = tuple(each for each in rules.units if each != unit)
        return replace(self, rules=replace(rules, unit=Unit(unit), other_units=others))

    def in_unit_of(self, prices: PriceList | None) -> Self:
        """The same limits for prices in the unit that they have already."""
        return self if prices is None else self.in_unit(prices.unit)

    @property
    def free_by(self) -> tuple[tuple[Product, ProductVersion], ...]:
        """The vouchers that must cover the whole price: by law, or because the organiser wants no own share."""
        free = self.rules.prices.free_for_client
        return tuple(
            (product, version)
            for product, version in self.products
            if product.no_own_share or (free and version.value_rule.unit is self.rules.unit)
        )


def _product_ceiling(product: Product, version: ProductVersion) -> list[Ceiling]:
    if version.price_ceiling_cents is None:
        return []
    return [Ceiling(cents=version.price_ceiling_cents, source=_voucher_words(product, version))]


def _voucher_words(product: Product, version: ProductVersion) -> Message:
    return message("voucher {product}, {version}", product=product.name, version=version.label or str(version.number))


async def price_limits(
    organiser_id: UUID,
    service_class: str,
    day: date,
    provider_id: UUID | None = None,
    municipality_codes: Sequence[str] = (),
) -> PriceLimits:
    """What limits prices on a day. Without a provider no rulebook is asked.

    Raises:
        NotFound: no such organiser or service class.
    """
    organiser = await get_organiser(organiser_id)
    rulebook: list[Ceiling] = []
    if provider_id is not None:
        for each in await approved_ceilings(provider_id, organiser_id, service_class, day, municipality_codes):
            source = message(
                "rulebook of {organiser}, version {number}", organiser=organiser.name, number=each.rulebook_number
            )
            rulebook.append(Ceiling(cents=each.cents, source=source))
    return PriceLimits(
        rules=await service_rules_on(organiser_id, service_class, day),
        rules_source=message("price rules of {organiser}", organiser=organiser.name),
        products=tuple(await _products_in_force(organiser_id, service_class, day)),
        rulebook=tuple(rulebook),
    )


async def price_problems(
    draft: OfferDraft, provider_id: UUID | None = None, day: date | None = None
) -> list[FieldError]:
    """Everything wrong with a draft's prices under what holds on a day, today where none is given.

    Fields are named as in a draft. Without prices there is nothing wrong; without a provider no rulebook is asked.
    """
    if draft.prices is None:
        return []
    places = draft.municipality_codes
    limits = await price_limits(draft.organiser_id, draft.service_class, day or today(), provider_id, places)
    return check_prices(draft.prices, draft.calendar or limits.rules.bands.calendar, limits)


def check_prices(prices: PriceList, calendar: BandCalendar, limits: PriceLimits) -> list[FieldError]:
    """The bands without gap or overlap, and the prices as they may be. Fields are named as in a draft."""
    bands = _within("calendar", _calendar_errors(calendar, limits.rules))
    if prices.unit not in limits.rules.units:
        unit = UNIT_WORDS[limits.rules.unit]
        text = message("This service is priced by the {unit}. Give the price for that unit.", unit=unit)
        return [*bands, FieldError("prices.unit", text)]
    shape = [*check_shape(prices, calendar, limits.rules.prices), *_coefficient_errors(prices, limits.rules)]
    if bands or not is_reckonable(shape):
        return [*bands, *_within("prices", shape)]
    return [*_within("prices", shape), *limit_errors(prices, calendar, limits)]


def limit_errors(prices: PriceList, calendar: BandCalendar, limits: PriceLimits) -> list[FieldError]:
    """Prices over a ceiling, and over a voucher that must cover them. The bands have neither gap nor overlap."""
    over = over_ceilings(prices, calendar, limits.ceilings, limits.rules.bands.calendar)
    errors = over or [error for each in limits.free_by for error in _over_voucher(prices, calendar, *each)]
    return _within("prices", [error for i, error in enumerate(errors[:MOST_OVER]) if error not in errors[:i]])


def _over_voucher(
    prices: PriceList, calendar: BandCalendar, product: Product, version: ProductVersion
) -> list[FieldError]:
    """A service that is free for the client may not cost more than its voucher is worth (Act 569/2009)."""
    source = _voucher_words(product, version)
    return [
        FieldError(error.field, message("{reason} ({source})", reason=error.message, source=source))
        for error in check_prices_fit_voucher(
            prices, calendar, version.value_rule, no_own_share=True, value_calendar=version.calendar
        )
    ]


def _calendar_errors(calendar: BandCalendar, rules: ServiceRules) -> list[FieldError]:
    if calendar == rules.bands.calendar:
        return []
    if not rules.bands.own_bands_allowed:
        return [FieldError("", message("This organiser decides the time bands. Give your prices by them."))]
    if len(calendar.bands) > MAX_BANDS:
        return [FieldError("", message("Use at most {most} time bands.", most=MAX_BANDS))]
    return check_bands(calendar)


def _coefficient_errors(prices: PriceList, rules: ServiceRules) -> list[FieldError]:
    """Where the organiser has coefficients, a base price goes by those and no others."""
    usual = rules.bands.coefficients
    if not prices.coefficients or not usual or prices.coefficients == usual:
        return []
    return [FieldError("coefficients", message("These are not the organiser's coefficients. Take those of today."))]


async def _products_in_force(
    organiser_id: UUID, service_class_code: str, day: date
) -> list[tuple[Product, ProductVersion]]:
    found: list[tuple[Product, ProductVersion]] = []
    for product in await products_for(organiser_id, service_class_code):
        try:
            found.append((product, await version_on(product.id, day)))
        except Refused:
            continue  # A product that is not worth anything then sets no limits.
    return found


def _within(name: str, errors: Sequence[FieldError]) -> list[FieldError]:
    return [FieldError(f"{name}.{error.field}".rstrip("."), error.message) for error in errors]
