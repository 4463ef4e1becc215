"""The table of a comparison: one row for each thing that offers differ in, one column for each offer. Pure."""

from collections.abc import Sequence
from typing import Final

import msgspec

from marketplace.catalogue.prices.time_words import hours_words
from marketplace.kernel.i18n import Language, Message, Text, message, translate
from marketplace.kernel.money import Money, format_money
from marketplace.organisers.reference import service_class
from marketplace.pricing.prices import UNIT_WORDS
from search.comparisons.comparing import BandPriceShown, ComparedOffer
from search.presenting import language_name, place_names

NOTHING: Final = "–"


class Row(msgspec.Struct, frozen=True):
    """A row: its header (with a remark under it) and a cell for each offer."""

    header: str
    remark: str
    cells: tuple[str, ...]
    is_money: bool = False
    is_sum: bool = False


class PriceList(msgspec.Struct, frozen=True):
    """All prices of one provider, for the reader who wants them: pairs of time and price."""

    provider: str
    lines: tuple[tuple[str, str], ...]


class Table(msgspec.Struct, frozen=True):
    """``facts`` and ``prices`` are always there; ``month`` where a week was given and could be priced at all."""

    facts: tuple[Row, ...]
    prices: tuple[Row, ...]
    month: tuple[Row, ...]
    price_lists: tuple[PriceList, ...]


def columns_of(items: Sequence[ComparedOffer], language: Language) -> Table:
    """The comparison in the reader's language."""
    lists = tuple(_price_list(item, language) for item in items)
    return Table(_facts(items, language), _prices(items, language), _month(items, language), lists)


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
    """What can be laid side by side: an hour at known times, one price for all times, then fees that somebody takes."""
    hours = dict.fromkeys(hour.name for item in items for hour in item.an_hour)
    rows = [
        Row(name.in_language(language), "", tuple(_hour(item, name, language) for item in items), is_money=True)
        for name in hours
    ]
    if any(not item.an_hour for item in items):
        others = tuple(NOTHING if item.an_hour else _price(item, item.prices[0], language) for item in items)
        rows.append(Row(translate(message("Price"), language), "", others, is_money=True))
    if any(item.visit_fee_cents for item in items):
        fees = tuple(_money(item.visit_fee_cents, language) for item in items)
        rows.append(Row(translate(message("Fee for each visit"), language), "", fees, is_money=True))
    if any(item.minimum_minutes for item in items):
        least = tuple(f"{item.minimum_minutes} min" if item.minimum_minutes else NOTHING for item in items)
        rows.append(Row(translate(message("Shortest visit that is billed"), language), "", least, is_money=True))
    return tuple(rows)


def _hour(item: ComparedOffer, name: Text, language: Language) -> str:
    found = next((hour for hour in item.an_hour if hour.name == name), None)
    if found is None:
        return NOTHING
    if found.total_cents is None:
        return translate(message("no service"), language)
    return _money(found.total_cents, language)


def _price_list(item: ComparedOffer, language: Language) -> PriceList:
    return PriceList(
        item.provider, tuple((_band(each, language), _price(item, each, language)) for each in item.prices)
    )


def _band(price: BandPriceShown, language: Language) -> str:
    if not price.band:
        return translate(message("At all times"), language)
    return f"{price.name.in_language(language)}, {hours_words(price.hours, language)}"


def _price(item: ComparedOffer, price: BandPriceShown, language: Language) -> str:
    return f"{_money(price.price_cents, language)} / {translate(UNIT_WORDS[item.unit], language)}"


def _month(items: Sequence[ComparedOffer], language: Language) -> tuple[Row, ...]:
    if all(item.total_cents is None for item in items):
        return ()

    def row(header: Message, amounts: Sequence[int | None], *, is_sum: bool = False) -> Row:
        return Row(translate(header, language), "", tuple(_money(cents, language) for cents in amounts), True, is_sum)

    rows = [
        Row(translate(message("Visits"), language), "", tuple(_number(item.visits) for item in items), is_money=True),
        row(message("Price of the month"), [item.total_cents for item in items]),
    ]
    if any(item.voucher_cents for item in items):
        rows.append(row(message("The voucher pays"), [item.voucher_cents for item in items]))
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
