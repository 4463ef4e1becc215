"""The pages of a provider's profile: a task list, and a page for each section. They work without a script."""

from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import PROVIDER_ROLES, Actor, Role
from marketplace.kernel.errors import DomainError, Invalid
from marketplace.kernel.i18n import message
from marketplace.web.forms import Form, empty_form, filled_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.downloads import download
from onboarding.providers import bank_accounts, certificates, payout_accounts, profile_editing
from onboarding.providers.page_forms import CertificateForm
from onboarding.providers.profile import (
    CERTIFICATE_ROWS,
    CONTACTS,
    CONTENTS,
    INSURANCES,
    SUBCONTRACTORS,
    UNITS,
    Rows,
    contents_of,
    own_profile,
)
from onboarding.providers.profile_editing import ChangedMeanwhile
from onboarding.providers.profile_schemas import SECTION_NAMES, Certificate, Edit, Section, SectionState
from onboarding.providers.profile_states import states_of
from onboarding.providers.profile_words import content_in_words, options_of, row_in_words
from onboarding.scoping import REVIEWING, administered_provider

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect

ADMIN = allow(Role.PROVIDER_ADMIN)
PROVIDER = allow(*sorted(PROVIDER_ROLES))
REVIEWER = allow(*sorted(REVIEWING))
PROFILE = "/provider/profile"

ROWS: dict[Section, Rows[Any]] = {
    rows.section: rows for rows in (CONTACTS, UNITS, INSURANCES, CERTIFICATE_ROWS, SUBCONTRACTORS)
}
LISTS = [f"{PROFILE}/{section.value}" for section in ROWS]
SINGLES = [f"{PROFILE}/{section.value}" for section in CONTENTS if section not in ROWS]
ADDS = [f"{path}/add" for path in LISTS]
ROW_PAGES = [f"{path}/{{row_id:uuid}}" for path in LISTS]

add_to_navigation(Desk.PROVIDER, message("Profile"), PROFILE, order=5, roles=frozenset({Role.PROVIDER_ADMIN}))


@get(PROFILE, guards=[ADMIN], include_in_schema=False)
async def show_profile(request: AnyRequest, actor: Caller) -> Response[str]:
    """The task list of the profile: what is done and what is missing."""
    profile, states = await own_profile(actor), await section_states(actor)
    return page(
        request, "providers/profile.html", provider=profile.provider, states=states, names=SECTION_NAMES,
        paths={section: path_of(section) for section in Section}, done=sum(1 for state in states if state.is_done),
    )  # fmt: skip


async def section_states(actor: Actor) -> list[SectionState]:
    """How complete the actor's profile is, its payout account included."""
    account = await payout_accounts.my_stripe_account(actor)
    has_account = bool(account and account.stripe_account_id) or await bank_accounts.my_bank_account(actor) is not None
    return states_of(await own_profile(actor), has_account=has_account)


def path_of(section: Section) -> str:
    """The page of a section."""
    return "/provider/payout-account" if section is Section.PAYOUT_ACCOUNT else f"{PROFILE}/{section.value}"


def section_in(request: AnyRequest) -> Section:
    return Section(request.url.path.split("/")[3])


@get(LISTS, guards=[ADMIN], include_in_schema=False)
async def show_rows(request: AnyRequest, actor: Caller) -> Response[str]:
    """The rows of a section, each with its links to change and remove it."""
    section, provider_id = section_in(request), administered_provider(actor)
    rows = await ROWS[section].of(provider_id)
    contents = await contents_of(provider_id, [section])
    return page(
        request, "providers/profile_rows.html", name=SECTION_NAMES[section], base=path_of(section), back=PROFILE,
        rows=[(row.id, row_in_words(row, actor.language)) for row in rows], section=section,
        has_files=section is Section.CERTIFICATES, is_none_said=_is_none_said(contents.get(section)),
    )  # fmt: skip


def _is_none_said(content: Edit | None) -> bool:
    return getattr(content, "is_used", True) is False


