"""Imports and exports of a provider's prices and offers over the API."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.catalogue.sheets import accepting, importing, queries
from marketplace.catalogue.sheets.downloads import error_download, export_download
from marketplace.catalogue.sheets.reading import RowOutcome
from marketplace.catalogue.sheets.schemas import (
    Acceptance,
    ImportSummary,
    ImportView,
    ItemCounts,
    ItemView,
    NewImport,
    RowView,
)
from marketplace.catalogue.sheets.states import ImportStatus, ItemAction, ItemStatus, SheetKind
from marketplace.catalogue.sheets.uploads import asked_organiser
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Language, message
from marketplace.web.idempotency import idempotent
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller, allow

AnyRequest = Request[Any, Any, Any]
TAG = "Import and export"
PROVIDER = allow(Role.PROVIDER_ADMIN)
BASE = "/api/v1/provider/imports"
EXPORTS = "/api/v1/provider/exports"
SHEET_TYPES = frozenset(
    {"text/csv", "text/plain", "application/csv", "application/vnd.ms-excel", "application/octet-stream",
     importing.MEDIA_TYPES["xlsx"]}
)  # fmt: skip
MOST_ITEMS = 500


class ImportedItem(msgspec.Struct, frozen=True, kw_only=True):
    """What accepting does, or did, with one offer. ``before`` is null for a new one; ``rows`` are those of the file."""

    number: int
    action: ItemAction
    status: ItemStatus
    offer_id: UUID | None
    content: OfferDraft
    before: OfferDraft | None
    valid_from: date | None
    rows: list[int]
    warnings: list[str]
    problems: list[str]
    is_published: bool


class RefusedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was not understood: its number from 1, the column's letter and heading, and why."""

    number: int
    outcome: RowOutcome
    column: str | None
    heading: str
    reasons: list[str]


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """A dry run, or its outcome. ``refused_rows`` are the first 200; the error file has all of them."""

    id: UUID
    kind: SheetKind
    status: ImportStatus
    organiser_id: UUID
    file_name: str
    rows_accepted: int
    rows_refused: int
    rows_noted: int
    done: int
    total: int
    counts: ItemCounts
    items: list[ImportedItem]
    refused_rows: list[RefusedRow]


class ImportList(msgspec.Struct, frozen=True):
    items: list[ImportSummary]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is to be read, as text, whether it came beside the file or in the address."""

    kind: str = "prices"
    organiser_id: str = ""
    service_class: str = ""
    valid_from: str = ""
    name: str = ""


@get(BASE, guards=[PROVIDER], tags=[TAG])
async def list_imports(actor: Caller) -> ImportList:
    """The provider's newest imports."""
    return ImportList(await queries.my_imports(actor))


@post(BASE, guards=[PROVIDER], tags=[TAG], request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def begin_import(request: AnyRequest, actor: Caller) -> ImportReport:
    """Takes a CSV or XLSX file in and reads it as a dry run: nothing is changed before it is accepted.

    The file comes as the part ``file`` of a multipart body, with ``kind`` (``prices`` or ``offers``), ``organiser_id``,
    ``service_class`` and ``valid_from`` beside it; or as the whole body, with these in the address and the file's
    ``name``. Without ``organiser_id`` it is the one organiser that has approved the provider. A large file is
    ``reading`` for a while: ask again.
    """
    name, content, asked = await _received(request)

    async def work() -> UUID:
        return await importing.begin_import(actor, await _new(actor, asked), name, content)

    return await _report(actor, await idempotent(request, work, UUID))


@get(BASE + "/{import_id:uuid}", guards=[PROVIDER], tags=[TAG])
async def show_import(
    actor: Caller,
    import_id: FromPath[UUID],
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_ITEMS)] = 200,
    offset: Annotated[int, QueryParameter(ge=0, le=100_000)] = 0,
) -> ImportReport:
    """The report of an import: what would be made or changed, or what was. Offers that did not go in come first."""
    return await _report(actor, import_id, limit, offset)


@post(BASE + "/{import_id:uuid}/accept", guards=[PROVIDER], tags=[TAG], status_code=200)
async def accept_import(
    request: AnyRequest, actor: Caller, import_id: FromPath[UUID], data: JSONBody[Acceptance]
) -> ImportReport:
    """Imports what the dry run proposes, each offer whole or not at all. A large import goes on as a job."""

    async def work() -> None:
        await accepting.accept(actor, import_id, data)

    await idempotent(request, work, type(None))
    return await _report(actor, import_id)


