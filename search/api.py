"""Searching and comparing over the API: open to everybody, no sign-in, no cookie."""

from typing import Annotated, cast
from uuid import UUID

import msgspec
from litestar import MediaType, Response, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter

from marketplace.web.security import Caller, allow_anyone
from search import comparisons, queries
from search.comparisons import CompareRequest, Comparison
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


@get("/api/v1/comparisons", guards=[allow_anyone], tags=[TAG])
async def compare_prices(actor: Caller, ids: FromQuery[list[UUID]]) -> Comparison:
    """Up to four offers side by side, without a month's cost."""
    return await comparisons.compare(CompareRequest(offer_ids=tuple(ids)), actor.language)


@post("/api/v1/comparisons", guards=[allow_anyone], tags=[TAG], status_code=200)
async def compare_months(actor: Caller, data: JSONBody[CompareRequest]) -> Comparison:
    """Up to four offers side by side with the cost of a month of visits, and who pays it. Nothing is stored."""
    return await comparisons.compare(data, actor.language)


ROUTES = [search_offers, compare_prices, compare_months]
