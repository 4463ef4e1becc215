"""Three languages from the first line: messages as data, translated when they are shown.

English is the source text of every message. Finnish and Swedish live in
``marketplace/locales/<language>/<feature>.po`` and are read when the process starts.
"""

import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

import msgspec
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from marketplace.kernel.clock import HELSINKI
from marketplace.kernel.money import Money, format_money

LOCALES = Path(__file__).parents[1] / "locales"

_DATE = {"fi": "d.M.y", "sv": "d.M.y", "en": "d MMMM y"}
_DATETIME = {"fi": "d.M.y 'klo' H.mm", "sv": "d.M.y 'kl.' H.mm", "en": "d MMMM y, HH:mm"}


class Language(StrEnum):
    FI = "fi"
    SV = "sv"
    EN = "en"

    @property
    def locale(self) -> str:
        """The region that decides how numbers and amounts are written."""
        return {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}[self.value]

    @property
    def own_name(self) -> str:
        """What the language calls itself, for a language switch."""
        return {"fi": "Suomi", "sv": "Svenska", "en": "English"}[self.value]


class Message(msgspec.Struct, frozen=True):
    """A text to show, not yet in anybody's language. ``text`` is the English source with ``{named}`` places.

    Values may be text, numbers, dates, ``Money`` or other messages; each is written the way the reader's language does.
    A counted message also has its ``plural`` and takes its number from the value ``count``.
    """

    text: str
    values: Mapping[str, Any] = {}
    plural: str | None = None


def message(text: str, /, **values: Any) -> Message:
    """Marks a text for translation. ``text`` must be a literal, so that the extractor finds it."""
    return Message(text, values)


def counted(one: str, many: str, /, *, count: int, **values: Any) -> Message:
    """A text that depends on a number, ``counted("{count} visit", "{count} visits", count=3)``. Both must be literals."""
    return Message(one, {"count": count, **values}, many)


class Text(msgspec.Struct, frozen=True):
    """A name or text that its owner wrote in our three languages. An empty one falls back to Finnish."""

    fi: str
    sv: str = ""
    en: str = ""

    def in_language(self, language: Language) -> str:
        return {"fi": self.fi, "sv": self.sv, "en": self.en}[language.value] or self.fi


@cache
def catalog(language: Language) -> NullTranslations:
    """The merged catalogue of one language; English is its own source and needs none."""
    return NullTranslations() if language is Language.EN else load_catalog(LOCALES / language.value, language)


def load_catalog(folder: Path, language: Language) -> NullTranslations:
    """All ``*.po`` files of a folder as one catalogue. Fuzzy and empty entries are left out: English shows instead."""
    merged = Catalog(locale=language.value)
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for entry in read_po(file, locale=language.value):
                if entry.id and entry.string and not entry.fuzzy:
                    merged.add(entry.id, entry.string, context=entry.context)
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return GNUTranslations(compiled)


def translate(text: Message, language: Language) -> str:
    """The message in ``language``, its values written in that language's manner."""
    known = catalog(language)
    if text.plural is None:
        template = known.gettext(text.text)
    else:
        template = known.ngettext(text.text, text.plural, text.values["count"])
    return fill(template, text.values, language)


def fill(template: str, values: Mapping[str, Any], language: Language) -> str:
    """Puts values into the ``{named}`` places of an already translated text."""
    if not values:
        return template
    return template.format(**{name: _shown(value, language) for name, value in values.items()})


def _shown(value: object, language: Language) -> object:
    if isinstance(value, Message):
        return translate(value, language)
    if isinstance(value, Text):
        return value.in_language(language)
    if isinstance(value, Money):
        return format_money(value, language.locale)
    if isinstance(value, Decimal):
        return format_decimal(value, locale=language.locale)
    if isinstance(value, datetime):
        return show_datetime(value, language)
    if isinstance(value, date):
        return show_date(value, language)
    return value


def show_date(value: date, language: Language) -> str:
    """``22.11.2026`` or ``22 November 2026``. A moment counts as its day in Finland."""
    day = value.astimezone(HELSINKI).date() if isinstance(value, datetime) else value
    return format_date(day, _DATE[language.value], locale=language.locale)


def show_datetime(value: datetime, language: Language) -> str:
    """``22.11.2026 klo 9.05``: the moment on a Finnish clock, whatever time zone it came in."""
    local = value.astimezone(HELSINKI)
    return format_datetime(local, _DATETIME[language.value], tzinfo=HELSINKI, locale=language.locale)


def show_minutes(minutes: int) -> str:
    """A length of time, alike in our three languages: ``1 h 30 min``, ``45 min``, ``2 h``."""
    hours, rest = divmod(abs(minutes), 60)
    parts = [f"{hours} h"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} min")
    return ("-" if minutes < 0 else "") + " ".join(parts)


def preferred_language(accept_language: str) -> Language:
    """The best of our languages for an ``Accept-Language`` header; Finnish where it names none of ours."""
    best, best_quality = Language.FI, 0.0
    for part in accept_language.split(","):
        tag, _, parameters = part.strip().partition(";")
        quality = _quality(parameters)
        primary = tag.partition("-")[0].strip().lower()
        if primary in {member.value for member in Language} and quality > best_quality:
            best, best_quality = Language(primary), quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
