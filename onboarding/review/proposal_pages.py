"""The page on which a second person reads a proposed decision and confirms it or gives it back."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import Actor
from marketplace.kernel.errors import Conflict, Invalid, Refused
from marketplace.kernel.i18n import message
from marketplace.web.forms import Form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.applications.schemas import Receipt
from onboarding.approvals.decision_schemas import DecisionOutcome
from onboarding.labels import class_names, municipality_names
from onboarding.review import proposals
from onboarding.review.decision_drafts import title_of
from onboarding.review.decision_forms import AnswerForm
from onboarding.review.decision_pages import DONE, LIST, ONE
from onboarding.review.decision_schemas import Confirmation, ProposalView, ReturnOfProposal
from onboarding.review.letter import TITLES
from onboarding.review.reading import application_for_reviewer
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
REVIEW = allow(*sorted(REVIEWING))


@get(f"{ONE}/proposal", guards=[REVIEW], include_in_schema=False)
async def show_proposal(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """The decision that waits for a second person; where none waits, the application."""
    waiting = await _waiting(actor, application_id)
    if waiting is None:
        return redirect(f"{LIST}/{application_id}")
    return await _proposal_page(
        request, actor, application_id, waiting, Form(AnswerForm, {"title": [await title_of(actor)]})
    )


@post(f"{ONE}/proposal", guards=[REVIEW], include_in_schema=False)
async def answer_proposal(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Confirms a proposal or gives it back. A double click does so once."""
    form = await read_form(request, AnswerForm)
    is_return = form.ok and form.data.action == "return"

    async def work() -> Receipt:
        sent = form.data
        if is_return:
            answer = ReturnOfProposal(proposal_id=sent.proposal_id, words=sent.words)
            return await proposals.give_back(actor, application_id, answer)
        return await proposals.confirm(
            actor, application_id, Confirmation(proposal_id=sent.proposal_id, title=sent.title)
        )

    try:
        await idempotent(request, work, Receipt)
    except (Invalid, Refused, Conflict) as error:
        waiting = await _waiting(actor, application_id)
        if waiting is None:
            raise
        form.failed(error)
        return await _proposal_page(request, actor, application_id, waiting, form, status_code=error.status)
    flash(request, message("The proposal was given back.") if is_return else DONE["decided"])
    return redirect(f"{LIST}/{application_id}" if is_return else f"{LIST}/{application_id}/decision")


async def _waiting(actor: Actor, application_id: UUID) -> ProposalView | None:
    """The newest proposal, while nobody has answered it and the applicant has not withdrawn."""
    found = await application_for_reviewer(actor, application_id)
    proposed = (await proposals.proposals_on(actor, application_id)).items
    is_open = found.application.status == "decision_proposed" and proposed and proposed[0].answer is None
    return proposed[0] if is_open else None


async def _proposal_page(
    request: AnyRequest,
    actor: Actor,
    application_id: UUID,
    waiting: ProposalView,
    form: Form[AnswerForm],
    *,
    status_code: int = 200,
) -> Response[str]:
    found = await application_for_reviewer(actor, application_id)
    return page(
        request, "review/proposal.html", form=form, waiting=waiting, planned=waiting.planned, view=found.application,
        provider=found.provider, base=f"{LIST}/{application_id}", is_own=waiting.proposed_by == actor.person_id,
        titles=TITLES, outcomes=DecisionOutcome, class_names=class_names, municipality_names=municipality_names,
        status_code=status_code,
    )  # fmt: skip


PAGES = [show_proposal, answer_proposal]
