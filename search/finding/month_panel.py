"""The part of the results page that asks for one's own week, and says what is being priced."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from urllib.parse import urlencode

import msgspec
from babel.dates import format_date

from marketplace.kernel.i18n import Language, Message
from marketplace.kernel.money import decimal_text
from marketplace.organisers.products import public_products
from marketplace.organisers.schemas import Product
from search.comparisons.asked import asked_pairs, months_to_choose, with_asked
from search.comparisons.weeks import PRESETS
from search.finding.asking import MonthWish
from search.finding.showing import Parameters, address_of, without_week
from search.schemas import Facets, SearchQuery

BUILDER: Final = "/compare/week"


class Choice(msgspec.Struct, frozen=True):
    """An option of a list."""

    value: str
    text: str
    is_chosen: bool


class MonthPanel(msgspec.Struct, frozen=True, kw_only=True):
    """``sentences`` tell the week; empty without one. ``presets`` are pairs of address and name, to begin from."""

    sentences: Sequence[str]
    presets: Sequence[tuple[str, Message]]
    builder: str
    without: str
    months: Sequence[Choice]
    products: Sequence[Choice]
    at_most: str
    problem: Message | None


async def panel(
    query: SearchQuery,
    wish: MonthWish,
    found: Facets,
    given: Parameters,
    organisers: Mapping[str, str],
    problem: Message | None,
    language: Language,
) -> MonthPanel:
    """The panel for a search with the parameters of its address (``given``) and what it ``found``.

    ``organisers`` are names by id; ``problem`` is what pricing refused.
    """
    address = address_of(given)
    at_most = "" if wish.at_most_cents is None else decimal_text(wish.at_most_cents).removesuffix(".00")
    return MonthPanel(
        sentences=wish.asked.words(language) if wish.has_week else (),
        presets=[(with_asked(address, [("week", each.text)]), each.name) for each in PRESETS],
        builder=f"{BUILDER}?{urlencode([*((n, v) for n, v in asked_pairs(wish.asked) if v), ('back', address)])}",
        without=address_of(without_week(given)),
        months=[_month(day, wish, language) for day in sorted({*months_to_choose(), wish.month})],
        products=[
            _choice(each, wish, organisers, language)
            for each in await public_products()
            if _fits(each, query, found, wish)
        ],
        at_most=at_most if language is Language.EN else at_most.replace(".", ","),
        problem=wish.problem or problem,
    )


def _month(day: date, wish: MonthWish, language: Language) -> Choice:
    name = format_date(day, "LLLL y", locale=language.locale)
    return Choice(day.strftime("%Y-%m"), name, day == wish.month)


def _fits(product: Product, query: SearchQuery, found: Facets, wish: MonthWish) -> bool:
    """Vouchers that pay for something of what was found; the one that was chosen stays."""
    classes = query.service_classes or found["service_class"]
    organisers = [str(each) for each in query.organiser_ids] or found["organiser"]
    is_for_these = product.service_class in classes and str(product.organiser_id) in organisers
    return is_for_these or product.id == wish.product


def _choice(product: Product, wish: MonthWish, organisers: Mapping[str, str], language: Language) -> Choice:
    """Several organisers call their vouchers alike."""
    name = f"{product.name.in_language(language)}, {organisers.get(str(product.organiser_id), '')}"
    return Choice(str(product.id), name, product.id == wish.product)
