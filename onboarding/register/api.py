"""The public register over the API: pages of it, the whole of it as a file, and what changed. No sign-in, no limits of use."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from marketplace.kernel.clock import today
from marketplace.kernel.config import get_config
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message
from marketplace.organisers.reference import is_municipality, is_service_class
from marketplace.web.language import language_of
from marketplace.web.security import allow_anyone
from onboarding.register import feed, open_data, register
from onboarding.register.answers_out import ChangesOut, RegisterOut, changes_out, register_out
from onboarding.register.kept import Kept
from onboarding.register.page_forms import read_public_id
from onboarding.register.schemas import EARLIEST, LATEST, RegisterQuery

AnyRequest = Request[Any, Any, Any]
REGISTER_TAG = "Register"
BASE = "/api/v1/register"
CSV_TYPE = "text/csv; charset=utf-8; header=present"
CACHING = "public, max-age=60"
NOT_MODIFIED = 304
OPEN_TO_ALL = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": CACHING,
}

ANSWERS = Kept[bytes]()
"""Encoded pages by tag and query; the tag holds day and language."""

Organiser = FromQuery[UUID | None]
Place = Annotated[str, QueryParameter(max_length=10)]
Service = Annotated[str, QueryParameter(max_length=40)]
Day = FromQuery[date | None]


@get(BASE, guards=[allow_anyone], tags=[REGISTER_TAG])
async def show_register(
    request: AnyRequest,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    organiser: Organiser = None,
    municipality: Place = "",
    service_class: Service = "",
    business_id: Annotated[str, QueryParameter(max_length=20)] = "",
    on: Day = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
    after: Annotated[str, QueryParameter(max_length=400)] = "",
) -> Response[RegisterOut]:
    """Approved providers by name, today or on the day `on`. `after` takes the `next` of the page before.

    Answers carry an `ETag`: ask with `If-None-Match`, and an unchanged register costs nothing (304).
    """
    query = RegisterQuery(
        q=q, organiser=organiser, municipality=municipality, service_class=service_class, limit=limit, after=after, on=on,
        business_id=read_public_id(business_id) if business_id else "",
    )  # fmt: skip
    _check(query)
    return await _unless_known(request, query)


async def _unless_known(request: AnyRequest, query: RegisterQuery) -> Response[Any]:
    """The answer, or 304 where the reader has it. The tag is taken first: an answer is never older than its tag."""
    tag = await _tag(request)
    headers = {**OPEN_TO_ALL, "etag": tag, "vary": "accept-language"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(None, status_code=NOT_MODIFIED, headers=headers)
    known = ANSWERS.get((tag, query))
    if known is None:
        found = register_out(await register.public_register(query), open_data.LICENCE, language_of(request))
        known = ANSWERS.put((tag, query), msgspec.json.encode(found))
    return Response(known, media_type="application/json", headers=headers)


async def _tag(request: AnyRequest) -> str:
    return f'W/"{await feed.state_of_register()}-{today():%Y%m%d}-{language_of(request)}"'


def _check(query: RegisterQuery) -> None:
    """Raises ``Invalid``: a code or a day that does not exist."""
    if query.municipality and not is_municipality(query.municipality):
        text = message("There is no municipality with the code {code}.", code=query.municipality)
        raise Invalid.field("municipality", text)
    if query.service_class and not is_service_class(query.service_class):
        text = message("There is no service class with the code {code}.", code=query.service_class)
        raise Invalid.field("service_class", text)
    if query.on is not None and not EARLIEST <= query.on <= LATEST:
        raise Invalid.field("on", message("The register knows the years from 2000 on."))


@get(f"{BASE}/changes", guards=[allow_anyone], tags=[REGISTER_TAG])
async def list_register_changes(
    request: AnyRequest,
    since: Annotated[str, QueryParameter(max_length=80)] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 200,
) -> Response[ChangesOut]:
    """What changed in the register: `since` takes the `next` of an earlier answer, or a moment with its time zone."""
    found = await feed.changes_since(since, limit)
    return Response(changes_out(found, language_of(request)), headers=OPEN_TO_ALL)


@get(f"{BASE}.csv", guards=[allow_anyone], tags=[REGISTER_TAG], media_type="text/csv")
async def download_register_csv(
    request: AnyRequest,
    organiser: Organiser = None,
    municipality: Place = "",
    service_class: Service = "",
    on: Day = None,
) -> Response[Any]:
    """The whole register as CSV, one line for each service of each approval. Described by `register.csv-metadata.json`."""
    query = RegisterQuery(organiser=organiser, municipality=municipality, service_class=service_class, on=on)
    described = f'<{BASE}.csv-metadata.json>; rel=describedby; type="application/csvm+json"'
    rows = open_data.register_csv(query, language_of(request))
    return await _file(request, query, rows, CSV_TYPE, "register.csv", {"link": described})


@get(f"{BASE}.jsonld", guards=[allow_anyone], tags=[REGISTER_TAG], media_type="application/ld+json")
async def download_register_json_ld(
    request: AnyRequest,
    organiser: Organiser = None,
    municipality: Place = "",
    service_class: Service = "",
    on: Day = None,
) -> Response[Any]:
    """The whole register as JSON-LD in the words of schema.org."""
    query = RegisterQuery(organiser=organiser, municipality=municipality, service_class=service_class, on=on)
    parts = open_data.register_json_ld(query, get_config().base_url.rstrip("/"))
    return await _file(request, query, parts, "application/ld+json", "register.jsonld", {})


async def _file(
    request: AnyRequest, query: RegisterQuery, content: Any, media_type: str, name: str, more: dict[str, str]
) -> Response[Any]:
    _check(query)
    tag = await _tag(request)
    headers = {
        **OPEN_TO_ALL, **more, "etag": tag, "vary": "accept-language",
        "content-disposition": f'attachment; filename="{name}"',
    }  # fmt: skip
    if tag in request.headers.get("if-none-match", ""):
        return Response(None, status_code=NOT_MODIFIED, headers=headers)
    return Stream(content, media_type=media_type, headers=headers)


@get(f"{BASE}.csv-metadata.json", guards=[allow_anyone], tags=[REGISTER_TAG])
async def describe_register_csv() -> Response[bytes]:
    """What the columns of the CSV mean (W3C CSV on the Web)."""
    described = open_data.csv_description(f"{get_config().base_url.rstrip('/')}{BASE}.csv")
    return Response(msgspec.json.encode(described), media_type="application/csvm+json", headers=OPEN_TO_ALL)


ROUTES = [
    show_register,
    list_register_changes,
    download_register_csv,
    download_register_json_ld,
    describe_register_csv,
]
