"""Files outside the database: a local folder by default, an S3-compatible store in production.

The type of a file is read from its bytes, never believed from its name or its sender, and where there is a scanner it
has looked at the bytes before they are stored. A store that fails has stored nothing.
"""

import asyncio
import contextlib
import contextvars
import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import filetype
import msgspec
import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from marketplace.kernel import audit, scanning
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.config import Config, get_config
from marketplace.kernel.db import ENGINE, execute, fetch_one, new_id, unit_of_work
from marketplace.kernel.errors import Invalid, NotFound, Unavailable
from marketplace.kernel.i18n import message
from marketplace.kernel.jobs import Topic

log = structlog.get_logger(__name__)
MAX_BYTES = 10 * 1024 * 1024
ACCEPTED = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}


STORE_FAILED = (BaseError, OSError)
"""A full disk, a folder that may not be written, an object store that does not answer or refuses."""
NOT_STORED = message("The file could not be stored right now. Nothing was kept of it. Try again in a moment.")
NOT_READ = message("The file cannot be read right now. Try again in a moment.")


class FilesErased(msgspec.Struct, frozen=True):
    """The ids of files whose rows are gone."""

    file_ids: list[UUID]


ERASE = Topic("files.erase", FilesErased)
"""Takes the bytes of files away after the rows were deleted; handled here, by ``erase``."""


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
        client_options={
            "allow_http": config.s3_endpoint.startswith("http://"),
            "timeout": "30s",
            "connect_timeout": "5s",
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
    )


def check_file(field: str, content: bytes, accepted: Collection[str] = frozenset(ACCEPTED)) -> str:
    """The media type that the bytes themselves show.

    Raises:
        Invalid: empty, over 10 MB, or not really one of the accepted types (PDF, JPEG or PNG); ``field`` is named.
    """
    if not content:
        raise Invalid.field(field, message("The file is empty. Choose another file."), code="file_empty")
    if len(content) > MAX_BYTES:
        raise Invalid.field(
            field, message("The file is larger than 10 MB. Choose a smaller file."), code="file_too_large"
        )
    kind = filetype.guess(content)
    if kind is None or kind.mime not in accepted:
        text = message("The file must be a PDF, JPEG or PNG. Its name does not decide that, its content does.")
        raise Invalid.field(field, text, code="file_type")
    return str(kind.mime)


async def put(
    actor: Actor,
    field: str,
    name: str,
    content: bytes,
    *,
    owner: str,
    owner_id: UUID,
    accepted: Collection[str] = frozenset(ACCEPTED),
) -> FileFacts:
    """Checks and stores a file for a thing. The bytes go first: a row without bytes can never be seen.

    Who accepts other media types says first, in its own words, what is wrong with one that it does not accept. Never within a unit of work where it can be helped: the scanner and the store take their time.

    Raises:
        Invalid: see ``check_file``; ``file_infected`` where the scanner has found malware.
        Unavailable: the scanner or the store does not answer, or the store is full; nothing was stored.
    """
    media_type = check_file(field, content, accepted)
    return await put_checked(actor, field, name, content, media_type=media_type, owner=owner, owner_id=owner_id)


async def put_checked(
    actor: Actor, field: str, name: str, content: bytes, *, media_type: str, owner: str, owner_id: UUID
) -> FileFacts:
    """As ``put``, for content of which its feature has made sure itself what it is, such as a sheet of prices."""
    facts = FileFacts(
        id=new_id(),
        name=_plain_name(name),
        media_type=media_type,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    await _scan(actor, field, facts, content, owner, owner_id)
    await _store_bytes(facts.id, content)
    try:
        await execute(
            "insert into stored_file (id, name, media_type, size_bytes, sha256, owner, owner_id, created_by, created_at)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            facts.id, facts.name, media_type, facts.size_bytes, facts.sha256, owner, owner_id, actor.person_id, now(),
        )  # fmt: skip
    except Exception:
        await _take_back(facts.id)
        raise
    return facts


async def _scan(actor: Actor, field: str, facts: FileFacts, content: bytes, owner: str, owner_id: UUID) -> None:
    finding = await scanning.scanner().scan(content)
    if finding is None:
        return
    after = {"name": facts.name, "sha256": facts.sha256, "size_bytes": facts.size_bytes, "finding": finding}
    await _note_apart(actor, "file.infected_refused", owner, owner_id, after)
    text = message("Malware was found in the file {name}. It was not stored. Check your computer and choose another file.", name=facts.name)  # fmt: skip
    raise Invalid.field(field, text, code="file_infected")


async def _note_apart(actor: Actor, action: str, subject: str, subject_id: UUID, after: Mapping[str, object]) -> None:
    """Writes to the audit trail on a connection of its own: the refusal that follows undoes the caller's transaction."""

    async def write() -> None:
        ENGINE.current_transaction.set(None)
        async with unit_of_work():
            await audit.record(actor, action, subject, subject_id, after=after)

    await asyncio.create_task(write(), context=contextvars.copy_context())


async def _store_bytes(file_id: UUID, content: bytes) -> None:
    try:
        await obstore.put_async(_store(get_config()), _path(file_id), content)
    except STORE_FAILED as error:
        log.warning("file not stored", error=type(error).__name__)
        await _take_back(file_id)
        raise Unavailable(NOT_STORED, code="file_store_unavailable") from None


async def _take_back(file_id: UUID) -> None:
    """Removes what may have been written; where even that fails, bytes without a row harm nobody."""
    with contextlib.suppress(*STORE_FAILED):
        await _remove_bytes(file_id)


async def _remove_bytes(file_id: UUID) -> None:
    """What is not there (any more) counts as removed."""
    with contextlib.suppress(FileNotFoundError):
        await obstore.delete_async(_store(get_config()), _path(file_id))


async def forget(file_ids: Sequence[UUID]) -> None:
    """Deletes files within the caller's unit of work: the rows now, the bytes by a job after the commit.

    A crash in between leaves bytes that nobody can reach and a job that takes them away.
    """
    if not file_ids:
        return
    await execute("delete from stored_file where id = any($1::uuid[])", list(file_ids))
    await ERASE.enqueue(FilesErased(list(file_ids)))


async def erase(job: FilesErased) -> None:
    """Handles ``files.erase``. Bytes whose row is still there stay, whatever the job says.

    Raises:
        Unavailable: the store does not answer; the queue tries again.
    """
    for file_id in job.file_ids:
        if await fetch_one("select 1 from stored_file where id = $1", file_id) is None:
            try:
                await _remove_bytes(file_id)
            except STORE_FAILED as error:
                log.warning("file not erased", error=type(error).__name__)
                raise Unavailable from None


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
        NotFound: no such file, or it belongs to something else, or its bytes are gone.
        Unavailable: the store does not answer.
    """
    await facts_of(file_id, owner=owner, owner_id=owner_id)
    try:
        found = await obstore.get_async(_store(get_config()), _path(file_id))
        return bytes(await found.bytes_async())
    except FileNotFoundError:
        log.warning("a stored file has no bytes", file_id=str(file_id))
        raise NotFound from None
    except STORE_FAILED as error:
        log.warning("file not read", error=type(error).__name__)
        raise Unavailable(NOT_READ, code="file_store_unavailable") from None


def _path(file_id: UUID) -> str:
    text = file_id.hex
    return f"{text[-2:]}/{text}"


def _plain_name(name: str) -> str:
    """The last part of a file's name, without control characters, at most 255 characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[:255] or "file"
