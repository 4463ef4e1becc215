"""The pages on which a reviewer prepares a decision, question by question, looks at it as a whole, and makes it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import Actor
from marketplace.kernel.errors import DomainError, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.reference import municipality
from marketplace.web.forms import Form, empty_form, filled_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.applications.schemas import Receipt
from onboarding.approvals.decision_schemas import DecisionOutcome
from onboarding.labels import class_names, class_options, municipality_names
from onboarding.review import decisions, proposals
from onboarding.review.decision_drafts import (
    cells_of,
    decision_desk,
    planned_of_draft,
    save_draft,
    transfer_targets,
    wish_of,
)
from onboarding.review.decision_forms import ChoiceForm, ReasonsForm, ScopeForm, SignForm, TermsForm, TransferForm
from onboarding.review.decision_schemas import Choice, DecisionDesk, PlannedDecision, Transfer
from onboarding.review.letter import TITLES
from onboarding.review.planning import whole_scope, wrong_days
from onboarding.review.transferring import transfer
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
REVIEW = allow(*sorted(REVIEWING))
INVALID = 422
LIST = "/organiser/applications"
ONE = f"{LIST}/{{application_id:uuid}}"
DECIDE = f"{ONE}/decide"

CHOICES: Final[Mapping[Choice, tuple[Message, Message]]] = {
    Choice.WHOLE: (
        message("Approve everything that was applied for"),
        message("All services in all municipalities of the application."),
    ),
    Choice.PART: (
        message("Approve a part"),
        message("You choose which services in which municipalities; the rest is refused."),
    ),
    Choice.REJECT: (message("Reject the application"), message("Nothing of it is approved.")),
    Choice.TRANSFER: (
        message("Transfer it to another organiser"),
        message("When another authority is competent (Administrative Procedure Act, section 21)."),
    ),
}
STEPS: Final[Mapping[Choice, tuple[str, ...]]] = {
    Choice.WHOLE: ("terms",),
    Choice.PART: ("scope", "reasons", "terms"),
    Choice.REJECT: ("reasons",),
}
"""The questions of each choice, in order; the summary follows the last."""

DONE: Final[Mapping[str, Message]] = {
    "decided": message("The decision has been made. The applicant is told, and the document is being made."),
    "proposed": message("The decision was proposed. A colleague can now confirm it or give it back."),
    "transferred": message("The application was transferred. The applicant is told where to go on."),
}


@get(DECIDE, guards=[REVIEW], include_in_schema=False)
async def show_decision_choice(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """The first question: what is decided. What was prepared earlier is still there."""
    desk = await decision_desk(actor, application_id)
    form = filled_form(ChoiceForm(choice=desk.draft.choice)) if desk.draft.choice else empty_form(ChoiceForm)
    return await _choice_page(request, actor, desk, form)


@post(DECIDE, guards=[REVIEW], include_in_schema=False)
async def send_decision_choice(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Keeps the choice and asks what it needs to know."""
    form = await read_form(request, ChoiceForm)
    if not form.ok:
        return await _choice_page(request, actor, await decision_desk(actor, application_id), form, INVALID)
    choice = form.data.choice
    await save_draft(actor, application_id, choice=choice)
    return redirect(_address(application_id, "transfer" if choice is Choice.TRANSFER else STEPS[choice][0]))


async def _choice_page(
    request: AnyRequest, actor: Actor, desk: DecisionDesk, form: Form[ChoiceForm], status_code: int = 200
) -> Response[str]:
    proposed = (await proposals.proposals_on(actor, desk.application.id)).items
    return _page(
        request, desk, "decide", form, status_code, returned=next(iter(proposed), None),
        choices=[(each.value, *words) for each, words in CHOICES.items()],
    )  # fmt: skip


