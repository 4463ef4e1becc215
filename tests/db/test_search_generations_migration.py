"""The migration that parts the search index by generation: searching works on what was there, and there is a way back."""

import importlib

from marketplace.kernel.db import execute, fetch_value
from search.postgres import PostgresEngine
from search.schemas import SearchQuery
from tests.benchmarks.search_engine import source
from tests.factories.search import synthetic_documents

migration = importlib.import_module("migrations.0032_search_generations_rules")


async def found() -> set[object]:
    result = await PostgresEngine().query(SearchQuery(limit=100))
    return {card.id for card in result.cards()}


async def test_what_was_indexed_is_found_there_and_back(database: str) -> None:
    documents = list(synthetic_documents(30))
    engine = PostgresEngine()
    await engine.index(documents[:20])
    await execute(migration.BACKWARDS)
    await execute(migration.FORWARDS)
    assert await found() == {each.card.id for each in documents[:20]}
    await engine.rebuild(source(documents), lambda _: None)
    await execute(migration.BACKWARDS)
    assert await fetch_value("select count(*) from search_document") == 30
    await execute(migration.FORWARDS)
    assert await found() == {each.card.id for each in documents}
