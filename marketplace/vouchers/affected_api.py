"""Clients whom a suspension or an end concerns, over the API."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath, QueryParameter

from marketplace.vouchers import affected
from marketplace.vouchers.affected_csv import affected_csv
from marketplace.vouchers.affected_schemas import AffectedPage
from marketplace.vouchers.scoping import ORGANISER_READERS
from marketplace.web.language import language_of
from marketplace.web.security import Caller, allow

AnyRequest = Request[Any, Any, Any]
TAG = "Vouchers"
READERS = allow(*sorted(ORGANISER_READERS))
CLIENTS = "/api/v1/organiser/approvals/{approval_id:uuid}/clients"
PageNumber = Annotated[int, QueryParameter(ge=1, le=10_000)]


@get(CLIENTS, guards=[READERS], tags=[TAG])
async def list_affected_clients(actor: Caller, approval_id: FromPath[UUID], page: PageNumber = 1) -> AffectedPage:
    """The clients who use the provider of an approval: what each has left, and how many others could go on. 100 a page."""
    return await affected.affected_clients(actor, approval_id, page)


@get(f"{CLIENTS}.csv", guards=[READERS], tags=[TAG], media_type="text/csv")
async def download_affected_clients_by_api(
    request: AnyRequest, actor: Caller, approval_id: FromPath[UUID]
) -> Response[str]:
    """The same list whole, as CSV."""
    return await csv_answer(request, actor, approval_id)


async def csv_answer(request: AnyRequest, actor: Caller, approval_id: UUID) -> Response[str]:
    """The file, never kept by anything between."""
    found = await affected.all_affected(actor, approval_id)
    headers = {
        "content-disposition": f'attachment; filename="clients-{approval_id}.csv"',
        "cache-control": "private, no-store",
    }
    return Response(affected_csv(found, language_of(request)), media_type="text/csv", headers=headers)


API_ROUTES = [list_affected_clients, download_affected_clients_by_api]
