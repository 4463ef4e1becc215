"""The page on which a reviewer asks the applicant for more: several things, each perhaps about one answer."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import Actor
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.kernel.i18n import Language, message
from marketplace.web.forms import Form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.applications.information import ItemToAsk
from onboarding.applications.schemas import Receipt
from onboarding.review import messages
from onboarding.review.page_forms import AskForm
from onboarding.review.reading import application_for_reviewer
from onboarding.review.schemas import ApplicationForReview
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
REVIEW = allow(*sorted(REVIEWING))
LIST = "/organiser/applications"
ASK = f"{LIST}/{{application_id:uuid}}/request-information"
EMPTY_ROWS = 3
MOST_ROWS = 30


@get(ASK, guards=[REVIEW], include_in_schema=False)
async def show_request_form(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks what to ask; ``slot`` in the address is the answer that the first question is about."""
    slot = request.query_params.get("slot", "")
    form = Form(AskForm, {"items.0.slot": [slot]} if slot else {})
    return await _request_page(request, actor, application_id, form)


async def _request_page(
    request: AnyRequest, actor: Actor, application_id: UUID, form: Form[AskForm], status_code: int = 200
) -> Response[str]:
    found = await application_for_reviewer(actor, application_id)
    last = max(form.rows("items"), default=-1)
    return page(
        request, "review/request.html", form=form, view=found.application, provider=found.provider,
        base=f"{LIST}/{application_id}", rows=range(min(max(last + 1, EMPTY_ROWS), MOST_ROWS)),
        slots=_slots(found, request.user.language), status_code=status_code,
    )  # fmt: skip


def _slots(found: ApplicationForReview, language: Language) -> list[tuple[str, str]]:
    """The questions of this application, each with the unit or service that it was asked of."""
    options: list[tuple[str, str]] = []
    for group in found.groups:
        subject = group.subject.label.in_language(language)
        for each in group.answers:
            text = each.question.text.in_language(language)
            options.append((each.slot, f"{subject}: {text}" if subject else text))
    return options


@post(ASK, guards=[REVIEW], include_in_schema=False)
async def send_request(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Asks the applicant for more. A double click asks once."""
    form = await read_form(request, AskForm)

    async def work() -> Receipt:
        items = [ItemToAsk(text=each.text, slot=each.slot or None) for each in form.data.items]
        return await messages.ask(actor, application_id, items, form.data.due_on)

    try:
        await idempotent(request, work, Receipt)
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return await _request_page(request, actor, application_id, form, error.status)
    flash(request, message("The question was sent to the applicant."))
    return redirect(f"{LIST}/{application_id}")


PAGES = [show_request_form, send_request]
