"""The page on which a reviewer asks the applicant for more."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.i18n import message
from marketplace.web.forms import empty_form, read_form
from marketplace.web.security import Caller, allow
from onboarding.applications.schemas import Receipt, Words
from onboarding.review import messages
from onboarding.review.decision_pages import decided, decision_page
from onboarding.scoping import REVIEWING

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
REVIEW = allow(*sorted(REVIEWING))
ONE = "/organiser/applications/{application_id:uuid}"


@get(f"{ONE}/request-information", guards=[REVIEW], include_in_schema=False)
async def show_request_form(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Response[str]:
    """Asks what to ask."""
    return await decision_page(request, actor, application_id, "request", empty_form(Words))


@post(f"{ONE}/request-information", guards=[REVIEW], include_in_schema=False)
async def send_request(request: AnyRequest, actor: Caller, application_id: FromPath[UUID]) -> Page:
    """Asks the applicant for more."""
    form = await read_form(request, Words)

    async def work() -> Receipt:
        return await messages.request_information(actor, application_id, form.data.text)

    done = message("The question was sent to the applicant.")
    return await decided(request, actor, application_id, "request", form, work, done)


PAGES = [show_request_form, send_request]
