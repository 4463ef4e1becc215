"""The start page with its one question, and the results."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get

from marketplace.kernel.clock import today
from marketplace.kernel.config import get_config
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language
from marketplace.organisers.organisers import list_organisers
from marketplace.web.forms import Form
from marketplace.web.language import language_of
from marketplace.web.security import actor_of, allow_anyone
from marketplace.web.templating import page
from search import presenting, queries
from search.finding import api, cost_order, month_panel, reason_pages, saved_pages, showing, spellings
from search.finding.asking import MonthWish, address_parameters, month_wish, search_parameters
from search.finding.cost_order import PricedResults
from search.finding.loosening import ways_out
from search.finding.reasons import why_here
from search.queries import SearchParameters
from search.schemas import Card, SearchQuery, SearchResult
from search.shortlists.keeping import kept_offers
from search.shortlists.schemas import MOST_COMPARED

AnyRequest = Request[Any, Any, Any]


@get("/", guards=[allow_anyone], include_in_schema=False)
async def show_search(request: AnyRequest) -> Response[str]:
    """The start page; with anything asked, the results."""
    language = language_of(request)
    if not set(request.query_params) - {"lang"}:
        given = SearchParameters()
        return page(request, "search/start.html", form=None, given=given, often=showing.often_sought(language))
    given = search_parameters(request.query_params)
    wish = month_wish(request.query_params)
    try:
        query = queries.checked(given)
    except Invalid as error:
        return _mistaken(request, given, wish, error)
    result = await queries.search(query)
    found = await _priced(query, wish, result)
    return page(
        request, "search/results.html", form=None, given=given, **await _shown(request, query, wish, result, found)
    )


def _mistaken(request: AnyRequest, given: SearchParameters, wish: MonthWish, error: Invalid) -> Response[str]:
    """What cannot be searched for, with the places that may have been meant."""
    form = Form(SearchParameters)
    form.failed(error)
    language = language_of(request)
    meant = spellings.proposals(given.place, language) if form.error("place") else []
    beside = {"text": [given.text[:300]], **wish.parameters()}
    links = [(each.text, showing.address_of({**beside, "place": [each.value]})) for each in meant]
    beside_box = {"box": hidden_fields(wish.parameters())}
    return page(
        request, "search/mistaken.html", status_code=422, form=form, given=given, meant=links, beside=beside_box
    )


async def _priced(query: SearchQuery, wish: MonthWish, result: SearchResult) -> PricedResults:
    if not wish.has_week:
        return PricedResults(cards=result.cards(), total=result.total, costs={})
    return await cost_order.priced(wish, query, result.cards(), result.total)


async def _shown(
    request: AnyRequest, query: SearchQuery, wish: MonthWish, result: SearchResult, found: PricedResults
) -> dict[str, Any]:
    language = language_of(request)
    organisers = {str(each.id): each.name.in_language(language) for each in await list_organisers()}
    parameters = address_parameters(query, wish)
    address = showing.address_of(parameters)
    return {
        "query": query,
        "total": found.total,
        "count": presenting.offers_found(found.total),
        "cards": _cards(found.cards, query, wish, language),
        "costs": found.costs,
        "kept": await kept_offers(actor_of(request), request.session),
        "filters": showing.filters(query, result.facets, organisers, language, today()),
        "available": showing.available_option(query, result.facets),
        "tags": showing.tags(parameters, organisers, language),
        "sorts": showing.sorts(query, has_week=wish.has_week),
        "sort": showing.COST_SORT if wish.by_cost else query.sort.value,
        "looser": [] if found.total else await ways_out(query, wish, parameters, result.total),
        "pages": -(-min(found.total, queries.DEEPEST_RESULT) // query.limit),
        "most_compared": MOST_COMPARED,
        "panel": await month_panel.panel(query, wish, result.facets, parameters, organisers, found.problem, language),
        "share": get_config().base_url.rstrip("/") + address,
        "to_explain": "/why-not-here?" + address.removeprefix("/?"),
        "beside": _beside(parameters, wish),
        "own_week": _own_week(wish),
    }


def _own_week(wish: MonthWish) -> str:
    """The week as the query of an offer's own address; empty without one."""
    asked = hidden_fields(wish.parameters(), but=("sort", "at_most"))
    return f"?{urlencode(asked)}" if asked else ""


def _beside(parameters: Mapping[str, Sequence[str]], wish: MonthWish) -> Mapping[str, list[tuple[str, str]]]:
    """The hidden fields of the page's forms: each keeps what the others ask."""
    box = {name: values for name, values in parameters.items() if name in {"text", "place"}}
    return {
        "box": hidden_fields(wish.parameters()),
        "filters": hidden_fields({**box, **wish.parameters()}, but=("sort",)),
        "month": hidden_fields(parameters, but=("month", "product", "at_most")),
        "compare": hidden_fields(wish.parameters(), but=("sort", "at_most")),
    }


def _cards(
    cards: Sequence[Card], query: SearchQuery, wish: MonthWish, language: Language
) -> list[presenting.CardShown]:
    day = today()
    return [
        presenting.card_shown(card, language, query.place, why_here(card, query, day, language, by_cost=wish.by_cost))
        for card in cards
    ]


def hidden_fields(parameters: Mapping[str, Sequence[str]], but: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Names and values that a form sends along."""
    return [(name, value) for name, values in parameters.items() if name not in but for value in values]


ROUTES = [show_search, *reason_pages.ROUTES, *saved_pages.ROUTES, *api.ROUTES]
