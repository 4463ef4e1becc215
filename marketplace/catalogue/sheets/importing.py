"""Use cases of an import up to its dry run: a file is taken in, read, and laid before its sender. Nothing else is changed."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.own import own_provider
from marketplace.catalogue.sheets.grids import MAX_BYTES, Kind, UnreadableSheetError
from marketplace.catalogue.sheets.offer_planning import propose_offer
from marketplace.catalogue.sheets.offer_sheets import OfferSheetReport, check_offer_headings, read_offer_sheet
from marketplace.catalogue.sheets.own_versions import own_versions
from marketplace.catalogue.sheets.price_planning import price_plan, propose_prices
from marketplace.catalogue.sheets.problems import Problems
from marketplace.catalogue.sheets.queries import import_row, locked_import
from marketplace.catalogue.sheets.reading import (
    RowOutcome,
    RowReport,
    SheetReport,
    check_price_headings,
    read_price_sheet,
)
from marketplace.catalogue.sheets.schemas import NewImport, Proposal
from marketplace.catalogue.sheets.states import (
    PROVIDER,
    SYSTEM,
    ImportAction,
    ImportStatus,
    ItemAction,
    ItemStatus,
    SheetKind,
)
from marketplace.catalogue.sheets.topics import SHEET_UPLOADED, SheetJob
from marketplace.kernel import audit, files
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, new_id, transactional
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import Language, Message, Text, message, translate
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import is_service_class

OWNER: Final = "sheet_import"
SMALL_BYTES: Final = 30_000
"""A file of so few bytes is read while its sender waits; a larger one by a job."""
STEP: Final = 50
MEDIA_TYPES: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Report = SheetReport | OfferSheetReport
Advance = Callable[[int, int], None]

INSERT: Final = """
insert into sheet_import (id, provider_id, organiser_id, kind, status, file_id, file_name, format, service_class,
    valid_from, created_by, created_at) values ($1, $2, $3, $4, 'reading', $5, $6, $7, $8, $9, $10, $11)
"""
ROWS: Final = """
insert into sheet_import_row (id, import_id, number, outcome, words, letter, heading, cells)
select id, $1, number, outcome, words::jsonb, letter, heading, cells::jsonb
from unnest($2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    as t(id, number, outcome, words, letter, heading, cells)
"""
ITEM: Final = """
insert into sheet_import_item (id, import_id, number, action, status, offer_id, base, content, before, valid_from,
    rows, warnings, problems) values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10, $11, $12::jsonb, $13::jsonb)
"""
SHOWN: Final = """
update sheet_import set status = $2, read_at = $3, header = $4::jsonb, rows_accepted = $5, rows_refused = $6,
    rows_noted = $7, done = total where id = $1
