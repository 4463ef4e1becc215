"""Pages of imports and exports: a file is sent, its dry run read, accepted in part, and what is wrong mended and sent again."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery

from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.catalogue.sheets import accepting, importing, queries
from marketplace.catalogue.sheets.differences import price_differences, terms_of, text_differences, unit_of_price
from marketplace.catalogue.sheets.downloads import error_download, export_download
from marketplace.catalogue.sheets.schemas import Acceptance, ImportView, ItemView, NewImport
from marketplace.catalogue.sheets.states import (
    ACTION_WORDS,
    ITEM_WORDS,
    KIND_WORDS,
    STATUS_WORDS,
    ImportStatus,
    ItemStatus,
    SheetKind,
)
from marketplace.catalogue.sheets.uploads import own_organisers
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.errors import DomainError, Invalid
from marketplace.kernel.i18n import Language, message
from marketplace.kernel.inputs import label
from marketplace.kernel.scanning import is_scanning
from marketplace.organisers.reference import is_service_class, service_class, service_classes
from marketplace.organisers.rules import bands_on
from marketplace.pricing.bands import BandCalendar
from marketplace.web.forms import Form, empty_form, read_form, read_query
from marketplace.web.idempotency import idempotent
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller, allow
from marketplace.web.templating import FlashKind, flash, page, redirect

AnyRequest = Request[Any, Any, Any]
PROVIDER = allow(Role.PROVIDER_ADMIN)
LIST = "/provider/imports"
ONE = LIST + "/{import_id:uuid}"
PAGE_SIZE = 50
MOST_ROWS_SHOWN = 100
STATUS_TONES = {
    ImportStatus.READING: "", ImportStatus.READY: "wait", ImportStatus.IMPORTING: "", ImportStatus.DONE: "good",
    ImportStatus.DISCARDED: "quiet",
}  # fmt: skip
ITEM_TONES = {
    ItemStatus.PROPOSED: "quiet", ItemStatus.LEFT_OUT: "bad", ItemStatus.DONE: "good", ItemStatus.REFUSED: "bad",
    ItemStatus.CHANGED_MEANWHILE: "bad",
}  # fmt: skip

add_to_navigation(Desk.PROVIDER, message("Import and export"), LIST, order=45, roles=frozenset({Role.PROVIDER_ADMIN}))


class UploadForm(msgspec.Struct):
    """A file and how to read it."""

    kind: Annotated[SheetKind, label(message("What is in the file"))]
    organiser_id: Annotated[UUID, label(message("Organiser"))]
    file: Annotated[UploadFile, label(message("File"))]
    service_class: str = ""
    valid_from: date | None = None


class AcceptForm(msgspec.Struct):
    """What is taken of a dry run. ``ticked`` says that the page had a box for each offer."""

    publish_complete: bool = False
    ticked: bool = False
    take: Annotated[list[int], msgspec.Meta(max_length=PAGE_SIZE)] = []


class PageQuery(msgspec.Struct):
    page: Annotated[int, msgspec.Meta(ge=1, le=2_000)] = 1


class ShownItem(msgspec.Struct, frozen=True, kw_only=True):
    """An offer of an import with what the page says of it."""

    item: ItemView
    name: str
    service: str
    prices: list[Any]
    texts: list[Any]
    terms: list[Any]
    unit: Any


@get(LIST, guards=[PROVIDER], include_in_schema=False)
async def show_imports(request: AnyRequest, actor: Caller) -> Response[str]:
    """The form to send a file, the files to take, and the imports so far."""
    return await _list_page(request, actor, empty_form(UploadForm))


@post(LIST, guards=[PROVIDER], include_in_schema=False, request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def send_import(request: AnyRequest, actor: Caller) -> Response[Any]:
    """Takes the file in and goes on to its dry run."""
    form = await read_form(request, UploadForm)
    if not form.ok:
        return await _list_page(request, actor, form, 422)
    sent = form.data
    content = await sent.file.read()
    await sent.file.seek(0)
    new = NewImport(
        kind=sent.kind,
        organiser_id=sent.organiser_id,
        service_class=sent.service_class or None,
        valid_from=sent.valid_from,
    )

    async def work() -> UUID:
        return await importing.begin_import(actor, new, sent.file.filename, content)

    try:
        import_id = await idempotent(request, work, UUID)
    except Invalid as invalid:
        form.failed(invalid)
        return await _list_page(request, actor, form, 422)
    return redirect(f"{LIST}/{import_id}")


@get(ONE, guards=[PROVIDER], include_in_schema=False)
async def show_import(request: AnyRequest, actor: Caller, import_id: FromPath[UUID]) -> Response[str]:
    """How far the file is read, its dry run, how far it is imported, or what became of it."""
    return await _import_page(request, actor, import_id)


@post(f"{ONE}/accept", guards=[PROVIDER], include_in_schema=False)
async def send_accept_import(request: AnyRequest, actor: Caller, import_id: FromPath[UUID]) -> Response[Any]:
    """Imports what was ticked."""
    form = await read_form(request, AcceptForm)
    if not form.ok:
        return await _import_page(request, actor, import_id, Invalid())
    leave_out: tuple[int, ...] = ()
    if form.data.ticked:
        view = await queries.my_import(actor, import_id, limit=PAGE_SIZE)
        offered = (each.number for each in view.items if each.status is ItemStatus.PROPOSED)
        leave_out = tuple(number for number in offered if number not in form.data.take)
    acceptance = Acceptance(publish_complete=form.data.publish_complete, leave_out=leave_out)

    async def work() -> None:
        await accepting.accept(actor, import_id, acceptance)

    try:
        await idempotent(request, work, type(None))
    except DomainError as error:
        if error.status != 409:
            raise
        return await _import_page(request, actor, import_id, error)
    return redirect(f"{LIST}/{import_id}")


@post(f"{ONE}/discard", guards=[PROVIDER], include_in_schema=False)
async def send_discard_import(request: AnyRequest, actor: Caller, import_id: FromPath[UUID]) -> Response[Any]:
    """Throws the dry run away."""
    try:
        await importing.discard(actor, import_id)
    except DomainError as error:
        if error.status != 409:
            raise
        return await _import_page(request, actor, import_id, error)
    flash(request, message("The file was thrown away. Nothing was changed."), FlashKind.NOTE)
    return redirect(LIST)


@get(f"{ONE}/errors", guards=[PROVIDER], include_in_schema=False)
async def download_import_errors(actor: Caller, import_id: FromPath[UUID]) -> Response[bytes]:
    """The rows that did not go in, with the reasons, as a file to mend."""
    return error_download(*await accepting.error_file_of(actor, import_id))


@get("/provider/exports/{file_name:str}", guards=[PROVIDER], include_in_schema=False)
async def download_export(
    actor: Caller, file_name: FromPath[str], organiser_id: FromQuery[UUID | None] = None
) -> Response[bytes]:
    """The provider's own prices or offers, or an empty template."""
    return await export_download(actor, file_name, organiser_id)


