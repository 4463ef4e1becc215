"""Files are looked into before they are stored, where there is a scanner; without a verdict nothing is stored."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import msgspec
import pytest

from marketplace.kernel import files, scanning
from marketplace.kernel.actors import SYSTEM
from marketplace.kernel.config import Config, ConfigProblems, get_config, load
from marketplace.kernel.db import execute, fetch_one, fetch_value, new_id, unit_of_work
from marketplace.kernel.errors import Invalid, NotFound, Unavailable
from marketplace.kernel.jobs import build_worker, run_until_idle
from marketplace.kernel.scanning import ClamAv
from tests.doubles.clamd import EICAR, clamd

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file store of the test's own; gives its folder."""
    monkeypatch.setenv("FILES_URL", f"file://{tmp_path}/files")
    get_config.cache_clear()
    yield tmp_path / "files"
    get_config.cache_clear()


@contextmanager
def scanned_by(monkeypatch: pytest.MonkeyPatch, address: str, timeout: float = 5) -> Iterator[None]:
    monkeypatch.setenv("CLAMAV_ADDRESS", address)
    monkeypatch.setattr(scanning, "ClamAv", lambda where: ClamAv(where, timeout))
    get_config.cache_clear()
    yield
    monkeypatch.delenv("CLAMAV_ADDRESS")
    get_config.cache_clear()


async def put(content: bytes = PDF) -> files.FileFacts:
    return await files.put(SYSTEM, "certificate", "todistus.pdf", content, owner="application", owner_id=new_id())


def bytes_in(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


async def erased(database: str) -> None:
    """What was enqueued has run."""
    connection = await asyncpg.connect(database)
    try:
        await run_until_idle(build_worker(connection, {files.ERASE: files.erase}))
    finally:
        await connection.close()


async def kept() -> int:
    return await fetch_value("select count(*) from stored_file")


async def test_nobody_looks_unless_told_to(database, store):
    assert not scanning.is_scanning()
    await put(PDF + EICAR)
    assert await kept() == 1


@pytest.mark.parametrize("kind", ["tcp", "unix"])
async def test_a_clean_file_is_looked_at_whole_and_stored(database, store, monkeypatch, tmp_path, kind):
    content = PDF + bytes(200_000)
    async with clamd(tmp_path / "clamd.ctl" if kind == "unix" else None) as double:
        with scanned_by(monkeypatch, double.address):
            assert scanning.is_scanning()
            await put(content)
    assert double.scanned == [content]
    assert await kept() == 1


async def test_an_infected_file_is_named_audited_and_not_stored(database, store, monkeypatch):
    async with clamd() as double:
        with scanned_by(monkeypatch, double.address), pytest.raises(Invalid) as caught:
            await put(PDF + EICAR)
    assert caught.value.code == "file_infected"
    [problem] = caught.value.fields
    assert (problem.field, problem.message.values["name"]) == ("certificate", "todistus.pdf")
    assert (await kept(), bytes_in(store)) == (0, [])
    noted = await fetch_one(
        "select after->>'finding' as finding from audit_event where action = 'file.infected_refused'"
    )
    assert noted == {"finding": "Eicar-Signature"}


async def test_the_finding_stays_noted_when_the_caller_undoes_its_work(database, store, monkeypatch):
    async with clamd() as double:
        with scanned_by(monkeypatch, double.address), pytest.raises(Invalid):
            async with unit_of_work():
                await put(PDF + EICAR)
    assert await fetch_value("select count(*) from audit_event") == 1


@pytest.mark.parametrize(
    "trouble",
    [{"says": b"INSTREAM size limit exceeded. ERROR"}, {"waits_seconds": 3}, {"hangs_up": True}, {"says": b"x" * 9000}],
    ids=["error", "slow", "hangs-up", "babbles"],
)
async def test_without_a_verdict_nothing_is_stored(database, store, monkeypatch, trouble):
    async with clamd() as double:
        vars(double).update(trouble)
        with scanned_by(monkeypatch, double.address, 0.3), pytest.raises(Unavailable) as caught:
            await put()
    assert caught.value.code == "scanner_unavailable"
    assert (await kept(), bytes_in(store)) == (0, [])


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "unix:///nowhere/clamd.ctl"])
async def test_a_scanner_that_is_not_there_stores_nothing(database, store, monkeypatch, address):
    with scanned_by(monkeypatch, address), pytest.raises(Unavailable):
        await put()
    assert await kept() == 0


@pytest.mark.parametrize("address", ["clamav:3310", "http://clamav:3310", "tcp://clamav", "tcp://clamav:x", "unix://"])
def test_an_address_that_is_none_stops_the_start(address):
    with pytest.raises(ConfigProblems, match="CLAMAV_ADDRESS"):
        load({"CLAMAV_ADDRESS": address})
    assert load({"CLAMAV_ADDRESS": "unix:///run/clamd.ctl"}).clamav_address


@contextmanager
def disk_full_at(size_bytes: int) -> Iterator[None]:
    """The system refuses to write any file of ours beyond a size, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_keeps_nothing_of_a_file(database, store):
    await put()
    with disk_full_at(100_000), pytest.raises(Unavailable) as caught:
        await put(PDF + bytes(500_000))
    assert caught.value.code == "file_store_unavailable"
    assert (await kept(), len(bytes_in(store))) == (1, 1)


async def test_bytes_without_a_row_are_taken_back(database, store):
    await execute("alter table stored_file add constraint stored_file_full check (false)")
    with pytest.raises(asyncpg.CheckViolationError):
        await put()
    assert bytes_in(store) == []


async def test_a_file_whose_bytes_are_gone_is_not_found(database, store):
    owner = new_id()
    facts = await files.put(SYSTEM, "f", "a.pdf", PDF, owner="a", owner_id=owner)
    bytes_in(store)[0].unlink()
    with pytest.raises(NotFound):
        await files.content_of(facts.id, owner="a", owner_id=owner)


async def test_a_store_that_is_away_says_so(database, store, monkeypatch):
    owner = new_id()
    facts = await files.put(SYSTEM, "f", "a.pdf", PDF, owner="a", owner_id=owner)
    away: Config = msgspec.structs.replace(
        get_config(), files_url="s3://bucket/x", s3_endpoint="http://127.0.0.1:9", s3_access_key="k", s3_secret_key="s"
    )
    monkeypatch.setattr(files, "get_config", lambda: away)
    with pytest.raises(Unavailable):
        await files.content_of(facts.id, owner="a", owner_id=owner)
    with pytest.raises(Unavailable):
        await put()
    with pytest.raises(Unavailable):
        await files.erase(files.FilesErased([new_id()]))


async def test_forgotten_files_lose_their_bytes_after_the_commit(database, store):
    first, second = await put(), await put()
    async with unit_of_work():
        await files.forget([])
        await files.forget([first.id])
        assert len(bytes_in(store)) == 2
    await erased(database)
    assert [path.name for path in bytes_in(store)] == [second.id.hex]
    await files.erase(files.FilesErased([first.id, second.id]))
    assert len(bytes_in(store)) == 1


async def test_what_is_undone_forgets_nothing(database, store):
    facts = await put()
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work():
            await files.forget([facts.id])
            raise ZeroDivisionError
    await erased(database)
    assert (await kept(), len(bytes_in(store))) == (1, 1)
