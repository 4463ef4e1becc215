"""Decisions as pages for both sides, their documents, and the public page that says whether a document is genuine."""

from base64 import b64encode
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.accounts.browser_session import address_of
from marketplace.kernel.actors import ORGANISER_ROLES, PROVIDER_ROLES, Actor
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import label
from marketplace.web.forms import Form, read_query
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow, allow_anyone
from marketplace.web.templating import page, redirect
from onboarding.approvals.decision_book import decision_for, decisions_for
from onboarding.downloads import download
from onboarding.labels import class_names, municipality_names
from onboarding.review.decision_labels import OUTCOME_NAMES, OUTCOME_TONES, STATE_TONES
from onboarding.review.decision_out import DocumentProgress, progress_of
from onboarding.review.documents import document_of, picture_of, verify_address
from onboarding.review.letter import letter_of
from onboarding.review.verification import STATE_NAMES, read_code, verify

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
STAFF = allow(*sorted(ORGANISER_ROLES))
PARTY = allow(*sorted(PROVIDER_ROLES))
OURS, THEIRS = "/organiser/decisions", "/provider/decisions"
NOT_FOUND = 404

add_to_navigation(Desk.ORGANISER, message("Approval decisions"), OURS, order=22, roles=ORGANISER_ROLES)
add_to_navigation(Desk.PROVIDER, message("Approval decisions"), THEIRS, order=15)


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Where a list goes on."""

    after: Annotated[str, msgspec.Meta(max_length=100)] = ""


class CodeForm(msgspec.Struct, frozen=True, kw_only=True):
    """The code of a document, as it is printed beside its picture."""

    code: Annotated[str, msgspec.Meta(max_length=100), label(message("Code of the document"))] = ""


@get(OURS, guards=[STAFF], include_in_schema=False)
async def show_organiser_decisions(request: AnyRequest, actor: Caller) -> Response[str]:
    """The decisions of one's organiser, newest first."""
    return await _list(request, actor, OURS)


@get(THEIRS, guards=[PARTY], include_in_schema=False)
async def show_provider_decisions(request: AnyRequest, actor: Caller) -> Response[str]:
    """The decisions to one's provider, newest first."""
    return await _list(request, actor, THEIRS)


@get(f"{OURS}/{{decision_id:uuid}}", guards=[STAFF], include_in_schema=False)
async def show_organiser_decision(request: AnyRequest, actor: Caller, decision_id: FromPath[UUID]) -> Response[str]:
    """One decision in words, with its document."""
    return await _decision(request, actor, decision_id, OURS)


@get(f"{THEIRS}/{{decision_id:uuid}}", guards=[PARTY], include_in_schema=False)
async def show_provider_decision(request: AnyRequest, actor: Caller, decision_id: FromPath[UUID]) -> Response[str]:
    """One decision in words, with its document."""
    return await _decision(request, actor, decision_id, THEIRS)


@get(f"{OURS}/{{decision_id:uuid}}/document", guards=[STAFF], include_in_schema=False)
async def download_organiser_decision(actor: Caller, decision_id: FromPath[UUID]) -> Response[bytes]:
    """The PDF."""
    return download(*await document_of(actor, decision_id))


@get(f"{THEIRS}/{{decision_id:uuid}}/document", guards=[PARTY], include_in_schema=False)
async def download_provider_decision(actor: Caller, decision_id: FromPath[UUID]) -> Response[bytes]:
    """The PDF."""
    return download(*await document_of(actor, decision_id))


@get("/organiser/applications/{application_id:uuid}/decision", guards=[STAFF], include_in_schema=False)
async def go_to_organiser_decision(actor: Caller, application_id: FromPath[UUID]) -> Redirect:
    """From an application to its decision."""
    return await _go(actor, application_id, OURS)


@get("/provider/applications/{application_id:uuid}/decision", guards=[PARTY], include_in_schema=False)
async def go_to_provider_decision(actor: Caller, application_id: FromPath[UUID]) -> Redirect:
    """From an application to its decision."""
    return await _go(actor, application_id, THEIRS)


@get("/verify", guards=[allow_anyone], include_in_schema=False)
async def ask_code(request: AnyRequest) -> Page:
    """Asks for the code of a document, for those who have no camera at hand."""
    form = read_query(request, CodeForm)
    code = read_code(form.data.code) if form.ok else ""
    if code:
        return redirect(f"/verify/{code[:40]}")
    return page(request, "review/verify_ask.html", form=form, unknown="")


@get("/verify/{code:str}", guards=[allow_anyone], include_in_schema=False)
async def show_verification(request: AnyRequest, code: FromPath[str]) -> Response[str]:
    """Whether the document is genuine, and what holds today."""
    try:
        found = await verify(code, address=address_of(request))
    except NotFound:
        form = Form(CodeForm, {"code": [code[:40]]})
        return page(request, "review/verify_ask.html", form=form, unknown=code[:40], status_code=NOT_FOUND)
    return page(
        request, "review/verify.html", found=found, state_names=STATE_NAMES, tones=STATE_TONES, class_names=class_names,
        municipality_names=municipality_names, outcome_names=OUTCOME_NAMES,
    )  # fmt: skip


async def _list(request: AnyRequest, actor: Actor, base: str) -> Response[str]:
    form = read_query(request, ListQuery)
    found = await decisions_for(actor, after=form.data.after if form.ok else "")
    return page(
        request, "review/decisions.html", found=found, base=base, is_ours=base == OURS, outcome_names=OUTCOME_NAMES,
        tones=OUTCOME_TONES,
    )  # fmt: skip


async def _decision(request: AnyRequest, actor: Actor, decision_id: UUID, base: str) -> Response[str]:
    decision = await decision_for(actor, decision_id)
    letter = letter_of(decision, verify_address(decision.code))
    progress = progress_of(decision)
    return page(
        request, "review/decision.html", decision=decision, letter=letter, base=base, is_ours=base == OURS,
        picture=b64encode(picture_of(letter).encode()).decode(),
        is_made=progress is DocumentProgress.MADE, is_failing=progress is DocumentProgress.FAILING,
    )  # fmt: skip


async def _go(actor: Actor, application_id: UUID, base: str) -> Redirect:
    found = (await decisions_for(actor, application_id=application_id)).items
    if not found:
        raise NotFound
    return redirect(f"{base}/{found[-1].id}")


PAGES = [
    show_organiser_decisions,
    show_provider_decisions,
    show_organiser_decision,
    show_provider_decision,
    download_organiser_decision,
    download_provider_decision,
    go_to_organiser_decision,
    go_to_provider_decision,
    ask_code,
    show_verification,
]
