"""Documents as rows of PostgreSQL's index: as parameters of a statement, and as lines for COPY."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

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

_SPECIAL: Final = re.compile(r"[\\\t\n\r]")
_ESCAPED: Final = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


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
    return " ".join(f"'{word}'" for group in groups for word in getattr(document.words, group))


def lines(generation: int, rows: Iterable[Sequence[object]]) -> bytes:
    """Rows in the text format of COPY, the generation first."""
    return "".join(f"{generation}\t{line}\n" for line in map(_line, rows)).encode()


def _line(row: Sequence[object]) -> str:
    return "\t".join(_field(value) for value in row)


def _field(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return _escaped("{" + ",".join(map(_element, value)) + "}")  # pyright: ignore[reportUnknownArgumentType] - codes
    return _escaped(value if isinstance(value, str) else str(value))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPED[found.group()], text)


def _element(value: object) -> str:
    text = str(value)
    return text if text.isalnum() else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