"""


async def begin_import(actor: Actor, new: NewImport, name: str, content: bytes) -> UUID:
    """Takes a file in and reads it: at once where it is small, else by a job.

    Raises:
        Forbidden: the actor does not manage a provider.
        Invalid: no table, too large, no such organiser or service class, or malware; nothing is kept of it.
        Unavailable: the scanner or the store does not answer.
    """
    provider_id = own_provider(actor)
    await _check_scope(new)
    report, file_kind = await asyncio.to_thread(_readable, new, content)
    import_id = new_id()
    facts = await files.put_checked(
        actor, "file", name, content, media_type=MEDIA_TYPES[file_kind], owner=OWNER, owner_id=import_id
    )
    await _begin(actor, provider_id, import_id, new, facts, file_kind, is_small=report is not None)
    if report is not None:
        await _lay_out(import_id, actor, report)
    return import_id


async def _check_scope(new: NewImport) -> None:
    if new.service_class is not None and not is_service_class(new.service_class):
        raise Invalid.field("service_class", message("Choose a service class from the list."))
    try:
        await get_organiser(new.organiser_id)
    except NotFound:
        raise Invalid.field("organiser_id", message("Choose an organiser from the list.")) from None


def _readable(new: NewImport, content: bytes) -> tuple[Report | None, Kind]:
    """The whole report of a small file, of a large one only that it has headings and which. Runs in a thread.

    Raises:
        Invalid: the file is empty, too large, or no table of this kind.
    """
    if not content:
        raise Invalid.field("file", message("The file is empty. Choose another file."), code="file_empty")
    if len(content) > MAX_BYTES:
        raise Invalid.field(
            "file", message("The file is larger than 10 MB. Choose a smaller file."), code="file_too_large"
        )
    try:
        if len(content) > SMALL_BYTES:
            check = check_price_headings if new.kind is SheetKind.PRICES else check_offer_headings
            return None, check(content)
        report = _read(new.kind, content, new)
    except UnreadableSheetError as error:
        raise Invalid.field("file", error.words, code="file_unreadable") from error
    return report, report.kind


def _read(kind: SheetKind, content: bytes, new: NewImport) -> Report:
    if kind is SheetKind.PRICES:
        return read_price_sheet(content, service_class_code=new.service_class)
    return read_offer_sheet(content, new.organiser_id)


@transactional()
async def _begin(
    actor: Actor, provider_id: UUID, import_id: UUID, new: NewImport, facts: files.FileFacts, kind: Kind, *,
    is_small: bool,
) -> None:  # fmt: skip
    await execute(
        INSERT, import_id, provider_id, new.organiser_id, new.kind.value, facts.id, facts.name, kind,
        new.service_class, new.valid_from, actor.person_id, now(),
    )  # fmt: skip
    await audit.record(actor, "sheet.uploaded", OWNER, import_id, after={"kind": new.kind, "sha256": facts.sha256})
    if not is_small:
        await SHEET_UPLOADED.enqueue(SheetJob(import_id), dedupe_key=f"sheet.uploaded:{import_id}")


async def read_import(import_id: UUID, advance: Advance | None = None) -> None:
    """Handles ``sheet.uploaded``: reads the file and lays out what it would do. A second run changes nothing."""
    row = await import_row(import_id)
    if row is None or row["status"] != ImportStatus.READING:
        return
    content = await files.content_of(row["file_id"], owner=OWNER, owner_id=import_id)
    report = await asyncio.to_thread(_read, SheetKind(row["kind"]), content, asked_of(row))
    await _lay_out(import_id, sender_of(row), report, advance)


def asked_of(row: Row) -> NewImport:
    return NewImport(
        kind=SheetKind(row["kind"]),
        organiser_id=row["organiser_id"],
        service_class=row["service_class"],
        valid_from=row["valid_from"],
    )


def sender_of(row: Row) -> Actor:
    """Who sent the file, for the job that goes on with it."""
    person = row["accepted_by"] or row["created_by"]
    return Actor(person_id=person, role=Role.PROVIDER_ADMIN, provider_id=row["provider_id"])


async def _lay_out(import_id: UUID, actor: Actor, report: Report, advance: Advance | None = None) -> None:
    row = await import_row(import_id)
    assert row is not None
    proposals = await _proposals(actor, row, report, advance)
    await _show(import_id, report, proposals)


async def _proposals(actor: Actor, row: Row, report: Report, advance: Advance | None) -> list[Proposal]:
    """What accepting would do, list by list; the page and the command line are told how far it has come."""
    found: list[Proposal] = []
    provider_id, new = own_provider(actor), asked_of(row)
    if isinstance(report, SheetReport):
        plan = await price_plan(actor, provider_id, new)
        for number, given in enumerate(report.lists):
            found.append(await propose_prices(plan, given))
            await _tell(row["id"], number + 1, len(report.lists), advance)
        return found
    own, taken, problems = await own_versions(provider_id), set[UUID](), Problems(provider_id)
    for number, read in enumerate(report.offers):
        found.append(await propose_offer(read, own, taken, problems))
        await _tell(row["id"], number + 1, len(report.offers), advance)
    return found


async def _tell(import_id: UUID, done: int, total: int, advance: Advance | None) -> None:
    if done % STEP == 0 or done == total:
        await execute("update sheet_import set done = $2, total = $3 where id = $1", import_id, done, total)
        if advance:
            advance(done, total)


@transactional()
async def _show(import_id: UUID, report: Report, proposals: Sequence[Proposal]) -> None:
    row = await locked_import(import_id)
    if row["status"] != ImportStatus.READING:
        return  # Thrown away meanwhile, or read by another run of the job.
    status = SYSTEM.after(ImportStatus(row["status"]), ImportAction.SHOW)
    await _store_rows(import_id, report.rows)
    for number, proposal in enumerate(proposals, start=1):
        await execute(ITEM, *_item_values(import_id, number, proposal))
    counts = [sum(each.outcome is outcome for each in report.rows) for outcome in RowOutcome]
    await execute(SHOWN, import_id, status.value, now(), _json(report.header), *counts)


async def _store_rows(import_id: UUID, rows: Sequence[RowReport]) -> None:
    await execute(
        ROWS, import_id, [new_id() for _ in rows], [each.number for each in rows], [each.outcome.value for each in rows],
        [_json([in_three(words) for words in each.words]) for each in rows], [each.column for each in rows],
        [each.heading for each in rows], [_json(each.cells) for each in rows],
    )  # fmt: skip


def _item_values(import_id: UUID, number: int, made: Proposal) -> list[object]:
    status = ItemStatus.LEFT_OUT if made.problems else ItemStatus.PROPOSED
    if made.action is ItemAction.NOTHING:
        status = ItemStatus.DONE
    return [
        new_id(), import_id, number, made.action.value, status.value, made.offer_id, made.base, _json(made.content),
        _json(made.before) if made.before else None, made.valid_from, list(made.rows),
        _json([in_three(each) for each in made.warnings]), _json([in_three(each) for each in made.problems]),
    ]  # fmt: skip


def in_three(words: Message) -> Text:
    """A message as it is kept: in all three languages, since its values are written in each one's way."""
    return Text(*(translate(words, language) for language in (Language.FI, Language.SV, Language.EN)))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


@transactional()
async def discard(actor: Actor, import_id: UUID) -> None:
    """Throws a dry run away, with its file.

    Raises:
        Forbidden, NotFound: not an import of the actor's provider.
        IllegalTransition: it was accepted already.
    """
    row = await locked_import(import_id, own_provider(actor))
    status = PROVIDER.after(ImportStatus(row["status"]), ImportAction.DISCARD)
    await execute("update sheet_import set status = $2, finished_at = $3 where id = $1", import_id, status.value, now())
    await files.forget([row["file_id"]])
    await audit.record(actor, "sheet.discarded", OWNER, import_id)
