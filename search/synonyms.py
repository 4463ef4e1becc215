"""What people call a service: synonyms in three languages, words that mean nothing to a search, base forms of our own.

The lists are data (``search/data``); where they come from stands in ``docs/data-sources.md``.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from marketplace.organisers.reference import is_service_class

DATA = Path(__file__).parent / "data"
ABOUT_VOUCHERS = frozenset({"VOUCHER", "BUDGET"})
"""Every offer here is bought with vouchers: asking for one narrows nothing."""


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def service_terms(service_class: str) -> tuple[tuple[str, str], ...]:
    """What a service is called besides its name: pairs of language and term, the commonest first."""
    found = _rows("service_synonyms.csv")
    return tuple((row["language"], row["term"]) for row in found if row["concept"] == service_class)


@cache
def topics() -> Mapping[str, tuple[str, ...]]:
    """Words that mean the same but name no service (``dementia``, ``muistisairaus``): each with all of its kin."""
    groups: dict[str, list[str]] = {}
    for row in _rows("service_synonyms.csv"):
        is_topic = not is_service_class(row["concept"]) and row["concept"] not in ABOUT_VOUCHERS
        if is_topic and " " not in row["term"]:
            groups.setdefault(row["concept"], []).append(row["term"])
    return {word: tuple(group) for group in groups.values() for word in group}


@cache
def stopwords(language: str) -> frozenset[str]:
    """Words of one language that say nothing of what is sought."""
    return frozenset(row["word"] for row in _rows("stopwords.csv") if row["language"] == language)


@cache
def ignored_in_queries() -> frozenset[str]:
    """Words that a query may hold in any language without asking for anything."""
    about = [row["term"] for row in _rows("service_synonyms.csv") if row["concept"] in ABOUT_VOUCHERS]
    return frozenset().union(*(stopwords(language) for language in ("fi", "sv", "en")), about)


@cache
def own_base_forms(language: str) -> Mapping[str, str]:
    """Base forms that the dictionaries lack or get wrong."""
    return {row["form"]: row["base"] for row in _rows("base_forms.csv") if row["language"] == language}
