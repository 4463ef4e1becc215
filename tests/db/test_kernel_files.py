"""Files: typed by content, kept outside the database, reached only through their owner."""

from pathlib import Path

import msgspec
import pytest

from marketplace.kernel import files
from marketplace.kernel.actors import SYSTEM
from marketplace.kernel.config import Config, get_config
from marketplace.kernel.db import fetch_value, new_id
from marketplace.kernel.errors import Invalid, NotFound
from tests.doubles.s3 import running_s3

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    config = msgspec.structs.replace(get_config(), files_url=f"file://{tmp_path}/files")
    monkeypatch.setattr(files, "get_config", lambda: config)
    return config


async def test_bytes_come_back_to_the_owner_only(database: str, store: Config) -> None:
    owner = new_id()
    kept = await files.put(SYSTEM, "certificate", "todistus.pdf", PDF, owner="application", owner_id=owner)
    assert await files.content_of(kept.id, owner="application", owner_id=owner) == PDF
    with pytest.raises(NotFound):
        await files.content_of(kept.id, owner="application", owner_id=new_id())


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"MZ\x90\x00" + bytes(64), "file_type"),
        (b"<html><script>", "file_type"),
        (PNG + bytes(10 * 2**20), "file_too_large"),
    ],
)
async def test_wrong_file_is_refused_and_leaves_no_row(database: str, store: Config, content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        await files.put(SYSTEM, "certificate", "todistus.pdf", content, owner="application", owner_id=new_id())
    assert caught.value.code == code
    assert await fetch_value("select count(*) from stored_file") == 0


async def test_name_is_stripped_of_paths_and_control_characters(database: str, store: Config) -> None:
    kept = await files.put(SYSTEM, "f", "..\\..\\x/..//tod\x00istus\n.png", PNG, owner="a", owner_id=new_id())
    assert (kept.name, kept.media_type) == ("todistus.png", "image/png")


async def test_s3_compatible_store_serves_the_same(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = new_id()
    with running_s3() as s3:
        config = msgspec.structs.replace(
            get_config(), files_url="s3://bucket/files", s3_endpoint=s3.url, s3_access_key="key", s3_secret_key="secret"
        )
        monkeypatch.setattr(files, "get_config", lambda: config)
        kept = await files.put(SYSTEM, "f", "a.pdf", PDF, owner="a", owner_id=owner)
        assert await files.content_of(kept.id, owner="a", owner_id=owner) == PDF
        assert [path.startswith("/bucket/files/") for path in s3.objects] == [True]
