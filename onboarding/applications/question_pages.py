"""The pages of questions: each thing asked once, saved as it is, and merged where two colleagues wrote at once."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import PROVIDER_ROLES, Actor, Role
from marketplace.kernel.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.kernel.scanning import is_scanning
from marketplace.web.forms import Form, read_form
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from marketplace.web.wording import NOT_DATE
from onboarding.applications import answering, attachments, bundles
from onboarding.applications.answering import PageToSave
from onboarding.applications.asked_once import Asked, AskedPage
from onboarding.applications.bundles import Bundle
from onboarding.applications.page_forms import (
    AnyForm,
    answers_in,
    as_typed,
    form_of,
    issued_field,
    typed_date,
    uploads_in,
)
from onboarding.applications.page_parts import bundle_path, sections_of, sent_of
from onboarding.applications.writing import Collision, EditedMeanwhile
from onboarding.downloads import download
from onboarding.rulebooks.requirements import QuestionType

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
PROVIDER = allow(*sorted(PROVIDER_ROLES))
ADMIN = allow(Role.PROVIDER_ADMIN)
INVALID = 422
ONE = "/provider/applications/drafts/{bundle_id:uuid}"


@get(f"{ONE}/questions/{{key:str}}", guards=[ADMIN], include_in_schema=False)
async def show_questions(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID], key: FromPath[str]) -> Page:
    """One page of questions with the answers given so far."""
    bundle = await bundles.bundle_for_applicant(actor, bundle_id)
    if not bundle.parts:
        return redirect(bundle_path(bundle_id))
    return _first_view(request, bundle, _page(bundle, key))


def _first_view(request: AnyRequest, bundle: Bundle, shown: AskedPage) -> Response[str]:
    sent, errors = sent_of(bundle, shown)
    form = form_of(sent)
    form.errors = errors
    return _questions_page(request, bundle, shown, form)


@post(
    f"{ONE}/questions/{{key:str}}",
    guards=[ADMIN],
    include_in_schema=False,
    request_max_body_size=UPLOAD_BODY_LIMIT_BYTES,
)
async def send_questions(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID], key: FromPath[str]) -> Page:
    """Saves the answers and files of a page as they are; what is missing is told only when the application is sent."""
    bundle = await bundles.bundle_for_applicant(actor, bundle_id)
    if not bundle.parts:
        raise Conflict(message("This application can no longer be changed."), code="application_closed_for_changes")
    shown = _page(bundle, key)
    form = await read_form(request, AnyForm)
    notes = await _attach(actor, bundle_id, shown, form)
    try:
        await _save(actor, bundle_id, shown, form)
    except EditedMeanwhile as meanwhile:
        form.failed(meanwhile)
        return await _merge_page(request, actor, shown, form, meanwhile, bundle_id)
    except Invalid as invalid:
        form.failed(invalid)
    after = await bundles.bundle_for_applicant(actor, bundle_id)
    if not form.ok:
        return _questions_page(request, after, _same(after, shown), form, status_code=INVALID)
    for note in notes:
        flash(request, note)
    return redirect(_next(after, shown, form))


def _same(bundle: Bundle, shown: AskedPage) -> AskedPage:
    """The page as it is asked now; as it was, where another answer has hidden all of it."""
    there = {each.id for each in bundle.parts}
    if any(member.application_id not in there for each in shown.asked for member in each.members):
        raise Conflict(message("A colleague has sent one of these applications meanwhile. Look at the draft again."))
    return next((each for each in bundle.pages if each.key == shown.key), shown)


def _page(bundle: Bundle, key: str) -> AskedPage:
    found = next((each for each in bundle.pages if each.key == key), None)
    if found is None:
        raise NotFound
    return found


async def _attach(actor: Actor, bundle_id: UUID, shown: AskedPage, form: Form[AnyForm]) -> list[Message]:
    """Files are kept even where an answer beside them is wrong: nobody should have to look for them twice."""
    notes: list[Message] = []
    for each in shown.asked:
        uploads = uploads_in(each.name, form) if each.question.type is QuestionType.ATTACHMENT else []
        issued = typed_date(form.value(issued_field(each.name)))
        if uploads and isinstance(issued, str):
            form.failed(Invalid.field(issued_field(each.name), NOT_DATE))
            continue
        for upload in uploads:
            try:
                content = await upload.read()
                note = await attachments.attach_to_all(actor, bundle_id, each.name, upload.filename, content, issued if isinstance(issued, date) else None)  # fmt: skip
                notes += [note] if note else []
            except DomainError as error:
                form.failed(_at_its_field(each, error))
    return notes


def _at_its_field(asked: Asked, error: DomainError) -> Invalid:
    """A file that is too old is told beside its date."""
    if error.code == "attachment_too_old" and isinstance(error, Invalid):
        return Invalid.field(issued_field(asked.name), error.fields[0].message)
    return Invalid.field(asked.name, error.fields[0].message if isinstance(error, Invalid) else error.message)


async def _save(actor: Actor, bundle_id: UUID, shown: AskedPage, form: Form[AnyForm]) -> None:
    """Saves what was answered; what could not be taken is kept and told at its field."""
    fields = [each for each in shown.asked if each.name in form.all("shown")]
    answers = answers_in(fields, form)
    for name in form.all("merging"):
        choice = form.value(f"merge.{name}")
        if choice not in {"mine", "theirs"}:
            form.failed(Invalid.field(f"merge.{name}", message("Choose which answer stays.")))
        if choice != "mine":
            answers.pop(name, None)
    edits = form.value("edits")
    saved = await answering.save_page(
        actor, bundle_id, PageToSave(answers=answers, edits=int(edits[:9]) if edits.isdecimal() else None)
    )
    if saved.problems:
        form.failed(Invalid(saved.problems))


async def _merge_page(
    request: AnyRequest,
    actor: Actor,
    sent: AskedPage,
    form: Form[AnyForm],
    meanwhile: EditedMeanwhile,
    bundle_id: UUID,
) -> Response[str]:
    """Both answers side by side. What the colleague changed and this person did not is shown as the colleague left it."""
    bundle = await bundles.bundle_for_applicant(actor, bundle_id)
    shown = _same(bundle, sent)
    for each in shown.asked:
        if each.name in meanwhile.unseen:
            form.sent[each.name] = [as_typed(meanwhile.unseen[each.name], each.question)]
    form.errors = {
        (f"merge.{name}" if name in {each.name for each in meanwhile.collisions} else name): text
        for name, text in form.errors.items()
    }
    collisions = {each.name: each for each in meanwhile.collisions}
    return _questions_page(request, bundle, shown, form, collisions=collisions, status_code=meanwhile.status)


def _next(bundle: Bundle, shown: AskedPage, form: Form[AnyForm]) -> str:
    """The next page: this one again after adding a file or where answers brought up new questions, else the following."""
    base, keys = bundle_path(bundle.id), [each.key for each in bundle.pages]
    is_new = any(each.name not in form.all("shown") for each in _same(bundle, shown).asked)
    if "attach" in form.sent or (is_new and "later" not in form.sent):
        return f"{base}/questions/{shown.key}"
    if "later" in form.sent:
        return base
    following = keys[keys.index(shown.key) + 1 :] if shown.key in keys else []
    return f"{base}/questions/{following[0]}" if following else f"{base}/check"


def _questions_page(
    request: AnyRequest,
    bundle: Bundle,
    shown: AskedPage,
    form: Form[Any],
    *,
    collisions: Mapping[str, Collision] | None = None,
    status_code: int = 200,
) -> Response[str]:
    language = request.user.language
    return page(
        request, "applications/questions.html", form=form, bundle=bundle, page=shown, types=QuestionType,
        sections=sections_of(bundle, shown, language, collisions or {}), base=bundle_path(bundle.id),
        is_scanning=is_scanning(), issued_field=issued_field, status_code=status_code,
    )  # fmt: skip


@post(f"{ONE}/files/{{file_id:uuid}}/remove", guards=[ADMIN], include_in_schema=False)
async def remove_file(
    request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID], file_id: FromPath[UUID]
) -> Redirect:
    """Takes a file out and shows its questions again."""
    slot = await attachments.remove_from_all(actor, bundle_id, file_id)
    flash(request, message("The file was removed."))
    bundle = await bundles.bundle_for_applicant(actor, bundle_id)
    keys = [each.key for each in bundle.pages if any(m.slot.key == slot for asked in each.asked for m in asked.members)]
    return redirect(f"{bundle_path(bundle_id)}/questions/{keys[0]}" if keys else bundle_path(bundle_id))


@get(f"{ONE}/files/{{file_id:uuid}}", guards=[PROVIDER], include_in_schema=False)
async def show_attachment(actor: Caller, bundle_id: FromPath[UUID], file_id: FromPath[UUID]) -> Response[bytes]:
    """A file of the draft."""
    return download(*await attachments.file_of_bundle(actor, bundle_id, file_id))


PAGES = [show_questions, send_questions, remove_file, show_attachment]