@post(BASE + "/{import_id:uuid}/discard", guards=[PROVIDER], tags=[TAG], status_code=200)
async def discard_import(request: AnyRequest, actor: Caller, import_id: FromPath[UUID]) -> ImportReport:
    """Throws a dry run and its file away."""

    async def work() -> None:
        await importing.discard(actor, import_id)

    await idempotent(request, work, type(None))
    return await _report(actor, import_id)


@get(BASE + "/{import_id:uuid}/errors", guards=[PROVIDER], tags=[TAG])
async def download_import_errors(actor: Caller, import_id: FromPath[UUID]) -> Response[bytes]:
    """The rows that did not go in, as they came and in the same format, each with the reason in a last column."""
    return error_download(*await accepting.error_file_of(actor, import_id))


@get(EXPORTS + "/{file_name:str}", guards=[PROVIDER], tags=[TAG])
async def export_sheet(
    actor: Caller, file_name: FromPath[str], organiser_id: FromQuery[UUID | None] = None
) -> Response[bytes]:
    """``prices.csv``, ``prices.xlsx``, ``offers.csv`` or ``offers.xlsx``: the provider's own, as the import reads them.

    ``prices-template.csv`` and the like are empty sheets with an organiser's bands and the allowed values.
    """
    if organiser_id is None and "-template" in file_name:
        organiser_id = await asked_organiser(actor, "")
    return await export_download(actor, file_name, organiser_id)


async def _received(request: AnyRequest) -> tuple[str, bytes, Asked]:
    media_type = request.content_type[0]
    body = await request.body()  # Kept, for the key that makes sending it twice the same as once.
    if media_type == "multipart/form-data":
        form = await request.form()
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Invalid.field("file", message("Choose a file."))
        texts = {name: answer for name, answer in form.multi_items() if isinstance(answer, str)}
        return file.filename, await file.read(), _asked(texts)
    if media_type not in SHEET_TYPES:
        raise HTTPException("send text/csv, an XLSX workbook or multipart/form-data", status_code=415)
    asked = _asked(dict(request.query_params.items()))
    return asked.name or "import", body, asked


def _asked(texts: dict[str, Any]) -> Asked:
    known = {name: str(texts[name]) for name in Asked.__struct_fields__ if name in texts}
    return Asked(**known)


async def _new(actor: Actor, asked: Asked) -> NewImport:
    problems: list[FieldError] = []
    kind, valid_from = SheetKind.PRICES, None
    if asked.kind in set(SheetKind):
        kind = SheetKind(asked.kind)
    else:
        problems.append(FieldError("kind", message("Choose one of: {options}.", options=", ".join(SheetKind))))
    try:
        valid_from = date.fromisoformat(asked.valid_from) if asked.valid_from else None
    except ValueError:
        problems.append(FieldError("valid_from", message("Write a date that exists, such as 31.12.2026.")))
    if problems:
        raise Invalid(problems)
    organiser_id = await asked_organiser(actor, asked.organiser_id)
    return NewImport(
        kind=kind, organiser_id=organiser_id, service_class=asked.service_class or None, valid_from=valid_from
    )


async def _report(actor: Actor, import_id: UUID, limit: int = 200, offset: int = 0) -> ImportReport:
    return _shown(await queries.my_import(actor, import_id, limit=limit, offset=offset), actor.language)


def _shown(view: ImportView, language: Language) -> ImportReport:
    summary = view.summary
    return ImportReport(
        id=summary.id,
        kind=summary.kind,
        status=summary.status,
        organiser_id=summary.organiser_id,
        file_name=summary.file_name,
        rows_accepted=summary.rows_accepted,
        rows_refused=summary.rows_refused,
        rows_noted=summary.rows_noted,
        done=summary.done,
        total=summary.total,
        counts=view.counts,
        items=[_item(each, language) for each in view.items],
        refused_rows=[_row(each, language) for each in view.refused],
    )


def _item(item: ItemView, language: Language) -> ImportedItem:
    return ImportedItem(
        number=item.number,
        action=item.action,
        status=item.status,
        offer_id=item.offer_id,
        content=item.content,
        before=item.before,
        valid_from=item.valid_from,
        rows=list(item.rows),
        warnings=[each.in_language(language) for each in item.warnings],
        problems=[each.in_language(language) for each in item.problems],
        is_published=item.is_published,
    )


def _row(row: RowView, language: Language) -> RefusedRow:
    reasons = [each.in_language(language) for each in row.words]
    return RefusedRow(number=row.number, outcome=row.outcome, column=row.column, heading=row.heading, reasons=reasons)


ROUTES = [
    list_imports,
    begin_import,
    show_import,
    accept_import,
    discard_import,
    download_import_errors,
    export_sheet,
]
