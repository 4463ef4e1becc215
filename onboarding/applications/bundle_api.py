"""Applying to several organisers at once, over the API."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, delete, get, patch, post, put
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, JSONBody

from marketplace.kernel.actors import PROVIDER_ROLES, Role
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language, Text, message, translate
from marketplace.web.idempotency import idempotent
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller, allow
from onboarding.applications import answering, attachments, bundles, submission
from onboarding.applications.answering import PageToSave
from onboarding.applications.asked_once import Asked, differences
from onboarding.applications.bundles import Bundle, NewBundle, Offer, Part
from onboarding.applications.schemas import ApplicationSummary, AttachmentView, Receipt, Scope, Source
from onboarding.rulebooks.requirements import QuestionType

AnyRequest = Request[Any, Any, Any]
TAG = "Onboarding"
PROVIDER = allow(*sorted(PROVIDER_ROLES))
PROVIDER_ADMIN = allow(Role.PROVIDER_ADMIN)
MINE = "/api/v1/provider/application-bundles"
ONE = f"{MINE}/{{bundle_id:uuid}}"


class OfferList(msgspec.Struct, frozen=True):
    items: list[Offer]


class MissingOut(msgspec.Struct, frozen=True):
    """Something that keeps an application from being sent: the slot or field, and what is wrong in words."""

    field: str
    message: str


class MemberOut(msgspec.Struct, frozen=True, kw_only=True):
    """One application of a bundle. ``changes``: what its rulebook asks otherwise than when it was last seen."""

    application: ApplicationSummary
    rulebook_id: UUID
    rulebook_number: int
    declaration: Text
    is_ready: bool
    missing: list[MissingOut]
    changes: list[str]


class OrganisersTerms(msgspec.Struct, frozen=True, kw_only=True):
    """One organiser's own terms for a question that several ask."""

    application_id: UUID
    terms: list[str]
    rule: Text | None


class QuestionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A question, asked once. ``name`` is its key in answers; ``slots`` where the answer goes, by application.

    ``unread``: what was typed and could not be taken as an answer.
    """

    name: str
    type: QuestionType
    text: Text
    required: bool
    choices: list[str]
    answer: str | int | bool | None
    source: Source | None
    unread: str | None
    files: list[AttachmentView]
    slots: dict[str, str]
    differences: list[OrganisersTerms]


class QuestionPageOut(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    title: Text
    questions: list[QuestionOut]


class BundleOut(msgspec.Struct, frozen=True, kw_only=True):
    """Applications that are filled in together. ``edits`` goes with the answers that are saved next."""

    id: UUID
    edits: int
    members: list[MemberOut]
    sent: list[ApplicationSummary]
    pages: list[QuestionPageOut]
    minutes_left: int
    closes_on: date | None
    changed_by: str | None
    changed_at: datetime | None


class SavedOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was saved. ``problems``: answers that could not be taken (by all); they are kept as they were typed."""

    problems: list[MissingOut]
    bundle: BundleOut


