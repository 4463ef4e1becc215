"""The indexes follow the catalogue: after every change, in a rebuild, and by looking for drift from time to time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import structlog
from prometheus_client import Counter

from marketplace.catalogue.offers.offers import published_offer, published_offer_ids, published_offers
from marketplace.catalogue.topics import OFFER_CHANGED, OfferChanged
from marketplace.kernel.config import get_config
from marketplace.kernel.errors import NotFound
from marketplace.kernel.jobs import Handler, Topic
from search import dictionaries
from search.documents import document_of
from search.engine import SearchEngine
from search.engines import close_engines, current_engines
from search.schemas import IndexDocument

BATCH: Final = 500
log = structlog.get_logger("search")
MENDED = Counter("setelitori_search_mended_total", "Documents found to differ from the catalogue", ["engine"])
READINGS: Final = 4
MEND_ONE_BY_ONE: Final = 1_000


class IndexBehind(RuntimeError):
    """An index and the catalogue did not come to agree, since the offer kept changing: the job tries again later."""


async def handle_offer_changed(change: OfferChanged) -> None:
    """Brings every engine up to date with an offer.

    Raises:
        EngineUnavailable, IndexBehind: not done; the job stays and is tried again.
    """
    await _know_base_forms()
    for engine in current_engines().all:
        if not await engine.is_built():
            await _rebuild(engine, lambda _: None)
        await _bring_up_to_date(engine, change.offer_id)


HANDLERS: Final[Mapping[Topic[Any], Handler]] = {OFFER_CHANGED: handle_offer_changed}
"""What the worker runs for the catalogue's topics."""


async def rebuild(advance: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Builds every engine's index anew beside the live one and swaps: the whole of ``marketplace reindex``.

    ``advance`` is told how many documents of how many are done. Returns how many offers are indexed. Offers that changed
    meanwhile are put right before it returns.

    Raises:
        EngineUnavailable: an engine is away; those before it are done.
        Conflict: another rebuild began meanwhile.
    """
    await _know_base_forms()
    engines = current_engines().all
    count = len(await published_offer_ids())
    try:
        for place, engine in enumerate(engines):
            begun = place * count
            await _rebuild(engine, lambda done, begun=begun: advance(begun + done, count * len(engines)))
            await _mend(engine)
    finally:
        await close_engines()
    return count


async def deal_anew() -> int:
    """Once a day: rebuilds the engines that order equals by a chance of their own, so that it is another every day."""
    await _know_base_forms()
    return sum([await _rebuild(engine, lambda _: None) for engine in current_engines().all if engine.keeps_its_chance])


async def mend() -> int:
    """Finds documents that differ from the catalogue, such as of approvals that ended overnight, and puts them right.

    Returns how many there were.

    Raises:
        EngineUnavailable: an engine is away; those before it are mended.
    """
    await _know_base_forms()
    return sum([await _mend(engine) for engine in current_engines().all])


async def _mend(engine: SearchEngine) -> int:
    if not await engine.is_built():
        return await _rebuild(engine, lambda _: None)
    held = dict(await engine.fingerprints())
    differing: list[UUID] = []
    async for documents in _documents():
        differing += [each.card.id for each in documents if held.pop(each.card.id, None) != each.fingerprint]
    differing += held
    if not differing:
        return 0
    log.warning("search index differed from the catalogue", engine=engine.name, documents=len(differing))
    MENDED.labels(engine.name).inc(len(differing))
    if len(differing) > MEND_ONE_BY_ONE:
        await _rebuild(engine, lambda _: None)
    else:
        for offer_id in differing:
            await _bring_up_to_date(engine, offer_id)
    return len(differing)


async def _bring_up_to_date(engine: SearchEngine, offer_id: UUID) -> None:
    """Reads both, writes what differs and reads again: whoever writes last has seen the catalogue's newest."""
    for _ in range(READINGS):
        document = await _document(offer_id)
        held = (await engine.fingerprints([offer_id])).get(offer_id)
        if held == (document.fingerprint if document else None):
            return
        if document is None:
            await engine.delete([offer_id])
        else:
            await engine.index([document])
    raise IndexBehind(f"{engine.name}: offer {offer_id}")


async def _rebuild(engine: SearchEngine, advance: Callable[[int], None]) -> int:
    count = await engine.rebuild(_documents, advance)
    log.info("search index rebuilt", engine=engine.name, documents=count)
    return count


async def _document(offer_id: UUID) -> IndexDocument | None:
    try:
        return document_of(await published_offer(offer_id))
    except NotFound:
        return None


async def _documents(after: UUID | None = None) -> AsyncIterator[Sequence[IndexDocument]]:
    """All public offers in the order of their ids, or those after one, a page at a time."""
    while page := await published_offers(after, BATCH):
        yield [document_of(offer) for offer in page]
        after = page[-1].id


async def _know_base_forms() -> None:
    """Documents are made with base forms or not at all: made without them they would differ later."""
    await asyncio.to_thread(dictionaries.load, get_config().data_path / "dictionaries")
