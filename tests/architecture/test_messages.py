"""Every text that people see exists in Finnish and Swedish, finished, with the same places for values."""

import ast
import re
import string
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
FOLDERS = ("marketplace", "onboarding", "search")
LOCALES = ROOT / "marketplace" / "locales"
KEYWORDS = {**DEFAULT_KEYWORDS, "message": None, "counted": (1, 2)}
PERCENT_PLACE = re.compile(r"%\((\w+)\)")
translations = pytest.mark.parametrize("language", ["fi", "sv"])


class Text(NamedTuple):
    """One translatable text: its context, if any, and its one or two forms."""

    context: str | None
    forms: tuple[str, ...]


class Translation(NamedTuple):
    file: str
    forms: tuple[str, ...]
    is_fuzzy: bool


@cache
def used() -> dict[Text, str]:
    """Every text in the source, with a place where it stands."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    return {
        Text(context, (text,) if isinstance(text, str) else tuple(text)): f"{folder}/{name}:{line}"
        for folder in FOLDERS
        for name, line, text, _, context in extract_from_dir(ROOT / folder, methods, options, KEYWORDS)
    }


@cache
def known(language: str) -> dict[Text, list[Translation]]:
    """Every entry of a language's catalogues."""
    entries: dict[Text, list[Translation]] = defaultdict(list)
    for path in sorted((LOCALES / language).glob("*.po")):
        with path.open("rb") as file:
            for entry in read_po(file, locale=language):
                if entry.id:
                    made = Translation(path.name, _forms(entry.string), entry.fuzzy)
                    entries[Text(entry.context, _forms(entry.id))].append(made)
    return entries


def _forms(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]


def _places(text: str) -> set[str]:
    named = {name for _, name, _, _ in string.Formatter().parse(text.replace("%{", "{")) if name}
    return named | set(PERCENT_PLACE.findall(text))


def test_the_extractor_finds_texts_of_python_and_of_templates() -> None:
    found = {text.forms[0] for text in used()}
    assert {"Sign in first.", "Skip to main content"} <= found


@translations
def test_every_text_is_translated(language: str) -> None:
    missing = sorted(f"{place}: {text.forms}" for text, place in used().items() if text not in known(language))
    assert not missing, f"{len(missing)} texts have no translation ({language}):\n" + "\n".join(missing)


@translations
def test_every_translation_is_finished(language: str) -> None:
    unfinished = [
        (each.file, text.forms[0])
        for text, entries in known(language).items()
        for each in entries
        if each.is_fuzzy or not all(form.strip() for form in each.forms)
    ]
    assert unfinished == []


@translations
def test_translations_keep_the_places_for_values(language: str) -> None:
    different = [
        (each.file, text.forms[0])
        for text, entries in known(language).items()
        for each in entries
        for form in each.forms
        if not _places(form) <= set().union(*map(_places, text.forms))
        or (len(text.forms) == 1 and _places(form) != _places(text.forms[0]))
    ]
    assert different == []


@translations
def test_a_text_has_one_translation(language: str) -> None:
    """Catalogues are merged: two files that disagree would make the words depend on the order of their names."""
    several = {
        text.forms[0]: [each.file for each in entries]
        for text, entries in known(language).items()
        if len({each.forms for each in entries}) > 1
    }
    assert several == {}


@translations
def test_no_translation_is_left_over(language: str) -> None:
    left = [(entries[0].file, text.forms[0]) for text, entries in known(language).items() if text not in used()]
    assert left == []


def test_texts_are_written_out_where_they_are_marked() -> None:
    """The extractor reads source: a text that is put together at run time is never found."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"message", "counted"}
        and not all(isinstance(text, ast.Constant) for text in call.args)
    ]
    assert hidden == []
