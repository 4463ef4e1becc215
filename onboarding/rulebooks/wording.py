"""The words of a rulebook: that none is missing in a language, and that all can be kept and shown. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.inputs import safe_text
from onboarding.rulebooks.language import RulebookContent

MAX_WORDS = 5_000


def missing_words(content: RulebookContent) -> Iterable[FieldError]:
    """Texts that lack a language: what is asked must be readable in all three."""
    for path, value in leaves(content):
        if isinstance(value, Text):
            for language, problem in _unwritten(value):
                yield FieldError(f"{path}.{language}", problem)


def _unwritten(text: Text) -> Iterator[tuple[str, Message]]:
    if not text.fi.strip():
        yield "fi", message("Write this in Finnish.")
    if not text.sv.strip():
        yield "sv", message("Write this in Swedish.")
    if not text.en.strip():
        yield "en", message("Write this in English.")


def unsafe_words(content: RulebookContent) -> Iterable[FieldError]:
    """Texts that are too long or have characters that cannot be stored or shown."""
    for path, value in leaves(content):
        parts = msgspec.structs.asdict(value).items() if isinstance(value, Text) else [("", value)]
        for language, part in parts:
            if isinstance(part, str) and (problem := _unsafe(part)):
                yield FieldError(f"{path}.{language}".rstrip("."), problem)


def _unsafe(text: str) -> Message | None:
    if len(text) > MAX_WORDS:
        return message("Write at most {most} characters. There are now {count}.", most=MAX_WORDS, count=len(text))
    try:
        safe_text(text)
    except ValueError:
        return message("This contains a character that cannot be used here. Write it again without it.")
    return None


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every text and plain value within, with its path."""
    if isinstance(value, tuple):
        for n, item in enumerate(value):
            yield from leaves(item, f"{path}.{n}" if path else str(n))
    elif isinstance(value, msgspec.Struct) and not isinstance(value, Text):
        for name in value.__struct_fields__:
            yield from leaves(getattr(value, name), f"{path}.{name}" if path else name)
    else:
        yield path, value
