"""Hints for writing plainly: long sentences, long words, officialese, the passive voice, a language that is missing. Pure.

They are hints of a simple reader, who is sometimes wrong; nothing is ever refused for them. The words of officialese are
ours, ``data/plain_language.yaml``.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import yaml

from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.kernel.i18n import Language, Message, message

WORDS: Final = Path(__file__).parent / "data" / "plain_language.yaml"
LONGEST_SENTENCE: Final = 20
"""In words."""
LONGEST_WORD: Final = {Language.FI: 24, Language.SV: 22, Language.EN: 15}
"""In letters: Finnish and Swedish put words together."""
MOST_OF_A_KIND: Final = 3
"""Hints of one kind in one text; more would be a scolding."""

_SENTENCES: Final = re.compile(r"(?<=[.!?…:])\s+|\n+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_PASSIVE: Final = {
    Language.FI: re.compile(r"\b\w+(?:[eiouyö]t|d|st|nn|rr)(?:aan|ään)\b"),
    Language.SV: re.compile(r"\b(?:erbjuds|ges|görs|utförs|sköts|tas|beställs|följs|\w{2,}(?:eras|llas|tas|das))\b"),
    Language.EN: re.compile(r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+)?\w+(?:ed|en|own)\b"),
}


class Hint(msgspec.Struct, frozen=True):
    """Something that might be said more plainly, in the field of a draft where it stands."""

    field: str
    words: Message


def hints_of(draft: OfferDraft) -> list[Hint]:
    """All hints for an offer's name and description, Finnish first."""
    found: list[Hint] = []
    for language in Language:
        field = f"description_{language.value}"
        text: str = getattr(draft, field)
        found += [Hint(field, each) for each in hints(text, language)]
        if not text.strip() and language is not Language.FI and draft.description_fi.strip():
            found.append(Hint(field, _missing(language)))
    return found


def _missing(language: Language) -> Message:
    if language is Language.SV:
        return message("There is no Swedish description: readers of Swedish see the Finnish one.")
    return message("There is no English description: readers of English see the Finnish one.")


def hints(text: str, language: Language) -> list[Message]:
    """What in a text might be said more plainly, a few of each kind."""
    kinds = (_long_sentences, _long_words, _officialese, _passives)
    return [hint for kind in kinds for hint in [*kind(text, language)][:MOST_OF_A_KIND]]


def _long_sentences(text: str, _: Language) -> Iterator[Message]:
    for sentence in _SENTENCES.split(text):
        count = len(sentence.split())
        if count > LONGEST_SENTENCE:
            start = " ".join(sentence.split()[:5])
            yield message("A sentence has {count} words: “{start} …”. Make two of it.", count=count, start=start)


def _long_words(text: str, language: Language) -> Iterator[Message]:
    for word in dict.fromkeys(_WORD.findall(text)):
        if max(len(part) for part in word.split("-")) > LONGEST_WORD[language]:
            yield message("“{word}” is a long word. Is there a shorter one?", word=word[:60])


def _officialese(text: str, language: Language) -> Iterator[Message]:
    plain = " ".join(text.casefold().split())
    for start, better in _words()[language.value].items():
        if re.search(rf"\b{re.escape(start)}", plain):
            yield message("“{word}” is officialese. Plainer: “{better}”.", word=start, better=better)


def _passives(text: str, language: Language) -> Iterator[Message]:
    found = dict.fromkeys(match.group() for match in _PASSIVE[language].finditer(text))
    for words in found:
        yield message("“{words}”: say who does it, for example “we help”.", words=words[:60])


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return yaml.safe_load(WORDS.read_text(encoding="utf-8"))
