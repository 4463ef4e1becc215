"""The start page with its one question, the results, and the comparison."""

from typing import Any

from litestar import Request, Response, get

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language
from marketplace.organisers.organisers import list_organisers
from marketplace.web.forms import Form
from marketplace.web.language import language_of
from marketplace.web.security import allow_anyone
from marketplace.web.templating import page
from search import presenting, queries
from search.comparisons.comparing import MOST_COMPARED
from search.queries import SearchParameters
from search.schemas import SearchQuery, SearchResult

AnyRequest = Request[Any, Any, Any]


@get("/", guards=[allow_anyone], include_in_schema=False)
async def show_search(request: AnyRequest) -> Response[str]:
    """The start page; with anything asked, the results."""
    language = language_of(request)
    places = presenting.places_to_choose(language)
    if not set(request.query_params) - {"lang"}:
        return page(request, "search/start.html", municipalities=places, often=presenting.often_sought(language))
    given = _parameters(request)
    form = Form(SearchParameters, {name: list(request.query_params.getall(name)) for name in set(request.query_params)})
    try:
        query = queries.checked(given)
    except Invalid as error:
        form.failed(error)
        return page(request, "search/mistaken.html", status_code=422, form=form, given=given, municipalities=places)
    result = await queries.search(query)
    shown = await _results(query, result, language)
    return page(request, "search/results.html", form=form, given=given, municipalities=places, **shown)


def _parameters(request: AnyRequest) -> SearchParameters:
    asked = request.query_params

    def each(name: str) -> tuple[str, ...]:
        return tuple(asked.getall(name, []))

    when = each("when")
    number = asked.get("page", "1")
    return SearchParameters(
        text=asked.get("text", ""),
        municipality=asked.get("municipality", ""),
        service_class=each("service_class"),
        organiser=each("organiser"),
        language=each("language"),
        available=bool(asked.get("available")),
        evening=bool(asked.get("evening")) or "evening" in when,
        weekend=bool(asked.get("weekend")) or "weekend" in when,
        night=bool(asked.get("night")) or "night" in when,
        sort=asked.get("sort", ""),
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
    )


async def _results(query: SearchQuery, result: SearchResult, language: Language) -> dict[str, Any]:
    organisers = {str(each.id): each.name.in_language(language) for each in await list_organisers()}
    loosenings = [] if result.total else await queries.what_to_loosen(query)
    most = min(result.total, queries.DEEPEST_RESULT)
    return {
        "query": query,
        "total": result.total,
        "count": presenting.offers_found(result.total),
        "cards": [presenting.card_shown(card, language) for card in result.cards()],
        "filters": presenting.filters(query, result.facets, organisers, language),
        "available": presenting.available_option(query, result.facets),
        "tags": presenting.tags(query, organisers, language),
        "sorts": presenting.SORT_WORDS,
        "looser": presenting.looser(query, loosenings),
        "pages": -(-most // query.limit),
        "most_compared": MOST_COMPARED,
    }


ROUTES = [show_search]
