"""The engine on Meilisearch: the only file that talks to it, over one pooled HTTP client.

Why not its SDK stands in ``docs/decisions/0009-meilisearch-over-httpx.md``. Settings and synonyms are code: a rebuild
applies them to a new index before the first document, then swaps it with the live one.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

import httpx
import msgspec

from marketplace.kernel.clock import today
from search import synonyms
from search.engine import Advance, EngineUnavailable
from search.schemas import (
    CHOICES,
    FLAGS,
    EngineName,
    Facets,
    IndexDocument,
    SearchQuery,
    SearchResult,
    Sort,
    complete_facets,
)
from search.text import fold, query_words

T = TypeVar("T")

NOT_FOUND: Final = 404
LIVE: Final = "offers"
NEXT: Final = "offers_next"
PAGE_OF_FINGERPRINTS: Final = 1000
WRITE_TIMEOUT_SECONDS: Final = 30.0
TASK_TIMEOUT_SECONDS: Final = 300.0
FIRST_POLL_SECONDS: Final = 0.01
SLOWEST_POLL_SECONDS: Final = 0.5

SORTS: Final = {Sort.PRICE: ["price_cents:asc"], Sort.NAME: ["name_key:asc"]}


def settings() -> dict[str, Any]:
    """Everything that we set on an index. Equals are ordered by ``chance``, which every rebuild deals anew."""
    return {
        "searchableAttributes": ["service_words", "provider_words", "place_words", "text_words"],
        "filterableAttributes": ["id", "municipality_codes", *CHOICES.values(), *FLAGS.values()],
        "sortableAttributes": ["price_cents", "name_key"],
        "displayedAttributes": ["id", "fingerprint", "card"],
        "rankingRules": ["sort", "words", "typo", "attribute", "exactness", "chance:asc"],
        "synonyms": {
            fold(word): sorted({fold(each) for each in kin} - {fold(word)}) for word, kin in synonyms.topics().items()
        },
        "typoTolerance": {"enabled": True, "minWordSizeForTypos": {"oneTypo": 4, "twoTypos": 8}},
        "faceting": {"maxValuesPerFacet": 500, "sortFacetValuesBy": {"*": "count"}},
        "pagination": {"maxTotalHits": 100_000},
    }


class _Task(msgspec.Struct):
    status: str
    error: dict[str, Any] | None = None


class _Enqueued(msgspec.Struct, rename="camel"):
    task_uid: int


class _Hit(msgspec.Struct):
    card: msgspec.Raw


class _Found(msgspec.Struct, rename="camel"):
    hits: list[_Hit]
    facet_distribution: dict[str, dict[str, int]] = {}
    total_hits: int = 0


class _AllFound(msgspec.Struct):
    results: list[_Found]


class _Fingerprint(msgspec.Struct):
    id: UUID
    fingerprint: str


class _Fingerprints(msgspec.Struct):
    results: list[_Fingerprint]


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
        await self._do("POST", f"/indexes/{LIVE}/documents", [_record(each) for each in documents])

    async def delete(self, offer_ids: Sequence[UUID]) -> None:
        await self._do("POST", f"/indexes/{LIVE}/documents/delete-batch", list(offer_ids))

    async def rebuild(self, batches: AsyncIterator[Sequence[IndexDocument]], advance: Advance) -> int:
        await self._drop(NEXT)
        await self._do("POST", "/indexes", {"uid": NEXT, "primaryKey": "id"})
        await self._do("PATCH", f"/indexes/{NEXT}/settings", settings())
        done = 0
        async for documents in batches:
            await self._do("POST", f"/indexes/{NEXT}/documents", [_record(each) for each in documents])
            done += len(documents)
            advance(done)
        if not await self.is_built():
            await self._do("POST", "/indexes", {"uid": LIVE, "primaryKey": "id"})
        await self._do("POST", "/swap-indexes", [{"indexes": [LIVE, NEXT]}])
        await self._drop(NEXT)
        return done

    async def query(self, query: SearchQuery) -> SearchResult:
        """Every word must be found; where nothing has them all, words are left out from the end."""
        words = query_words(query.text)
        found = await self._ask(query, "all")
        if found[0].total_hits == 0 and len(words) > 1:
            found = await self._ask(query, "last")
        hits = tuple(hit.card for hit in found[0].hits)
        return SearchResult(hits=hits, facets=_facets(found), total=found[0].total_hits, engine=self.name)

    async def fingerprints(self, offer_ids: Sequence[UUID] | None = None) -> Mapping[UUID, str]:
        found: dict[UUID, str] = {}
        if offer_ids is not None:
            for ids in _in_pages(offer_ids):
                found |= await self._fingerprints({"filter": _among("id", map(str, ids)), "offset": 0})
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

    async def _ask(self, query: SearchQuery, strategy: str) -> list[_Found]:
        """The results, then for each filtered facet the counts without its own filter: one request for all."""
        response = await self._send("POST", "/multi-search", {"queries": searches(query, strategy)})
        return _read(response, _AllFound).results

    async def _drop(self, index: str) -> None:
        response = await self._send("GET", f"/indexes/{index}", missing_is_fine=True)
        if response.status_code != NOT_FOUND:
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


def searches(query: SearchQuery, strategy: str) -> list[dict[str, object]]:
    """The body of a multi-search."""
    filters = _filters(query)
    shared = {"indexUid": LIVE, "q": _text(query), "matchingStrategy": strategy}
    page = {
        "page": query.page,
        "hitsPerPage": query.limit,
        "attributesToRetrieve": ["card"],
        "facets": [name for facet, name in CHOICES.items() if facet not in filters] + list(FLAGS.values()),
        "sort": SORTS.get(query.sort, []),
    }
    found: list[dict[str, object]] = [{**shared, **page, "filter": list(filters.values())}]
    for facet in _chosen(filters):
        others = [condition for name, condition in filters.items() if name != facet]
        found.append({**shared, "limit": 0, "facets": [CHOICES[facet]], "filter": others})
    return found


def _text(query: SearchQuery) -> str:
    """The likeliest form of each word; a blank at the end says that the last one is whole."""
    words = query_words(query.text)
    text = " ".join(word.likeliest for word in words)
    return text if not words or words[-1].is_open else f"{text} "


def _filters(query: SearchQuery) -> dict[str, str]:
    filters = {flag: f"{name} = true" for flag, name in FLAGS.items() if getattr(query, flag)}
    if query.municipality is not None:
        filters["municipality"] = f"municipality_codes = {quoted(query.municipality)}"
    chosen = {
        "service_class": query.service_classes,
        "organiser": map(str, query.organiser_ids),
        "language": query.languages,
    }
    return filters | {facet: _among(CHOICES[facet], values) for facet, each in chosen.items() if (values := list(each))}


def _chosen(filters: Iterable[str]) -> list[str]:
    return [name for name in filters if name in CHOICES]


def _among(attribute: str, values: Iterable[str]) -> str:
    return f"{attribute} IN [{', '.join(map(quoted, values))}]"


def quoted(value: str) -> str:
    """A value inside a filter: whatever it holds, it stays a value."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _facets(found: Sequence[_Found]) -> Facets:
    counts = dict(found[0].facet_distribution)
    for each in found[1:]:
        counts |= each.facet_distribution
    names = CHOICES | FLAGS
    return complete_facets({facet: counts.get(name, {}) for facet, name in names.items()})


