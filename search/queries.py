"""A search as people and programs give it: checked all at once, asked of the engines, and explained when it is empty."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import SERVICE_LANGUAGES
from marketplace.kernel.clock import today
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import message
from marketplace.organisers.reference import is_service_class, municipality_named
from search.engines import current_engines
from search.schemas import MAX_LIMIT, RawAnswer, SearchQuery, SearchResult, Sort
from search.text import MAX_QUERY_CHARACTERS

PAGE_SIZE: Final = 20
DEEPEST_RESULT: Final = 10_000
LOOSENABLE: Final = (
    "text", "municipality", "service_classes", "organiser_ids", "languages", "available", "evening", "weekend", "night",
)  # fmt: skip
"""What may be left out of a search that finds nothing, in the order in which it is proposed."""

_CURSOR: Final = re.compile(r"(\d{1,5})\.(\d{1,8})")


class SearchParameters(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, as it was written. Empty texts ask for nothing.

    ``municipality`` is a name in any of our languages or a code. ``cursor`` comes from the answer before.
    """

    text: str = ""
    municipality: str = ""
    service_class: tuple[str, ...] = ()
    organiser: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    available: bool = False
    evening: bool = False
    weekend: bool = False
    night: bool = False
    sort: str = Sort.RELEVANCE
    limit: int = PAGE_SIZE
    page: int = 1
    cursor: str = ""


class Loosening(msgspec.Struct, frozen=True):
    """One thing to leave out of a search, by its name in ``SearchQuery``, and how many offers that would find."""

    what: str
    total: int


def checked(given: SearchParameters) -> SearchQuery:
    """The search that the parameters mean.

    Raises:
        Invalid: an unknown municipality, service class, organiser, language or order, or a page that cannot be; all of
            them named.
    """
    errors = list(_errors(given))
    place = municipality_named(given.municipality) if given.municipality.strip() else None
    page, seed = _position(given)
    if page is None:
        errors.append(FieldError("cursor", message("This address of a page of results cannot be read. Search again.")))
    if errors or page is None:
        raise Invalid(errors)
    return SearchQuery(
        text=given.text.strip("\x00")[: MAX_QUERY_CHARACTERS + 1],
        municipality=place.code if place else None,
        service_classes=_filled(given.service_class),
        organiser_ids=tuple(UUID(each) for each in _filled(given.organiser)),
        languages=_filled(given.language),
        available=given.available,
        evening=given.evening,
        weekend=given.weekend,
        night=given.night,
        sort=Sort(given.sort or Sort.RELEVANCE),
        seed=seed,
        limit=given.limit,
        page=page,
    )


def _errors(given: SearchParameters) -> Iterator[FieldError]:
    if given.municipality.strip() and municipality_named(given.municipality) is None:
        name = given.municipality.strip()[:60]
        text = message("There is no municipality called “{name}”. Check the spelling.", name=name)
        yield FieldError("municipality", text)
    yield from _choice_errors(given)
    if not 1 <= given.limit <= MAX_LIMIT:
        yield FieldError("limit", message("Ask for 1 to {most} results at a time.", most=MAX_LIMIT))
    elif not 1 <= given.page <= DEEPEST_RESULT // given.limit:
        yield FieldError("page", message("There is no such page of results. Narrow the search instead."))


def _choice_errors(given: SearchParameters) -> Iterator[FieldError]:
    for code in _filled(given.service_class):
        if not is_service_class(code):
            yield FieldError(
                "service_class", message("There is no service class with the code {code}.", code=code[:40])
            )
    for each in _filled(given.organiser):
        if not _is_uuid(each):
            yield FieldError("organiser", message("This is not the ID of an organiser: {id}.", id=each[:40]))
    for code in _filled(given.language):
        if code not in SERVICE_LANGUAGES:
            yield FieldError(
                "language", message("No service is given in a language with the code {code}.", code=code[:20])
            )
    if given.sort and given.sort not in set(Sort):
        yield FieldError("sort", message("Results can be ordered by relevance, price or name."))


def _filled(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value.strip() for value in values if value.strip())


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _position(given: SearchParameters) -> tuple[int | None, int]:
    """The page, and the day's chance by which equals are ordered: a cursor keeps the chance of the page before."""
    if not given.cursor:
        return given.page, today().toordinal()
    try:
        text = base64.urlsafe_b64decode(given.cursor.encode() + b"==").decode()
    except (binascii.Error, UnicodeError):
        return None, 0
    found = _CURSOR.fullmatch(text)
    if found is None or not 1 <= int(found.group(1)) * max(given.limit, 1) <= DEEPEST_RESULT:
        return None, 0
    return int(found.group(1)), int(found.group(2))


def cursor_after(query: SearchQuery, total: int) -> str | None:
    """The cursor of the page that follows, if any does."""
    seen = query.offset + query.limit
    if seen >= total or seen + query.limit > DEEPEST_RESULT:
        return None
    return base64.urlsafe_b64encode(f"{query.page + 1}.{query.seed}".encode()).decode().rstrip("=")


async def search(query: SearchQuery) -> SearchResult:
    """One page of results.

    Raises:
        Unavailable: no engine answers.
    """
    return await current_engines().search(query)


async def answer(query: SearchQuery) -> RawAnswer:
    """One page of results as the API sends it."""
    result = await search(query)
    return RawAnswer(
        hits=result.hits,
        facets=result.facets,
        total=result.total,
        engine=result.engine,
        next=cursor_after(query, result.total),
    )


async def what_to_loosen(query: SearchQuery) -> list[Loosening]:
    """For a search that found nothing: what could be left out so that something is found, the most telling first."""
    nothing = msgspec.structs.asdict(SearchQuery())
    asked = msgspec.structs.asdict(query)
    found: list[Loosening] = []
    for what in LOOSENABLE:
        if asked[what] != nothing[what]:
            looser = msgspec.structs.replace(query, **{what: nothing[what]}, page=1, limit=1)
            found.append(Loosening(what, (await search(looser)).total))
    return [each for each in found if each.total]


def parameters_of(query: SearchQuery) -> Mapping[str, list[str]]:
    """A checked search as the parameters of an address, for links; the defaults are left out."""
    flags = {flag: ["true"] for flag in ("available", "evening", "weekend", "night") if getattr(query, flag)}
    given = {
        "text": [query.text] if query.text else [],
        "municipality": [query.municipality] if query.municipality else [],
        "service_class": list(query.service_classes),
        "organiser": [str(each) for each in query.organiser_ids],
        "language": list(query.languages),
        **flags,
        "sort": [query.sort.value] if query.sort is not Sort.RELEVANCE else [],
    }
    return {name: values for name, values in given.items() if values}
