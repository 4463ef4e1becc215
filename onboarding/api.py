"""Onboarding over the API: the public register, and what a provider does until it is approved and can be paid."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, JSONBody, QueryParameter

from marketplace.kernel.actors import PROVIDER_ROLES, Role
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message
from marketplace.organisers.reference import is_municipality, is_service_class
from marketplace.stripe.values import OnboardingLink
from marketplace.web.idempotency import idempotent
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller, allow, allow_anyone, allow_signed_in
from onboarding import applications, approvals, attachments, companies, payout_accounts, providers, register, submission
from onboarding.answers_out import ApprovalOut, RegisterOut, register_out
from onboarding.business_ids import read_business_id
from onboarding.downloads import download
from onboarding.rulebooks import rulebook_in_force
from onboarding.schemas import (
    AnswersToSave,
    ApplicationSummary,
    ApplicationView,
    AttachmentView,
    BankAccount,
    CompanyFacts,
    ContactDetails,
    NewApplication,
    PayoutAccountView,
    ProviderRegistration,
    ProviderView,
    Receipt,
    RegisterQuery,
    RulebookVersionView,
    Scope,
    Submission,
    Words,
)

AnyRequest = Request[Any, Any, Any]
TAG = "Onboarding"
REGISTER_TAG = "Register"
PROVIDER = allow(*sorted(PROVIDER_ROLES))
PROVIDER_ADMIN = allow(Role.PROVIDER_ADMIN)
MINE = "/api/v1/provider/applications"


class CompanyFound(msgspec.Struct, frozen=True, kw_only=True):
    """A look-up in the business register. ``answered`` is false while the register is silent; then go on by hand."""

    business_id: str
    answered: bool
    facts: CompanyFacts | None


class ApplicationList(msgspec.Struct, frozen=True):
    items: list[ApplicationSummary]


class ApprovalList(msgspec.Struct, frozen=True):
    items: list[ApprovalOut]


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file for a question of the rulebook: PDF, JPEG or PNG of at most 10 MB."""

    question: str = ""
    file: UploadFile | None = None


@get("/api/v1/register", guards=[allow_anyone], tags=[REGISTER_TAG])
async def show_register(
    request: AnyRequest,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    organiser: FromQuery[UUID | None] = None,
    municipality: Annotated[str, QueryParameter(max_length=10)] = "",
    service_class: Annotated[str, QueryParameter(max_length=40)] = "",
    business_id: Annotated[str, QueryParameter(max_length=20)] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
    after: Annotated[str, QueryParameter(max_length=400)] = "",
) -> RegisterOut:
    """The public register of approved providers, by name. `after` takes the `next` of the page before."""
    if municipality and not is_municipality(municipality):
        raise Invalid.field(
            "municipality", message("There is no municipality with the code {code}.", code=municipality)
        )
    if service_class and not is_service_class(service_class):
        raise Invalid.field("service_class", message("There is no service class with the code {code}.", code=service_class))  # fmt: skip
    query = RegisterQuery(
        q=q, organiser=organiser, municipality=municipality, service_class=service_class, limit=limit, after=after,
        business_id=read_business_id(business_id) if business_id else "",
    )  # fmt: skip
    return register_out(await register.public_register(query), request.user.language)


@get("/api/v1/organisers/{organiser_id:uuid}/rulebook", guards=[allow_anyone], tags=[REGISTER_TAG])
async def show_rulebook(organiser_id: FromPath[UUID]) -> RulebookVersionView:
    """What an organiser requires of providers today."""
    return await rulebook_in_force(organiser_id)


@get("/api/v1/companies/{business_id:str}", guards=[allow_signed_in], tags=[TAG])
async def look_company_up(business_id: FromPath[str]) -> CompanyFound:
    """What the business register (YTJ) knows of a company."""
    written = read_business_id(business_id)
    found = await companies.look_up(written)
    return CompanyFound(business_id=written, answered=found.is_answered, facts=found.facts)


