"""What an agreement costs from day to day, for its client; and the clients whom a price change concerns, for staff."""

from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from marketplace.catalogue.changes.schemas import PricePeriod
from marketplace.catalogue.changes.showing import shown_periods
from marketplace.catalogue.prices.price_table import unit_words
from marketplace.kernel.actors import Role
from marketplace.kernel.clock import today
from marketplace.vouchers import price_queries
from marketplace.vouchers.pages.parts import AnyRequest, words
from marketplace.vouchers.price_api import READERS
from marketplace.vouchers.price_schemas import AgreementPrices
from marketplace.vouchers.schemas import PageAsked
from marketplace.web.forms import read_query
from marketplace.web.language import language_of
from marketplace.web.security import Caller, allow
from marketplace.web.templating import page, with_query

CLIENTS = allow(Role.CLIENT, Role.PROXY)
CHANGE = "/organiser/price-changes/{change_id:uuid}/clients"


@get("/client/agreements/{agreement_id:uuid}/prices", guards=[CLIENTS], include_in_schema=False)
async def show_my_prices(request: AnyRequest, actor: Caller, agreement_id: FromPath[UUID]) -> Response[str]:
    """What the service costs now and from when on something else, what that means for me, and what I can do."""
    found = await price_queries.prices_of_agreement(actor, agreement_id)
    return page(
        request, "vouchers/client_prices.html", found=found, unit=unit_words(found.unit), today=today(),
        periods=shown_periods(_as_history(found), language_of(request)), voucher=f"/client/vouchers/{found.voucher_id}",
        others=with_query("/", service_class=found.service_class, place=found.municipality_code), **words(),
    )  # fmt: skip


def _as_history(found: AgreementPrices) -> list[PricePeriod]:
    return [
        PricePeriod(
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            prices=each.prices,
            calendar=each.calendar,
            is_scheduled=each.valid_from > today(),
        )
        for each in found.periods
    ]


@get(CHANGE, guards=[READERS], include_in_schema=False)
async def show_repriced_clients(request: AnyRequest, actor: Caller, change_id: FromPath[UUID]) -> Response[str]:
    """Whom a price change concerns, and what each pays before and after it."""
    asked = read_query(request, PageAsked)
    found = await price_queries.repriced_clients(actor, change_id, asked.data.page if asked.ok else 1)
    return page(
        request, "vouchers/repriced.html", found=found, may_write=actor.has_role(Role.CASE_MANAGER), **words(),
    )  # fmt: skip


PAGES = [show_my_prices, show_repriced_clients]
