"""The organiser's page of the clients whom a suspension or an end concerns."""

from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from marketplace.kernel.actors import Role
from marketplace.vouchers import affected
from marketplace.vouchers.affected_api import READERS, csv_answer
from marketplace.vouchers.pages.parts import AnyRequest, words
from marketplace.vouchers.schemas import PageAsked
from marketplace.web.forms import read_query
from marketplace.web.security import Caller
from marketplace.web.templating import page
from onboarding.scoping import REVIEWING

CLIENTS = "/organiser/approvals/{approval_id:uuid}/clients"


@get(CLIENTS, guards=[READERS], include_in_schema=False)
async def show_affected_clients(request: AnyRequest, actor: Caller, approval_id: FromPath[UUID]) -> Response[str]:
    """Who is concerned, what each has left and what to do."""
    asked = read_query(request, PageAsked)
    found = await affected.affected_clients(actor, approval_id, asked.data.page if asked.ok else 1)
    return page(
        request, "vouchers/affected.html", found=found, base=f"/organiser/approvals/{approval_id}",
        may_see_approval=actor.role in REVIEWING, may_write=actor.has_role(Role.CASE_MANAGER), **words(),
    )  # fmt: skip


@get(f"{CLIENTS}.csv", guards=[READERS], include_in_schema=False)
async def download_affected_clients(request: AnyRequest, actor: Caller, approval_id: FromPath[UUID]) -> Response[str]:
    """The whole list for a spreadsheet."""
    return await csv_answer(request, actor, approval_id)


PAGES = [show_affected_clients, download_affected_clients]
