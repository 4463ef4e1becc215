"""Searching and comparing over the API: open to everybody, no sign-in, no cookie."""

from typing import Annotated, cast

import msgspec
from litestar import MediaType, Response, get
from litestar.params import FromQuery, QueryParameter

from marketplace.web.security import allow_anyone
from search import queries
from search.queries import SearchParameters
from search.schemas import SearchAnswer

TAG = "Search"
_ENCODER = msgspec.json.Encoder()


@get("/api/v1/offers", guards=[allow_anyone], tags=[TAG])
async def search_offers(
    q: Annotated[str, QueryParameter(description="What is sought, in Finnish, Swedish or English")] = "",
    municipality: Annotated[str, QueryParameter(description="Name or three-digit code of a municipality")] = "",
    service_class: FromQuery[list[str] | None] = None,
    organiser: FromQuery[list[str] | None] = None,
    language: FromQuery[list[str] | None] = None,
    available: Annotated[bool, QueryParameter(description="Takes new clients now")] = False,
    evening: FromQuery[bool] = False,
    weekend: FromQuery[bool] = False,
    night: FromQuery[bool] = False,
    sort: Annotated[str, QueryParameter(description="relevance, price or name")] = "relevance",
    limit: FromQuery[int] = queries.PAGE_SIZE,
    cursor: Annotated[str, QueryParameter(description="``next`` of the answer before")] = "",
) -> Response[SearchAnswer]:
    """Published offers with facets and the exact total. Values of one filter are alternatives, filters narrow each other."""
    given = SearchParameters(
        text=q, municipality=municipality, service_class=tuple(service_class or ()), organiser=tuple(organiser or ()),
        language=tuple(language or ()), available=available, evening=evening, weekend=weekend, night=night, sort=sort,
        limit=limit, cursor=cursor,
    )  # fmt: skip
    found = await queries.answer(queries.checked(given))
    # The cards are JSON already: reading them to write them again would cost more than the search.
    content = cast("SearchAnswer", _ENCODER.encode(found))
    return Response(content, media_type=MediaType.JSON)


ROUTES = [search_offers]
