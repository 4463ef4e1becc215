"""Comparing over the API: open to everybody, no sign-in needed, no cookie."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromQuery, JSONBody

from marketplace.web.security import Caller, allow_anyone
from search.comparisons import comparing
from search.comparisons.schemas import CompareRequest, Comparison

TAG = "Search"


@get("/api/v1/comparisons", guards=[allow_anyone], tags=[TAG])
async def compare_prices(actor: Caller, ids: FromQuery[list[UUID]]) -> Comparison:
    """Up to six offers side by side, without a month's cost."""
    return await comparing.compare(CompareRequest(offer_ids=tuple(ids)), actor.language)


@post("/api/v1/comparisons", guards=[allow_anyone], tags=[TAG], status_code=200)
async def compare_months(actor: Caller, data: JSONBody[CompareRequest]) -> Comparison:
    """What a month costs with up to six offers, or with all that serve a place, and who pays it. Nothing is stored.

    A `voucher` of one's own needs a token of somebody who may see it.
    """
    return await comparing.compare(data, actor.language, actor)


ROUTES = [compare_prices, compare_months]
