"""The organiser's pages of its rulebook: what is in force, to come and past, the draft's beginning and end, files."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.kernel.i18n import Language, message
from marketplace.web.forms import Form, empty_form, filled_form, read_form, read_query
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller
from marketplace.web.templating import FlashKind, flash, page, redirect
from onboarding.rulebooks import editor_pages, preview_pages, question_pages
from onboarding.rulebooks.differences import Change, Difference, differences
from onboarding.rulebooks.drafts import begin_draft, discard_draft, draft_of, save_draft
from onboarding.rulebooks.editing import ADMIN, BASE, DRAFT, INVALID, AnyRequest, Page
from onboarding.rulebooks.exchange import FileFormat, export_rulebook, import_rulebook
from onboarding.rulebooks.page_forms import EditForm, ImportForm
from onboarding.rulebooks.page_words import facts, place_of, service_name
from onboarding.rulebooks.requirements import ATTRIBUTES, RulebookContent
from onboarding.rulebooks.schemas import DraftView
from onboarding.rulebooks.states import VERSION_STATUS_NAMES, VersionStatus
from onboarding.rulebooks.versions import own_version, rulebook_versions, withdraw_version

TONES = {VersionStatus.IN_FORCE: "good", VersionStatus.SCHEDULED: "wait", VersionStatus.REPLACED: "quiet",
         VersionStatus.WITHDRAWN: "quiet"}  # fmt: skip
MEDIA_TYPES = {FileFormat.YAML: "application/yaml", FileFormat.JSON: "application/json"}
VERSION = f"{BASE}/versions/{{version_id:uuid}}"

add_to_navigation(Desk.ORGANISER, message("Rulebook"), BASE, order=30, roles=frozenset({Role.ORGANISER_ADMIN}))


@get(BASE, guards=[ADMIN], include_in_schema=False)
async def show_rulebook_overview(request: AnyRequest, actor: Caller) -> Response[str]:
    """The version in force, those to come, the draft, and all that were."""
    versions = await rulebook_versions(actor)
    return page(
        request, "rulebooks/overview.html", versions=versions, draft=await open_draft(actor), base=BASE, draft_base=DRAFT,
        in_force=next((each for each in versions if each.status is VersionStatus.IN_FORCE), None),
        scheduled=[each for each in versions if each.status is VersionStatus.SCHEDULED],
        status_names=VERSION_STATUS_NAMES, tones=TONES,
    )  # fmt: skip


async def open_draft(actor: Actor) -> DraftView | None:
    """The open draft of the actor's organiser, if there is one."""
    try:
        return await draft_of(actor)
    except NotFound:
        return None


@post(DRAFT, guards=[ADMIN], include_in_schema=False)
async def send_new_draft(actor: Caller) -> Redirect:
    """Begins a draft with a copy of the version published last; an open one is gone on with."""
    await begin_draft(actor)
    return redirect(DRAFT)


@get(f"{DRAFT}/discard", guards=[ADMIN], include_in_schema=False)
async def ask_discarding(request: AnyRequest, actor: Caller) -> Response[str]:
    """Asks whether the draft is really to be given up."""
    draft = await draft_of(actor)
    return page(
        request, "pages/confirm.html", heading=message("Discard the draft?"), button=message("Discard the draft"),
        text=message("Everything that was written in it is lost. Published versions stay as they are."),
        action=f"{DRAFT}/discard", back=DRAFT, danger=True, fields={"edit": draft.edit},
    )  # fmt: skip


@post(f"{DRAFT}/discard", guards=[ADMIN], include_in_schema=False)
async def send_discarding(request: AnyRequest, actor: Caller) -> Redirect:
    """Gives up the draft as it was seen."""
    form = await read_form(request, EditForm)
    try:
        await discard_draft(actor, form.data.edit)
    except Conflict as conflict:
        flash(request, conflict.message, FlashKind.NOTE)
        return redirect(DRAFT)
    flash(request, message("The draft was discarded."))
    return redirect(BASE)


@get(f"{BASE}/import", guards=[ADMIN], include_in_schema=False)
async def show_import(request: AnyRequest, actor: Caller) -> Response[str]:
    """Asks for a file."""
    return await _import_page(request, actor, empty_form(ImportForm))


