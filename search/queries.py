"""A search as people and programs give it: checked all at once, asked of the engines, and explained when it is empty."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import SERVICE_LANGUAGES
from marketplace.kernel.clock import today
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Language, Message, message
from marketplace.organisers.reference import is_service_class
from search import suggesting
from search.documents import normal_skill
from search.engines import current_engines
from search.places import Place, place_near, place_of
from search.schemas import MAX_LIMIT, RawAnswer, SearchQuery, SearchResult, Sort, Suggestion
from search.text import MAX_QUERY_CHARACTERS

PAGE_SIZE: Final = 20
DEEPEST_RESULT: Final = 10_000
LOOSENABLE: Final = (
    "text", "place", "service_classes", "organiser_ids", "languages", "skills", "starts_by", "available", "evening",
    "weekend", "night",
)  # fmt: skip
"""What may be left out of a search that finds nothing, in the order in which it is proposed."""

MOST_SKILLS: Final = 30
LONGEST_SKILL: Final = 100
FIRST_YEAR, LAST_YEAR = 2000, 2100
_PLACES: Final = ("place", "municipality", "postal_code", "lat")
_CURSOR: Final = re.compile(r"(\d{1,5})\.(\d{1,8})")


class SearchParameters(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, as it was written. Empty texts ask for nothing.

    ``place`` is a postal code or a municipality, by a name in any of our languages or its code; ``municipality``,
    ``postal_code`` and the pair ``lat`` and ``lon`` say the same in their own ways, and the narrowest counts: a postal
    code, then a position, then a municipality. ``starts_by`` is a day (2026-12-31). ``cursor`` comes from the answer
    before.
    """

    text: str = ""
    place: str = ""
    municipality: str = ""
    postal_code: str = ""
    lat: str = ""
    lon: str = ""
    service_class: tuple[str, ...] = ()
    organiser: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    skill: tuple[str, ...] = ()
    starts_by: str = ""
    prefix: bool = True
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
        Invalid: an unknown place, service class, organiser, language or order, a day or page that cannot be; all of them
            named.
    """
    errors = list(_errors(given))
    place = _place(given, errors)
    starts_by = _day(given.starts_by, errors)
    page, seed = _position(given)
    if page is None:
        errors.append(FieldError("cursor", message("This address of a page of results cannot be read. Search again.")))
    sort = Sort(given.sort) if given.sort in set(Sort) else Sort.RELEVANCE
    if sort is Sort.DISTANCE and not any(getattr(given, name).strip() for name in _PLACES):
        errors.append(FieldError("sort", message("Say where you live to see the nearest first.")))
    if errors or page is None:
        raise Invalid(errors)
    return SearchQuery(
        text=given.text.strip("\x00")[: MAX_QUERY_CHARACTERS + 1],
        place=place,
        service_classes=_filled(given.service_class),
        organiser_ids=tuple(UUID(each) for each in _filled(given.organiser)),
        languages=_filled(given.language),
        skills=tuple(dict.fromkeys(normal_skill(each) for each in _filled(given.skill))),
        starts_by=starts_by,
        available=given.available,
        evening=given.evening,
        weekend=given.weekend,
        night=given.night,
        prefix=given.prefix,
        sort=sort,
        seed=seed,
        limit=given.limit,
        page=page,
    )


def _place(given: SearchParameters, errors: list[FieldError]) -> Place | None:
    """The narrowest place that is given; every one that cannot be is added to the errors."""
    by_code, named = _named_place("postal_code", given, errors), _named_place("place", given, errors)
    position = _near(given, errors)
    whole = _named_place("municipality", given, errors)
    return by_code or named or position or whole


def _named_place(field: str, given: SearchParameters, errors: list[FieldError]) -> Place | None:
    text = getattr(given, field).strip()
    place = place_of(text) if text else None
    if text and (place is None or (field == "postal_code" and place.postal_code is None)):
        errors.append(FieldError(field, _unknown_place(text[:60], field)))
    return place


def _unknown_place(name: str, field: str) -> Message:
    if name[:5].isdigit() and len(name) >= 5:
        return message("There is no postal code {code} with addresses. Check the number.", code=name)
    if field == "postal_code":
        return message("Give the postal code in five digits, for example 00530.")
    return message("There is no municipality called “{name}”. Check the spelling.", name=name)


def _near(given: SearchParameters, errors: list[FieldError]) -> Place | None:
    if not (given.lat.strip() or given.lon.strip()):
        return None
    try:
        return place_near(float(given.lat), float(given.lon))
    except ValueError:
        errors.append(FieldError("lat", message("This is not a position.")))
    except Invalid as error:
        errors += error.fields
    return None


def _day(text: str, errors: list[FieldError]) -> date | None:
    try:
        day = date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        day = date.min
    if day is None or FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    errors.append(FieldError("starts_by", message("Give the day like this: 2026-12-31.")))
    return None


def _errors(given: SearchParameters) -> Iterator[FieldError]:
    yield from _choice_errors(given)
    if len(given.skill) > MOST_SKILLS or any(len(each) > LONGEST_SKILL for each in given.skill):
        yield FieldError("skill", message("Name at most {most} special skills.", most=MOST_SKILLS))
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
        yield FieldError("sort", message("Results can be ordered by relevance, price, name, distance or start."))


def checked_suggestion(language: str, limit: int) -> Language | None:
    """The language to suggest in, or None where none is asked for.

    Raises:
        Invalid: an unknown language, or a number of suggestions that cannot be.
    """
    errors: list[FieldError] = []
    if language and language not in set(Language):
        errors.append(FieldError("language", message("Ask for suggestions in fi, sv or en.")))
    if not 1 <= limit <= MAX_LIMIT:
        errors.append(FieldError("limit", message("Ask for 1 to {most} results at a time.", most=MAX_LIMIT)))
    if errors:
        raise Invalid(errors)
    return Language(language) if language else None


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


async def matching_ids(query: SearchQuery, most: int) -> tuple[list[UUID], int]:
    """The offers that a search finds, whatever its page: at most ``most``, best first, and how many there are.

    Raises:
        Unavailable: no engine answers.
    """
    return await current_engines().matching_ids(query, most)


async def suggest(prefix: str, language: Language, limit: int = suggesting.MOST) -> list[Suggestion]:
    """What a text that begins so may become: services, places, providers, words. At most 20 characters are read."""
    return await suggesting.suggestions(current_engines(), prefix, language, limit)


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
        "place": [query.place.value] if query.place else [],
        "service_class": list(query.service_classes),
        "organiser": [str(each) for each in query.organiser_ids],
        "language": list(query.languages),
        "skill": list(query.skills),
        "starts_by": [query.starts_by.isoformat()] if query.starts_by else [],
        **flags,
        "sort": [query.sort.value] if query.sort is not Sort.RELEVANCE else [],
    }
    return {name: values for name, values in given.items() if values}
