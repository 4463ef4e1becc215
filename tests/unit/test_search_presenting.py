"""Cards, filters, tags and reasons in words."""

from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
import pytest

from marketplace.catalogue.offers.schemas import Reach
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language, translate
from search.documents import document_of
from search.finding import asking, cost_order, showing, spellings
from search.finding.reasons import explain, serves, unmet, why_here
from search.finding.words_found import matched_words
from search.places import place_of
from search.presenting import card_shown, starts_words, where_words
from search.schemas import Card, SearchQuery, Sort, complete_facets
from tests.factories.search import published

TODAY = date(2026, 11, 22)
UNIT = Reach(name="Kallion toimipiste", lat=60.184, lon=24.95, km=5)


@pytest.fixture(autouse=True)
def day():
    with clock_set_to(datetime(2026, 11, 22, 10, tzinfo=UTC)):
        yield


def card(**changes) -> Card:
    return msgspec.structs.replace(document_of(published()).card, **changes)


def place(text: str):
    found = place_of(text)
    assert found is not None
    return found


def fi(message) -> str:
    return translate(message, Language.FI)


class Sent(dict):
    """Parameters of an address, as the framework gives them."""

    def get(self, key, default=None):
        return self.getall(key, [default])[-1]

    def getall(self, key, default=None):
        given = super().get(key, default)
        return given if isinstance(given, list) else [given]


class TestCards:
    def test_a_provider_that_tells_its_unit_is_so_far_away(self):
        assert fi(where_words(card(reach=UNIT), place("00530"))) == "Palvelee alueella 00530 Helsinki, matkaa alle 1 km"
        assert fi(where_words(card(reach=UNIT), place("00200"))).endswith("matkaa noin 5 km")

    def test_without_a_unit_it_serves_the_place(self):
        assert fi(where_words(card(), place("Espoo"))) == "Palvelee alueella Espoo"

    def test_the_first_day_is_told_while_it_is_to_come(self):
        assert starts_words(card(earliest_start=TODAY)) is None
        assert fi(starts_words(card(earliest_start=date(2026, 12, 1)))) == "Voi alkaa 1.12.2026"
        assert starts_words(card(earliest_start=date(2026, 12, 1), accepts_new_clients=False)) is None

    def test_skills_are_in_the_readers_language(self):
        assert card_shown(card(skills=("Muistisairaudet",)), Language.SV).skills == "Minnessjukdomar"


class TestReasons:
    @pytest.mark.parametrize(
        ("query", "code"),
        [
            (SearchQuery(place=place_of("Turku")), "municipality"),
            (SearchQuery(service_classes=("V-MEAL",)), "service_class"),
            (SearchQuery(organiser_ids=(UUID(int=7),)), "organiser"),
            (SearchQuery(languages=("sv",)), "language"),
            (SearchQuery(skills=("tulkkaus",)), "skill"),
        ],
        ids=["place", "class", "organiser", "language", "skill"],
    )
    def test_each_filter_that_is_not_met_is_named(self, query, code):
        assert [each for each, _ in unmet(card(), query)] == [code]

    def test_what_meets_everything_has_no_reason_to_be_left_out(self):
        query = SearchQuery(
            place=place("00530"), languages=("fi",), available=True, evening=True, night=True, weekend=True
        )
        assert list(unmet(card(), query)) == []

    def test_times_and_first_days_are_named(self):
        asked = SearchQuery(starts_by=TODAY, evening=True, weekend=True, night=True)
        busy = card(accepts_new_clients=False, evening=False, weekend=False, night=False)
        assert [each for each, _ in unmet(busy, asked)] == ["available", "evening", "weekend", "night"]
        later = card(earliest_start=date(2026, 12, 24))
        assert [each for each, _ in unmet(later, asked)] == ["start"]

    def test_postal_codes_and_reach_are_named(self):
        narrow = card(postal_codes=("00530",))
        assert serves(narrow, place("00530"))
        assert [each for each, _ in unmet(narrow, SearchQuery(place=place("00200")))] == ["postal_code"]
        near = card(reach=msgspec.structs.replace(UNIT, km=1))
        assert [each for each, _ in unmet(near, SearchQuery(place=place("00890")))] == ["reach"]

    def test_words_are_told_where_they_were_found(self):
        lines = [fi(each) for each in matched_words("kotihoito helsinki vanamo ", card(provider_name="Vanamo Oy"))]
        assert lines[0] == "”kotihoito” on palvelun nimi tai osa siitä."
        assert any("palveluntuottajan nimessä" in each for each in lines)

    def test_a_typo_is_told_as_what_it_was_read(self):
        lines = [fi(each) for each in matched_words("kotihoitp ", card())]
        assert any("luettiin sanaksi" in each for each in lines)

    def test_the_lot_is_told_and_the_order_before_it(self):
        plain = why_here(card(), SearchQuery(), TODAY, Language.FI)
        assert plain == ["Yhtä hyvin sopivien järjestys on arvottu päivälle 22.11.2026. Kukaan ei voi ostaa paikkaa."]
        by_price = why_here(card(), SearchQuery(sort=Sort.PRICE, available=True), TODAY, Language.FI)
        assert by_price[:2] == ["Se täyttää valintasi: Ottaa nyt uusia asiakkaita.", "Halvin hinta on ensin."]
        assert "maksaisit" in why_here(card(), SearchQuery(), TODAY, Language.FI, by_cost=True)[0]