class OrganiserToAdd(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    organiser_id: UUID


class RulebookSeen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rulebook_id: UUID


class SendingOfSeveral(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which applications are sent. ``rulebook_ids``: the versions that were read before declaring, if they shall count."""

    application_ids: list[UUID]
    declared: bool
    rulebook_ids: list[UUID] = []


class ReceiptList(msgspec.Struct, frozen=True):
    items: list[Receipt]


class FileForQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A file for a question by its name: PDF, JPEG or PNG of at most 10 MB. ``issued_on``: the date on the document."""

    question: str = ""
    issued_on: date | None = None
    file: UploadFile | None = None


class AttachedToBundle(msgspec.Struct, frozen=True):
    """``refused``: who of the organisers does not take the file, and why."""

    refused: str | None
    bundle: BundleOut


def bundle_out(bundle: Bundle, language: Language) -> BundleOut:
    """A bundle, with what is told in the reader's language."""
    return BundleOut(
        id=bundle.id, edits=bundle.edits, sent=list(bundle.sent), minutes_left=bundle.minutes_left,
        closes_on=bundle.closes_on, members=[_member(each, language) for each in bundle.parts],
        pages=[
            QuestionPageOut(
                key=each.key, title=each.title, questions=[_question(bundle, asked, language) for asked in each.asked]
            )
            for each in bundle.pages
        ],
        changed_by=bundle.changed.who if bundle.changed else None,
        changed_at=bundle.changed.when if bundle.changed else None,
    )  # fmt: skip


def _member(part: Part, language: Language) -> MemberOut:
    return MemberOut(
        application=part.summary, rulebook_id=part.filling.rulebook.id, rulebook_number=part.filling.rulebook.number,
        declaration=part.filling.rulebook.content.declaration, is_ready=part.is_ready,
        missing=[MissingOut(each.field, translate(each.message, language)) for each in part.lacking],
        changes=[f"{each.change}: {translate(each.subject, language)}" for each in part.news],
    )  # fmt: skip


def _question(bundle: Bundle, asked: Asked, language: Language) -> QuestionOut:
    question = asked.question
    return QuestionOut(
        name=asked.name, type=question.type, text=question.text, required=asked.is_required,
        choices=[each.value for each in question.choices], answer=bundle.answer_to(asked),
        source=bundle.source_of(asked), unread=bundle.unread_of(asked), files=bundle.files_of(asked),
        slots={str(each.application_id): each.slot.key for each in asked.members},
        differences=[
            OrganisersTerms(
                application_id=each.application_id, terms=[translate(text, language) for text in each.terms], rule=each.rule
            )
            for each in differences(asked)
        ],
    )  # fmt: skip


@get("/api/v1/provider/organisers-to-apply-to", guards=[PROVIDER], tags=[TAG])
async def list_organisers_to_apply_to() -> OfferList:
    """The organisers that take applications: what each asks, and how long it takes to decide."""
    return OfferList(await bundles.offers())


@post(MINE, guards=[PROVIDER_ADMIN], tags=[TAG])
async def start_bundle(request: AnyRequest, actor: Caller, data: JSONBody[NewBundle]) -> BundleOut:
    """Begins a draft to each of the organisers, to be filled in together. Each gets of the scope what it takes."""

    async def work() -> UUID:
        return await bundles.start_bundle(actor, data)

    return await _shown(request, actor, await idempotent(request, work, UUID))


async def _shown(request: AnyRequest, actor: Caller, bundle_id: UUID) -> BundleOut:
    return bundle_out(await bundles.bundle_for_applicant(actor, bundle_id), request.user.language)


@get(ONE, guards=[PROVIDER], tags=[TAG])
async def show_bundle(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID]) -> BundleOut:
    """A bundle: its applications, each question once with its answer, and what is missing."""
    return await _shown(request, actor, bundle_id)


@put(f"{ONE}/scope", guards=[PROVIDER_ADMIN], tags=[TAG])
async def save_bundle_scope(
    request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID], data: JSONBody[Scope]
) -> BundleOut:
    """Chooses services, municipalities and units: each application gets what its organiser takes."""
    await bundles.save_bundle_scope(actor, bundle_id, data)
    return await _shown(request, actor, bundle_id)


@patch(f"{ONE}/answers", guards=[PROVIDER_ADMIN], tags=[TAG])
async def save_bundle_answers(
    request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID], data: JSONBody[PageToSave]
) -> SavedOut:
    """Saves answers to every application that they concern; what cannot be taken is kept as it was typed, and told.

    With `edits`, an answer that a colleague has changed since is refused with 409, naming both.
    """

    async def work() -> list[MissingOut]:
        saved = await answering.save_page(actor, bundle_id, data)
        return [MissingOut(each.field, translate(each.message, request.user.language)) for each in saved.problems]

    problems = await idempotent(request, work, list[MissingOut])
    return SavedOut(problems=problems, bundle=await _shown(request, actor, bundle_id))


