"""What the double of Meilisearch can honestly do of a search: filters, facets, sorts and pages; never words.

Filters are read as the real server reads them: ``attribute = "value"``, ``IN [...]``, ``<=``, quoted with backslashes. What
it does not understand it refuses, as the real one would.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]
Test = Callable[[Record], bool]

_STRING = r'"(?:[^"\\]|\\.)*"'
_CONDITION = re.compile(
    rf"(?P<attribute>\w+) (?:(?P<operator>=|<=) (?P<value>{_STRING}|\w+)|IN \[(?P<values>{_STRING}(?:, {_STRING})*)\])"
)


class NotAFilter(ValueError):
    """The server would answer 400."""


def answer(records: Iterable[Record], query: Mapping[str, Any], filterable: Iterable[str]) -> dict[str, Any]:
    """One search of a multi-search."""
    found = matching(records, query.get("filter", []), filterable)
    facets = {name: _distribution(found, name) for name in query.get("facets", [])}
    ordered = _sorted(found, query.get("sort", []))
    kept = query.get("attributesToRetrieve", ["*"])
    start = (query.get("page", 1) - 1) * query.get("hitsPerPage", 0)
    hits = ordered[start : start + query["hitsPerPage"]] if "hitsPerPage" in query else []
    shown = [{name: each[name] for name in kept if name in each} for each in hits]
    return {"hits": shown, "facetDistribution": facets, "totalHits": len(found)}


def matching(records: Iterable[Record], conditions: Sequence[str] | str, filterable: Iterable[str]) -> list[Record]:
    """The records that meet all conditions.

    Raises:
        NotAFilter: a condition cannot be read, or its attribute cannot be filtered by.
    """
    given = [conditions] if isinstance(conditions, str) else conditions
    tests = [_test(each, set(filterable)) for each in given]
    return [record for record in records if all(test(record) for test in tests)]


def _test(condition: str, filterable: set[str]) -> Test:
    read = _CONDITION.fullmatch(condition)
    if read is None or read["attribute"] not in filterable:
        raise NotAFilter(condition)
    attribute = read["attribute"]
    if read["operator"] == "<=":
        most = int(read["value"])
        return lambda record: record[attribute] <= most
    values = {_value(each) for each in re.findall(_STRING, read["values"] or "") or [read["value"]]}
    return lambda record: bool(values & {_text(each) for each in _all_of(record, attribute)})


def _value(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]).casefold() if text.startswith('"') else text


def _all_of(record: Record, attribute: str) -> list[Any]:
    value = record[attribute]
    return list(value) if isinstance(value, list) else [value]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).casefold()


def _distribution(found: Sequence[Record], name: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for record in found:
        for value in _all_of(record, name):
            key = str(value).lower() if isinstance(value, bool) else str(value)
            counts[key] = counts.get(key, 0) + 1
    return counts


def _sorted(found: Sequence[Record], sorts: Sequence[str]) -> list[Record]:
    """By the sorts in turn, then by chance as our ranking rules end."""
    ordered = sorted(found, key=lambda record: record["chance"])
    for each in reversed(sorts):
        name, _, direction = each.partition(":")
        ordered.sort(key=lambda record, name=name: record[name], reverse=direction == "desc")
    return ordered
