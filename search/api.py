"""Searching over the API: open to everybody, no sign-in, no cookie."""

from typing import Annotated, cast

import msgspec
from litestar import MediaType, Response, get
from litestar.params import FromQuery, QueryParameter

from marketplace.web.security import Caller, allow_anyone
from search import queries, suggesting
from search.queries import SearchParameters
from search.schemas import SearchAnswer, Suggestions

TAG = "Search"
_ENCODER = msgspec.json.Encoder()


@get("/api/v1/offers", guards=[allow_anyone], tags=[TAG])
async def search_offers(
    q: Annotated[str, QueryParameter(description="What is sought, in Finnish, Swedish or English")] = "",
    place: Annotated[str, QueryParameter(description="A postal code, or a municipality's name or code")] = "",
    municipality: Annotated[str, QueryParameter(description="Name or three-digit code of a municipality")] = "",
    postal_code: Annotated[str, QueryParameter(description="Five digits")] = "",
    lat: Annotated[str, QueryParameter(description="Degrees (WGS 84) of a position, with ``lon``; used coarsely")] = "",
    lon: FromQuery[str] = "",
    service_class: FromQuery[list[str] | None] = None,
    organiser: FromQuery[list[str] | None] = None,
    language: FromQuery[list[str] | None] = None,
    skill: Annotated[list[str] | None, QueryParameter(description="Special skills, all of which are needed")] = None,
    available: Annotated[bool, QueryParameter(description="Takes new clients now")] = False,
    starts_by: Annotated[str, QueryParameter(description="Takes new clients by this day, such as 2026-12-31")] = "",
    evening: FromQuery[bool] = False,
    weekend: FromQuery[bool] = False,
    night: FromQuery[bool] = False,
    prefix: Annotated[bool, QueryParameter(description="The last word may be the beginning of a longer one")] = True,
    sort: Annotated[str, QueryParameter(description="relevance, price, name, distance or start")] = "relevance",
    limit: FromQuery[int] = queries.PAGE_SIZE,
    cursor: Annotated[str, QueryParameter(description="``next`` of the answer before")] = "",
) -> Response[SearchAnswer]:
    """Published offers with facets and the exact total. Values of one filter are alternatives (but all skills are needed),
    filters narrow each other. Equals are in an order of chance that is another every day.
    """
    given = SearchParameters(
        text=q, place=place, municipality=municipality, postal_code=postal_code, lat=lat, lon=lon,
        service_class=tuple(service_class or ()), organiser=tuple(organiser or ()), language=tuple(language or ()),
        skill=tuple(skill or ()), available=available, starts_by=starts_by, evening=evening, weekend=weekend, night=night,
        prefix=prefix, sort=sort, limit=limit, cursor=cursor,
    )  # fmt: skip
    found = await queries.answer(queries.checked(given))
    # The cards are JSON already: reading them to write them again would cost more than the search.
    content = cast("SearchAnswer", _ENCODER.encode(found))
    return Response(content, media_type=MediaType.JSON)


@get("/api/v1/suggestions", guards=[allow_anyone], tags=[TAG])
async def suggest(
    actor: Caller,
    q: Annotated[str, QueryParameter(description="The beginning of a word; 20 characters are read")] = "",
    language: Annotated[str, QueryParameter(description="fi, sv or en: whose names come first")] = "",
    limit: FromQuery[int] = suggesting.MOST,
) -> Suggestions:
    """What the beginning of a text may become: services, places, providers and topics."""
    spoken = queries.checked_suggestion(language, limit) or actor.language
    return Suggestions(items=tuple(await queries.suggest(q, spoken, limit)))


ROUTES = [search_offers, suggest]
