"""Compliance over the API: an organiser's cases, decisions and settings; a provider's cases and explanations."""

from typing import Annotated
from uuid import UUID

from litestar import get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from marketplace.kernel.actors import PROVIDER_ROLES, Role
from marketplace.web.security import Caller, allow
from onboarding.compliance import deciding, explaining, reading
from onboarding.compliance import settings as own
from onboarding.compliance.schemas import (
    CaseFilters,
    CasePage,
    CaseView,
    ComplianceSettings,
    Explanation,
    MoreTime,
    Reasons,
    SettingsVersion,
    SuspensionDecision,
    Waiting,
)
from onboarding.compliance.states import CaseKind, CaseStatus
from onboarding.scoping import REVIEWING

TAG = "Compliance"
REVIEWER = allow(*sorted(REVIEWING))
PROVIDER = allow(*sorted(PROVIDER_ROLES))
THEIRS = "/api/v1/organiser/compliance"
MINE = "/api/v1/provider/compliance"
Search = Annotated[str, QueryParameter(max_length=100)]


@get(THEIRS, guards=[REVIEWER], tags=[TAG])
async def list_compliance_cases(
    actor: Caller,
    status: FromQuery[CaseStatus | None] = None,
    kind: FromQuery[CaseKind | None] = None,
    q: Search = "",
    approval_id: FromQuery[UUID | None] = None,
    after: Search = "",
) -> CasePage:
    """What may keep approvals of the caller's organiser from staying true, the most urgent first, 50 a page.

    Without `status` those under way. `q` is a part of the provider's name or business id; `after` is `next` of the page before.
    """
    filters = CaseFilters(status=status, kind=kind, q=q, approval_id=approval_id, after=after)
    return await reading.cases_of_organiser(actor, filters)


@get(f"{THEIRS}/waiting", guards=[REVIEWER], tags=[TAG])
async def count_compliance_cases(actor: Caller) -> Waiting:
    """How many cases are under way, how many wait for a decision, and the nearest day."""
    return await reading.waiting_for(actor)


@get(f"{THEIRS}/settings", guards=[REVIEWER], tags=[TAG])
async def show_compliance_settings(actor: Caller) -> SettingsVersion:
    """When the organiser's providers are reminded, and when suspension is proposed."""
    return await own.own_settings(actor)


@put(f"{THEIRS}/settings", guards=[allow(Role.ORGANISER_ADMIN)], tags=[TAG])
async def change_compliance_settings(actor: Caller, data: JSONBody[ComplianceSettings]) -> SettingsVersion:
    """Sets them anew, from the next round on. Every version is kept."""
    return await own.change_settings(actor, data)


@get(f"{THEIRS}/{{case_id:uuid}}", guards=[REVIEWER], tags=[TAG])
async def show_compliance_case(actor: Caller, case_id: FromPath[UUID]) -> CaseView:
    """One case with its evidence, its history and the provider's explanation."""
    return await reading.case_for_organiser(actor, case_id)


@post(f"{THEIRS}/{{case_id:uuid}}/propose", guards=[REVIEWER], tags=[TAG], status_code=200)
async def propose_suspension(actor: Caller, case_id: FromPath[UUID], data: JSONBody[Reasons]) -> CaseView:
    """Proposes to suspend and asks the provider for an explanation."""
    return await deciding.propose_suspension(actor, case_id, data)


@post(f"{THEIRS}/{{case_id:uuid}}/more-time", guards=[REVIEWER], tags=[TAG], status_code=200)
async def give_more_time(actor: Caller, case_id: FromPath[UUID], data: JSONBody[MoreTime]) -> CaseView:
    """Gives the provider until a day to put the matter in order."""
    return await deciding.give_time(actor, case_id, data)


@post(f"{THEIRS}/{{case_id:uuid}}/suspend", guards=[REVIEWER], tags=[TAG], status_code=200)
async def decide_suspension(actor: Caller, case_id: FromPath[UUID], data: JSONBody[SuspensionDecision]) -> CaseView:
    """Suspends the approval at once, once the provider was heard."""
    return await deciding.decide_suspension(actor, case_id, data)


@post(f"{THEIRS}/{{case_id:uuid}}/dismiss", guards=[REVIEWER], tags=[TAG], status_code=200)
async def dismiss_case(actor: Caller, case_id: FromPath[UUID], data: JSONBody[Reasons]) -> CaseView:
    """Closes the case without suspending."""
    return await deciding.dismiss(actor, case_id, data)


@get(MINE, guards=[PROVIDER], tags=[TAG])
async def list_my_compliance_cases(
    actor: Caller, status: FromQuery[CaseStatus | None] = None, after: Search = ""
) -> CasePage:
    """What the caller's provider must put in order for its approvals, the most urgent first, 50 a page."""
    return await reading.cases_of_provider(actor, CaseFilters(status=status, after=after))


@get(f"{MINE}/{{case_id:uuid}}", guards=[PROVIDER], tags=[TAG])
async def show_my_compliance_case(actor: Caller, case_id: FromPath[UUID]) -> CaseView:
    """One case with its history."""
    return await reading.case_for_provider(actor, case_id)


@post(f"{MINE}/{{case_id:uuid}}/explain", guards=[allow(Role.PROVIDER_ADMIN)], tags=[TAG], status_code=200)
async def explain_case(actor: Caller, case_id: FromPath[UUID], data: JSONBody[Explanation]) -> CaseView:
    """Gives the provider's explanation to a proposal."""
    return await explaining.explain(actor, case_id, data)


ROUTES = [
    list_compliance_cases, count_compliance_cases, show_compliance_settings, change_compliance_settings,
    show_compliance_case, propose_suspension, give_more_time, decide_suspension, dismiss_case, list_my_compliance_cases,
    show_my_compliance_case, explain_case,
]  # fmt: skip