class TestAddresses:
    def test_taking_the_place_off_takes_off_the_distance_too(self):
        given = {"place": ["091"], "sort": ["distance"], "text": ["koti"]}
        assert showing.address_of(given, without=("place", "091")) == "/?text=koti"

    def test_an_order_without_sense_is_read_kindly(self):
        assert asking.search_parameters(Sent(sort="distance")).sort == Sort.RELEVANCE
        assert asking.search_parameters(Sent(sort="cost")).sort == Sort.RELEVANCE
        assert asking.search_parameters(Sent(sort="distance", place="00530")).sort == "distance"

    def test_older_addresses_name_a_municipality(self):
        assert asking.search_parameters(Sent(municipality="091")).place == "091"

    def test_a_week_stays_in_the_address_with_all_that_hangs_on_it(self):
        sent = Sent(week="mon0900x60", month="2026-12", at_most="250,50", sort="cost", km="4")
        wish = asking.month_wish(sent)
        assert asking.address_parameters(SearchQuery(text="koti"), wish) == {
            "text": ["koti"], "week": ["mon0900x60"], "month": ["2026-12"], "km": ["4"], "at_most": ["250.50"],
            "sort": ["cost"],
        }  # fmt: skip
        assert showing.without_week(asking.address_parameters(SearchQuery(text="koti"), wish)) == {"text": ["koti"]}

    @pytest.mark.parametrize(
        "wrong",
        [{"week": "x"}, {"week": "mon0900x60", "month": "2026-13"}, {"week": "mon0900x60", "product": "x"},
         {"week": "mon0900x60", "at_most": "-1"}, {"week": "mon0900x60", "pause": ["x"]},
         {"week": "mon0900x60", "month": "9999-01"}],
        ids=["week", "month", "product", "amount", "pause", "year"],
    )  # fmt: skip
    def test_a_month_that_cannot_be_is_told_and_not_asked(self, wrong):
        wish = asking.month_wish(Sent(wrong))
        assert wish.problem is not None
        assert not wish.has_week

    def test_without_a_week_nothing_is_priced(self):
        assert asking.month_wish(Sent(month="2026-12", at_most="5", sort="cost")).parameters() == {}


class TestFilters:
    def test_distance_and_own_cost_are_offered_where_they_make_sense(self):
        assert "distance" not in showing.sorts(SearchQuery(), has_week=False)
        assert "cost" not in showing.sorts(SearchQuery(), has_week=False)
        assert {"cost", "distance"} <= set(showing.sorts(SearchQuery(place=place("00530")), has_week=True))

    def test_the_start_can_be_now_soon_or_the_day_of_the_address(self):
        facets = complete_facets({"start": {"now": 3, "two_weeks": 5, "later": 1}})
        query = SearchQuery(starts_by=date(2027, 1, 7))
        start = next(
            each for each in showing.filters(query, facets, {}, Language.FI, TODAY) if each.name == "starts_by"
        )
        assert [each.text for each in start.options] == [
            "Milloin vain",
            "Heti",
            "Kahden viikon kuluessa",
            "Alkaa viimeistään 7.1.2027",
        ]
        assert [each.count for each in start.options] == [None, 3, 5, None]
        assert [each.is_chosen for each in start.options] == [False, False, False, True]

    def test_every_filter_has_a_tag(self):
        given = {
            "text": ["koti"], "place": ["00530"], "service_class": ["V-MEAL"], "language": ["sv"], "skill": ["tulkkaus"],
            "starts_by": ["2026-12-01"], "night": ["true"], "at_most": ["250"], "week": ["mon0900x60"], "sort": ["cost"],
        }  # fmt: skip
        names = [tag.text for tag in showing.tags(given, {}, Language.SV)]
        assert names[0] == "00530 Helsingfors"
        assert {"svenska", "Tolkning", "På natten", "Börjar senast 1.12.2026"} <= set(names)
        assert len(names) == 7


class TestPlacesAsWritten:
    def test_a_beginning_finds_the_largest_first(self):
        assert spellings.proposals("hel", Language.FI)[0].text == "Helsinki"
        assert spellings.proposals("helsingf", Language.SV)[0].text == "Helsingfors"

    def test_a_misspelt_name_finds_what_it_looks_like(self):
        assert spellings.proposals("Hesinki", Language.FI)[0].value == "Helsinki"

    def test_postal_codes_are_proposed_by_number(self):
        assert spellings.proposals("0053", Language.FI)[0].value == "00530"
        assert spellings.proposals("00539", Language.FI)[0].value.startswith("005")

    @pytest.mark.parametrize("nothing", ["", " ", "qqqqqq", "99999999"])
    def test_nothing_is_proposed_for_nothing(self, nothing):
        assert spellings.proposals(nothing, Language.FI) == []

    def test_neighbours_are_near(self):
        assert {"049", "092"} <= set(spellings.neighbours("091", 5))


class TestCosts:
    def test_the_cheapest_for_the_client_come_first_and_those_without_a_price_last(self):
        ids = [UUID(int=number) for number in range(3)]
        costs = dict(zip(ids, (cost(300), cost(None), cost(200)), strict=True))
        assert cost_order.by_cost(ids, costs) == [ids[2], ids[0], ids[1]]
        assert cost_order.within(ids, costs, 250) == [ids[2]]
        assert cost_order.within(ids, costs, None) == ids


def cost(cents: int | None):
    return cost_order.OfferCost(own_share_cents=cents)


async def test_a_provider_must_be_named():
    with pytest.raises(Invalid):
        await explain("  ", SearchQuery(), Language.FI)
