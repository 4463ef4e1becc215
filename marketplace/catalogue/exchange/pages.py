"""Pages on which a provider brings in a service of the Finnish Service Catalogue: look at it first, then make the draft."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile

from marketplace.catalogue.exchange.ptv import PtvImport
from marketplace.catalogue.exchange.services import MAX_BYTES, document_in, import_service, read_service
from marketplace.catalogue.sheets.differences import text_differences
from marketplace.catalogue.sheets.uploads import own_organisers
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import DomainError, Invalid
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import label
from marketplace.organisers.reference import service_class, service_classes
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
PROVIDER = allow(Role.PROVIDER_ADMIN)
BACK = "/provider/imports"
HERE = f"{BACK}/ptv"


class ServiceForm(msgspec.Struct):
    """A file with one service."""

    organiser_id: Annotated[UUID, label(message("Organiser"))]
    file: Annotated[UploadFile, label(message("File"))]
    service_class: str = ""


class DraftForm(msgspec.Struct):
    """The service that was looked at, to become a draft."""

    organiser_id: UUID
    document: Annotated[str, msgspec.Meta(max_length=MAX_BYTES)]
    service_class: str = ""


@get(HERE, guards=[PROVIDER], include_in_schema=False)
async def show_ptv_import(request: AnyRequest, actor: Caller) -> Response[str]:
    """The form to send a service."""
    return await _form_page(request, actor, empty_form(ServiceForm))


@post(HERE, guards=[PROVIDER], include_in_schema=False, request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def send_ptv_import(request: AnyRequest, actor: Caller) -> Response[str]:
    """Shows what the service would be as an offer. Nothing is stored."""
    form = await read_form(request, ServiceForm)
    if not form.ok:
        return await _form_page(request, actor, form, 422)
    try:
        content = await form.data.file.read()
        document = document_in(content)
        read = await read_service(actor, document, form.data.organiser_id, form.data.service_class or None)
    except Invalid as invalid:
        form.failed(invalid)
        return await _form_page(request, actor, form, 422)
    return _look_page(request, actor, form.data, msgspec.json.encode(document).decode(), read)


@post(f"{HERE}/draft", guards=[PROVIDER], include_in_schema=False, request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def send_ptv_draft(request: AnyRequest, actor: Caller) -> Response[Any]:
    """Makes the draft of the service that was looked at."""
    form = await read_form(request, DraftForm)
    if not form.ok:
        return await _form_page(request, actor, empty_form(ServiceForm), 422)
    sent = form.data

    async def work() -> UUID:
        document = document_in(sent.document.encode())
        saved, _ = await import_service(actor, document, sent.organiser_id, sent.service_class or None)
        return saved.id

    try:
        offer_id = await idempotent(request, work, UUID)
    except Invalid as error:
        return await _form_page(request, actor, _failed(error), 422)
    flash(request, message("The service is now a draft. Give it prices before you publish it."))
    return redirect(f"/provider/offers/{offer_id}")


def _failed(error: DomainError) -> Form[ServiceForm]:
    form = empty_form(ServiceForm)
    form.failed(error)
    return form


async def _form_page(
    request: AnyRequest, actor: Actor, form: Form[ServiceForm], status_code: int = 200
) -> Response[str]:
    organisers = [(str(each), name.in_language(actor.language)) for each, name in await own_organisers(actor)]
    classes = [(each.code, each.name.in_language(actor.language)) for each in service_classes()]
    return page(
        request, "exchange/ptv.html", form=form, organisers=organisers, classes=classes, here=HERE, back=BACK,
        status_code=status_code,
    )  # fmt: skip


def _look_page(request: AnyRequest, actor: Actor, sent: ServiceForm, document: str, read: PtvImport) -> Response[str]:
    return page(
        request, "exchange/ptv_look.html", read=read, sent=sent, document=document, here=HERE,
        texts=text_differences(None, read.draft, actor.language), service=service_class(read.draft.service_class).name,
    )  # fmt: skip


ROUTES = [show_ptv_import, send_ptv_import, send_ptv_draft]
