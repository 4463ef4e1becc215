"""Words as the index holds them: base forms in small letters without marks above, the same for offers and for queries.

Both engines get these words, so that ``kotihoidon``, ``kotihoitoa`` and ``kotihoito`` are one word to either of them.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

import msgspec

from search import synonyms
from search.dictionaries import LANGUAGES, base_forms

MAX_QUERY_CHARACTERS: Final = 300
MAX_QUERY_WORDS: Final = 12
MAX_WORD: Final = 40

_WORD: Final = re.compile(r"[^\W_]+")


class QueryWord(msgspec.Struct, frozen=True):
    """One word that is sought: as ``written``, its base forms in our languages, and other words for the same thing.

    ``parts`` are those of a compound, which may have been written as words of their own.

    ``is_open``: nothing follows it yet, so that it may be the beginning of a longer word.
    """

    written: str
    bases: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    is_open: bool = False

    @property
    def forms(self) -> tuple[str, ...]:
        """All that mean the same, the likeliest first."""
        return (*self.bases, self.written, *self.kin)

    @property
    def likeliest(self) -> str:
        """The one form to ask for where only one can be."""
        return self.forms[0]


def fold(word: str) -> str:
    """Small letters without marks above: ``Hemvård`` and ``hemvard`` become one."""
    if word.isascii():
        return word.lower()[:MAX_WORD]
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))[:MAX_WORD]


def tokens(text: str) -> Iterator[str]:
    """The words of a text in small letters. Control characters and punctuation only part them."""
    for found in _WORD.finditer(unicodedata.normalize("NFKC", text).casefold()):
        yield found.group()[:MAX_WORD]


@lru_cache(maxsize=50_000)
def _folded(word: str) -> str:
    return fold(word)


def base_form(word: str, language: str) -> str:
    """The base form of a word in small letters: our own list first, then the dictionary."""
    own = synonyms.own_base_forms(language) if language in LANGUAGES else {}
    return own.get(word) or base_forms().of(word, language)


def words_of(text: str, language: str, *, as_written_too: bool = False) -> list[str]:
    """The words of a text for the index, each once, in their order; those that say nothing are left out."""
    found: dict[str, None] = {}
    for token in tokens(text):
        if token in synonyms.stopwords(language):
            continue
        found[_folded(base_form(token, language))] = None
        if as_written_too:
            found[_folded(token)] = None
    return [word for word in found if word]


def compounds(text: str, language: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The compounds of a text, each with its parts: base forms, folded."""
    for token in tokens(text):
        base = base_form(token, language)
        if token not in synonyms.stopwords(language) and (parts := base_forms().parts(base, language)):
            yield _folded(base), tuple(_folded(part) for part in parts)


def name_key(name: str) -> str:
    """What names are sorted by."""
    return " ".join([_folded(word) for word in name.split()])[:300]


def query_words(text: str, *, prefix: bool = True) -> tuple[QueryWord, ...]:
    """What a person seeks, in whatever language: at most twelve words of the text's first 300 characters.

    The last word is open where nothing follows it: it may be the beginning of a longer one, unless ``prefix`` is false.
    """
    given = text[:MAX_QUERY_CHARACTERS]
    sought = list(tokens(given))
    is_open = prefix and bool(given) and not given[-1].isspace()
    found: dict[str, QueryWord] = {}
    for place, token in enumerate(sought, start=1):
        word = _query_word(token, is_open=is_open and place == len(sought))
        if word is not None:
            found[word.written] = word
    return tuple(found.values())[:MAX_QUERY_WORDS]


def _query_word(token: str, *, is_open: bool) -> QueryWord | None:
    """The word, or None for one that says nothing of what is sought. Of an unfinished one the base form says little."""
    surest_first = sorted(LANGUAGES, key=lambda language: not base_forms().is_listed(token, language))
    bases = [base for language in surest_first if (base := base_form(token, language)) != token]
    if not synonyms.ignored_in_queries().isdisjoint((token,) if is_open else (token, *bases)):
        return None
    written = _folded(token)
    folded = tuple(dict.fromkeys(form for base in bases if (form := _folded(base)) not in {written, ""}))
    kin = dict.fromkeys(other for form in (*folded, written) for other in _topics().get(form, ()))
    other_names = tuple(each for each in kin if each not in {written, *folded})
    parts = () if is_open else next((each for lang in surest_first for _, each in compounds(token, lang)), ())
    return QueryWord(written, folded, other_names, parts, is_open) if written else None


@cache
def _topics() -> dict[str, tuple[str, ...]]:
    return {fold(word): tuple(fold(each) for each in group) for word, group in synonyms.topics().items()}
