"""Prices of agreements over the API, and the clients whom a price change concerns."""

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import FromPath, QueryParameter

from marketplace.kernel.actors import CLIENT_ROLES, PROVIDER_ROLES
from marketplace.vouchers import price_queries
from marketplace.vouchers.price_schemas import AgreementPrices, RepricedPage
from marketplace.vouchers.scoping import ORGANISER_READERS
from marketplace.web.security import Caller, allow

TAG = "Vouchers"
PARTIES = allow(*sorted(PROVIDER_ROLES | CLIENT_ROLES | ORGANISER_READERS))
READERS = allow(*sorted(ORGANISER_READERS))
PageNumber = Annotated[int, QueryParameter(ge=1, le=10_000)]


@get("/api/v1/agreements/{agreement_id:uuid}/prices", guards=[PARTIES], tags=[TAG])
async def show_agreement_prices(actor: Caller, agreement_id: FromPath[UUID]) -> AgreementPrices:
    """An agreement's price lists from day to day; where new ones are announced, what they mean for the client."""
    return await price_queries.prices_of_agreement(actor, agreement_id)


@get("/api/v1/organiser/price-changes/{change_id:uuid}/clients", guards=[READERS], tags=[TAG])
async def list_repriced_clients(actor: Caller, change_id: FromPath[UUID], page: PageNumber = 1) -> RepricedPage:
    """The clients whom a price change concerns, with what each pays for a month before and after it. 100 a page."""
    return await price_queries.repriced_clients(actor, change_id, page)


API_ROUTES = [show_agreement_prices, list_repriced_clients]