async def _list_page(
    request: AnyRequest, actor: Actor, form: Form[UploadForm], status_code: int = 200
) -> Response[str]:
    organisers = await own_organisers(actor)
    if not form.sent:
        form.sent = {"kind": [SheetKind.PRICES.value], "organiser_id": [str(organisers[0][0])] if organisers else []}
    return page(
        request, "sheets/imports.html", form=form, organisers=_options(organisers, actor.language),
        classes=[(each.code, each.name.in_language(actor.language)) for each in service_classes()],
        imports=await queries.my_imports(actor), kinds=KIND_WORDS, statuses=STATUS_WORDS, tones=STATUS_TONES, list=LIST,
        scanning=is_scanning(), status_code=status_code,
    )  # fmt: skip


def _options(organisers: list[tuple[UUID, Any]], language: Language) -> list[tuple[str, str]]:
    return [(str(each), name.in_language(language)) for each, name in organisers]


async def _import_page(
    request: AnyRequest, actor: Actor, import_id: UUID, error: DomainError | None = None
) -> Response[str]:
    query = read_query(request, PageQuery)
    number = query.data.page if query.ok else 1
    view = await queries.my_import(actor, import_id, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    usual = (await bands_on(view.summary.organiser_id, today())).calendar
    total = _total(view)
    return page(
        request, "sheets/import.html", view=view, import_=view.summary, counts=view.counts, error=error,
        items=[_shown(each, usual, actor.language) for each in view.items], here=f"{LIST}/{import_id}", list=LIST,
        number=number, pages=-(-total // PAGE_SIZE), ticks=total <= PAGE_SIZE, kinds=KIND_WORDS, statuses=STATUS_WORDS,
        tones=STATUS_TONES, actions=ACTION_WORDS, item_words=ITEM_WORDS, item_tones=ITEM_TONES,
        rows_shown=view.refused[:MOST_ROWS_SHOWN], bad_count=_bad_count(view), status_code=error.status if error else 200,
    )  # fmt: skip


def _total(view: ImportView) -> int:
    counts = view.counts
    return (
        counts.to_import + counts.unchanged + counts.left_out + counts.imported + counts.refused
        + counts.changed_meanwhile
    )  # fmt: skip


def _bad_count(view: ImportView) -> int:
    counts = view.counts
    return view.summary.rows_refused + counts.left_out + counts.refused + counts.changed_meanwhile


def _shown(item: ItemView, usual: BandCalendar, language: Language) -> ShownItem:
    content = item.content
    return ShownItem(
        item=item,
        name=item.name.in_language(language) or _service(content, language),
        service=_service(content, language),
        prices=price_differences(item.before, content, usual, language),
        texts=text_differences(item.before, content, language),
        terms=terms_of(content),
        unit=unit_of_price(content),
    )


def _service(content: OfferDraft, language: Language) -> str:
    code = content.service_class
    return service_class(code).name.in_language(language) if is_service_class(code) else ""


ROUTES = [
    show_imports,
    send_import,
    show_import,
    send_accept_import,
    send_discard_import,
    download_import_errors,
    download_export,
]