@get(f"{DECIDE}/scope", guards=[REVIEW], include_in_schema=False)
async def show_decision_scope(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks what is approved, in a grid; everything is ticked at first."""
    desk = await decision_desk(actor, application_id)
    ticked = desk.draft.cells or tuple(_all_cells(desk))
    return _scope_page(request, desk, filled_form(ScopeForm(cells=list(ticked))))


@post(f"{DECIDE}/scope", guards=[REVIEW], include_in_schema=False)
async def send_decision_scope(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Keeps what is ticked, of what was applied for."""
    form = await read_form(request, ScopeForm)
    desk = await decision_desk(actor, application_id)
    cells = tuple(cell for cell in _all_cells(desk) if form.ok and cell in form.data.cells)
    if not cells:
        form.errors["cells"] = message(
            "Tick at least one place. To approve nothing, go back and reject the application."
        )
        return _scope_page(request, desk, form, INVALID)
    is_whole = len(cells) == len(tuple(_all_cells(desk)))
    await save_draft(actor, application_id, cells=cells, choice=Choice.PART)
    return redirect(_address(application_id, "terms" if is_whole else "reasons"))


def _all_cells(desk: DecisionDesk) -> tuple[str, ...]:
    summary = desk.application.summary
    return tuple(cells_of(whole_scope(summary.service_classes, summary.municipalities)))


def _scope_page(
    request: AnyRequest, desk: DecisionDesk, form: Form[ScopeForm], status_code: int = 200
) -> Response[str]:
    summary, language = desk.application.summary, request.user.language
    towns = sorted(
        ((code, municipality(code).name.in_language(language)) for code in summary.municipalities),
        key=lambda each: each[1],
    )
    return _page(
        request, desk, "decide_scope", form, status_code, towns=towns,
        classes=class_options(list(summary.service_classes), language),
    )  # fmt: skip


@get(f"{DECIDE}/reasons", guards=[REVIEW], include_in_schema=False)
async def show_decision_reasons(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks why."""
    desk = await decision_desk(actor, application_id)
    return _reasons_page(
        request, desk, filled_form(ReasonsForm(reasons=list(desk.draft.reasons), words=desk.draft.words))
    )


@post(f"{DECIDE}/reasons", guards=[REVIEW], include_in_schema=False)
async def send_decision_reasons(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Keeps the reasons: at least one of the rulebook or one's own."""
    form = await read_form(request, ReasonsForm)
    desk = await decision_desk(actor, application_id)
    known = {each.code for each in desk.application.rulebook.content.reasons}
    if form.ok and not (set(form.data.reasons) & known or form.data.words.strip()):
        form.errors["reasons" if known else "words"] = message(
            "Choose at least one reason for what is refused, or write one."
        )
    if form.errors:
        return _reasons_page(request, desk, form, INVALID)
    chosen = tuple(code for code in form.data.reasons if code in known)
    await save_draft(actor, application_id, reasons=chosen, words=form.data.words)
    return redirect(_address(application_id, "terms" if desk.draft.choice is Choice.PART else "check"))


def _reasons_page(
    request: AnyRequest, desk: DecisionDesk, form: Form[ReasonsForm], status_code: int = 200
) -> Response[str]:
    language = request.user.language
    reasons = [
        (each.code, each.text.in_language(language), each.legal_basis.in_language(language) if each.legal_basis else "")
        for each in desk.application.rulebook.content.reasons
    ]
    return _page(request, desk, "decide_reasons", form, status_code, reasons=reasons)


@get(f"{DECIDE}/terms", guards=[REVIEW], include_in_schema=False)
async def show_decision_terms(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks from when to when, and on what conditions."""
    desk = await decision_desk(actor, application_id)
    draft = desk.draft
    terms = TermsForm(
        valid_from=draft.valid_from or desk.first_day,
        valid_to=draft.valid_to or desk.last_day,
        conditions=draft.conditions,
    )
    return _page(request, desk, "decide_terms", filled_form(terms))


@post(f"{DECIDE}/terms", guards=[REVIEW], include_in_schema=False)
async def send_decision_terms(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Keeps the terms, if they fit together."""
    form = await read_form(request, TermsForm)
    desk = await decision_desk(actor, application_id)
    if form.ok:
        terms = form.data
        await save_draft(
            actor, application_id, valid_from=terms.valid_from, valid_to=terms.valid_to, conditions=terms.conditions
        )
        form.errors.update({each.field: each.message for each in wrong_days(terms.valid_from, terms.valid_to)})
    return (
        _page(request, desk, "decide_terms", form, INVALID)
        if form.errors
        else redirect(_address(application_id, "check"))
    )


@get(f"{DECIDE}/transfer", guards=[REVIEW], include_in_schema=False)
async def show_transfer(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks where the matter belongs, and says what a transfer does."""
    desk = await decision_desk(actor, application_id)
    return await _transfer_page(request, actor, desk, Form(TransferForm, {"title": [desk.draft.title]}))


@post(f"{DECIDE}/transfer", guards=[REVIEW], include_in_schema=False)
async def send_transfer(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Transfers. A double click transfers once."""
    form = await read_form(request, TransferForm)

    async def work() -> Receipt:
        asked = form.data
        return await transfer(
            actor, application_id, Transfer(organiser_id=asked.organiser_id, words=asked.words, title=asked.title)
        )

    try:
        await idempotent(request, work, Receipt)
    except Invalid as invalid:
        form.failed(invalid)
        return await _transfer_page(request, actor, await decision_desk(actor, application_id), form, INVALID)
    flash(request, DONE["transferred"])
    return redirect(f"{LIST}/{application_id}/decision")


async def _transfer_page(
    request: AnyRequest, actor: Actor, desk: DecisionDesk, form: Form[TransferForm], status_code: int = 200
) -> Response[str]:
    asked = desk.application.summary.municipalities
    language = request.user.language
    targets = [
        (str(each.id), each.name.in_language(language), _shared(each.shared_municipalities, len(asked)))
        for each in await transfer_targets(actor, asked)
    ]
    return _page(request, desk, "decide_transfer", form, status_code, targets=targets)


def _shared(shared: int, all_of_them: int) -> Message:
    return message(
        "{shared} of the {all} municipalities of the application are in its area.", shared=shared, all=all_of_them
    )


@get(f"{DECIDE}/check", guards=[REVIEW], include_in_schema=False)
async def show_decision_check(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """The decision as a whole, before it is made or proposed."""
    desk = await decision_desk(actor, application_id)
    return await _check_page(request, actor, desk, filled_form(SignForm(title=desk.draft.title)))


@post(f"{DECIDE}/check", guards=[REVIEW], include_in_schema=False)
async def send_decision(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Makes the decision, or proposes it to a colleague. A double click does so once."""
    form = await read_form(request, SignForm)
    is_proposal = form.ok and form.data.action == "propose"

    async def work() -> Receipt:
        draft = await save_draft(actor, application_id, title=form.data.title)
        act = proposals.propose if is_proposal else decisions.decide
        return await act(actor, application_id, wish_of(draft))

    return await _concluded(request, actor, application_id, form, work, DONE["proposed" if is_proposal else "decided"])


async def _concluded(
    request: AnyRequest,
    actor: Actor,
    application_id: UUID,
    form: Form[SignForm],
    work: Callable[[], Awaitable[Receipt]],
    done: Message,
) -> Page:
    """What is wrong is told at the summary; who came second reads on an error page what the first one did."""
    try:
        receipt = await idempotent(request, work, Receipt)
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        desk = await decision_desk(actor, application_id)
        return await _check_page(request, actor, desk, form, status_code=error.status)
    flash(request, done)
    rest = "/proposal" if receipt.status == "decision_proposed" else "/decision"
    return redirect(f"{LIST}/{application_id}{rest}")


async def _check_page(
    request: AnyRequest, actor: Actor, desk: DecisionDesk, form: Form[SignForm], status_code: int = 200
) -> Response[str]:
    planned: PlannedDecision | None = None
    if desk.draft.choice not in {None, Choice.TRANSFER}:
        try:
            planned = await planned_of_draft(actor, desk.application.id)
        except Invalid as invalid:
            form.failed(invalid)
    return _page(request, desk, "decide_check", form, status_code, planned=planned)


def _page(
    request: AnyRequest, desk: DecisionDesk, template: str, form: Form[Any], status_code: int = 200, **more: Any
) -> Response[str]:
    base = f"{LIST}/{desk.application.id}"
    return page(
        request, f"review/{template}.html", form=form, wants_four_eyes=desk.wants_four_eyes, last_day=desk.last_day,
        view=desk.application, provider=desk.provider, base=base, here=f"{base}/decide", class_names=class_names, municipality_names=municipality_names, titles=TITLES,
        outcomes=DecisionOutcome, status_code=status_code, **more,
    )  # fmt: skip


def _address(application_id: UUID, step: str) -> str:
    return f"{LIST}/{application_id}/decide/{step}"


PAGES = [
    show_decision_choice,
    send_decision_choice,
    show_decision_scope,
    send_decision_scope,
    show_decision_reasons,
    send_decision_reasons,
    show_decision_terms,
    send_decision_terms,
    show_transfer,
    send_transfer,
    show_decision_check,
    send_decision,
]