def _record(document: IndexDocument) -> dict[str, object]:
    card, words = document.card, document.words
    return {
        "id": card.id,
        "fingerprint": document.fingerprint,
        "card": card,
        "service_words": words.service,
        "provider_words": words.provider,
        "place_words": words.places,
        "text_words": words.text,
        "service_class": card.service_class,
        "organiser_id": card.organiser_id,
        "languages": card.languages,
        "municipality_codes": card.municipality_codes,
        **{name: getattr(card, name) for name in FLAGS.values()},
        "price_cents": card.price_from_cents,
        "name_key": fold(card.name.fi),
        "points": document.points,
        "chance": _chance(card.id),
    }


def _chance(offer_id: UUID) -> int:
    """The day's place among equals."""
    dealt = hashlib.blake2b(offer_id.bytes + today().isoformat().encode(), digest_size=4)
    return int.from_bytes(dealt.digest(), "big")


def _in_pages(ids: Sequence[UUID]) -> list[Sequence[UUID]]:
    return [ids[i : i + PAGE_OF_FINGERPRINTS] for i in range(0, len(ids), PAGE_OF_FINGERPRINTS)]


def _read(response: httpx.Response, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(response.content, type=shape)
    except msgspec.MsgspecError as error:
        raise EngineUnavailable(f"unreadable answer to {response.request.url.path}") from error