@post(f"{ONE}/attachments", guards=[PROVIDER_ADMIN], tags=[TAG], request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def attach_file_to_bundle(
    request: AnyRequest,
    actor: Caller,
    bundle_id: FromPath[UUID],
    data: Annotated[FileForQuestion, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> AttachedToBundle:
    """Adds a file to a question of every application that asks it, where its organiser takes a file of this age."""
    if data.file is None:
        raise Invalid.field("file", message("Choose a file."))
    content = await data.file.read()
    refused = await attachments.attach_to_all(
        actor, bundle_id, data.question, data.file.filename, content, data.issued_on
    )
    told = translate(refused, request.user.language) if refused else None
    return AttachedToBundle(told, await _shown(request, actor, bundle_id))


@delete(f"{ONE}/files/{{file_id:uuid}}", guards=[PROVIDER_ADMIN], tags=[TAG])
async def remove_file_from_bundle(actor: Caller, bundle_id: FromPath[UUID], file_id: FromPath[UUID]) -> None:
    """Takes a file out of every application of the bundle."""
    await attachments.remove_from_all(actor, bundle_id, file_id)


@post(f"{ONE}/organisers", guards=[PROVIDER_ADMIN], tags=[TAG])
async def add_organiser_to_bundle(
    request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID], data: JSONBody[OrganiserToAdd]
) -> BundleOut:
    """Applies to one more organiser; what it asks like the others is answered already."""

    async def work() -> UUID:
        return await bundles.add_organiser(actor, bundle_id, data.organiser_id)

    await idempotent(request, work, UUID)
    return await _shown(request, actor, bundle_id)


@delete(f"{ONE}/applications/{{application_id:uuid}}", guards=[PROVIDER_ADMIN], tags=[TAG])
async def drop_application_from_bundle(
    actor: Caller, bundle_id: FromPath[UUID], application_id: FromPath[UUID]
) -> None:
    """Gives up the application to one organiser before it is sent; the others stay."""
    await bundles.drop_organiser(actor, bundle_id, application_id)


@put(
    "/api/v1/provider/applications/{application_id:uuid}/rulebook", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=204
)
async def accept_new_rulebook(actor: Caller, application_id: FromPath[UUID], data: JSONBody[RulebookSeen]) -> None:
    """Takes note of the rulebook that is in force now in place of the one under which a draft was begun."""
    await bundles.accept_rulebook(actor, application_id, data.rulebook_id)


@post(f"{ONE}/submit", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=200)
async def submit_bundle(
    request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID], data: JSONBody[SendingOfSeveral]
) -> ReceiptList:
    """Sends several applications, all or none. Errors are named `<application>/<slot>`."""

    async def work() -> list[Receipt]:
        return await submission.submit_bundle(
            actor, bundle_id, data.application_ids, declared=data.declared, rulebook_ids=data.rulebook_ids
        )

    return ReceiptList(await idempotent(request, work, list[Receipt]))


@post(f"{ONE}/withdraw", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=200)
async def withdraw_bundle(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID]) -> ReceiptList:
    """Gives up all drafts of a bundle. What was sent already stays sent."""
    await bundles.bundle_for_applicant(actor, bundle_id)

    async def work() -> list[Receipt]:
        return await submission.withdraw_bundle(actor, bundle_id)

    return ReceiptList(await idempotent(request, work, list[Receipt]))


ROUTES = [
    list_organisers_to_apply_to, start_bundle, show_bundle, save_bundle_scope, save_bundle_answers,
    attach_file_to_bundle, remove_file_from_bundle, add_organiser_to_bundle, drop_application_from_bundle,
    accept_new_rulebook, submit_bundle, withdraw_bundle,
]  # fmt: skip
