"""What the document of a decision says, in its reader's language; the PDF and the page are made of the same. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from marketplace.kernel.actors import Role
from marketplace.kernel.i18n import Language, Message, Text, message, show_date, translate
from onboarding.approvals.decision_schemas import DecisionOutcome, DecisionView, ScopePart
from onboarding.labels import class_names, municipality_names

D = DecisionOutcome

TITLES: Final[Mapping[DecisionOutcome, Message]] = {
    D.APPROVED: message("Decision: the provider is approved"),
    D.PARTLY_APPROVED: message("Decision: the provider is approved in part"),
    D.REJECTED: message("Decision: the application is rejected"),
    D.TRANSFERRED: message("Notice of transfer to another authority"),
    D.SUSPENDED: message("Decision: the approval is suspended"),
    D.RESUMED: message("Decision: the approval is in force again"),
    D.ENDED: message("Decision: the approval is ended"),
}
ROLE_TITLES: Final[Mapping[str, Message]] = {
    Role.REVIEWER.value: message("Reviewer of providers"),
    Role.ORGANISER_ADMIN.value: message("Administrator of the organiser"),
}
ABOUT_APPROVAL: Final = frozenset({D.SUSPENDED, D.RESUMED, D.ENDED})


class Table(msgspec.Struct, frozen=True):
    """Rows under a header row; the first cell of each row is its header."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """Text under a heading: paragraphs, then a list, then more paragraphs, then tables."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.paragraphs or self.items or self.closing or self.tables)


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A decision in words. ``facts`` are pairs of a name and a value."""

    language: Language
    title: str
    authority: str
    facts_caption: str
    facts_head: tuple[str, str]
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    verify_heading: str
    verify_text: str
    verify_address: str
    verify_code: str
    picture_text: str
    footer: str


class _Writer:
    """Writes texts of one decision in one language."""

    def __init__(self, decision: DecisionView, language: Language) -> None:
        self.decision = decision
        self.language = language

    def say(self, text: Message) -> str:
        return translate(text, self.language)

    def own(self, text: Text) -> str:
        return text.in_language(self.language)

    def scope_table(self, caption: Message, parts: Sequence[ScopePart]) -> Table:
        rows = tuple(
            (
                class_names([part.service_class], self.language)[0],
                ", ".join(municipality_names(part.municipalities, self.language)),
            )
            for part in parts
        )
        return Table(self.say(caption), (self.say(message("Service")), self.say(message("Municipalities"))), rows)


def letter_of(decision: DecisionView, verify_address: str, language: Language | None = None) -> Letter:
    """The document of a decision, in the applicant's language unless another is named."""
    writer = _Writer(decision, language or decision.language)
    say = writer.say
    return Letter(
        language=writer.language,
        title=say(TITLES[decision.outcome]),
        authority=writer.own(decision.names.organiser),
        facts_caption=say(message("Details of the decision")),
        facts_head=(say(message("Detail")), say(message("Content"))),
        facts=tuple(_facts(writer)),
        sections=tuple(section for section in _sections(writer) if not section.is_empty),
        verify_heading=say(message("How to verify this document")),
        verify_text=say(
            message(
                "This address shows whether the document is genuine, and what is in force now. The code leads there too."
            )
        ),
        verify_address=verify_address,
        verify_code=decision.code,
        picture_text=say(message("QR code that leads to {address}", address=verify_address)),
        footer=say(message("Decision {number}", number=decision.number)),
    )


def _facts(writer: _Writer) -> Iterable[tuple[str, str]]:
    say, names = writer.say, writer.decision.names
    yield say(message("Authority")), writer.own(names.organiser)
    yield say(message("Number of the decision")), writer.decision.number
    yield say(message("Date of the decision")), show_date(writer.decision.decided_at, writer.language)
    yield say(message("Party")), f"{names.provider} ({names.business_id})" if names.business_id else names.provider
    yield say(message("Application")), names.reference


def _sections(writer: _Writer) -> Iterable[Section]:
    say, decision = writer.say, writer.decision
    yield _subject(writer)
    yield _ruling(writer)
    if decision.conditions:
        yield Section(heading=say(message("Conditions")), paragraphs=tuple(_lines(decision.conditions)))
    yield _grounds(writer)
    yield Section(
        heading=say(message("Legal basis")),
        paragraphs=(
            *_lines(writer.own(decision.legal_basis)),
            say(message("Rulebook of the organiser, version {number}", number=decision.rulebook_number)),
        ),
    )
    if decision.appeal is not None:
        yield Section(heading=say(message("Appeal")), paragraphs=tuple(_lines(writer.own(decision.appeal))))
    yield Section(heading=say(message("Decided by")), items=tuple(_signatures(writer)))


