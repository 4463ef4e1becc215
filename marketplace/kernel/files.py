"""Files outside the database: a local folder by default, an S3-compatible store in production.

The type of a file is read from its bytes, never believed from its name or its sender.
"""

import hashlib
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import filetype
import msgspec
import obstore
from obstore.store import LocalStore, S3Store

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.config import Config, get_config
from marketplace.kernel.db import execute, fetch_one, new_id
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import message

MAX_BYTES = 10 * 1024 * 1024
ACCEPTED = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}


class FileFacts(msgspec.Struct, kw_only=True, frozen=True):
    """What is known of a stored file."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    sha256: str


@cache
def _store(config: Config) -> Any:
    """The object store named by the configuration."""
    if not config.files_url:
        folder = config.data_path / "files"
        return LocalStore(folder, mkdir=True)
    parts = urlsplit(config.files_url)
    if parts.scheme == "file":
        return LocalStore(unquote(parts.path), mkdir=True)
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        endpoint=config.s3_endpoint or f"https://s3.{config.s3_region}.amazonaws.com",
        region=config.s3_region,
        access_key_id=config.s3_access_key,
        secret_access_key=config.s3_secret_key,
        client_options={"allow_http": config.s3_endpoint.startswith("http://")},
    )


def check_file(field: str, content: bytes) -> str:
    """The media type that the bytes themselves show.

    Raises:
        Invalid: empty, over 10 MB, or not really a PDF, JPEG or PNG; ``field`` is named.
    """
    if not content:
        raise Invalid.field(field, message("The file is empty. Choose another file."), code="file_empty")
    if len(content) > MAX_BYTES:
        raise Invalid.field(
            field, message("The file is larger than 10 MB. Choose a smaller file."), code="file_too_large"
        )
    kind = filetype.guess(content)
    if kind is None or kind.mime not in ACCEPTED:
        text = message("The file must be a PDF, JPEG or PNG. Its name does not decide that, its content does.")
        raise Invalid.field(field, text, code="file_type")
    return str(kind.mime)


async def put(actor: Actor, field: str, name: str, content: bytes, *, owner: str, owner_id: UUID) -> FileFacts:
    """Checks and stores a file for a thing. The bytes go first: a row without bytes can never be seen.

    Raises:
        Invalid: see ``check_file``.
    """
    media_type = check_file(field, content)
    facts = FileFacts(
        id=new_id(),
        name=_plain_name(name),
        media_type=media_type,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    await obstore.put_async(_store(get_config()), _path(facts.id), content)
    await execute(
        "insert into stored_file (id, name, media_type, size_bytes, sha256, owner, owner_id, created_by, created_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        facts.id, facts.name, media_type, facts.size_bytes, facts.sha256, owner, owner_id, actor.person_id, now(),
    )  # fmt: skip
    return facts


async def facts_of(file_id: UUID, *, owner: str, owner_id: UUID) -> FileFacts:
    """What is known of a file of this owner.

    Raises:
        NotFound: no such file, or it belongs to something else.
    """
    row = await fetch_one(
        "select id, name, media_type, size_bytes, sha256 from stored_file where id = $1 and owner = $2 and owner_id = $3",
        file_id, owner, owner_id,
    )  # fmt: skip
    if row is None:
        raise NotFound
    return FileFacts(**row)


async def content_of(file_id: UUID, *, owner: str, owner_id: UUID) -> bytes:
    """The bytes of a file of this owner.

    Raises:
        NotFound: no such file, or it belongs to something else.
    """
    await facts_of(file_id, owner=owner, owner_id=owner_id)
    found = await obstore.get_async(_store(get_config()), _path(file_id))
    return bytes(await found.bytes_async())


def _path(file_id: UUID) -> str:
    text = file_id.hex
    return f"{text[-2:]}/{text}"


def _plain_name(name: str) -> str:
    """The last part of a file's name, without control characters, at most 255 characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[:255] or "file"
