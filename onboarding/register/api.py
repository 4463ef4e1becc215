"""The public register over the API."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get
from litestar.params import FromQuery, QueryParameter

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message
from marketplace.organisers.reference import is_municipality, is_service_class
from marketplace.web.security import allow_anyone
from onboarding.providers.business_ids import read_business_id
from onboarding.register import register
from onboarding.register.answers_out import RegisterOut, register_out
from onboarding.register.schemas import RegisterQuery

AnyRequest = Request[Any, Any, Any]

REGISTER_TAG = "Register"


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


ROUTES = [
    show_register,
]
