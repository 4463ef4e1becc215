"""The indexes follow the catalogue."""

import asyncio
from collections.abc import AsyncIterator
from contextvars import Context
from datetime import timedelta
from uuid import UUID

import pytest

from marketplace.catalogue.offers.offers import publish as publish_offer
from marketplace.catalogue.offers.offers import save_draft, withdraw
from marketplace.catalogue.topics import OfferChanged
from marketplace.kernel import db
from marketplace.kernel.clock import clock_set_to, now, today
from marketplace.kernel.db import execute, fetch, fetch_value, new_id, unit_of_work
from marketplace.kernel.errors import Conflict, Unavailable
from search import dictionaries, engines, indexer, postgres, postgres_filling, postgres_generations
from search.documents import document_of
from search.engine import EngineUnavailable
from search.engines import Engines
from search.indexer import IndexBehind, handle_offer_changed, mend, rebuild
from search.meilisearch import MeilisearchEngine
from search.postgres import PostgresEngine
from search.schemas import SearchQuery
from tests.doubles.meilisearch import MeilisearchDouble, meilisearch_double
from tests.factories.catalogue import approve, make_offer, make_provider, offer_draft, suspend
from tests.factories.organisers import make_organiser
from tests.factories.search import published


@pytest.fixture(scope="module", autouse=True)
def base_forms(tmp_path_factory):
    dictionaries.load(tmp_path_factory.mktemp("dictionaries"))


@pytest.fixture
async def organiser(database):
    return await make_organiser()


@pytest.fixture
async def provider(organiser):
    return await make_provider()


@pytest.fixture
async def approval(provider, organiser) -> UUID:
    return await approve(provider, organiser)


@pytest.fixture
async def offer_id(provider, organiser, approval) -> UUID:
    return await make_offer(provider, organiser)


@pytest.fixture
async def both(monkeypatch) -> AsyncIterator[MeilisearchDouble]:
    """PostgreSQL and a Meilisearch."""
    async with meilisearch_double() as double:
        double.indexes["offers"] = {}
        pair = Engines(PostgresEngine(), MeilisearchEngine(double.url))
        monkeypatch.setattr(engines._Process, "engines", pair)
        yield double
        await pair.close()


async def found(text: str = "") -> list[UUID]:
    return [card.id for card in (await PostgresEngine().query(SearchQuery(text=text))).cards()]


async def test_a_published_offer_is_found(offer_id):
    assert await found() == []
    await handle_offer_changed(OfferChanged(offer_id))
    assert await found("kotihoidon") == [offer_id]


async def test_a_withdrawn_offer_disappears(offer_id, provider):
    await handle_offer_changed(OfferChanged(offer_id))
    await withdraw(provider, offer_id)
    await handle_offer_changed(OfferChanged(offer_id))
    assert await found() == []


async def test_a_new_version_replaces_the_old(offer_id, provider, organiser):
    await handle_offer_changed(OfferChanged(offer_id))
    await save_draft(provider, offer_id, offer_draft(organiser, name_fi="Yöpartio"))
    await publish_offer(provider, offer_id)
    await handle_offer_changed(OfferChanged(offer_id))
    [card] = (await PostgresEngine().query(SearchQuery(text="yöpartio"))).cards()
    assert (card.name.fi, card.version) == ("Yöpartio", 2)


async def test_a_suspended_provider_disappears(offer_id, approval):
    await handle_offer_changed(OfferChanged(offer_id))
    await suspend(approval, today())
    await handle_offer_changed(OfferChanged(offer_id))
    assert await found() == []


async def test_doing_it_twice_is_doing_it_once(offer_id):
    for _ in range(2):
        await handle_offer_changed(OfferChanged(offer_id))
    assert await found() == [offer_id]


async def test_an_offer_that_never_was_is_nothing(database):
    await handle_offer_changed(OfferChanged(new_id()))
    assert await found() == []


async def test_every_engine_is_told(both, offer_id):
    await handle_offer_changed(OfferChanged(offer_id))
    assert list(both.indexes["offers"]) == [str(offer_id)]
    assert await found() == [offer_id]


async def test_when_one_engine_is_down_the_other_knows_and_the_job_stays(both, offer_id):
    both.status = 503
    with pytest.raises(EngineUnavailable):
        await handle_offer_changed(OfferChanged(offer_id))
    assert await found() == [offer_id]
    both.status = None
    await handle_offer_changed(OfferChanged(offer_id))
    assert list(both.indexes["offers"]) == [str(offer_id)]