@post([f"{PROFILE}/{Section.SUBCONTRACTORS.value}"], guards=[ADMIN], include_in_schema=False)
async def say_no_subcontractors(request: AnyRequest, actor: Caller) -> Page:
    """The button "we use none"."""
    form = await read_form(request, CONTENTS[Section.SUBCONTRACTORS])
    await profile_editing.save_section(actor, Section.SUBCONTRACTORS, form.data)
    flash(request, message("Saved."))
    return redirect(path_of(Section.SUBCONTRACTORS))


@get(SINGLES, guards=[ADMIN], include_in_schema=False)
async def show_section(request: AnyRequest, actor: Caller) -> Response[str]:
    """A section that is one page of answers."""
    section = section_in(request)
    known = (await contents_of(administered_provider(actor), [section])).get(section)
    return _form_page(request, section, filled_form(known) if known else _new_form(section))


def _new_form(section: Section) -> Form[Any]:
    """An empty form that knows that nothing was saved yet."""
    form: Form[Any] = empty_form(CONTENTS[section])
    form.sent["version"] = ["0"]
    return form


@post(SINGLES, guards=[ADMIN], include_in_schema=False)
async def send_section(request: AnyRequest, actor: Caller) -> Page:
    """Keeps the answers of a section."""
    section = section_in(request)
    form: Form[Any] = await read_form(request, CONTENTS[section])
    try:
        await profile_editing.save_section(actor, section, form.data)
    except ChangedMeanwhile as error:
        form.failed(error)
        saved = (await contents_of(administered_provider(actor), [section])).get(section)
        form.sent["version"] = [str(saved.version if saved else 0)]
        now_saved = content_in_words(saved, actor.language)
        return _form_page(request, section, form, saved=now_saved, status_code=error.status)
    except DomainError as error:
        form.failed(error)
        return _form_page(request, section, form, status_code=error.status)
    flash(request, message("{section}: saved.", section=SECTION_NAMES[section]))
    return redirect(PROFILE)


@get(ADDS, guards=[ADMIN], include_in_schema=False)
async def show_addition(request: AnyRequest) -> Response[str]:
    """An empty form for a new row."""
    section = section_in(request)
    form = empty_form(_form_type(section))
    if section is Section.UNITS:
        form.sent["is_open"] = ["true"]
    return _form_page(request, section, form, is_new=True)