@post(f"{BASE}/import", guards=[ADMIN], include_in_schema=False, request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def send_import(request: AnyRequest, actor: Caller) -> Page:
    """Puts a file in the place of the draft; whatever is wrong with it is told with its place."""
    form = await read_form(request, ImportForm)
    faults: list[tuple[str, Any]] = []
    if form.ok:
        try:
            await save_draft(actor, import_rulebook(await form.data.file.read()), form.data.edit)
        except Invalid as invalid:
            faults = [(each.field, each.message) for each in invalid.fields]
            form.failed(Invalid.field("file", message("The file is not a rulebook that can be used. See below.")))
        except DomainError as error:
            form.failed(error)
    if not form.ok:
        return await _import_page(request, actor, form, faults, status_code=INVALID)
    flash(request, message("The file is now the draft. Check it before you publish it."))
    return redirect(DRAFT)


async def _import_page(
    request: AnyRequest,
    actor: Actor,
    form: Form[ImportForm],
    faults: list[tuple[str, Any]] | None = None,
    *,
    status_code: int = 200,
) -> Response[str]:
    draft = await open_draft(actor)
    return page(
        request, "rulebooks/import.html", form=form, faults=faults or [], draft=draft, base=BASE,
        edit=draft.edit if draft else 0, status_code=status_code,
    )  # fmt: skip


@get(f"{DRAFT}/export", guards=[ADMIN], include_in_schema=False)
async def download_draft(actor: Caller, format: FromQuery[FileFormat] = FileFormat.YAML) -> Response[bytes]:  # noqa: A002
    """The draft as a file."""
    return _file((await draft_of(actor)).content, "draft", format)


@get(f"{VERSION}/export", guards=[ADMIN], include_in_schema=False)
async def download_version(
    actor: Caller,
    version_id: FromPath[UUID],
    format: FromQuery[FileFormat] = FileFormat.YAML,  # noqa: A002 - the name in the address
) -> Response[bytes]:
    """A version as a file."""
    version = await own_version(actor, version_id)
    return _file(version.content, f"v{version.number}", format)


def _file(content: RulebookContent, name: str, file_format: FileFormat) -> Response[bytes]:
    disposition = f'attachment; filename="rulebook-{name}.{file_format.value}"'
    return Response(
        export_rulebook(content, file_format),
        media_type=MEDIA_TYPES[file_format],
        headers={"content-disposition": disposition},
    )


@get(VERSION, guards=[ADMIN], include_in_schema=False)
async def show_version(request: AnyRequest, actor: Caller, version_id: FromPath[UUID]) -> Response[str]:
    """One version, whole, to read."""
    version, summaries = await own_version(actor, version_id), await rulebook_versions(actor)
    summary = next((each for each in summaries if each.id == version_id), None)
    if summary is None:
        raise NotFound
    return page(
        request, "rulebooks/version.html", version=version, summary=summary, base=BASE, facts=facts,
        service_name=service_name, attributes=ATTRIBUTES, status_names=VERSION_STATUS_NAMES, tones=TONES,
        can_withdraw=summary.status is VersionStatus.SCHEDULED and not summary.applications,
    )  # fmt: skip


@get(f"{VERSION}/withdraw", guards=[ADMIN], include_in_schema=False)
async def ask_withdrawal_of_version(request: AnyRequest, actor: Caller, version_id: FromPath[UUID]) -> Response[str]:
    """Asks whether a version that is to come is really to be taken back."""
    version = await own_version(actor, version_id)
    return page(
        request, "pages/confirm.html", heading=message("Withdraw version {number}?", number=version.number),
        button=message("Withdraw the version"),
        text=message("It was to come into force on {day}. Its number is not used again.", day=version.valid_from),
        action=f"{BASE}/versions/{version_id}/withdraw", back=f"{BASE}/versions/{version_id}", danger=True,
    )  # fmt: skip


@post(f"{VERSION}/withdraw", guards=[ADMIN], include_in_schema=False)
async def send_withdrawal_of_version(request: AnyRequest, actor: Caller, version_id: FromPath[UUID]) -> Redirect:
    """Takes back a version that is to come."""
    try:
        await withdraw_version(actor, version_id)
    except Conflict as conflict:
        flash(request, conflict.message, FlashKind.NOTE)
    else:
        flash(request, message("The version was withdrawn."))
    return redirect(BASE)


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions to hold against each other, by id; ``draft`` is the open draft."""

    before: Annotated[str, msgspec.Meta(max_length=40)] = ""
    after: Annotated[str, msgspec.Meta(max_length=40)] = ""


@get(f"{BASE}/differences", guards=[ADMIN], include_in_schema=False)
async def show_differences(request: AnyRequest, actor: Caller) -> Response[str]:
    """What changed from one version to another; from the one in force to the draft unless others are chosen."""
    versions, draft = await rulebook_versions(actor), await open_draft(actor)
    asked = read_query(request, Compared)
    chosen = asked.data if asked.ok else Compared()
    known = [str(each.id) for each in versions]
    in_force = next((str(each.id) for each in versions if each.status is VersionStatus.IN_FORCE), "")
    after = chosen.after or ("draft" if draft else next(iter(known), ""))
    before = chosen.before or (in_force if in_force != after else next(iter(known[1:]), after))
    found, content = None, None
    if before and after:
        content = await _content(actor, after)
        found = differences(await _content(actor, before), content)
    return page(
        request, "rulebooks/differences.html", form=filled_form(Compared(before=before, after=after)), found=found,
        versions=versions, draft=draft, base=BASE, draft_base=DRAFT, place=_placed(content, actor.language) if after == "draft" else None,
        is_draft=after == "draft", status_names=VERSION_STATUS_NAMES,
    )  # fmt: skip


def _placed(content: RulebookContent | None, language: Language) -> Callable[[Difference], str]:
    """Where a difference to the draft is edited; what was removed is nowhere."""

    def href(each: Difference) -> str:
        if content is None or each.change is Change.REMOVED:
            return ""
        return place_of(each.place, content, DRAFT, language).href

    return href


async def _content(actor: Actor, chosen: str) -> RulebookContent:
    if chosen == "draft":
        return (await draft_of(actor)).content
    try:
        version_id = UUID(chosen)
    except ValueError as error:
        raise NotFound from error
    return (await own_version(actor, version_id)).content


PAGES = [
    show_rulebook_overview,
    send_new_draft,
    ask_discarding,
    send_discarding,
    show_import,
    send_import,
    download_draft,
    download_version,
    show_version,
    ask_withdrawal_of_version,
    send_withdrawal_of_version,
    show_differences,
    *editor_pages.PAGES,
    *question_pages.PAGES,
    *preview_pages.PAGES,
]
