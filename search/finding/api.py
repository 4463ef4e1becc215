"""Over the API: places as one types them, why an offer is here or not, and one's kept searches."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from marketplace.web.security import Caller, allow_anyone, allow_signed_in
from search import places, queries
from search.finding import reasons, spellings
from search.finding.reasons import Explanation
from search.finding.spellings import PlaceProposal
from search.queries import SearchParameters
from search.shortlists import searches
from search.shortlists.searches import KeptSearch, NewSearch

TAG = "Search"


class Places(msgspec.Struct, frozen=True):
    """Places to choose from."""

    items: tuple[PlaceProposal, ...]


class Position(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somewhere on Earth (WGS 84). It is rounded to about a kilometre, used for this answer and kept nowhere."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class KeptSearches(msgspec.Struct, frozen=True):
    """One's kept searches, by name."""

    items: tuple[KeptSearch, ...]


@get("/api/v1/places", guards=[allow_anyone], tags=[TAG])
async def suggest_places(
    actor: Caller, q: Annotated[str, QueryParameter(description="Beginning of a municipality or postal code")] = ""
) -> Places:
    """Municipalities and postal areas that begin so; where none do, those that look most alike."""
    return Places(tuple(spellings.proposals(q, actor.language)))


@post("/api/v1/places/near", guards=[allow_anyone], tags=[TAG], status_code=200)
async def find_place_near(actor: Caller, data: JSONBody[Position]) -> PlaceProposal:
    """The postal area nearest to a position. Nothing is stored."""
    found = places.place_near(data.lat, data.lon)
    return PlaceProposal(text=found.name.in_language(actor.language), value=found.value)


@get("/api/v1/offers/reasons", guards=[allow_anyone], tags=[TAG])
async def explain_results(
    actor: Caller,
    provider: Annotated[str, QueryParameter(description="Name or business ID of a provider")],
    q: FromQuery[str] = "",
    place: Annotated[str, QueryParameter(description="Postal code, or name or code of a municipality")] = "",
    service_class: FromQuery[list[str] | None] = None,
    organiser: FromQuery[list[str] | None] = None,
    language: FromQuery[list[str] | None] = None,
    skill: FromQuery[list[str] | None] = None,
    available: FromQuery[bool] = False,
    evening: FromQuery[bool] = False,
    weekend: FromQuery[bool] = False,
    night: FromQuery[bool] = False,
    starts_by: Annotated[str, QueryParameter(description="Latest first day, `2026-12-31`")] = "",
) -> Explanation:
    """Why a provider's offers are among the results of a search, or which rule keeps each of them out."""
    given = SearchParameters(
        text=q, place=place, service_class=tuple(service_class or ()), organiser=tuple(organiser or ()),
        language=tuple(language or ()), skill=tuple(skill or ()), available=available, evening=evening, weekend=weekend,
        night=night, starts_by=starts_by,
    )  # fmt: skip
    return await reasons.explain(provider, queries.checked(given), actor.language)


@get("/api/v1/me/searches", guards=[allow_signed_in], tags=[TAG])
async def list_my_searches(actor: Caller) -> KeptSearches:
    """The searches that one has kept."""
    return KeptSearches(tuple(await searches.saved_searches(actor)))


@post("/api/v1/me/searches", guards=[allow_signed_in], tags=[TAG])
async def keep_my_search(actor: Caller, data: JSONBody[NewSearch]) -> KeptSearch:
    """Keeps a search by name, as the query of its address; one of the same name is replaced."""
    return await searches.save_search(actor, data)


@delete("/api/v1/me/searches/{search_id:uuid}", guards=[allow_signed_in], tags=[TAG])
async def delete_my_search(actor: Caller, search_id: FromPath[UUID]) -> None:
    """Forgets a search."""
    await searches.delete_search(actor, search_id)


ROUTES = [
    suggest_places, find_place_near, explain_results, list_my_searches, keep_my_search, delete_my_search,
]  # fmt: skip