@post(ADDS, guards=[ADMIN], include_in_schema=False, request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def send_addition(request: AnyRequest, actor: Caller) -> Page:
    """Adds a row."""
    section = section_in(request)
    form: Form[Any] = await read_form(request, _form_type(section))
    try:
        _need_file(section, form)
        await _added(request, actor, section, form)
    except DomainError as error:
        form.failed(error)
        return _form_page(request, section, form, is_new=True, status_code=error.status)
    flash(request, message("{section}: added.", section=SECTION_NAMES[section]))
    return redirect(path_of(section))


def _need_file(section: Section, form: Form[Any]) -> None:
    """Said together with whatever else is wrong."""
    if section is Section.CERTIFICATES and not any(isinstance(each, UploadFile) for each in form.sent.get("file", [])):
        form.failed(Invalid.field("file", message("Choose a file.")))


async def _added(request: AnyRequest, actor: Actor, section: Section, form: Form[Any]) -> None:
    if section is Section.CERTIFICATES:
        edit, name, content = await _certificate(form)
        await certificates.add_certificate(actor, edit, name, content)
        return
    rows, edit = ROWS[section], form.data

    async def work() -> msgspec.Struct:
        return cast("msgspec.Struct", await profile_editing.add_row(actor, rows, edit))

    await idempotent(request, work, rows.view)


async def _certificate(form: Form[Any]) -> tuple[Certificate, str, bytes]:
    data: CertificateForm = form.data
    edit = Certificate(**{name: getattr(data, name) for name in Certificate.__struct_fields__})
    return edit, data.file.filename if data.file else "", await data.file.read() if data.file else b""


@get(ROW_PAGES, guards=[ADMIN], include_in_schema=False)
async def show_row(request: AnyRequest, actor: Caller, row_id: FromPath[UUID]) -> Response[str]:
    """A row for changing."""
    section = section_in(request)
    row = await ROWS[section].one(administered_provider(actor), row_id)
    return _form_page(request, section, _form_of(section, row), row_id=row_id)


def _form_of(section: Section, row: msgspec.Struct) -> Form[Any]:
    edit = ROWS[section].edit
    return filled_form(edit(**{name: getattr(row, name) for name in edit.__struct_fields__}))


@post(ROW_PAGES, guards=[ADMIN], include_in_schema=False, request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def send_row(request: AnyRequest, actor: Caller, row_id: FromPath[UUID]) -> Page:
    """Changes a row."""
    section = section_in(request)
    form: Form[Any] = await read_form(request, _form_type(section))
    try:
        await _changed(actor, section, row_id, form)
    except ChangedMeanwhile as error:
        form.failed(error)
        saved = await ROWS[section].one(administered_provider(actor), row_id)
        form.sent["version"] = [str(saved.version)]
        now_saved = row_in_words(saved, actor.language).pairs
        return _form_page(request, section, form, row_id=row_id, saved=now_saved, status_code=error.status)
    except DomainError as error:
        form.failed(error)
        return _form_page(request, section, form, row_id=row_id, status_code=error.status)
    flash(request, message("{section}: saved.", section=SECTION_NAMES[section]))
    return redirect(path_of(section))


async def _changed(actor: Actor, section: Section, row_id: UUID, form: Form[Any]) -> None:
    if section is Section.CERTIFICATES:
        await certificates.replace_certificate(actor, row_id, *await _certificate(form))
    else:
        await profile_editing.change_row(actor, ROWS[section], row_id, form.data)


@post([f"{path}/remove" for path in ROW_PAGES], guards=[ADMIN], include_in_schema=False)
async def send_removal(request: AnyRequest, actor: Caller, row_id: FromPath[UUID]) -> Page:
    """Takes a row out."""
    section = section_in(request)
    if section is Section.CERTIFICATES:
        await certificates.remove_certificate(actor, row_id)
    else:
        await profile_editing.remove_row(actor, ROWS[section], row_id)
    flash(request, message("{section}: removed.", section=SECTION_NAMES[section]))
    return redirect(path_of(section))


def _form_type(section: Section) -> type[Any]:
    return CertificateForm if section is Section.CERTIFICATES else ROWS[section].edit


def _form_page(
    request: AnyRequest, section: Section, form: Form[Any], *, status_code: int = 200, **shown: Any
) -> Response[str]:
    context = {"is_new": False, "row_id": None, "saved": (), **shown}
    path = path_of(section)
    return page(
        request, "providers/profile_form.html", form=form, section=section.value, name=SECTION_NAMES[section],
        action=request.url.path, back=path if section in ROWS else PROFILE, has_rows=section in ROWS,
        options=options_of(request.user.language), status_code=status_code, **context,
    )  # fmt: skip


@get("/provider/certificates/{certificate_id:uuid}/file", guards=[PROVIDER], include_in_schema=False)
async def show_certificate(actor: Caller, certificate_id: FromPath[UUID]) -> Response[bytes]:
    """The file of one's own certificate."""
    return download(*await certificates.certificate_content(actor, certificate_id))


@get("/organiser/certificates/{certificate_id:uuid}/file", guards=[REVIEWER], include_in_schema=False)
async def show_applicants_certificate(actor: Caller, certificate_id: FromPath[UUID]) -> Response[bytes]:
    """The file of a certificate of a provider that has applied here."""
    return download(*await certificates.certificate_content(actor, certificate_id))


PAGES = [
    show_profile, show_rows, say_no_subcontractors, show_section, send_section, show_addition, send_addition, show_row,
    send_row, send_removal, show_certificate, show_applicants_certificate,
]  # fmt: skip
