"""What kind of address a path is: a page for people, the API, or a door for machines."""

from enum import StrEnum


class Kind(StrEnum):
    PAGE = "page"
    API = "api"
    MACHINE = "machine"


_PREFIXES = {
    Kind.API: ("/api", "/webhooks"),
    Kind.MACHINE: ("/static", "/health", "/metrics"),
}

WITHOUT_CSRF = [rf"^{prefix}(/|$)" for prefixes in _PREFIXES.values() for prefix in prefixes]
"""Anchored on both sides: ``/providers/api-tools`` and ``/apiary`` are pages like any other."""


def kind_of(path: str) -> Kind:
    """The kind of a normalised path (one leading slash, none doubled)."""
    for kind, prefixes in _PREFIXES.items():
        if any(path == prefix or path.startswith(prefix + "/") for prefix in prefixes):
            return kind
    return Kind.PAGE
