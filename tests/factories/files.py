"""A file store of a test's own, and one that is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from marketplace.kernel import files
from marketplace.kernel.config import get_config


@pytest.fixture
def file_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty store; gives its folder."""
    monkeypatch.setenv("FILES_URL", f"file://{tmp_path}/files")
    get_config.cache_clear()
    yield tmp_path / "files"
    get_config.cache_clear()


@contextmanager
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The store does not answer."""
    config = msgspec.structs.replace(
        get_config(), files_url="s3://bucket/x", s3_endpoint="http://127.0.0.1:9", s3_access_key="k", s3_secret_key="s"
    )
    with monkeypatch.context() as patch:
        patch.setattr(files, "get_config", lambda: config)
        yield


def bytes_in(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]
