"""Where in an offer the words of a search were found, told to whoever asks. Pure, and from the card alone."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from marketplace.kernel.i18n import Message, Text, message
from marketplace.organisers.reference import municipality, service_class
from search.schemas import Card
from search.synonyms import service_terms
from search.text import QueryWord, fold, query_words, words_of
from search.vocabulary import one_slip

LANGUAGES: Final = ("fi", "sv", "en")
LEAST_FOR_SLIPS: Final = 4

FOUND_IN: Final = {
    "service": message("“{word}” names the service, or is a part of its name."),
    "provider": message("“{word}” is in the name of the provider."),
    "place": message("“{word}” is a place where it is given."),
    "text": message("“{word}” is in the description, or is near to a word there."),
}
READ_AS: Final = message("“{word}” was read as “{read}”.")


def matched_words(text: str, card: Card) -> Iterator[Message]:
    """A line for each word that was sought: in which part of the offer it stands, and as what it was read."""
    parts = _parts(card)
    for word in query_words(text):
        where, read = _found(word, parts)
        yield Message(FOUND_IN[where].text, {"word": read or word.written})
        if read:
            yield Message(READ_AS.text, {"word": word.written, "read": read})


def _found(word: QueryWord, parts: Mapping[str, frozenset[str]]) -> tuple[str, str]:
    """The strongest part that holds the word, and the other word that it was read as, if it was."""
    forms = set(word.forms)
    for where, words in parts.items():
        if forms & words or (word.is_open and any(each.startswith(word.written) for each in words)):
            return where, ""
    for where, words in parts.items():
        if read := _slipped(word, words):
            return where, read
    return "text", ""


def _slipped(word: QueryWord, words: Iterable[str]) -> str:
    """The word that one slip of the keyboard makes of it; empty where there is none."""
    forms = [form for form in (*word.bases, word.written) if len(form) >= LEAST_FOR_SLIPS]
    near = (each for each in sorted(words) if len(each) >= LEAST_FOR_SLIPS)
    return next((each for each in near if any(one_slip(form, each) for form in forms)), "")


def _parts(card: Card) -> Mapping[str, frozenset[str]]:
    """The words of an offer's parts, the strongest first."""
    return {
        "service": _service(card.service_class) | _words(card.name),
        "provider": frozenset(words_of(card.provider_name, "fi", as_written_too=True)),
        "place": frozenset(fold(word) for code in card.municipality_codes for word in _place(code)),
        "text": _words(card.summary) | _words(card.organiser_name),
    }


def _words(text: Text) -> frozenset[str]:
    texts = zip(LANGUAGES, (text.fi, text.sv, text.en), strict=True)
    return frozenset(word for language, each in texts for word in words_of(each, language, as_written_too=True))


@lru_cache(maxsize=256)
def _service(code: str) -> frozenset[str]:
    called = (word for language, term in service_terms(code) for word in words_of(term, language, as_written_too=True))
    return _words(service_class(code).name) | frozenset(called)


def _place(code: str) -> list[str]:
    name = municipality(code).name
    return [*words_of(name.fi, ""), *words_of(name.sv, "")]
