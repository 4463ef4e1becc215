"""Documents as rows of PostgreSQL's index: as parameters of a statement, and as lines for COPY."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from search.documents import normal_skill
from search.postgres_query import bits_of
from search.schemas import IndexDocument
from search.text import name_key

COLUMNS: Final = (
    "offer_id, fingerprint, service_class, organiser_id, municipality_codes, language_bits, accepts_new_clients, evening,"
    " weekend, night, price_cents, name_key, areas, postal_codes, skills, starts_on, reach_lat, reach_lon, provider_key,"
    " words, strong_words"
)
NAMES: Final = COLUMNS.replace(" ", "").split(",")
VALUES: Final = ", ".join(
    f"${number}::text::tsvector" if name in {"words", "strong_words"} else f"${number}"
    for number, name in enumerate(NAMES, start=1)
)
REPLACING: Final = ", ".join(f"{name} = excluded.{name}" for name in NAMES[1:])

ALL_WORDS: Final = ("service", "provider", "places", "text")
STRONG_WORDS: Final = ("service",)


def row_of(document: IndexDocument) -> tuple[object, ...]:
    card = document.card
    skills = list(dict.fromkeys(normal_skill(skill) for skill in card.skills))
    lat, lon = (card.reach.lat, card.reach.lon) if card.reach else (None, None)
    return (
        card.id, document.fingerprint, card.service_class, card.organiser_id, list(card.municipality_codes),
        bits_of(card.languages), card.accepts_new_clients, card.evening, card.weekend, card.night, card.price_from_cents,
        name_key(card.name.fi), list(document.areas), list(card.postal_codes), skills, document.starts_on, lat, lon,
        name_key(card.provider_name), tsvector(document, ALL_WORDS), tsvector(document, STRONG_WORDS),
    )  # fmt: skip


def card_of(document: IndexDocument) -> tuple[object, ...]:
    return document.card.id, msgspec.json.encode(document.card).decode()


def tsvector(document: IndexDocument, groups: Sequence[str]) -> str:
    """Every word once and without its place in the text: repeating a word wins nothing."""
    words = [word for group in groups for word in getattr(document.words, group)]
    return f"""'{"' '".join(words)}'""" if words else ""


def lines(generation: int, rows: Iterable[Sequence[object]]) -> bytes:
    """Rows in the text format of COPY, the generation first."""
    return "".join([f"{generation}\t{_line(row)}\n" for row in rows]).encode()


def card_lines(generation: int, documents: Iterable[IndexDocument]) -> bytes:
    """``card_of`` of each likewise. JSON has backslashes of its own, but no bare control character."""
    return b"".join(
        b"%d\t%s\t%s\n" % (generation, card.id.hex.encode(), msgspec.json.encode(card).replace(b"\\", b"\\\\"))
        for card in (document.card for document in documents)
    )


def _line(row: Sequence[object]) -> str:
    return "\t".join([_FIELDS.get(type(value), _text)(value) for value in row])


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join([_element(str(value)) for value in values]) + "}"


def _text(value: object) -> str:
    return _escaped(str(value))


def _escaped(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text if text.isprintable() else text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


@lru_cache(maxsize=20_000)
def _element(text: str) -> str:
    """Of an array, of which there are few different ones: places and skills."""
    return text if text.isalnum() else _escaped('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')


_FIELDS: Final[Mapping[type, Callable[[Any], str]]] = {
    type(None): lambda _: "\\N",
    bool: lambda value: "t" if value else "f",
    int: str,
    str: _escaped,
    list: _array,
}
"""Whatever else there is, such as an id of one library or another, is its text."""
