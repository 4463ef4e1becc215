"""A search as it is written, checked all at once."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from marketplace.catalogue.offers.schemas import SERVICE_LANGUAGES
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language
from search.places import place_of
from search.postgres_query import LANGUAGES, bits_of, languages_of
from search.queries import SearchParameters, checked, checked_suggestion, cursor_after, parameters_of
from search.schemas import SearchQuery, Sort

ID = UUID(int=5)


def errors(**given) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        checked(SearchParameters(**given))
    return {field.field: field.message.text for field in refused.value.fields}


def test_nothing_asked_is_a_search_for_everything():
    with clock_set_to(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        assert checked(SearchParameters()) == SearchQuery(seed=datetime(2026, 11, 22).toordinal())


@pytest.mark.parametrize("place", ["Turku", "Åbo", "853", " TURKU "])
def test_a_municipality_is_known_by_any_name(place):
    assert checked(SearchParameters(municipality=place)).place == place_of("853")


def test_everything_wrong_is_named_at_once():
    wrong = errors(
        municipality="Hesinki", service_class=("V-X",), organiser=("1",), language=("xx",), sort="dear", limit=1000,
        cursor="?",
    )  # fmt: skip
    assert set(wrong) == {"municipality", "service_class", "organiser", "language", "sort", "limit", "cursor"}


@pytest.mark.parametrize(
    "given",
    [
        {"place": "00530"},
        {"postal_code": "00530"},
        {"lat": "60.18", "lon": "24.95"},
        {"place": "Turku", "postal_code": "00530"},
    ],
)
def test_a_place_can_be_told_in_several_ways(given):
    place = checked(SearchParameters(**given)).place
    assert place is not None
    assert (place.municipality, place.postal_code) == ("091", "00530")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"place": "Hesinki"}, "place"),
        ({"place": "99998"}, "place"),
        ({"postal_code": "Turku"}, "postal_code"),
        ({"postal_code": "00531"}, "postal_code"),
        ({"lat": "60"}, "lat"),
        ({"lat": "north", "lon": "east"}, "lat"),
        ({"lat": "nan", "lon": "24"}, "lat"),
        ({"lat": "0", "lon": "0"}, "lat"),
        ({"starts_by": "tomorrow"}, "starts_by"),
        ({"starts_by": "0001-01-01"}, "starts_by"),
        ({"sort": "distance"}, "sort"),
        ({"skill": ("a" * 101,)}, "skill"),
        ({"skill": ("a",) * 31}, "skill"),
    ],
)
def test_what_cannot_be_is_told(given, field):
    assert set(errors(**given)) == {field}


def test_skills_and_days_are_read():
    query = checked(SearchParameters(skill=(" Muisti  sairaudet ", "muisti sairaudet", ""), starts_by="2026-12-01"))
    assert (query.skills, query.starts_by) == (("muisti sairaudet",), date(2026, 12, 1))
    assert parameters_of(query) == {"skill": ["muisti sairaudet"], "starts_by": ["2026-12-01"]}


def test_suggestions_are_asked_for_in_our_languages():
    assert checked_suggestion("sv", 5) is Language.SV
    assert checked_suggestion("", 5) is None
    with pytest.raises(Invalid) as refused:
        checked_suggestion("de", 0)
    assert [each.field for each in refused.value.fields] == ["language", "limit"]


@pytest.mark.parametrize("page", [0, -1, 501])
def test_pages_have_an_end(page):
    assert set(errors(page=page)) == {"page"}


def test_empty_values_ask_for_nothing():
    query = checked(SearchParameters(municipality="  ", service_class=("", " "), organiser=("",), sort=""))
    assert (query.place, query.service_classes, query.organiser_ids, query.sort) == (
        None,
        (),
        (),
        Sort.RELEVANCE,
    )


def test_a_cursor_leads_to_the_next_page_with_the_chance_of_the_first():
    with clock_set_to(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        first = checked(SearchParameters(limit=10))
        cursor = cursor_after(first, 15)
    with clock_set_to(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        second = checked(SearchParameters(limit=10, cursor=cursor or ""))
    assert (second.page, second.offset, second.seed) == (2, 10, first.seed)
    assert cursor_after(second, 15) is None


def test_the_last_page_has_no_cursor_and_nothing_leads_beyond_the_deepest():
    assert cursor_after(SearchQuery(limit=20), 20) is None
    assert cursor_after(SearchQuery(limit=100, page=100), 50_000) is None


@pytest.mark.parametrize("cursor", ["a", "é", "MC4x", "OTk5OTkuMQ", "x" * 5_000])
def test_a_made_up_cursor_is_refused(cursor):
    assert set(errors(cursor=cursor)) == {"cursor"}


def test_a_search_goes_back_into_an_address():
    given = SearchParameters(
        text="siivous", municipality="Turku", service_class=("V-MEAL",), organiser=(str(ID),), language=("sv",), night=True,
        sort="price",
    )  # fmt: skip
    parameters = parameters_of(checked(given))
    assert parameters == {
        "text": ["siivous"], "place": ["853"], "service_class": ["V-MEAL"], "organiser": [str(ID)],
        "language": ["sv"], "night": ["true"], "sort": ["price"],
    }  # fmt: skip


def test_every_language_of_service_has_a_bit_and_bits_are_read_back():
    assert set(SERVICE_LANGUAGES) <= set(LANGUAGES)
    assert languages_of(bits_of(["sv", "fi", "sv", "xx"])) == ["fi", "sv"]
    assert bits_of([]) == 0
