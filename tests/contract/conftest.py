"""The engines that the contract is tried on."""

import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from marketplace.kernel.embedded_postgres import free_port
from search import dictionaries
from search.documents import document_of
from search.engine import SearchEngine
from search.meilisearch import MeilisearchEngine
from search.postgres import PostgresEngine
from tests.contract.offers import OFFERS
from tests.doubles.meilisearch import meilisearch_double

KEY = "only-for-the-contract-suite"


@pytest.fixture(scope="session", autouse=True)
def base_forms(tmp_path_factory) -> None:
    dictionaries.load(tmp_path_factory.mktemp("dictionaries"))


@pytest.fixture(scope="session")
def meilisearch_url(tmp_path_factory) -> Iterator[str]:
    """A real server: the one that is given, else one of our own on loopback where the program is installed."""
    given, program = (
        os.environ.get("TEST_MEILISEARCH_URL", "") or os.environ.get("MEILISEARCH_URL", ""),
        shutil.which("meilisearch"),
    )
    if given:
        yield given
    elif program is None:
        pytest.skip("no Meilisearch here: set TEST_MEILISEARCH_URL or install the program")
    else:
        yield from _own_server(program, tmp_path_factory.mktemp("meilisearch"))


def _own_server(program: str, folder: Path) -> Iterator[str]:
    url = f"http://127.0.0.1:{free_port()}"
    arguments = [
        "--http-addr",
        url.removeprefix("http://"),
        "--db-path",
        str(folder),
        "--master-key",
        KEY,
        "--no-analytics",
    ]
    server = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_healthy(url)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=15)


def _wait_until_healthy(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/health").status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError(url)


@pytest.fixture(params=["postgres", "double", "meilisearch"])
async def engine(request, database) -> AsyncIterator[SearchEngine]:
    """An empty engine. The double knows no words: tests marked ``words`` are not for it."""
    if request.param == "postgres":
        yield PostgresEngine()
    elif request.param == "double":
        if request.node.get_closest_marker("words"):
            pytest.skip("the double knows no words")
        async with meilisearch_double() as double, emptied(double.url) as server:
            yield server
    else:
        url = request.getfixturevalue("meilisearch_url")
        async with emptied(url, os.environ.get("TEST_MEILISEARCH_KEY", KEY)) as server:
            yield server


@asynccontextmanager
async def emptied(url: str, key: str = "") -> AsyncIterator[MeilisearchEngine]:
    server = MeilisearchEngine(url, key)
    await server.rebuild(_nothing, lambda _: None)
    yield server
    await server.close()


async def _nothing(_after):
    for documents in ():
        yield documents


@pytest.fixture
async def filled(engine):
    """An engine with the offers of ``offers``."""
    await engine.index([document_of(each) for each in OFFERS])
    return engine