@post("/api/v1/providers", guards=[allow_signed_in], tags=[TAG])
async def register_provider(request: AnyRequest, actor: Caller, data: JSONBody[ProviderRegistration]) -> ProviderView:
    """Registers a provider; the caller becomes its administrator and may put that hat on (`/api/v1/hat`)."""
    looked_up = await companies.look_up(data.business_id)

    async def work() -> ProviderView:
        return await providers.register_provider(actor, data, looked_up)

    return await idempotent(request, work, ProviderView)


@get("/api/v1/provider", guards=[PROVIDER], tags=[TAG])
async def show_provider(actor: Caller) -> ProviderView:
    """The caller's own provider."""
    return await providers.own_provider(actor)


@put("/api/v1/provider/contact", guards=[PROVIDER_ADMIN], tags=[TAG])
async def change_contact(actor: Caller, data: JSONBody[ContactDetails]) -> ProviderView:
    """Changes whom to reach at the provider."""
    return await providers.change_contact(actor, data)


@get(MINE, guards=[PROVIDER], tags=[TAG])
async def list_my_applications(actor: Caller) -> ApplicationList:
    """Every application of the caller's provider, the newest change first."""
    return ApplicationList(await applications.my_applications(actor))


@post(MINE, guards=[PROVIDER_ADMIN], tags=[TAG])
async def start_application(request: AnyRequest, actor: Caller, data: JSONBody[NewApplication]) -> ApplicationSummary:
    """Begins a draft to one organiser."""

    async def work() -> ApplicationSummary:
        return await applications.start_application(actor, data)

    return await idempotent(request, work, ApplicationSummary)


@get(f"{MINE}/{{application_id:uuid}}", guards=[PROVIDER], tags=[TAG])
async def show_my_application(actor: Caller, application_id: FromPath[UUID]) -> ApplicationView:
    """One application with its rulebook, answers, attachments and messages."""
    return await applications.application_for_applicant(actor, application_id)


@put(f"{MINE}/{{application_id:uuid}}/scope", guards=[PROVIDER_ADMIN], tags=[TAG])
async def save_scope(actor: Caller, application_id: FromPath[UUID], data: JSONBody[Scope]) -> ApplicationView:
    """Chooses the service classes and municipalities of a draft."""
    await applications.save_scope(actor, application_id, data)
    return await applications.application_for_applicant(actor, application_id)


@patch(f"{MINE}/{{application_id:uuid}}/answers", guards=[PROVIDER_ADMIN], tags=[TAG])
async def save_answers(actor: Caller, application_id: FromPath[UUID], data: JSONBody[AnswersToSave]) -> ApplicationView:
    """Saves some answers; those left out stay as they are, null takes one back."""
    await applications.save_answers(actor, application_id, data.answers)
    return await applications.application_for_applicant(actor, application_id)


