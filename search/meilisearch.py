"""The engine on Meilisearch: the only file that talks to it, over one pooled HTTP client.

Why not its SDK stands in ``docs/decisions/0009-meilisearch-over-httpx.md``. Settings and synonyms are code: a rebuild
applies them to a new index before the first document, then swaps it with the live one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

import httpx
import msgspec

from marketplace.kernel.clock import today
from search.documents import FORM
from search.engine import Advance, EngineUnavailable, Source
from search.meilisearch_query import LIVE, NEAR, Near, among, facets_of, record, searches, settings
from search.schemas import EngineName, IndexDocument, SearchQuery, SearchResult, Sort, Suggestion
from search.text import query_words

T = TypeVar("T")

NOT_FOUND: Final = 404
NEXT: Final = "offers_next"
PAGE_OF_FINGERPRINTS: Final = 1000
MOST_SORTED: Final = 10_000
WRITE_TIMEOUT_SECONDS: Final = 30.0
TASK_TIMEOUT_SECONDS: Final = 300.0
FIRST_POLL_SECONDS: Final = 0.01
SLOWEST_POLL_SECONDS: Final = 0.5


class _Task(msgspec.Struct):
    status: str
    error: dict[str, Any] | None = None


class _Enqueued(msgspec.Struct, rename="camel"):
    task_uid: int


class _Hit(msgspec.Struct):
    card: msgspec.Raw


class _Identified(msgspec.Struct):
    id: UUID


class _Found(msgspec.Struct, rename="camel"):
    hits: msgspec.Raw
    facet_distribution: dict[str, dict[str, int]] = {}
    total_hits: int = 0


class _AllFound(msgspec.Struct):
    results: list[_Found]


class _Fingerprint(msgspec.Struct):
    id: UUID
    fingerprint: str


class _Fingerprints(msgspec.Struct):
    results: list[_Fingerprint]


class _Card(msgspec.Struct):
    id: UUID
    card: msgspec.Raw


class _Cards(msgspec.Struct):
    results: list[_Card]


class _Index(msgspec.Struct):
    uid: str


class _Indexes(msgspec.Struct):
    results: list[_Index]


class _Value(msgspec.Struct):
    value: str


class _Values(msgspec.Struct, rename="camel"):
    facet_hits: list[_Value]


class MeilisearchEngine:
    """``SearchEngine`` on a Meilisearch server. Reads have no time limit of their own: the caller sets the budget."""

    keeps_its_chance = True
    name: EngineName = "meilisearch"

    def __init__(self, url: str, key: str = "") -> None:
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
        limits = httpx.Limits(max_connections=20, max_keepalive_connections=20)
        self._http = httpx.AsyncClient(
            base_url=url, headers=headers, limits=limits, timeout=WRITE_TIMEOUT_SECONDS, trust_env=False
        )

    async def is_built(self) -> bool:
        return (await self._send("GET", f"/indexes/{LIVE}", missing_is_fine=True)).status_code != NOT_FOUND

    async def index(self, documents: Sequence[IndexDocument]) -> None:
        await self._do("POST", f"/indexes/{LIVE}/documents", [record(each) for each in documents])

    async def delete(self, offer_ids: Sequence[UUID]) -> None:
        await self._do("POST", f"/indexes/{LIVE}/documents/delete-batch", list(offer_ids))

    async def rebuild(self, source: Source, advance: Advance) -> int:
        """See ``SearchEngine``. A rebuild that was cut off today is gone on with; what an older one left is dropped."""
        next_one = f"{NEXT}_{FORM}_{today().toordinal()}"
        filled_to, done = await self._begin(next_one)
        advance(done)
        async for documents in source(filled_to):
            await self._do("POST", f"/indexes/{next_one}/documents", [record(each) for each in documents])
            done += len(documents)
            advance(done)
        if not await self.is_built():
            await self._do("POST", "/indexes", {"uid": LIVE, "primaryKey": "id"})
        await self._do("POST", "/swap-indexes", [{"indexes": [LIVE, next_one]}])
        await self._drop(next_one)
        return done

    async def query(self, query: SearchQuery) -> SearchResult:
        """Every word must be found; where nothing has them all, words are left out from the end."""
        if query.sort is Sort.DISTANCE and query.place is not None:
            return await self._nearest(query)
        found = await self._ask(query)
        hits = tuple(hit.card for hit in _hits(found[0], _Hit))
        return self._result(found, hits)

    async def matching_ids(self, query: SearchQuery, most: int) -> tuple[list[UUID], int]:
        if query.sort is Sort.DISTANCE and query.place is not None:
            near, found = await self._near(query)
            return near[:most], found[0].total_hits
        found = await self._ask(query, retrieve=["id"], whole=most)
        return [hit.id for hit in _hits(found[0], _Identified)], found[0].total_hits

    async def suggest_providers(self, prefix: str, limit: int) -> list[Suggestion]:
        """Providers by the beginning of their names."""
        asked = {"facetName": "provider_name", "facetQuery": prefix}
        response = await self._send("POST", f"/indexes/{LIVE}/facet-search", asked)
        names = [each.value for each in _read(response, _Values).facet_hits[:limit]]
        return [Suggestion(text=name, kind="provider", value=name) for name in names]

    async def fingerprints(self, offer_ids: Sequence[UUID] | None = None) -> Mapping[UUID, str]:
        found: dict[UUID, str] = {}
        if offer_ids is not None:
            for ids in _in_pages(offer_ids):
                found |= await self._fingerprints({"filter": among("id", map(str, ids)), "offset": 0})
            return found
        while page := await self._fingerprints({"offset": len(found)}):
            found |= page
        return found

    async def close(self) -> None:
        await self._http.aclose()

    async def _fingerprints(self, which: dict[str, object]) -> dict[UUID, str]:
        body = {"fields": ["id", "fingerprint"], "limit": PAGE_OF_FINGERPRINTS, **which}
        response = await self._send("POST", f"/indexes/{LIVE}/documents/fetch", body)
        return {each.id: each.fingerprint for each in _read(response, _Fingerprints).results}

    async def _begin(self, next_one: str) -> tuple[UUID | None, int]:
        """Makes the index that will be the live one, or finds it half filled: up to which offer, and with how many."""
        indexes = [each.uid for each in _read(await self._send("GET", "/indexes?limit=1000"), _Indexes).results]
        for uid in indexes:
            if uid.startswith(NEXT) and uid != next_one:
                await self._drop(uid)
        if next_one not in indexes:
            await self._do("POST", "/indexes", {"uid": next_one, "primaryKey": "id"})
        await self._do("PATCH", f"/indexes/{next_one}/settings", settings())
        last = {"indexUid": next_one, "q": "", "sort": ["id:desc"], "page": 1, "hitsPerPage": 1}
        response = await self._send("POST", "/multi-search", {"queries": [last | {"attributesToRetrieve": ["id"]}]})
        found = _read(response, _AllFound).results[0]
        return next((hit.id for hit in _hits(found, _Identified)), None), found.total_hits

    async def _ask(
        self, query: SearchQuery, *, retrieve: Sequence[str] = ("card",), whole: int | None = None
    ) -> list[_Found]:
        """The results, then for each filtered facet the counts without its own filter: one request for all."""
        found: list[_Found] = []
        for strategy in ("all", "last") if len(query_words(query.text)) > 1 else ("all",):
            asked = searches(query, strategy, retrieve=retrieve, whole=whole)
            found = _read(await self._send("POST", "/multi-search", {"queries": asked}), _AllFound).results
            if found[0].total_hits:
                break
        return found

    async def _nearest(self, query: SearchQuery) -> SearchResult:
        """One page of results by distance, which has more than one point and so is no sort of the server's."""
        near, found = await self._near(query)
        ids = near[query.offset : query.offset + query.limit]
        cards: dict[UUID, msgspec.Raw] = {}
        if ids:
            asked = {"filter": among("id", map(str, ids)), "fields": ["id", "card"], "limit": len(ids)}
            response = await self._send("POST", f"/indexes/{LIVE}/documents/fetch", asked)
            cards = {each.id: each.card for each in _read(response, _Cards).results}
        return self._result(found, tuple(cards[each] for each in ids if each in cards))

    async def _near(self, query: SearchQuery) -> tuple[list[UUID], list[_Found]]:
        assert query.place is not None, "there is no nearest without a place"
        place = query.place
        found = await self._ask(query, retrieve=NEAR, whole=MOST_SORTED)
        near = sorted(_hits(found[0], Near), key=lambda each: each.order_from(place))
        return [each.id for each in near], found

    def _result(self, found: Sequence[_Found], hits: tuple[msgspec.Raw, ...]) -> SearchResult:
        facets = facets_of([each.facet_distribution for each in found])
        return SearchResult(hits=hits, facets=facets, total=found[0].total_hits, engine=self.name)

    async def _drop(self, index: str) -> None:
        await self._do("DELETE", f"/indexes/{index}")

    async def _do(self, method: str, path: str, body: object = None) -> None:
        """A write, and the wait until the server has done it.

        Raises:
            EngineUnavailable: it did not, for whatever reason.
        """
        task = _read(await self._send(method, path, body), _Enqueued).task_uid
        pause = FIRST_POLL_SECONDS
        async with asyncio.timeout(TASK_TIMEOUT_SECONDS):
            while (state := _read(await self._send("GET", f"/tasks/{task}"), _Task)).status != "succeeded":
                if state.status in {"failed", "canceled"}:
                    raise EngineUnavailable(f"{method} {path} {state.status}: {(state.error or {}).get('code')}")
                await asyncio.sleep(pause)
                pause = min(pause * 2, SLOWEST_POLL_SECONDS)

    async def _send(
        self, method: str, path: str, body: object = None, *, missing_is_fine: bool = False
    ) -> httpx.Response:
        try:
            response = await self._http.request(
                method, path, content=None if body is None else msgspec.json.encode(body)
            )
        except httpx.HTTPError as error:
            raise EngineUnavailable(f"{method} {path}: {type(error).__name__}") from error
        if response.is_error and not (missing_is_fine and response.status_code == NOT_FOUND):
            raise EngineUnavailable(f"{method} {path}: {response.status_code}")
        return response


def _hits(found: _Found, shape: type[T]) -> list[T]:
    try:
        return msgspec.json.decode(found.hits, type=list[shape])
    except msgspec.MsgspecError as error:
        raise EngineUnavailable("unreadable hits") from error


def _in_pages(ids: Sequence[UUID]) -> list[Sequence[UUID]]:
    return [ids[i : i + PAGE_OF_FINGERPRINTS] for i in range(0, len(ids), PAGE_OF_FINGERPRINTS)]


def _read(response: httpx.Response, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(response.content, type=shape)
    except msgspec.MsgspecError as error:
        raise EngineUnavailable(f"unreadable answer to {response.request.url.path}") from error
