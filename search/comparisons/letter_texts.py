"""What the letter of a comparison says, in its reader's language; the PDF and the page are made of the same. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Language, Message, message, show_date, translate
from marketplace.kernel.money import Money, format_money
from search.comparisons.contacts import Contact
from search.comparisons.laying_out import Shown
from search.comparisons.schemas import ComparedOffer
from search.comparisons.table import Row, client_pays

HOW_TO_CHOOSE = (
    message("Compare in peace. Ask a relative, a friend or your case manager if you like."),
    message("Call the provider that you would choose. Ask when they can begin and who would come."),
    message("Tell your choice to your case manager, or choose the provider on this service."),
    message("You make the agreement with the provider. Ask for it in writing before the first visit."),
    message("You may change the provider later."),
    message("You may also decline a voucher. The organiser then arranges the service in another way."),
)


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading with paragraphs, facts in pairs, and a list."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    items: tuple[str, ...] = ()
    is_numbered: bool = False


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison in words. ``rows`` are offers: name and sums of the month, under ``head``."""

    language: Language
    title: str
    dated: str
    paragraphs: tuple[str, ...]
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sections: tuple[Section, ...]
    address_words: str
    address: str
    picture_text: str
    footer: str


class _Writer:
    def __init__(self, language: Language) -> None:
        self.language = language

    def say(self, text: Message) -> str:
        return translate(text, self.language)

    def money(self, cents: int | None) -> str:
        return "–" if cents is None else format_money(Money(cents), self.language.locale)


def letter_of(shown: Shown, contacts: Mapping[UUID, Contact], day: date, address: str) -> Letter:
    """The letter of a comparison made on ``day``; ``address`` opens the same comparison."""
    writer = _Writer(shown.language)
    say = writer.say
    return Letter(
        language=shown.language,
        title=say(message("Comparison of providers")),
        dated=show_date(day, shown.language),
        paragraphs=tuple(_opening(shown, writer)),
        caption=say(message("What the month costs")) if shown.has_month else say(message("Providers")),
        head=tuple(_head(shown, writer)),
        rows=tuple(_rows(shown, writer)),
        sections=(_choosing(shown, writer), *_offers(shown, contacts, writer), *_counted(shown, writer)),
        address_words=say(message("This code and this address open the same comparison:")),
        address=address,
        picture_text=say(message("QR code that opens the same comparison")),
        footer=say(message("Prices as they were on {day}. They may change; ask the provider.", day=day)),
    )


def _opening(shown: Shown, writer: _Writer) -> Iterable[str]:
    if shown.week:
        week = " · ".join(shown.week)
        yield writer.say(message("Your week: {week}.", week=week))
        yield writer.say(message("The month counted: {month}.", month=shown.month))
    if shown.comparison.voucher is not None:
        voucher = shown.comparison.voucher
        text = message("Voucher: {name}.", name=voucher.name)
        if voucher.is_estimate:
            text = message("Voucher: {name}. This is an estimate; the decision tells its value.", name=voucher.name)
        yield writer.say(text)
    yield from shown.summary.sentences


def _head(shown: Shown, writer: _Writer) -> Iterable[str]:
    yield writer.say(message("Provider"))
    if not shown.has_month:
        yield writer.say(message("Service"))
        return
    yield writer.say(message("Price"))
    if _has_voucher(shown):
        yield writer.say(message("The voucher pays"))
    yield writer.say(message("You pay"))


def _rows(shown: Shown, writer: _Writer) -> Iterable[tuple[str, ...]]:
    for name, item in zip(shown.names, shown.items, strict=True):
        yield tuple(_row(name, item, shown, writer))
    if shown.has_month and shown.comparison.own_service is not None:
        gaps = ("–",) * (2 if _has_voucher(shown) else 1)
        own = writer.money(shown.comparison.own_service.cents)
        yield (writer.say(message("The organiser's own service: {name}", name=shown.own_name)), *gaps, own)


def _row(name: str, item: ComparedOffer, shown: Shown, writer: _Writer) -> Iterable[str]:
    yield name
    if not shown.has_month:
        yield item.name.in_language(writer.language)
        return
    yield writer.money(item.total_cents)
    if _has_voucher(shown):
        yield writer.money(item.voucher_cents)
    yield writer.money(client_pays(item))


def _has_voucher(shown: Shown) -> bool:
    return any(item.voucher_cents for item in shown.items)


def _offers(shown: Shown, contacts: Mapping[UUID, Contact], writer: _Writer) -> Iterable[Section]:
    """Each offer with what it tells and how to reach its provider."""
    rows = (*shown.whole.prices, *shown.whole.facts, *shown.whole.attributes)
    for index, (name, item) in enumerate(zip(shown.names, shown.items, strict=True)):
        facts = [(row.header, row.cells[index]) for row in rows if _tells(row, index)]
        facts += _reached(contacts.get(item.provider_id, Contact()), writer)
        problem = (item.problem,) if item.problem else ()
        yield Section(heading=name, paragraphs=(item.name.in_language(writer.language), *problem), facts=tuple(facts))


def _tells(row: Row, index: int) -> bool:
    return row.cells[index] not in {"", "–"}


def _reached(contact: Contact, writer: _Writer) -> list[tuple[str, str]]:
    named = (
        (message("Telephone"), contact.phone), (message("E-mail"), contact.email), (message("Website"), contact.website),
    )  # fmt: skip
    return [(writer.say(name), value) for name, value in named if value]


def _counted(shown: Shown, writer: _Writer) -> Iterable[Section]:
    if not shown.has_month:
        return
    voucher, own = shown.comparison.voucher, shown.comparison.own_service
    for name, item in zip(shown.names, shown.items, strict=True):
        words = item.receipt or tuple(each for line in item.lines for each in line.words)
        if words:
            yield Section(heading=writer.say(message("How {name} was counted", name=name)), items=words)
    if voucher is not None and voucher.words:
        yield Section(heading=writer.say(message("What the voucher covers")), items=voucher.words)
    if own is not None:
        yield Section(heading=writer.say(message("The organiser's own service")), items=own.words)


def _choosing(shown: Shown, writer: _Writer) -> Section:
    organisers: Sequence[str] = list(dict.fromkeys(item.organiser.in_language(writer.language) for item in shown.items))
    whose = writer.say(message("The voucher is granted by {organiser}.", organiser=", ".join(organisers)))
    return Section(
        heading=writer.say(message("How to choose")),
        items=tuple(writer.say(each) for each in HOW_TO_CHOOSE),
        paragraphs=(whose,),
        is_numbered=True,
    )
