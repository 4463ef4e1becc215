"""The table of a comparison: one row for each thing that offers differ in, one column for each offer. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.attributes import ComparedRow
from marketplace.catalogue.offers.skills import skill_name
from marketplace.catalogue.prices.time_words import hours_words
from marketplace.kernel.i18n import Language, Message, Text, message, show_date, translate
from marketplace.kernel.money import Money, format_money
from marketplace.organisers.reference import service_class
from marketplace.pricing.prices import UNIT_WORDS
from search.comparisons.comparing import BandPriceShown, ComparedOffer
from search.presenting import language_name, place_names

NOTHING: Final = "–"


class Row(msgspec.Struct, frozen=True):
    """A row: its header (with a remark under it) and a cell for each offer.

    ``own`` is the cell of the organiser's own service, empty where nothing is to be said of it. ``differs``: the cells do
    not all say the same.
    """

    header: str
    remark: str
    cells: tuple[str, ...]
    is_money: bool = False
    is_sum: bool = False
    own: str = ""

    @property
    def differs(self) -> bool:
        return len(set(self.cells)) > 1


class PriceList(msgspec.Struct, frozen=True):
    """All prices of one provider, for the reader who wants them: pairs of time and price."""

    provider: str
    lines: tuple[tuple[str, str], ...]


class OfferFacts(msgspec.Struct, frozen=True):
    """What an offer tells beside its prices, made ready for laying side by side."""

    skills: tuple[str, ...] = ()
    starts: str = ""


class Table(msgspec.Struct, frozen=True):
    """``facts`` and ``prices`` are always there; ``month`` where a week was given and could be priced at all.

    ``attributes`` are what the organiser's template of the service compares by.
    """

    facts: tuple[Row, ...]
    prices: tuple[Row, ...]
    month: tuple[Row, ...]
    price_lists: tuple[PriceList, ...]
    attributes: tuple[Row, ...] = ()

    @property
    def has_differences(self) -> bool:
        return any(row.differs for row in (*self.facts, *self.prices, *self.month, *self.attributes))

    @property
    def has_likeness(self) -> bool:
        """Whether there is anything to leave out of a table of differences."""
        return any(not row.differs for row in (*self.facts, *self.prices, *self.attributes))

    def only_differences(self) -> "Table":
        """The table without what is the same with all. Sums stay: they are what one came for."""

        def different(rows: Sequence[Row]) -> tuple[Row, ...]:
            return tuple(row for row in rows if row.differs or row.is_sum)

        return replace(
            self, facts=different(self.facts), prices=different(self.prices), attributes=different(self.attributes)
        )


def columns_of(
    items: Sequence[ComparedOffer],
    language: Language,
    *,
    own_cents: int | None = None,
    facts: Sequence[OfferFacts] = (),
    attributes: Sequence[ComparedRow] = (),
) -> Table:
    """The comparison in the reader's language. ``own_cents`` is a month of the organiser's own service."""
    return Table(
        facts=_facts(items, facts, language),
        prices=_prices(items, language),
        month=_month(items, own_cents, language),
        price_lists=tuple(_price_list(item, language) for item in items),
        attributes=tuple(_attribute(row, language) for row in attributes),
    )


def _facts(items: Sequence[ComparedOffer], facts: Sequence[OfferFacts], language: Language) -> tuple[Row, ...]:
    def row(header: Message, cells: Sequence[str]) -> Row:
        return Row(translate(header, language), "", tuple(cells))

    yes, no = translate(message("Yes"), language), translate(message("No"), language)
    rows = [
        row(message("Service"), [service_class(item.service_class).name.in_language(language) for item in items]),
        row(message("Whose voucher"), [item.organiser.in_language(language) for item in items]),
        row(message("Where"), [place_names(item.municipality_codes, language) for item in items]),
        row(
            message("Language of the service"),
            [", ".join(language_name(code, language) for code in item.languages) for item in items],
        ),
        row(message("Takes new clients now"), [yes if item.accepts_new_clients else no for item in items]),
    ]
    if any(each.starts for each in facts):
        rows.append(row(message("Earliest start"), [each.starts or NOTHING for each in facts]))
    if any(each.skills for each in facts):
        skills = [", ".join(skill_name(skill).in_language(language) for skill in each.skills) for each in facts]
        rows.append(row(message("Special skills"), [each or NOTHING for each in skills]))
    return tuple(rows)


def facts_of(skills: Sequence[str], earliest_start: date | None, language: Language) -> OfferFacts:
    """The facts of one offer."""
    return OfferFacts(tuple(skills), show_date(earliest_start, language) if earliest_start else "")


def _attribute(row: ComparedRow, language: Language) -> Row:
    return Row(row.attribute.name.in_language(language), "", tuple(_words(cell.words, language) for cell in row.cells))


def _words(words: Text | Message | None, language: Language) -> str:
    if words is None:
        return translate(message("not told"), language)
    return translate(words, language) if isinstance(words, Message) else words.in_language(language)


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


def _month(items: Sequence[ComparedOffer], own_cents: int | None, language: Language) -> tuple[Row, ...]:
    return tuple(_month_rows(items, own_cents, language)) if any(item.total_cents is not None for item in items) else ()


def _month_rows(items: Sequence[ComparedOffer], own_cents: int | None, language: Language) -> Iterator[Row]:
    def row(header: Message, amounts: Sequence[int | None], own: int | None = None, *, is_sum: bool = False) -> Row:
        cells = tuple(_money(cents, language) for cents in amounts)
        return Row(translate(header, language), "", cells, True, is_sum, "" if own is None else _money(own, language))

    if any(item.visits for item in items):
        yield Row(
            translate(message("Visits"), language), "", tuple(_number(item.visits) for item in items), is_money=True
        )
    yield row(message("Price of the month"), [item.total_cents for item in items])
    if any(item.voucher_cents for item in items):
        yield _voucher_row(items, language)
        yield row(message("Your own share"), [item.own_share_cents for item in items])
    if any(item.overrun_cents for item in items):
        yield row(message("Above what the voucher covers"), [item.overrun_cents for item in items])
    yield row(message("You pay"), [client_pays(item) for item in items], own_cents, is_sum=True)


def _voucher_row(items: Sequence[ComparedOffer], language: Language) -> Row:
    """What the voucher pays; an offer that it is not for says so instead of nothing."""
    not_for = translate(message("not for this one"), language)
    cells = tuple(
        _money(item.voucher_cents, language) if item.voucher_accepted or item.total_cents is None else not_for
        for item in items
    )
    return Row(translate(message("The voucher pays"), language), "", cells, is_money=True)


def client_pays(item: ComparedOffer) -> int | None:
    """What leaves the client's purse in the month, in cents; None where the month has no price."""
    return None if item.own_share_cents is None else item.own_share_cents + (item.overrun_cents or 0)


def _number(count: int | None) -> str:
    return NOTHING if count is None else str(count)


def _money(cents: int | None, language: Language) -> str:
    return NOTHING if cents is None else format_money(Money(cents), language.locale)
