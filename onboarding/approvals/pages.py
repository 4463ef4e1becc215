"""The organiser's pages of approvals."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import label
from marketplace.organisers.reference import service_classes
from marketplace.web.forms import Form, empty_form, read_form, read_query
from marketplace.web.language import language_of
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.applications.schemas import Words
from onboarding.approvals import approvals, finding
from onboarding.approvals.finding import ApprovalFilters
from onboarding.approvals.labels import APPROVAL_TONES, HISTORY_WORDS
from onboarding.approvals.states import APPROVAL_REVIEWER, APPROVAL_STATUS_NAMES, ApprovalAction, ApprovalStatus
from onboarding.labels import class_names, class_options, municipality_names
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]

Page = Response[str] | Redirect

REVIEW = allow(*sorted(REVIEWING))
LIST = "/organiser/applications"
APPROVALS = "/organiser/approvals"


add_to_navigation(Desk.ORGANISER, message("Applications"), LIST, order=10, roles=REVIEWING)


add_to_navigation(Desk.ORGANISER, message("Approvals"), APPROVALS, order=20, roles=REVIEWING)


ACTION_WORDS = {
    ApprovalAction.SUSPEND: message("Suspend"),
    ApprovalAction.RESUME: message("Put back into force"),
    ApprovalAction.END: message("End for good"),
}


class ApprovalSearch(msgspec.Struct, frozen=True, kw_only=True):
    """The filters above the list."""

    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    status: ApprovalStatus | None = None
    service_class: Annotated[str, msgspec.Meta(max_length=40)] = ""
    ends_by: Annotated[date, label(message("Ends at the latest"))] | None = None
    after: Annotated[str, msgspec.Meta(max_length=100)] = ""


@get(APPROVALS, guards=[REVIEW], include_in_schema=False)
async def show_approvals(request: AnyRequest, actor: Caller) -> Response[str]:
    """What the organiser has approved, newest first, with filters."""
    form = read_query(request, ApprovalSearch)
    asked = form.data if form.ok else ApprovalSearch()
    filters = ApprovalFilters(
        q=asked.q, status=asked.status, service_class=asked.service_class, ends_by=asked.ends_by, after=asked.after
    )
    language = language_of(request)
    codes = sorted(each.code for each in service_classes())
    return page(
        request, "approvals/approvals.html", found=await finding.find_approvals(actor, filters), form=form,
        base=APPROVALS, tones=APPROVAL_TONES, status_names=APPROVAL_STATUS_NAMES, class_names=class_names,
        classes=class_options(codes, language),
    )  # fmt: skip


@get(f"{APPROVALS}/{{approval_id:uuid}}", guards=[REVIEW], include_in_schema=False)
async def show_approval(request: AnyRequest, actor: Caller, approval_id: FromPath[UUID]) -> Response[str]:
    """One approval, with what can be done to it."""
    return await _approval_page(request, actor, approval_id, empty_form(Words))


@post(f"{APPROVALS}/{{approval_id:uuid}}/{{action:str}}", guards=[REVIEW], include_in_schema=False)
async def change_approval(
    request: AnyRequest, actor: Caller, approval_id: FromPath[UUID], action: FromPath[str]
) -> Page:
    """Suspends, resumes or ends an approval, with a reason."""
    moves = {
        ApprovalAction.SUSPEND: approvals.suspend_approval,
        ApprovalAction.RESUME: approvals.resume_approval,
        ApprovalAction.END: approvals.end_approval,
    }
    if action not in set(ApprovalAction):
        raise NotFound
    form = await read_form(request, Words)
    try:
        await moves[ApprovalAction(action)](actor, approval_id, form.data.text)
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return await _approval_page(request, actor, approval_id, form, status_code=error.status)
    flash(request, message("The approval was changed. The register shows it at once."))
    return redirect(f"{APPROVALS}/{approval_id}")


async def _approval_page(
    request: AnyRequest, actor: Actor, approval_id: UUID, form: Form[Words], *, status_code: int = 200
) -> Response[str]:
    view = await finding.approval_for_organiser(actor, approval_id)
    open_actions = APPROVAL_REVIEWER.actions(view.status)
    return page(
        request, "approvals/approval.html", view=view, form=form, base=APPROVALS, tones=APPROVAL_TONES,
        name=(await approvals.provider_names([view]))[view.provider_id], status_names=APPROVAL_STATUS_NAMES,
        actions=[(each.value, ACTION_WORDS[each]) for each in ApprovalAction if each in open_actions],
        history=await finding.history_of(actor, approval_id), history_words=HISTORY_WORDS,
        class_names=class_names, municipality_names=municipality_names, applications=LIST, status_code=status_code,
        sees_clients=actor.has_role(Role.ORGANISER_ADMIN),
    )  # fmt: skip


PAGES = [
    show_approvals,
    show_approval,
    change_approval,
]
