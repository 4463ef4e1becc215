"""The page of one's kept searches."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import DomainError
from marketplace.kernel.i18n import message
from marketplace.web.forms import Form, read_form
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow_signed_in
from marketplace.web.templating import flash, page, redirect
from search.shortlists import searches
from search.shortlists.searches import NewSearch

AnyRequest = Request[Any, Any, Any]
PATH = "/saved-searches"

add_to_navigation(Desk.CLIENT, message("Saved searches"), PATH, order=60)
add_to_navigation(Desk.ORGANISER, message("Saved searches"), PATH, order=44, roles=frozenset({Role.CASE_MANAGER}))


@get(PATH, guards=[allow_signed_in], include_in_schema=False)
async def show_saved_searches(request: AnyRequest, actor: Caller) -> Response[str]:
    """One's kept searches: to open, or to forget."""
    return page(request, "search/saved.html", form=None, searches=await searches.saved_searches(actor))


@post(PATH, guards=[allow_signed_in], include_in_schema=False)
async def keep_search(request: AnyRequest, actor: Caller) -> Response[str] | Redirect:
    """Keeps a search by the name that it was given."""
    form = await read_form(request, NewSearch)
    if not form.ok:
        return await _again(request, actor, form)
    try:
        kept = await searches.save_search(actor, form.data)
    except DomainError as error:
        form.failed(error)
        return await _again(request, actor, form)
    flash(request, message("The search “{name}” was saved.", name=kept.name))
    return redirect(PATH)


async def _again(request: AnyRequest, actor: Actor, form: Form[NewSearch]) -> Response[str]:
    found = await searches.saved_searches(actor)
    return page(request, "search/saved.html", status_code=422, form=form, searches=found)


@get(f"{PATH}/{{search_id:uuid}}", guards=[allow_signed_in], include_in_schema=False)
async def open_saved_search(actor: Caller, search_id: FromPath[UUID]) -> Redirect:
    """Asks a kept search again."""
    return redirect((await searches.use_search(actor, search_id)).address)


@post(f"{PATH}/{{search_id:uuid}}/delete", guards=[allow_signed_in], include_in_schema=False)
async def forget_search(request: AnyRequest, actor: Caller, search_id: FromPath[UUID]) -> Redirect:
    """Forgets a search."""
    await searches.delete_search(actor, search_id)
    flash(request, message("The search was deleted."))
    return redirect(PATH)


ROUTES = [show_saved_searches, keep_search, open_saved_search, forget_search]
