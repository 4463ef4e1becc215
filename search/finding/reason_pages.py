"""The page that answers why a provider is not among the results."""

from typing import Any

from litestar import Request, Response, get

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.web.forms import Form
from marketplace.web.language import language_of
from marketplace.web.security import allow_anyone
from marketplace.web.templating import page
from search import queries
from search.finding import showing
from search.finding.asking import address_parameters, month_wish, search_parameters
from search.finding.reasons import explain
from search.queries import SearchParameters
from search.schemas import SearchQuery

AnyRequest = Request[Any, Any, Any]


@get("/why-not-here", guards=[allow_anyone], include_in_schema=False)
async def show_reasons(request: AnyRequest) -> Response[str]:
    """Asks for a provider's name and tells which rule keeps it out of a search, or that nothing does."""
    form = Form(SearchParameters, {"provider": [request.query_params.get("provider", "")[:100]]})
    query, parameters = _search(request, form)
    found = None
    if query is not None and "provider" in request.query_params:
        try:
            found = await explain(form.value("provider"), query, language_of(request))
        except Invalid as error:
            form.failed(error)
    return page(
        request, "search/why_not_here.html", status_code=200 if form.ok else 422, form=form, found=found,
        hidden_fields=[(name, value) for name, values in parameters.items() for value in values],
        narrowing=[] if query is None else showing.filter_words(query, {}, language_of(request)), query=query,
        results=showing.address_of(parameters),
    )  # fmt: skip


def _search(request: AnyRequest, form: Form[SearchParameters]) -> tuple[SearchQuery | None, showing.Parameters]:
    """The search that is asked about. One that cannot be is told above the form."""
    try:
        query = queries.checked(search_parameters(request.query_params))
    except Invalid as error:
        form.failed(Invalid([FieldError("", each.message) for each in error.fields]))
        return None, {}
    return query, address_parameters(query, month_wish(request.query_params))


ROUTES = [show_reasons]
