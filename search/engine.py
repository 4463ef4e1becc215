"""The port: what any search engine must do for us. PostgreSQL and Meilisearch fill it, one contract suite tries both."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from search.schemas import EngineName, IndexDocument, SearchQuery, SearchResult, Suggestion

Advance = Callable[[int], None]
"""Told how many documents of a rebuild are done, as it goes on."""

Source = Callable[[UUID | None], AsyncIterator[Sequence[IndexDocument]]]
"""Gives all documents in the order of their offers' ids, beginning after one of them where it is named."""


class EngineUnavailable(Exception):
    """The engine did not answer, answered too late or could not do what was asked. Another may serve instead."""


class SearchEngine(Protocol):
    """An index of published offers. Writes are visible to ``query`` when the call returns."""

    @property
    def name(self) -> EngineName: ...

    @property
    def keeps_its_chance(self) -> bool:
        """Whether equals stay in the order that the last rebuild dealt, whatever the query's ``seed``."""
        ...

    async def is_built(self) -> bool:
        """Whether there is an index at all. Where not, ``rebuild`` comes first: a few documents would pass for all."""
        ...

    async def index(self, documents: Sequence[IndexDocument]) -> None:
        """Adds documents, or replaces those with the same offer id."""
        ...

    async def delete(self, offer_ids: Sequence[UUID]) -> None:
        """Removes documents; unknown ids are nothing to it."""
        ...

    async def rebuild(self, source: Source, advance: Advance) -> int:
        """Fills a new index beside the live one, then swaps: a query sees all of the old or all of the new.

        One that was cut off lately is gone on with: it keeps the documents that it had. Returns how many documents it
        holds. What ``index`` wrote meanwhile may be lost on an engine that cannot write to both, and what changed since a
        rebuild was cut off may be old: whoever rebuilds compares fingerprints afterwards.
        """
        ...

    async def query(self, query: SearchQuery) -> SearchResult:
        """One page of results with facets and the exact total. No text and no filters find everything."""
        ...

    async def matching_ids(self, query: SearchQuery, most: int) -> tuple[list[UUID], int]:
        """The offers that ``query`` finds, at most ``most`` of them, best first in its order, and how many there are.

        The page is ignored.
        """
        ...

    async def suggest_providers(self, prefix: str, limit: int) -> list[Suggestion]:
        """At most ``limit`` providers whose names begin so."""
        ...

    async def fingerprints(self, offer_ids: Sequence[UUID] | None = None) -> Mapping[UUID, str]:
        """The fingerprints of these offers' documents, or of all: what tells drift. Missing ones are left out."""
        ...

    async def close(self) -> None:
        """Gives connections back."""
        ...