async def test_an_engine_without_an_index_is_given_all_of_it(both, offer_id, provider, organiser):
    other = await make_offer(provider, organiser)
    both.indexes.clear()
    await handle_offer_changed(OfferChanged(offer_id))
    assert set(both.indexes["offers"]) == {str(offer_id), str(other)}


async def test_an_offer_that_never_holds_still_is_tried_again_later(offer_id, monkeypatch):
    async def ever_other(_: UUID):
        return document_of(published(offer_id=offer_id, price_cents=int(new_id().int % 10**6)))

    monkeypatch.setattr(indexer, "_document", ever_other)
    with pytest.raises(IndexBehind):
        await handle_offer_changed(OfferChanged(offer_id))


async def test_rebuilding_tells_how_far_it_is(offer_id, provider, organiser):
    other = await make_offer(provider, organiser)
    told: list[tuple[int, int]] = []
    assert await rebuild(lambda done, total: told.append((done, total))) == 2
    assert told[-1] == (2, 2)
    assert set(await found()) == {offer_id, other}


async def test_rebuilding_an_empty_catalogue_empties_the_index(database):
    await PostgresEngine().index([document_of(published())])
    assert await rebuild() == 0
    assert await found() == []


async def test_a_rebuild_counts_every_engine(both, offer_id):
    told: list[tuple[int, int]] = []
    await rebuild(lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2), (1, 2), (2, 2)]


async def test_drift_is_found_and_mended(offer_id, provider, organiser):
    lost = await make_offer(provider, organiser)
    await PostgresEngine().index([document_of(published(offer_id=offer_id)), document_of(published())])
    assert await mend() == 3
    assert set(await found()) == {offer_id, lost}
    assert await mend() == 0


async def test_much_drift_is_mended_by_a_rebuild(offer_id, monkeypatch):
    monkeypatch.setattr(indexer, "MEND_ONE_BY_ONE", 0)
    assert await mend() == 1
    assert await found() == [offer_id]


async def test_mending_builds_what_was_never_built(both, offer_id):
    both.indexes.clear()
    assert await mend() == 2
    assert list(both.indexes["offers"]) == [str(offer_id)]


async def test_equals_are_dealt_anew_where_the_engine_keeps_their_order(both, offer_id):
    assert await indexer.deal_anew() == 1
    assert both.sent("POST", "/swap-indexes")


async def test_the_later_of_two_rebuilds_wins(offer_id):
    engine, begun, may_go_on = PostgresEngine(), asyncio.Event(), asyncio.Event()

    async def slow(_after):
        begun.set()
        await may_go_on.wait()
        yield []

    async def quick(_after):
        yield [document_of(published(offer_id=offer_id))]

    first = asyncio.create_task(engine.rebuild(slow, lambda _: None))
    await begun.wait()
    await engine.rebuild(quick, lambda _: None)
    may_go_on.set()
    with pytest.raises(Conflict):
        await first
    assert await found() == [offer_id]


async def test_words_that_nobody_uses_any_more_go_with_a_rebuild(offer_id):
    await PostgresEngine().index([document_of(published(name="Harvinaisuus"))])
    assert await fetch_value("select count(*) from search_word where word = 'harvinaisuus'") == 1
    await rebuild()
    assert await fetch_value("select count(*) from search_word where word = 'harvinaisuus'") == 0


async def test_a_change_during_a_rebuild_is_not_lost(database):
    """It is written to the index that is being filled, too, and the rebuild does not overwrite it."""
    engine, offer = PostgresEngine(), new_id()

    async def batches(_after):
        yield [document_of(published(offer_id=new_id()))]
        await engine.index([document_of(published(offer_id=offer, version=2, price_cents=7000))])
        yield [document_of(published(offer_id=offer, version=1))]

    await engine.rebuild(batches, lambda _: None)
    cards = {card.id: card for card in (await engine.query(SearchQuery())).cards()}
    assert cards[offer].version == 2


async def test_an_offer_deleted_during_a_rebuild_stays_away(database, monkeypatch):
    engine, gone, attach = PostgresEngine(), new_id(), postgres_filling._attach

    async def deleted_before(building):
        await engine.delete([gone])
        await attach(building)

    async def batches(_after):
        yield [document_of(published(offer_id=gone)), document_of(published())]

    monkeypatch.setattr(postgres_filling, "_attach", deleted_before)
    assert await engine.rebuild(batches, lambda _: None) == 1
    assert gone not in await found()


async def test_a_rebuild_leaves_one_part_of_each_table(offer_id):
    await rebuild()
    await rebuild()
    assert await parts() == ["search_card", "search_document"]


