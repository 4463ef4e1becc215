"""The table of a comparison: one row for each thing that offers differ in, one column for each offer. Pure."""

from collections.abc import Sequence
from typing import Final

import msgspec

from marketplace.catalogue.time_words import hours_words
from marketplace.kernel.i18n import Language, Message, message, translate
from marketplace.kernel.money import Money, format_money
from marketplace.organisers.reference import service_class
from marketplace.pricing.prices import UNIT_WORDS
from search.comparisons import BandPriceShown, ComparedOffer
from search.presenting import language_name, place_names

NOTHING: Final = "–"


class Row(msgspec.Struct, frozen=True):
    """A row: its header (with a remark under it) and a cell for each offer."""

    header: str
    remark: str
    cells: tuple[str, ...]
    is_money: bool = False
    is_sum: bool = False


class Table(msgspec.Struct, frozen=True):
    """``facts`` and ``prices`` are always there; ``month`` where a week was given and could be priced at all."""

    facts: tuple[Row, ...]
    prices: tuple[Row, ...]
    month: tuple[Row, ...]


def columns_of(items: Sequence[ComparedOffer], language: Language) -> Table:
    """The comparison in the reader's language."""
    return Table(_facts(items, language), _prices(items, language), _month(items, language))


def _facts(items: Sequence[ComparedOffer], language: Language) -> tuple[Row, ...]:
    def row(header: Message, cells: Sequence[str]) -> Row:
        return Row(translate(header, language), "", tuple(cells))

    yes, no = translate(message("Yes"), language), translate(message("No"), language)
    return (
        row(message("Service"), [service_class(item.service_class).name.in_language(language) for item in items]),
        row(message("Whose voucher"), [item.organiser.in_language(language) for item in items]),
        row(message("Where"), [place_names(item.municipality_codes, language) for item in items]),
        row(
            message("Language of the service"),
            [", ".join(language_name(code, language) for code in item.languages) for item in items],
        ),
        row(message("Takes new clients now"), [yes if item.accepts_new_clients else no for item in items]),
    )


def _prices(items: Sequence[ComparedOffer], language: Language) -> tuple[Row, ...]:
    """A row for each band, those of the same name and hours together; then fees that somebody takes."""
    bands = dict.fromkeys(_band(price, language) for item in items for price in item.prices)
    rows = [
        Row(name, hours, tuple(_price(item, (name, hours), language) for item in items), is_money=True)
        for name, hours in bands
    ]
    if any(item.visit_fee_cents for item in items):
        fees = tuple(_money(item.visit_fee_cents, language) for item in items)
        rows.append(Row(translate(message("Fee for each visit"), language), "", fees, is_money=True))
    if any(item.minimum_minutes for item in items):
        least = tuple(f"{item.minimum_minutes} min" if item.minimum_minutes else NOTHING for item in items)
        rows.append(Row(translate(message("Shortest visit that is billed"), language), "", least, is_money=True))
    return tuple(rows)


def _band(price: BandPriceShown, language: Language) -> tuple[str, str]:
    if not price.band:
        return translate(message("At all times"), language), ""
    return price.name.in_language(language), hours_words(price.hours, language)


def _price(item: ComparedOffer, band: tuple[str, str], language: Language) -> str:
    found = next((price for price in item.prices if _band(price, language) == band), None)
    if found is None:
        return NOTHING
    return f"{_money(found.price_cents, language)} / {translate(UNIT_WORDS[item.unit], language)}"


def _month(items: Sequence[ComparedOffer], language: Language) -> tuple[Row, ...]:
    if all(item.total_cents is None for item in items):
        return ()

    def row(header: Message, amounts: Sequence[int | None], *, is_sum: bool = False) -> Row:
        return Row(translate(header, language), "", tuple(_money(cents, language) for cents in amounts), True, is_sum)

    rows = [
        Row(translate(message("Visits"), language), "", tuple(_number(item.visits) for item in items), is_money=True),
        row(message("Price of the month"), [item.total_cents for item in items]),
        row(message("The voucher pays"), [item.voucher_cents for item in items]),
    ]
    if any(item.overrun_cents for item in items):
        rows.append(row(message("Above what the voucher covers"), [item.overrun_cents for item in items]))
    rows.append(row(message("You pay"), [_own(item) for item in items], is_sum=True))
    return tuple(rows)


def _own(item: ComparedOffer) -> int | None:
    return None if item.own_share_cents is None else item.own_share_cents + (item.overrun_cents or 0)


def _number(count: int | None) -> str:
    return NOTHING if count is None else str(count)


def _money(cents: int | None, language: Language) -> str:
    return NOTHING if cents is None else format_money(Money(cents), language.locale)
