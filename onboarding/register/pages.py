"""The public register: a search, a page for each provider with its history, one to embed, and one about the data."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from markupsafe import Markup

from marketplace.kernel.clock import today
from marketplace.kernel.config import get_config
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import Language, message
from marketplace.organisers.organisers import list_organisers
from marketplace.organisers.reference import (
    is_municipality,
    municipalities,
    municipality,
    service_class,
    service_classes,
)
from marketplace.pricing.prices import UNIT_WORDS, Unit
from marketplace.web.forms import Form, read_query
from marketplace.web.language import language_of
from marketplace.web.security import allow_anyone, embeddable
from marketplace.web.templating import page, render
from onboarding.labels import class_names, municipality_names
from onboarding.register import feed, open_data, register
from onboarding.register.kept import Kept
from onboarding.register.page_forms import RegisterSearch, read_public_id
from onboarding.register.schemas import EARLIEST, LATEST, RegisterQuery

AnyRequest = Request[Any, Any, Any]
BASE = "/register"
EMBEDDED = 20
SHOWN = Kept[Markup]()


@get(BASE, guards=[allow_anyone], include_in_schema=False)
async def show_register(request: AnyRequest) -> Response[str]:
    """The register with its search, today or on another day."""
    form = _search(request)
    return page(request, "register/register.html", form=form, shown=await _shown(request, form))


async def _shown(request: AnyRequest, form: Form[RegisterSearch]) -> Markup:
    """The search and what it found. It is the same for everybody, and made once for each state of the register."""
    language, address = language_of(request), _address(request)
    key = (await feed.state_of_register(), today(), language, address)
    known = SHOWN.get(key)
    if known is not None and form.ok:
        return known
    made = render(
        "register/_search.html", language, form=form, found=await register.public_register(_query(form)), base=BASE,
        on=form.data.on if form.ok else None, address=address, municipalities=_places(language), class_names=class_names,
        organisers=[(str(each.id), each.name.in_language(language)) for each in await list_organisers()],
        classes=[(each.code, each.name.in_language(language)) for each in service_classes()],
    )  # fmt: skip
    return SHOWN.put(key, Markup(made)) if form.ok else Markup(made)  # noqa: S704 - our own template, escaped there.


def _address(request: AnyRequest) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _places(language: Language) -> list[tuple[str, str]]:
    names = ((each.code, each.name.in_language(language)) for each in municipalities())
    return sorted(names, key=lambda pair: pair[1])


def _search(request: AnyRequest) -> Form[RegisterSearch]:
    form = read_query(request, RegisterSearch)
    if form.ok and form.data.on is not None and not EARLIEST <= form.data.on <= LATEST:
        form.failed(Invalid.field("on", message("The register knows the years from 2000 on.")))
    return form


def _query(form: Form[RegisterSearch], limit: int = 50) -> RegisterQuery:
    """What was asked for; all of the register where the question cannot be read."""
    if not form.ok:
        return RegisterQuery(limit=limit)
    asked = form.data
    return RegisterQuery(
        q=asked.q, organiser=asked.organiser, municipality=asked.municipality, service_class=asked.service_class,
        on=asked.on, after=asked.after, limit=limit,
    )  # fmt: skip


@get(f"{BASE}/data", guards=[allow_anyone], include_in_schema=False)
async def show_open_data(request: AnyRequest) -> Response[str]:
    """How to use the register's data: formats, licence, changes, embedding, and what our own words mean."""
    base_url = get_config().base_url.rstrip("/")
    return page(
        request, "register/data.html", base=BASE, base_url=base_url, licence=open_data.LICENCE,
        last_change=await feed.last_change(), fields=list(open_data.FIELDS),
    )  # fmt: skip


@get(f"{BASE}/embed", guards=[allow_anyone], include_in_schema=False)
async def show_embedded(request: AnyRequest) -> Response[str]:
    """The register for a frame on an organiser's own site: the list alone, links opening the full pages."""
    form = read_query(request, RegisterSearch)
    shown = await register.public_register(_query(form, EMBEDDED))
    answer = page(request, "register/embedded.html", found=shown, base=BASE, class_names=class_names)
    return embeddable(answer)


@get(f"{BASE}/{{public_id:str}}", guards=[allow_anyone], include_in_schema=False)
async def show_registered_provider(request: AnyRequest, public_id: FromPath[str]) -> Response[str]:
    """One provider: approvals, services and prices, units with their self-monitoring plans, and the past."""
    try:
        written = read_public_id(public_id)
    except Invalid:
        raise NotFound from None
    found = await register.registered_provider(written)
    return page(
        request, "register/registered_provider.html", provider=found, base=BASE, today=today(), class_names=class_names,
        municipality_names=municipality_names, place_name=_place_name, class_of=service_class,
        unit_words={unit.value: UNIT_WORDS[unit] for unit in Unit},
    )  # fmt: skip


def _place_name(code: str, language: Any) -> str:
    return municipality(code).name.in_language(language) if is_municipality(code) else ""


PAGES = [
    show_register,
    show_open_data,
    show_embedded,
    show_registered_provider,
]
