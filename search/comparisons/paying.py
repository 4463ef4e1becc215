"""Which vouchers a reader can choose among for a comparison: their own, those of clients, or a product to estimate with."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.actors import CLIENT_ROLES, Actor, Role
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Language, message, show_minutes, translate
from marketplace.kernel.money import Money, format_money
from marketplace.organisers.organisers import list_organisers
from marketplace.organisers.products import public_products, version_on
from marketplace.organisers.schemas import Product
from marketplace.pricing.values import FlatValue, ValueRule, components, goes_by_bands
from marketplace.vouchers.queries import my_vouchers, organiser_vouchers, voucher_for
from marketplace.vouchers.schemas import VoucherView
from marketplace.vouchers.states import VoucherStatus
from search.comparisons.comparing import ComparedOffer

NO_VOUCHER: Final = "none"
IN_USE: Final = frozenset({VoucherStatus.GRANTED, VoucherStatus.OPEN})


class Choice(msgspec.Struct, frozen=True):
    """A way to pay: the value of its button, what it is, and what is left of it."""

    value: str
    text: str
    hint: str = ""


class Choices(msgspec.Struct, frozen=True):
    """Everything that can pay for any of the offers."""

    vouchers: tuple[VoucherView, ...] = ()
    products: tuple[Product, ...] = ()
    of_clients: bool = False
    organisers: dict[UUID, str] = {}

    @property
    def only_voucher(self) -> VoucherView | None:
        """A client's one and only voucher for these offers: nobody has to choose it."""
        return self.vouchers[0] if len(self.vouchers) == 1 and not self.of_clients else None

    def product_like(self, voucher_id: UUID) -> UUID | None:
        """A public product that estimates what a voucher pays, for an address that others may open."""
        of = next((each for each in self.vouchers if each.id == voucher_id), None)
        if of is None:
            return None
        same = (
            each
            for each in self.products
            if (each.organiser_id, each.service_class) == (of.organiser_id, of.service_class)
        )
        return next((each.id for each in same), None)

    def shown(self, language: Language) -> list[Choice]:
        """The choices in words, one's own vouchers first."""
        own = [
            Choice(f"voucher.{each.id}", self._name(each, language), _left(each, language)) for each in self.vouchers
        ]
        estimates = [
            Choice(f"product.{each.id}", self._product(each, language), translate(message("An estimate, without a voucher of one's own"), language))
            for each in self.products
        ]  # fmt: skip
        nothing = Choice(NO_VOUCHER, translate(message("No voucher"), language))
        return [*own, *estimates, nothing] if own or estimates else []

    def _name(self, voucher: VoucherView, language: Language) -> str:
        product, number = voucher.product_name.in_language(language), voucher.number[:4]
        if self.of_clients:
            return f"{voucher.client_name}: {product} {number}…"
        return translate(message("My voucher {number}…: {product}", number=number, product=product), language)

    def _product(self, product: Product, language: Language) -> str:
        organiser = self.organisers.get(product.organiser_id, "")
        return f"{product.name.in_language(language)}, {organiser}" if organiser else product.name.in_language(language)


async def choices_for(actor: Actor, items: Sequence[ComparedOffer], client_id: UUID | None) -> Choices:
    """What can pay for any of the offers: of a client's own vouchers those in use, of products those for everybody.

    ``client_id`` narrows a case manager's choice to one client; one who is not theirs narrows it to nothing.
    """
    wanted = {(item.organiser_id, item.service_class) for item in items}
    vouchers = [
        each
        for each in await _vouchers(actor, client_id)
        if (each.organiser_id, each.service_class) in wanted and each.status in IN_USE
    ]
    products = [each for organiser_id in {pair[0] for pair in wanted} for each in await public_products(organiser_id)]
    names = {each.id: each.name.in_language(actor.language) for each in await list_organisers()}
    fitting = tuple(each for each in products if (each.organiser_id, each.service_class) in wanted)
    return Choices(tuple(vouchers), fitting, actor.has_role(Role.CASE_MANAGER), names)


async def _vouchers(actor: Actor, client_id: UUID | None) -> Sequence[VoucherView]:
    if actor.role in CLIENT_ROLES:
        return await my_vouchers(actor)
    if actor.has_role(Role.CASE_MANAGER):
        return await organiser_vouchers(actor, client_id)
    return ()


async def voucher_or_none(actor: Actor, voucher_id: UUID | None) -> VoucherView | None:
    """The voucher, where the reader may see it: an address that was passed on opens without it."""
    if voucher_id is None or actor.person_id is None:
        return None
    try:
        return await voucher_for(actor, voucher_id)
    except NotFound:
        return None


async def asks_household(product_id: UUID | None, day: date) -> bool:
    """Whether a product's value depends on household or income, so that an estimate has something to ask."""
    if product_id is None:
        return False
    return not _is_plain((await version_on(product_id, day)).value_rule)


def _is_plain(rule: ValueRule) -> bool:
    return all(isinstance(part.rule, FlatValue) or goes_by_bands(part.rule) for part in components(rule))


def _left(voucher: VoucherView, language: Language) -> str:
    money = format_money(Money(voucher.left_cents), language.locale)
    if voucher.month.left_minutes is not None:
        hours = show_minutes(voucher.month.left_minutes)
        return translate(
            message("Left this month {hours}, of the whole voucher {money}", hours=hours, money=money), language
        )
    return translate(message("Left of the voucher {money}", money=money), language)