@post(
    f"{MINE}/{{application_id:uuid}}/attachments",
    guards=[PROVIDER_ADMIN],
    tags=[TAG],
    request_max_body_size=UPLOAD_BODY_LIMIT_BYTES,
)
async def attach_file(
    actor: Caller,
    application_id: FromPath[UUID],
    data: Annotated[Upload, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> AttachmentView:
    """Adds a file to a question. The same file for the same question is added once."""
    if data.file is None:
        raise Invalid.field("file", message("Choose a file."))
    content = await data.file.read()
    return await attachments.attach(actor, application_id, data.question, data.file.filename, content)


@delete(f"{MINE}/{{application_id:uuid}}/attachments/{{attachment_id:uuid}}", guards=[PROVIDER_ADMIN], tags=[TAG])
async def remove_attachment(actor: Caller, application_id: FromPath[UUID], attachment_id: FromPath[UUID]) -> None:
    """Takes a file out of an application that can still be changed."""
    await attachments.remove_attachment(actor, application_id, attachment_id)


@get(f"{MINE}/{{application_id:uuid}}/attachments/{{attachment_id:uuid}}", guards=[PROVIDER], tags=[TAG])
async def show_my_attachment(
    actor: Caller, application_id: FromPath[UUID], attachment_id: FromPath[UUID]
) -> Response[bytes]:
    """The file itself."""
    return download(*await attachments.attachment_content(actor, application_id, attachment_id))


@post(f"{MINE}/{{application_id:uuid}}/submit", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=200)
async def submit_application(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Submission]
) -> Receipt:
    """Sends a draft. What is still missing is listed, all of it."""

    async def work() -> Receipt:
        return await submission.submit(actor, application_id, declared=data.declared)

    return await idempotent(request, work, Receipt)


@post(f"{MINE}/{{application_id:uuid}}/answer", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=200)
async def answer_request(
    request: AnyRequest, actor: Caller, application_id: FromPath[UUID], data: JSONBody[Words]
) -> Receipt:
    """Answers the reviewer's request for more information."""

    async def work() -> Receipt:
        return await submission.answer_request(actor, application_id, data.text)

    return await idempotent(request, work, Receipt)


@post(f"{MINE}/{{application_id:uuid}}/withdraw", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=200)
async def withdraw_application(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Receipt:
    """Takes an application back, for good."""

    async def work() -> Receipt:
        return await submission.withdraw(actor, application_id)

    return await idempotent(request, work, Receipt)


@get("/api/v1/provider/approvals", guards=[PROVIDER], tags=[TAG])
async def list_my_approvals(actor: Caller) -> ApprovalList:
    """The approvals of the caller's provider, newest first."""
    return ApprovalList([ApprovalOut.of(each) for each in await approvals.approvals_of_provider(actor)])


@get("/api/v1/provider/payout-account", guards=[PROVIDER], tags=[TAG])
async def show_payout_account(actor: Caller) -> PayoutAccountView | None:
    """The provider's account at Stripe as last known; null where none was asked for."""
    return await payout_accounts.my_stripe_account(actor)


@post("/api/v1/provider/payout-account", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=202)
async def start_payout_account(request: AnyRequest, actor: Caller) -> PayoutAccountView:
    """Has an account made at Stripe, which takes a moment. Asking twice makes one."""

    async def work() -> PayoutAccountView:
        return await payout_accounts.start_stripe_account(actor)

    return await idempotent(request, work, PayoutAccountView)


@put("/api/v1/provider/bank-account", guards=[PROVIDER_ADMIN], tags=[TAG])
async def save_bank_account(actor: Caller, data: JSONBody[BankAccount]) -> BankAccount:
    """Keeps the bank account (IBAN) for organisers who pay by SEPA."""
    return BankAccount(iban=await payout_accounts.save_iban(actor, data.iban))


@post("/api/v1/provider/payout-account/refresh", guards=[PROVIDER], tags=[TAG], status_code=200)
async def refresh_payout_account(actor: Caller) -> PayoutAccountView:
    """Asks Stripe now how the account stands."""
    return await payout_accounts.refresh(actor)


@post("/api/v1/provider/payout-account/link", guards=[PROVIDER_ADMIN], tags=[TAG], status_code=200)
async def link_payout_account(actor: Caller) -> OnboardingLink:
    """A fresh link to Stripe's own pages, good for minutes and one use."""
    return await payout_accounts.onboarding_link(actor)


ROUTES = [
    show_register,
    show_rulebook,
    look_company_up,
    register_provider,
    show_provider,
    change_contact,
    list_my_applications,
    start_application,
    show_my_application,
    save_scope,
    save_answers,
    attach_file,
    remove_attachment,
    show_my_attachment,
    submit_application,
    answer_request,
    withdraw_application,
    list_my_approvals,
    show_payout_account,
    start_payout_account,
    save_bank_account,
    refresh_payout_account,
    link_payout_account,
]
