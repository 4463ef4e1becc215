"""Everything that the page of a comparison and its letter show, gathered once for both."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.attributes import Attribute, ComparedRow, side_by_side
from marketplace.catalogue.offers.offers import published_offer
from marketplace.catalogue.offers.organiser_attributes import attributes_for
from marketplace.catalogue.offers.schemas import PublishedOffer
from marketplace.kernel.actors import Actor
from marketplace.kernel.i18n import Language, Text
from marketplace.pricing.values import Household
from marketplace.vouchers.schemas import VoucherView
from search.comparisons.asked import Asked
from search.comparisons.comparing import ComparedOffer, CompareRequest, Comparison, compare
from search.comparisons.paying import Choices, asks_household, choices_for, voucher_or_none
from search.comparisons.summaries import Summary, month_name, names_of, summary_of
from search.comparisons.table import Table, columns_of, facts_of

METRES: Final = 1_000


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared: offers, a month, and who pays. ``household`` is used for this answer and kept nowhere."""

    offer_ids: tuple[UUID, ...]
    asked: Asked
    product: UUID | None = None
    voucher: UUID | None = None
    is_without_voucher: bool = False
    client: UUID | None = None
    household: Household = Household()
    only_differences: bool = False


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison made ready for reading in one language.

    ``own_name`` is whose own service stands beside the offers, empty where none does; ``names`` are the providers in the
    order of the columns. ``voucher`` is the reader's own, ``product`` the one that is estimated with.
    """

    language: Language
    comparison: Comparison
    names: tuple[str, ...]
    table: Table
    whole: Table
    summary: Summary
    week: tuple[str, ...]
    month: str
    choices: Choices
    product: UUID | None
    product_name: str
    voucher: VoucherView | None
    asks_household: bool
    own_name: str

    @property
    def items(self) -> tuple[ComparedOffer, ...]:
        return self.comparison.items

    @property
    def has_month(self) -> bool:
        return bool(self.whole.month)


async def lay_out(question: Question, actor: Actor) -> Shown:
    """Prices the offers and puts them into words.

    Raises:
        Invalid: too many offers, a week or month that cannot be; all named.
        NotFound: none of the offers is published, or there is no such voucher product.
        Refused: the voucher pays for no day of the month, or the product has no value in it.
    """
    language = actor.language
    voucher = await voucher_or_none(actor, question.voucher)
    choices = await choices_for(actor, await _plain(question, actor), question.client)
    if voucher is None and question.product is None and not question.is_without_voucher:
        voucher = choices.only_voucher
    comparison = await compare(_request(question, voucher), language, actor)
    offers = [await published_offer(item.offer_id) for item in comparison.items]
    own = comparison.own_service
    own_cents = own.cents if own else None
    table = columns_of(
        comparison.items,
        language,
        own_cents=own_cents,
        facts=[facts_of(offer.skills, offer.earliest_start, language) for offer in offers],
        attributes=await _attributes(offers),
    )
    product = None if voucher else question.product
    return Shown(
        language=language,
        comparison=comparison,
        names=tuple(names_of(comparison.items, language)),
        table=table.only_differences() if question.only_differences else table,
        whole=table,
        summary=summary_of(comparison.items, language, own_cents=own_cents, has_own_service=own is not None),
        week=tuple(question.asked.words(language)),
        month=month_name(comparison.month, language),
        choices=choices,
        product=product,
        product_name=_product_name(choices, product, language),
        voucher=voucher,
        asks_household=await asks_household(product, comparison.month),
        own_name=own.organiser.in_language(language) if own else "",
    )


async def _plain(question: Question, actor: Actor) -> Sequence[ComparedOffer]:
    """The offers without a month: what decides which vouchers fit."""
    return (await compare(CompareRequest(offer_ids=question.offer_ids), actor.language)).items


def _request(question: Question, voucher: VoucherView | None) -> CompareRequest:
    asked = question.asked
    return CompareRequest(
        offer_ids=question.offer_ids,
        month=asked.month or None,
        visits=asked.visits(),
        pauses=asked.pauses(),
        units=asked.units,
        metres=asked.km * METRES,
        product=None if voucher else question.product,
        voucher=voucher.number if voucher else None,
        household_size=question.household.size,
        gross_income_cents=question.household.gross_income_cents,
        savings_cents=question.household.savings_cents,
    )


async def _attributes(offers: Sequence[PublishedOffer]) -> tuple[ComparedRow, ...]:
    """What the organisers' templates of these services compare by, each attribute once."""
    known: dict[str, Attribute] = {}
    for organiser_id, service_class in dict.fromkeys((each.organiser_id, each.service_class) for each in offers):
        for attribute in await attributes_for(organiser_id, service_class):
            known.setdefault(attribute.key, attribute)
    return side_by_side(tuple(known.values()), [offer.details.attributes for offer in offers])


def _product_name(choices: Choices, product_id: UUID | None, language: Language) -> str:
    name = next((each.name for each in choices.products if each.id == product_id), Text(""))
    return name.in_language(language)
