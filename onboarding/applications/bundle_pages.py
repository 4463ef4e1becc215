"""Pages of a draft to one or several organisers: whom, what and where, the tasks, the check and sending."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import PROVIDER_ROLES, Actor, Role
from marketplace.kernel.errors import Conflict, DomainError, FieldError, Invalid, NotFound
from marketplace.kernel.i18n import Language, Message, counted, message
from marketplace.organisers.organisers import get_organiser
from marketplace.web.forms import Form, empty_form, filled_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.applications import bundles, submission
from onboarding.applications.bundles import Bundle, NewBundle, Offer, Part
from onboarding.applications.filling import open_units
from onboarding.applications.page_forms import OrganisersForm, ScopeForm, SendingForm, without_indexes
from onboarding.applications.page_parts import LIST, bundle_path, carried_over, groups_of_answers
from onboarding.applications.schemas import ApplicationKind, Receipt, Scope
from onboarding.applications.scopes import missing_scope
from onboarding.labels import class_names, class_options, municipality_groups, municipality_names
from onboarding.providers.profile import units_of
from onboarding.rulebooks.differences import Change
from onboarding.scoping import acting_provider

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
PROVIDER = allow(*sorted(PROVIDER_ROLES))
ADMIN = allow(Role.PROVIDER_ADMIN)
INVALID = 422
ONE = f"{LIST}/drafts/{{bundle_id:uuid}}"


@get(f"{LIST}/new", guards=[ADMIN], include_in_schema=False)
async def show_new_application(request: AnyRequest) -> Response[str]:
    """Asks which organisers to apply to, and says what each asks."""
    return await _organisers_page(request, empty_form(OrganisersForm))


@post(f"{LIST}/new", guards=[ADMIN], include_in_schema=False)
async def send_new_application(request: AnyRequest, actor: Caller) -> Page:
    """Begins the drafts and goes on to services and area."""
    form = await read_form(request, OrganisersForm)

    async def work() -> UUID:
        return await bundles.start_bundle(actor, NewBundle(organiser_ids=tuple(uuids(form.all("organiser_ids")))))

    try:
        bundle_id = await idempotent(request, work, UUID)
    except DomainError as error:
        form.failed(error)
        return await _organisers_page(request, form, status_code=INVALID)
    return redirect(f"{bundle_path(bundle_id)}/scope")


def uuids(texts: Sequence[str]) -> list[UUID]:
    """The ids among what was sent; what is none names nothing that exists.

    Raises:
        NotFound: something else was sent, which no form of ours does.
    """
    try:
        return [UUID(each) for each in texts]
    except ValueError:
        raise NotFound from None


async def _organisers_page(request: AnyRequest, form: Form[OrganisersForm], *, status_code: int = 200) -> Response[str]:
    language = request.user.language
    options = [
        (str(each.organiser_id), each.name.in_language(language), what_it_asks(each, language))
        for each in await bundles.offers()
    ]
    return page(
        request, "applications/choose_organisers.html", form=form, options=options, base=LIST, status_code=status_code
    )


def what_it_asks(offer: Offer, language: Language) -> Message:
    """An organiser in one line, for choosing."""
    return message(
        "{questions}, {attachments}. Decides within {days} days. {services}",
        questions=counted("{count} question", "{count} questions", count=offer.questions),
        attachments=counted("{count} attachment", "{count} attachments", count=offer.attachments),
        days=offer.decide_within_days,
        services=", ".join(class_names(offer.service_classes, language)[:6]),
    )


@get(ONE, guards=[PROVIDER], include_in_schema=False)
async def show_draft(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID]) -> Page:
    """The task list of a draft: what is done, what is missing, for whom."""
    bundle = await bundles.bundle_for_applicant(actor, bundle_id)
    if not bundle.parts:
        return redirect(f"{LIST}/{bundle.sent[0].id}" if len(bundle.sent) == 1 else LIST)
    base = bundle_path(bundle_id)
    return page(
        request, "applications/draft.html", bundle=bundle, tasks=_tasks(bundle, actor, base), base=base, list=LIST,
        is_admin=actor.has_role(Role.PROVIDER_ADMIN), class_names=class_names, kinds=ApplicationKind,
        municipality_names=municipality_names, added=Change.ADDED, removed=Change.REMOVED,
    )  # fmt: skip


def _tasks(bundle: Bundle, actor: Actor, base: str) -> list[tuple[Any, ...]]:
    """The pages of a draft with what they still lack. A worker reads, an administrator fills in."""
    is_admin = actor.has_role(Role.PROVIDER_ADMIN)

    def link(path: str) -> str:
        return f"{base}/{path}" if is_admin else ""

    without_scope = sum(bool(_scope_missing(each)) for each in bundle.parts)
    tasks: list[tuple[Any, ...]] = []
    if not any(part.summary.kind is ApplicationKind.EXTENSION for part in bundle.parts):
        tasks.append((message("Services and area"), link("scope"), *progress(without_scope)))
    for each in bundle.pages:
        lacking = sum(bundle.lacks(asked) for asked in each.asked)
        tasks.append((each.title.in_language(actor.language), link(f"questions/{each.key}"), *progress(lacking)))
    if any(part.is_ready for part in bundle.parts):
        return [*tasks, (message("Check and send"), link("check"), message("Ready to be sent"), "")]
    return [*tasks, (message("Check and send"), "", message("Cannot be sent yet"), "quiet")]


def _scope_missing(part: Part) -> list[FieldError]:
    return missing_scope(part.summary.service_classes, part.summary.municipalities)


def progress(lacking: int) -> tuple[Any, str]:
    """In words and tone how far a page is."""
    if lacking:
        return counted("{count} answer missing", "{count} answers missing", count=lacking), "wait"
    return message("Done"), "done"


@get(f"{ONE}/scope", guards=[ADMIN], include_in_schema=False)
async def show_scope(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID]) -> Page:
    """Services, area and units, as chosen so far."""
    bundle = await _open(actor, bundle_id)
    summaries = [each.summary for each in bundle.parts]
    chosen = ScopeForm(
        service_classes=sorted({code for each in summaries for code in each.service_classes}),
        municipalities=sorted({code for each in summaries for code in each.municipalities}),
        units=sorted({str(unit) for each in summaries for unit in each.units}),
    )
    return await _scope_page(request, actor, bundle, filled_form(chosen))


@post(f"{ONE}/scope", guards=[ADMIN], include_in_schema=False)
async def send_scope(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID]) -> Page:
    """Saves services and area and goes on to the first questions."""
    form = await read_form(request, ScopeForm)
    bundle = await _open(actor, bundle_id)
    scope = Scope(
        service_classes=tuple(form.all("service_classes")),
        municipalities=tuple(form.all("municipalities")),
        units=tuple(uuids(form.all("units"))),
    )
    try:
        await bundles.save_bundle_scope(actor, bundle_id, scope)
    except Invalid as invalid:
        form.failed(without_indexes(invalid))
    if problems := missing_scope(scope.service_classes, scope.municipalities):
        form.failed(Invalid(problems))
    if not form.ok:
        return await _scope_page(request, actor, bundle, form, status_code=INVALID)
    pages = (await bundles.bundle_for_applicant(actor, bundle_id)).pages
    return redirect(f"{bundle_path(bundle_id)}/{f'questions/{pages[0].key}' if pages else 'check'}")


async def _open(actor: Actor, bundle_id: UUID) -> Bundle:
    """A bundle that still has drafts.

    Raises:
        Conflict: everything was sent.
    """
    bundle = await bundles.bundle_for_applicant(actor, bundle_id)
    if not bundle.parts:
        raise Conflict(message("This application can no longer be changed."), code="application_closed_for_changes")
    return bundle


async def _scope_page(
    request: AnyRequest, actor: Actor, bundle: Bundle, form: Form[ScopeForm], *, status_code: int = 200
) -> Response[str]:
    language = request.user.language
    places: dict[UUID, Any] = {}
    for each in bundle.parts:
        organiser = await get_organiser(each.summary.organiser_id)
        places[each.id] = municipality_groups(
            organiser.name.in_language(language), organiser.municipality_codes, language
        )[0]
    units = [(str(each.id), each.name) for each in open_units(await units_of(acting_provider(actor)))]
    return page(
        request, "applications/scope.html", form=form, base=bundle_path(bundle.id), bundle=bundle,
        classes=_class_choices(bundle, language), groups=list(places.values()), units=units, status_code=status_code,
    )  # fmt: skip


def _class_choices(bundle: Bundle, language: Language) -> list[tuple[Any, ...]]:
    """The services that any of the organisers takes; who does not is said where they differ."""
    takers: dict[str, list[str]] = {}
    for each in bundle.parts:
        for code in each.filling.rulebook.content.service_classes:
            takers.setdefault(code, []).append(each.summary.organiser_name.in_language(language))
    return [
        (code, name, message("Only {organisers}", organisers=", ".join(takers[code])) if len(takers[code]) < len(bundle.parts) else "")
        for code, name in class_options(list(takers), language)
    ]  # fmt: skip


@get(f"{ONE}/organisers", guards=[ADMIN], include_in_schema=False)
async def show_organisers(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID]) -> Response[str]:
    """Who gets the application; more can be added, others left out."""
    bundle = await _open(actor, bundle_id)
    there = {each.summary.organiser_id for each in bundle.parts}
    language = request.user.language
    others = [
        (str(each.organiser_id), each.name.in_language(language), what_it_asks(each, language))
        for each in await bundles.offers()
        if each.organiser_id not in there
    ]
    return page(
        request, "applications/organisers.html", form=empty_form(OrganisersForm), bundle=bundle, others=others,
        base=bundle_path(bundle_id), language_of=language,
    )  # fmt: skip


@post(f"{ONE}/organisers", guards=[ADMIN], include_in_schema=False)
async def add_organisers(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID]) -> Redirect:
    """Adds organisers to the draft."""
    form = await read_form(request, OrganisersForm)
    for each in uuids(form.all("organiser_ids")):
        await bundles.add_organiser(actor, bundle_id, each)
    flash(request, message("The organisers were added. What they ask like the others is answered already."))
    return redirect(f"{bundle_path(bundle_id)}/scope")


@post(f"{ONE}/organisers/{{application_id:uuid}}/drop", guards=[ADMIN], include_in_schema=False)
async def drop_organiser(
    request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID], application_id: FromPath[UUID]
) -> Redirect:
    """Leaves an organiser out."""
    await bundles.drop_organiser(actor, bundle_id, application_id)
    flash(request, message("The organiser was left out."))
    return redirect(f"{bundle_path(bundle_id)}/organisers")


@post(f"{ONE}/rulebook/{{application_id:uuid}}", guards=[ADMIN], include_in_schema=False)
async def accept_rulebook(actor: Caller, bundle_id: FromPath[UUID], application_id: FromPath[UUID]) -> Redirect:
    """Takes note of what changed in a rulebook."""
    bundle = await bundles.bundle_for_applicant(actor, bundle_id)
    part = next((each for each in bundle.parts if each.id == application_id), None)
    if part is None:
        raise NotFound
    await bundles.accept_rulebook(actor, application_id, part.filling.rulebook.id)
    return redirect(bundle_path(bundle_id))


@get(f"{ONE}/check", guards=[ADMIN], include_in_schema=False)
async def show_check(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID]) -> Page:
    """Everything on one page, with the declarations below."""
    bundle = await bundles.bundle_for_applicant(actor, bundle_id)
    if not bundle.parts:
        return redirect(bundle_path(bundle_id))
    ready = [str(each.id) for each in bundle.parts if each.is_ready]
    return _check_page(request, bundle, filled_form(SendingForm(applications=ready)))


@post(f"{ONE}/check", guards=[ADMIN], include_in_schema=False)
async def send_applications(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID]) -> Page:
    """Sends the chosen applications, all or none. A double click sends them once."""
    form = await read_form(request, SendingForm)
    chosen = uuids(form.all("applications"))

    async def work() -> list[Receipt]:
        return await submission.submit_bundle(
            actor, bundle_id, chosen or await _only_one(actor, bundle_id), declared=form.ok and form.data.declared,
            rulebook_ids=uuids(form.all("rulebooks")),
        )  # fmt: skip

    try:
        await idempotent(request, work, list[Receipt])
    except (Invalid, Conflict) as error:
        bundle = await bundles.bundle_for_applicant(actor, bundle_id)
        form.failed(_on_the_page(bundle, error) if isinstance(error, Invalid) else error)
        return _check_page(request, bundle, form, status_code=error.status)
    return redirect(f"{bundle_path(bundle_id)}/receipt")


async def _only_one(actor: Actor, bundle_id: UUID) -> list[UUID]:
    """An application alone need not be chosen."""
    parts = (await bundles.bundle_for_applicant(actor, bundle_id)).parts
    return [parts[0].id] if len(parts) == 1 else []


def _on_the_page(bundle: Bundle, invalid: Invalid) -> Invalid:
    """Errors at the rows of the summary: of a question that several applications ask, once."""
    names = {f"{m.application_id}/{m.slot.key}": asked.name for asked in bundle.asked for m in asked.members}
    found = {names.get(each.field, each.field.rpartition("/")[2]): each.message for each in invalid.fields}
    return Invalid([FieldError(name, text) for name, text in found.items()])


def _check_page(
    request: AnyRequest, bundle: Bundle, form: Form[SendingForm], *, status_code: int = 200
) -> Response[str]:
    language = request.user.language
    return page(
        request, "applications/check.html", form=form, bundle=bundle, base=bundle_path(bundle.id),
        groups=groups_of_answers(bundle, language), carried=[carried_over(each, language) for each in bundle.parts],
        options=[(str(each.id), each.summary.organiser_name.in_language(language)) for each in bundle.parts if each.is_ready],
        class_names=class_names, municipality_names=municipality_names, kinds=ApplicationKind, status_code=status_code,
    )  # fmt: skip


@get(f"{ONE}/receipt", guards=[PROVIDER], include_in_schema=False)
async def show_receipt(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID]) -> Page:
    """The end of the job: the references, and what happens next."""
    bundle = await bundles.bundle_for_applicant(actor, bundle_id)
    if not bundle.sent:
        return redirect(bundle_path(bundle_id))
    return page(request, "applications/receipt.html", bundle=bundle, base=bundle_path(bundle_id), list=LIST)


@get(f"{ONE}/withdraw", guards=[ADMIN], include_in_schema=False)
async def ask_draft_withdrawal(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID]) -> Response[str]:
    """Asks whether it is really meant."""
    bundle = await _open(actor, bundle_id)
    base, references = bundle_path(bundle_id), ", ".join(each.summary.reference for each in bundle.parts)
    return page(
        request, "pages/confirm.html", heading=message("Give up the draft?"), button=message("Give up the draft"),
        text=message("What you filled in for {references} is not sent. You can make a new application at any time.", references=references),
        action=f"{base}/withdraw", back=base, danger=True,
    )  # fmt: skip


@post(f"{ONE}/withdraw", guards=[ADMIN], include_in_schema=False)
async def withdraw_draft(request: AnyRequest, actor: Caller, bundle_id: FromPath[UUID]) -> Redirect:
    """Gives the draft up."""
    await bundles.bundle_for_applicant(actor, bundle_id)

    async def work() -> list[Receipt]:
        return await submission.withdraw_bundle(actor, bundle_id)

    await idempotent(request, work, list[Receipt])
    flash(request, message("The draft was given up."))
    return redirect(LIST)


PAGES = [
    show_new_application, send_new_application, show_draft, show_scope, send_scope, show_organisers, add_organisers,
    drop_organiser, accept_rulebook, show_check, send_applications, show_receipt, ask_draft_withdrawal, withdraw_draft,
]  # fmt: skip