def _subject(writer: _Writer) -> Section:
    decision = writer.decision
    whole = merged(decision.approved, decision.refused)
    if decision.outcome in ABOUT_APPROVAL:
        text = message("The approval that this concerns")
    else:
        text = message("What was applied for")
    return Section(heading=writer.say(text), tables=(writer.scope_table(text, whole),))


def _ruling(writer: _Writer) -> Section:
    decision, tables = writer.decision, list[Table]()
    if decision.outcome is D.PARTLY_APPROVED:
        tables = [
            writer.scope_table(message("What is approved"), decision.approved),
            writer.scope_table(message("What is refused"), decision.refused),
        ]
    return Section(
        heading=writer.say(message("Decision")),
        paragraphs=tuple(writer.say(text) for text in _ruling_words(decision)),
        tables=tuple(tables),
    )


def _ruling_words(decision: DecisionView) -> Iterable[Message]:
    names = decision.names
    match decision.outcome:
        case D.APPROVED:
            yield message("{name} is approved as a provider for everything that was applied for.", name=names.provider)
        case D.PARTLY_APPROVED:
            yield message("{name} is approved as a provider for a part of what was applied for.", name=names.provider)
        case D.REJECTED:
            yield message("The application of {name} is rejected.", name=names.provider)
        case D.TRANSFERRED:
            yield from _transfer_words(decision)
        case D.SUSPENDED:
            yield message("The approval of {name} is suspended until it is decided otherwise.", name=names.provider)
        case D.RESUMED:
            yield message("The approval of {name} is in force again.", name=names.provider)
        case D.ENDED:
            yield message("The approval of {name} is ended for good.", name=names.provider)
    yield from _validity(decision)


def _transfer_words(decision: DecisionView) -> Iterable[Message]:
    names = decision.names
    yield message(
        "The application is transferred to {organiser}, which is competent in it.", organiser=names.transferred_to
    )
    yield message(
        "It is there as a draft with the reference {reference}. Check it, complete it and send it.",
        reference=names.new_reference,
    )


def _validity(decision: DecisionView) -> Iterable[Message]:
    first, last = decision.valid_from, decision.valid_to
    if first is None:
        return
    if decision.outcome in {D.SUSPENDED, D.ENDED}:
        yield message("This applies from {first}.", first=first)
    elif last is None:
        yield message("The approval is valid from {first} until further notice.", first=first)
    else:
        yield message("The approval is valid from {first} to {last}, both days included.", first=first, last=last)


def _reasons(writer: _Writer) -> Iterable[str]:
    for reason in writer.decision.reasons:
        basis = f" ({writer.own(reason.legal_basis)})" if reason.legal_basis else ""
        yield f"{writer.own(reason.text)}{basis}"


def _grounds(writer: _Writer) -> Section:
    decision, opening = writer.decision, list[Message]()
    if decision.approved and decision.outcome is not D.RESUMED:
        met = message("The provider meets the requirements of the law and of the rulebook for what is approved.")
        opening.append(met)
    if decision.outcome is D.PARTLY_APPROVED:
        opening.append(message("The reasons for what is refused:"))
    return Section(
        heading=writer.say(message("Reasons")),
        paragraphs=tuple(writer.say(text) for text in opening),
        items=tuple(_reasons(writer)),
        closing=tuple(_lines(decision.words)),
    )


def _signatures(writer: _Writer) -> Iterable[str]:
    names = writer.decision.names
    first = _signature(writer, names.decided_by, names.decided_title, names.decided_role)
    if not names.confirmed_by:
        yield first
        return
    yield writer.say(message("Prepared by: {who}", who=first))
    second = _signature(writer, names.confirmed_by, names.confirmed_title, names.confirmed_role)
    yield writer.say(message("Confirmed by: {who}", who=second))


def _signature(writer: _Writer, name: str, title: str, role: str) -> str:
    shown = title or (writer.say(ROLE_TITLES[role]) if role in ROLE_TITLES else "")
    return ", ".join(part for part in (name, shown) if part)


def merged(*groups: Sequence[ScopePart]) -> list[ScopePart]:
    """Parts of a scope put together again, by service class."""
    areas: dict[str, set[str]] = {}
    for part in (part for parts in groups for part in parts):
        areas.setdefault(part.service_class, set()).update(part.municipalities)
    return [ScopePart(service_class=each, municipalities=tuple(sorted(area))) for each, area in areas.items()]


def _lines(text: str) -> Iterable[str]:
    return (line.strip() for line in text.split("\n") if line.strip())
