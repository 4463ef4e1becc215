"""A published offer as an index document."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from marketplace.kernel.calendar import DayType
from marketplace.kernel.i18n import Text
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.pricing.bands import Band, BandCalendar, Hours
from marketplace.pricing.charges import LengthPrice, Unit
from marketplace.pricing.prices import BandCoefficient, PriceList
from search import dictionaries
from search.documents import document_of, served_times
from search.schemas import Point
from tests.factories.search import DAYTIME, published, synthetic_documents


@pytest.fixture(scope="module", autouse=True)
def base_forms(tmp_path_factory):
    dictionaries.load(tmp_path_factory.mktemp("dictionaries"))


def calendar(*hours: Hours, not_served: tuple[Hours, ...] = ()) -> BandCalendar:
    return BandCalendar(version="1", bands=(Band("all", Text("Kaikki"), hours),), not_served=not_served)


ALWAYS = Hours(tuple(DayType), 0, 1440)


def test_words_stand_where_they_weigh_most():
    words = document_of(published(name="Kotihoitoa Turussa", description="Kotihoitoa ja ulkoilua.")).words
    assert "kotihoito" in words.service
    assert "kotihoito" not in words.text
    assert "ulkoilu" in words.text
    assert "helsinki" in words.places


def test_synonyms_of_the_service_are_found_too():
    words = document_of(published("V-CLEANING", name="Apua")).words
    assert {"siivous", "stadning", "imurointi", "cleaning"} <= set(words.service)


def test_prices_are_the_lowest_the_highest_and_the_weekdays():
    card = document_of(published(price_cents=4000)).card
    assert (card.price_from_cents, card.price_to_cents, card.weekday_price_cents) == (4000, 6000, 4000)


def test_a_single_price_is_all_three():
    card = document_of(published("V-MEAL", price_cents=1250)).card
    assert (card.price_from_cents, card.price_to_cents, card.weekday_price_cents) == (1250, 1250, 1250)
    assert (card.evening, card.weekend, card.night) == (False, False, False)


def test_a_card_shows_what_a_bill_shows():
    factors = tuple(BandCoefficient(key, Decimal(i + 1)) for i, key in enumerate(STANDARD_BANDS.keys))
    by_coefficient = PriceList(unit=Unit.HOUR, one_price_cents=3000, coefficients=factors)
    lengths = PriceList(unit=Unit.VISIT, length_prices=(LengthPrice(30, 6800), LengthPrice(60, 8800)))
    taxed = PriceList(unit=Unit.HOUR, one_price_cents=4000, vat_percent=Decimal("25.5"), vat_added=True)
    for prices, shown in ((by_coefficient, (3000, 15000, 3000)), (lengths, (6800, 8800, 6800)), (taxed, (5020,) * 3)):
        card = document_of(replace(published(), prices=prices)).card
        assert (card.price_from_cents, card.price_to_cents, card.weekday_price_cents) == shown


def test_a_known_skill_is_found_in_every_language():
    words = document_of(published(skills=("Viittomakieli",))).words
    assert {"viittomakieli", "teckensprak", "sign"} <= set(words.text)


def test_an_offer_without_weekdays_shows_its_lowest_price():
    weekend = BandCalendar(
        version="1", bands=(Band("we", Text("Viikonloppu"), (Hours((DayType.SATURDAY,), 0, 1440),)),)
    )
    assert document_of(published(price_cents=5000, calendar=weekend)).card.weekday_price_cents == 5000


@pytest.mark.parametrize(
    ("bands", "expected"),
    [
        (calendar(ALWAYS), (True, True, True)),
        (DAYTIME, (False, False, False)),
        (calendar(Hours((DayType.WEEKDAY,), 7 * 60, 19 * 60)), (True, False, False)),
        (calendar(Hours((DayType.SUNDAY,), 8 * 60, 12 * 60)), (False, True, False)),
        (calendar(Hours((DayType.WEEKDAY,), 23 * 60, 1440)), (False, False, True)),
        (
            calendar(ALWAYS, not_served=(Hours(tuple(DayType), 0, 7 * 60), Hours(tuple(DayType), 18 * 60, 1440))),
            (False, True, False),
        ),
    ],
)
def test_times_that_are_served(bands, expected):
    times = served_times(bands)
    assert (times.evening, times.weekend, times.night) == expected


def test_a_long_description_is_cut_between_words():
    summary = document_of(published(description="sana " * 200)).card.summary.fi
    assert len(summary) <= 241
    assert summary.endswith("sana…")


def test_places_have_points():
    assert document_of(published(municipality_codes=("091",))).points == (Point(60.16825, 24.95291),)


def test_equal_offers_have_equal_fingerprints_and_changed_ones_do_not():
    offer = published()
    assert document_of(offer).fingerprint == document_of(offer).fingerprint
    assert document_of(published(offer_id=offer.id, price_cents=1)).fingerprint != document_of(offer).fingerprint


def test_made_up_offers_are_the_same_for_the_same_seed():
    one, other = (list(synthetic_documents(50, seed=5)) for _ in range(2))
    assert [document.card.id for document in one] == [document.card.id for document in other]
    assert len({document.card.service_class for document in one}) > 5
