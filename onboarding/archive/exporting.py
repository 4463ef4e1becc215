"""One application as a ZIP, written as it is sent: the same names in the same order, and a sum of every file.

Facts, answers beside their questions and rules, messages and the audit trail stand in it for programs (JSON, CSV) and,
as one page, for people; beside them the attachments and the decisions. ``SHA256SUMS`` is what ``sha256sum -c`` reads.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

import msgspec

from marketplace.kernel import audit, files
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import HELSINKI
from marketplace.kernel.db import transactional
from marketplace.kernel.errors import NotFound
from marketplace.kernel.spreadsheets import harmless
from onboarding.applications.drafts import OWNER
from onboarding.archive.names import safe
from onboarding.archive.schemas import ArchivedFile, Dossier

AUDIT_HEAD: Final = ("happened_at", "who", "role", "action", "what", "changes")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the manifest. ``state``: ``ok``, ``missing`` (the bytes are gone) or ``differs`` from what was stored."""

    path: str
    media_type: str
    size_bytes: int
    sha256: str
    state: str = "ok"


class Pipe(io.RawIOBase):
    """What a ZIP is written into: it keeps the bytes until they are taken, and cannot go back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def archive_name(dossier: Dossier) -> str:
    """``H-2026-7KQ4MB.zip``."""
    return f"{safe(dossier.reference)}.zip"


@transactional()
async def note_export(actor: Actor, dossier: Dossier) -> None:
    """Notes in the audit trail who took an application along."""
    summary = dossier.summary
    await audit.record(
        actor, "application.exported", OWNER, summary["id"], organiser_id=summary["organiser_id"],
        provider_id=summary["provider_id"],
    )  # fmt: skip


async def check_files(dossier: Dossier) -> None:
    """Sees to it that the file store answers, before the first byte is sent.

    Raises:
        Unavailable: it does not; trying again later is safe.
    """
    for each in dossier.files[:1]:
        await _content(each)


async def zip_of(dossier: Dossier, document: str) -> AsyncIterator[bytes]:
    """The archive in pieces. ``document`` is the page for people. A file whose bytes are gone is named as missing.

    Raises:
        Unavailable: the file store went away in the middle; what was sent cannot be opened, so nobody takes it for whole.
    """
    pipe, entries, folder = Pipe(), list[Entry](), safe(dossier.reference)
    with zipfile.ZipFile(cast("io.BytesIO", pipe), "w") as archive:

        def add(path: str, content: bytes, at: datetime, *, packed: bool) -> bytes:
            info = zipfile.ZipInfo(f"{folder}/{path}", at.astimezone(HELSINKI).timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
            return pipe.take()

        changed_at = dossier.summary["changed_at"]
        for path, media_type, content in _texts(dossier, document):
            entries.append(_entry(path, media_type, content))
            yield add(path, content, changed_at, packed=True)
        for each in dossier.files:
            content = await _content(each)
            entries.append(_file_entry(each, content))
            if content is not None:
                yield add(each.path, content, each.created_at, packed=False)
        for path, content in (("manifest.json", _json(entries)), ("SHA256SUMS", _sums(entries))):
            yield add(path, content, changed_at, packed=True)
    yield pipe.take()


def _texts(dossier: Dossier, document: str) -> Iterable[tuple[str, str, bytes]]:
    facts = {
        "format": "setelitori-application-archive", "version": 1, "written_at": dossier.written_at,
        "application": dossier.summary, "rulebook": dossier.rulebook, "answers": dossier.groups,
        "attachments": [_of_archive(each) for each in dossier.files], "information_requests": dossier.requests,
        "decisions": dossier.decisions, "approvals": dossier.approvals,
    }  # fmt: skip
    yield "application.json", "application/json", _json(facts)
    yield "application.html", "text/html", document.encode()
    yield "messages.json", "application/json", _json(dossier.messages)
    yield "audit.json", "application/json", _json(dossier.events)
    yield "audit.csv", "text/csv", _audit_csv(dossier)


def _of_archive(each: ArchivedFile) -> Mapping[str, Any]:
    facts = msgspec.structs.asdict(each)
    return {name: value for name, value in facts.items() if name not in {"file_id", "owner", "owner_id"}}


async def _content(each: ArchivedFile) -> bytes | None:
    try:
        return await files.content_of(each.file_id, owner=each.owner, owner_id=each.owner_id)
    except NotFound:
        return None


def _entry(path: str, media_type: str, content: bytes) -> Entry:
    return Entry(path=path, media_type=media_type, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def _file_entry(each: ArchivedFile, content: bytes | None) -> Entry:
    if content is None:
        return Entry(
            path=each.path, media_type=each.media_type, size_bytes=each.size_bytes, sha256=each.sha256, state="missing"
        )
    entry = _entry(each.path, each.media_type, content)
    return entry if entry.sha256 == each.sha256 else msgspec.structs.replace(entry, state="differs")


def _json(facts: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(facts), indent=1) + b"\n"


def _sums(entries: Sequence[Entry]) -> bytes:
    return "".join(f"{each.sha256}  {each.path}\n" for each in entries if each.state != "missing").encode()


def _audit_csv(dossier: Dossier) -> bytes:
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(AUDIT_HEAD)
    for line in dossier.history:
        moment = line.happened_at.astimezone(HELSINKI).isoformat(timespec="seconds")
        cells = (moment, line.who, line.role or "", line.action, line.what, "; ".join(line.changes))
        rows.writerow([harmless(cell) for cell in cells])
    return written.getvalue().encode("utf-8-sig")