async def parts() -> list[str]:
    """The tables that have a part, as often as they have one."""
    rows = await fetch("select inhparent::regclass::text as name from pg_inherits join pg_class t on t.oid = inhrelid"
                       " where t.relkind = 'r' and inhparent::regclass::text like 'search%'")  # fmt: skip
    return sorted(row["name"] for row in rows)


async def test_whoever_reads_long_keeps_the_old_part_until_the_next_rebuild(offer_id, monkeypatch):
    monkeypatch.setattr(postgres_generations, "DROP_ATTEMPTS", 1)
    async with unit_of_work():
        await fetch("select count(*) from search_document")
        await asyncio.create_task(rebuild(), context=Context())
    assert await found() == [offer_id]
    assert await parts() == ["search_card", "search_document", "search_document"]
    await rebuild()
    assert await parts() == ["search_card", "search_document"]


async def test_a_rebuild_that_was_killed_at_its_end_is_gone_on_with(offer_id, monkeypatch):
    async def killed(_building):
        raise KeyError

    with monkeypatch.context() as patched, pytest.raises(KeyError):
        patched.setattr(postgres_filling, "_go_live", killed)
        await rebuild()
    assert await found() == []
    told: list[int] = []
    await rebuild(lambda done, _total: told.append(done))
    assert (told, await found()) == ([1], [offer_id])


async def test_a_rebuild_keeps_what_belongs_together_together(database, monkeypatch):
    monkeypatch.setattr(postgres_filling, "FILL_AT_ONCE", 2)

    async def batches(_after):
        for service in ("V-MEAL", "V-CLEANING", "V-MEAL"):
            yield [document_of(published(service))]

    assert await PostgresEngine().rebuild(batches, lambda _: None) == 3
    stored = [row["service_class"] for row in await fetch("select service_class from search_document order by id")]
    assert stored == ["V-CLEANING", "V-MEAL", "V-MEAL"]


async def test_without_a_database_searching_is_unavailable(database):
    await db.stop_pool()
    db.use_database("postgresql://postgres@127.0.0.1:9/nothing")
    with pytest.raises(Unavailable):
        await PostgresEngine().query(SearchQuery())
    db.use_database(database)
    await db.start_pool(2)


async def test_a_rebuild_that_was_killed_is_gone_on_with_and_put_right(offer_id, provider, organiser, monkeypatch):
    """Only what is left is made anew; what changed meanwhile in what was done is mended."""
    others = [await make_offer(provider, organiser) for _ in range(3)]
    monkeypatch.setattr(indexer, "BATCH", 1)
    monkeypatch.setattr(postgres_filling, "FILL_AT_ONCE", 1)
    with pytest.raises(KeyError):
        await rebuild(killed_after(2))
    await withdraw(provider, offer_id)
    told: list[int] = []
    await rebuild(lambda done, _total: told.append(done))
    assert told[0] >= 2
    assert set(await found()) == set(others)


def killed_after(documents: int):
    def advance(done: int, _total: int) -> None:
        if done >= documents:
            raise KeyError

    return advance


async def test_counts_are_right_at_every_revision(offer_id):
    """Facets are counted once, and again after every change."""
    engine = PostgresEngine()
    await engine.index([document_of(published("V-MEAL"))])
    first, again = [(await engine.query(SearchQuery())).facets["service_class"] for _ in range(2)]
    other = PostgresEngine()
    await other.index([document_of(published("V-MEAL"))])
    third = (await engine.query(SearchQuery(seed=5))).facets["service_class"]
    await other.rebuild(indexer._documents, lambda _: None)
    assert (first, again, third) == ({"V-MEAL": 1}, {"V-MEAL": 1}, {"V-MEAL": 2})
    assert (await engine.query(SearchQuery())).facets["service_class"] == {"V-HOMECARE-REG": 1}


async def test_few_counts_are_kept(database, monkeypatch):
    monkeypatch.setattr(postgres, "COUNTS_KEPT", 1)
    engine = PostgresEngine()
    for flag in ("evening", "night"):
        await engine.query(SearchQuery(**{flag: True}))
    assert len(engine._counts) == 1


async def test_a_rebuild_of_yesterday_is_not_gone_on_with(database):
    with clock_set_to(now() - timedelta(days=2)):
        await execute("insert into search_generation (status, started_at, filled_to) values ('building', $1, $2)",
                      now(), UUID(int=2**128 - 1))  # fmt: skip
    await PostgresEngine().rebuild(one_document, lambda _: None)
    assert len(await found()) == 1


async def one_document(after):
    if after is None:
        yield [document_of(published())]
