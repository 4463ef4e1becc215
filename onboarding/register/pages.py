"""The public register of approved providers: a search, and a page for each provider."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from marketplace.kernel.errors import Invalid, NotFound
from marketplace.organisers.organisers import list_organisers
from marketplace.organisers.reference import municipalities, service_classes
from marketplace.web.forms import read_query
from marketplace.web.security import allow_anyone
from marketplace.web.templating import page
from onboarding.labels import class_names, municipality_names
from onboarding.providers.business_ids import read_business_id
from onboarding.register import register
from onboarding.register.page_forms import RegisterSearch
from onboarding.register.schemas import RegisterQuery

AnyRequest = Request[Any, Any, Any]
BASE = "/register"


@get(BASE, guards=[allow_anyone], include_in_schema=False)
async def show_register(request: AnyRequest) -> Response[str]:
    """The register with its search."""
    form = read_query(request, RegisterSearch)
    asked = form.data if form.ok else RegisterSearch()
    query = RegisterQuery(
        q=asked.q, organiser=asked.organiser, municipality=asked.municipality, service_class=asked.service_class,
        after=asked.after,
    )  # fmt: skip
    language = request.user.language
    places = sorted(
        ((each.code, each.name.in_language(language)) for each in municipalities()), key=lambda pair: pair[1]
    )
    return page(
        request, "register/register.html", form=form, found=await register.public_register(query), base=BASE,
        organisers=[(str(each.id), each.name.in_language(language)) for each in await list_organisers()],
        municipalities=places, class_names=class_names,
        classes=[(each.code, each.name.in_language(language)) for each in service_classes()],
    )  # fmt: skip


@get(f"{BASE}/{{business_id:str}}", guards=[allow_anyone], include_in_schema=False)
async def show_registered_provider(request: AnyRequest, business_id: FromPath[str]) -> Response[str]:
    """What one provider is approved for, and by whom."""
    try:
        written = read_business_id(business_id)
    except Invalid:
        raise NotFound from None
    found = await register.public_register(RegisterQuery(business_id=written, limit=200))
    if not found.items:
        raise NotFound
    return page(
        request, "register/registered_provider.html", name=found.items[0].name, business_id=written,
        entries=found.items, base=BASE, class_names=class_names, municipality_names=municipality_names,
    )  # fmt: skip


PAGES = [
    show_register,
    show_registered_provider,
]
