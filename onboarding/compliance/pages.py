"""Pages of compliance: the organiser's list, cases and settings; the provider's list and cases."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import PROVIDER_ROLES, Actor, Role
from marketplace.kernel.errors import DomainError, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.web.forms import Form, empty_form, filled_form, read_form, read_query
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.compliance import deciding, explaining, reading
from onboarding.compliance import settings as own
from onboarding.compliance.page_forms import (
    CHOICES,
    CaseSearch,
    Choice,
    DecisionForm,
    SettingsForm,
    as_form,
    as_settings,
)
from onboarding.compliance.schemas import (
    REGISTERS,
    CaseFilters,
    CaseView,
    Explanation,
    MoreTime,
    Reasons,
    SuspensionDecision,
)
from onboarding.compliance.states import (
    KIND_NAMES,
    PROVIDER_MOVES,
    REVIEWER_MOVES,
    STATUS_NAMES,
    STEP_NAMES,
    TONES,
    UNDER_WAY,
    CaseAction,
    CaseKind,
)
from onboarding.compliance.words import PROFILE_PAGES, SOURCE_NAMES, thing_words, what_to_do
from onboarding.labels import class_names
from onboarding.providers.facts_kept import REGISTER_NAMES
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
REVIEW = allow(*sorted(REVIEWING))
ADMIN = allow(Role.ORGANISER_ADMIN)
PROVIDER = allow(*sorted(PROVIDER_ROLES))
THEIRS = "/organiser/compliance"
MINE = "/provider/compliance"
WHO: dict[str, Message] = {
    "system": message("The daily check"),
    "provider": message("The provider"),
    "organiser": message("The organiser"),
}

add_to_navigation(Desk.ORGANISER, message("Compliance"), THEIRS, order=25, roles=REVIEWING)
add_to_navigation(Desk.PROVIDER, message("Conditions of approvals"), MINE, order=30)


def _words() -> dict[str, Any]:
    return {
        "status_names": STATUS_NAMES, "tones": TONES, "kind_names": KIND_NAMES, "step_names": STEP_NAMES, "who": WHO,
        "thing_words": thing_words, "source_names": SOURCE_NAMES, "class_names": class_names,
    }  # fmt: skip


# --- the organiser ---------------------------------------------------------------------------------------------------


@get(THEIRS, guards=[REVIEW], include_in_schema=False)
async def show_cases(request: AnyRequest, actor: Caller) -> Response[str]:
    """Cases by urgency, with filters."""
    form = read_query(request, CaseSearch)
    asked = form.data if form.ok else CaseSearch()
    filters = CaseFilters(status=asked.status, kind=asked.kind, q=asked.q, after=asked.after)
    return page(
        request, "compliance/cases.html", found=await reading.cases_of_organiser(actor, filters), form=form, base=THEIRS,
        waiting=await reading.waiting_for(actor), **_words(),
    )  # fmt: skip


@get(f"{THEIRS}/{{case_id:uuid}}", guards=[REVIEW], include_in_schema=False)
async def show_case(request: AnyRequest, actor: Caller, case_id: FromPath[UUID]) -> Response[str]:
    """One case with its evidence and history, and what can be decided."""
    return await _case_page(request, actor, case_id, empty_form(DecisionForm))


@post(f"{THEIRS}/{{case_id:uuid}}/decide", guards=[REVIEW], include_in_schema=False)
async def decide_case(request: AnyRequest, actor: Caller, case_id: FromPath[UUID]) -> Page:
    """Suspends, gives more time, proposes or closes, with reasons."""
    form = await read_form(request, DecisionForm)
    try:
        await _decide(actor, case_id, form.data)
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return await _case_page(request, actor, case_id, form, status_code=error.status)
    flash(request, message("The decision was saved. The provider can read it."))
    return redirect(f"{THEIRS}/{case_id}")


async def _decide(actor: Actor, case_id: UUID, chosen: DecisionForm) -> CaseView:
    match chosen.decision:
        case Choice.SUSPEND:
            decision = SuspensionDecision(reasons=chosen.reasons, urgent=chosen.urgent)
            return await deciding.decide_suspension(actor, case_id, decision)
        case Choice.MORE_TIME:
            if chosen.until is None:
                raise Invalid.field("until", message("Write the last day."))
            return await deciding.give_time(actor, case_id, MoreTime(reasons=chosen.reasons, until=chosen.until))
        case Choice.PROPOSE:
            return await deciding.propose_suspension(actor, case_id, Reasons(reasons=chosen.reasons))
        case Choice.DISMISS:
            return await deciding.dismiss(actor, case_id, Reasons(reasons=chosen.reasons))


async def _case_page(
    request: AnyRequest, actor: Actor, case_id: UUID, form: Form[DecisionForm], *, status_code: int = 200
) -> Response[str]:
    case = await reading.case_for_organiser(actor, case_id)
    open_actions = REVIEWER_MOVES.actions(case.summary.status)
    is_information = case.summary.kind in {CaseKind.NAME_CHANGED, CaseKind.APPROVAL_EXPIRING}
    choices = [
        (choice.value, text, hint)
        for choice, (action, text, hint) in CHOICES.items()
        if action in open_actions and not (is_information and action is CaseAction.PROPOSE)
    ]
    return page(
        request, "compliance/case.html", case=case, form=form, base=THEIRS, choices=choices, status_code=status_code,
        approvals="/organiser/approvals", **_words(),
    )  # fmt: skip


@get(f"{THEIRS}/settings", guards=[ADMIN], include_in_schema=False)
async def show_settings(request: AnyRequest, actor: Caller) -> Response[str]:
    """When providers are reminded, and when suspension is proposed."""
    version = await own.own_settings(actor)
    return await _settings_page(request, actor, filled_form(as_form(version.settings)))


@post(f"{THEIRS}/settings", guards=[ADMIN], include_in_schema=False)
async def save_settings(request: AnyRequest, actor: Caller) -> Page:
    """Saves a new version of the settings."""
    form = await read_form(request, SettingsForm)
    try:
        await own.change_settings(actor, as_settings(form.data))
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return await _settings_page(request, actor, form, status_code=error.status)
    flash(request, message("The settings were saved. They count from the next daily check on."))
    return redirect(f"{THEIRS}/settings")


async def _settings_page(
    request: AnyRequest, actor: Actor, form: Form[SettingsForm], *, status_code: int = 200
) -> Response[str]:
    kinds = [(each.value, KIND_NAMES[each]) for each in CaseKind if each not in own.NEVER_PROPOSED]
    registers = [(each, REGISTER_NAMES[each]) for each in REGISTERS]
    return page(
        request, "compliance/settings.html", form=form, version=await own.own_settings(actor), kinds=kinds,
        registers=registers, base=THEIRS, status_code=status_code,
    )  # fmt: skip


# --- the provider ----------------------------------------------------------------------------------------------------


@get(MINE, guards=[PROVIDER], include_in_schema=False)
async def show_my_cases(request: AnyRequest, actor: Caller) -> Response[str]:
    """What the provider must put in order for its approvals."""
    form = read_query(request, CaseSearch)
    asked = form.data if form.ok else CaseSearch()
    found = await reading.cases_of_provider(actor, CaseFilters(status=asked.status, after=asked.after))
    return page(request, "compliance/my_cases.html", found=found, form=form, base=MINE, **_words())


@get(f"{MINE}/{{case_id:uuid}}", guards=[PROVIDER], include_in_schema=False)
async def show_my_case(request: AnyRequest, actor: Caller, case_id: FromPath[UUID]) -> Response[str]:
    """One case: what it is about, what to do by when, and the explanation."""
    return await _my_case_page(request, actor, case_id, empty_form(Explanation))


@post(f"{MINE}/{{case_id:uuid}}/explain", guards=[allow(Role.PROVIDER_ADMIN)], include_in_schema=False)
async def explain_my_case(request: AnyRequest, actor: Caller, case_id: FromPath[UUID]) -> Page:
    """Sends the provider's explanation."""
    form = await read_form(request, Explanation)
    try:
        await explaining.explain(actor, case_id, form.data)
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return await _my_case_page(request, actor, case_id, form, status_code=error.status)
    flash(request, message("The explanation was sent to the organiser."))
    return redirect(f"{MINE}/{case_id}")


def _remedy_page(case: CaseView) -> str:
    """Where the provider puts the matter in order; nothing where it is put right with an authority."""
    if case.summary.kind is CaseKind.APPROVAL_EXPIRING:
        return f"/provider/approvals/{case.summary.approval_id}"
    return PROFILE_PAGES.get(case.summary.kind, "")


async def _my_case_page(
    request: AnyRequest, actor: Actor, case_id: UUID, form: Form[Explanation], *, status_code: int = 200
) -> Response[str]:
    case = await reading.case_for_provider(actor, case_id)
    may_explain = actor.has_role(Role.PROVIDER_ADMIN) and PROVIDER_MOVES.allows(case.summary.status, CaseAction.EXPLAIN)
    return page(
        request, "compliance/my_case.html", case=case, form=form, base=MINE, may_explain=may_explain,
        is_under_way=case.summary.status in UNDER_WAY, what_to_do=what_to_do(case.summary.kind),
        remedy_page=_remedy_page(case), status_code=status_code, **_words(),
    )  # fmt: skip


PAGES = [
    show_cases, show_settings, save_settings, show_case, decide_case, show_my_cases, show_my_case, explain_my_case,
]  # fmt: skip
