"""The pages on which a reviewer decides."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.web.forms import Form, empty_form, filled_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.applications.schemas import Receipt, Words
from onboarding.approvals.schemas import ApprovalTerms
from onboarding.labels import class_names, municipality_names
from onboarding.review import decisions
from onboarding.review.decision_forms import TermsForm
from onboarding.review.reading import application_for_reviewer
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
REVIEW = allow(*sorted(REVIEWING))
LIST = "/organiser/applications"
ONE = f"{LIST}/{{application_id:uuid}}"


@get(f"{ONE}/approve", guards=[REVIEW], include_in_schema=False)
async def show_approval_form(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks for the terms of the approval."""
    return await decision_page(request, actor, application_id, "approve", filled_form(TermsForm(valid_from=today())))


@post(f"{ONE}/approve", guards=[REVIEW], include_in_schema=False)
async def send_approval(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Approves. A double click approves once."""
    form = await read_form(request, TermsForm)

    async def work() -> Receipt:
        terms = form.data
        wanted = ApprovalTerms(valid_from=terms.valid_from, valid_to=terms.valid_to, conditions=terms.conditions)
        return await decisions.approve(actor, application_id, wanted)

    done = message("The provider was approved. It is in the public register from the first day on.")
    return await decided(request, actor, application_id, "approve", form, work, done)


@get(f"{ONE}/reject", guards=[REVIEW], include_in_schema=False)
async def show_rejection_form(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks for the reasons."""
    return await decision_page(request, actor, application_id, "reject", empty_form(Words))


@post(f"{ONE}/reject", guards=[REVIEW], include_in_schema=False)
async def send_rejection(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Rejects, with reasons."""
    form = await read_form(request, Words)

    async def work() -> Receipt:
        return await decisions.reject(actor, application_id, form.data.text)

    done = message("The application was rejected. The applicant is told by e-mail.")
    return await decided(request, actor, application_id, "reject", form, work, done)


async def decided(
    request: AnyRequest,
    actor: Actor,
    application_id: UUID,
    kind: str,
    form: Form[Any],
    work: Callable[[], Awaitable[Receipt]],
    done: Message,
) -> Page:
    """Runs a decision; what is wrong is told at the form, and who came second is told what the first one did."""
    try:
        await idempotent(request, work, Receipt)
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return await decision_page(request, actor, application_id, kind, form, status_code=error.status)
    flash(request, done)
    return redirect(f"{LIST}/{application_id}")


async def decision_page(
    request: AnyRequest, actor: Actor, application_id: UUID, kind: str, form: Form[Any], *, status_code: int = 200
) -> Response[str]:
    found = await application_for_reviewer(actor, application_id)
    return page(
        request, f"review/decide_{kind}.html", form=form, view=found.application, provider=found.provider,
        base=f"{LIST}/{application_id}", class_names=class_names, municipality_names=municipality_names,
        status_code=status_code,
    )  # fmt: skip


PAGES = [show_approval_form, send_approval, show_rejection_form, send_rejection]
