"""Places: found by what people write, and how far they are."""

import math

import pytest

from marketplace.catalogue.offers.schemas import Reach
from marketplace.kernel.errors import Invalid
from search.documents import areas_served
from search.places import distance_km, distance_to_offer, place_near, place_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("00530", "00530"), (" 00530 Helsinki", "00530"), ("helsinki", "091"), ("ÅBO", "853"), ("091", "091"),
        ("99998", None), ("Nowhere", None), ("", None), ("005301", None), ("1" * 5_000, None),
    ],
)  # fmt: skip
def test_places_are_known_by_code_and_name(text, value):
    place = place_of(text)
    assert (place.value if place else None) == value


def test_a_place_reads_itself_back():
    for text in ("00530", "Utsjoki"):
        place = place_of(text)
        assert place is not None
        assert place_of(place.value) == place


def test_a_postal_area_is_named_with_its_municipality():
    place = place_of("20100")
    assert place is not None
    assert (place.name.fi, place.name.sv) == ("20100 Turku", "20100 Åbo")


def test_a_position_is_taken_coarsely():
    assert place_near(60.18427, 24.95034) == place_near(60.1799, 24.9511)
    assert place_near(60.18, 24.95).municipality == "091"


@pytest.mark.parametrize(("lat", "lon"), [(math.nan, 24.0), (91.0, 0.0), (0.0, 181.0), (0.0, 0.0), (math.inf, 25.0)])
def test_what_is_no_position_in_finland_is_refused(lat, lon):
    with pytest.raises(Invalid):
        place_near(lat, lon)


def test_distances_are_right():
    assert distance_km(60.17, 24.94, 60.17, 24.94) == 0
    assert round(distance_km(60.16825, 24.95291, 60.4518, 22.2666)) == pytest.approx(150, abs=3)  # Helsinki to Turku.
    assert distance_km(0, 0, 0, 180) == pytest.approx(math.pi * 6371, rel=1e-3)


def test_an_offer_is_where_its_unit_is_else_the_nearest_of_its_areas():
    place = place_of("00530")
    assert place is not None
    assert distance_to_offer(place, ["091"], [], (60.45, 22.27)) > 140
    assert distance_to_offer(place, ["091"], ["00530"], None) == 0
    assert 0 < distance_to_offer(place, ["091"], ["00940", "00100"], None) < 5
    assert distance_to_offer(place, ["853", "091"], [], None) < 5
    assert distance_to_offer(place, [], [], None) == math.inf


def test_areas_are_what_the_rule_says():
    reach = Reach(name="Kallio", lat=60.18427, lon=24.95034, km=3)
    assert areas_served(("091",), (), None) == ("091", "091+")
    assert areas_served(("091",), ("00530",), None) == ("091", "00530")
    within = areas_served(("091", "853"), (), reach)
    assert "091" in within
    assert "00530" in within
    assert not {"091+", "00940", "853", "853+", "20100"} & set(within)
    assert areas_served(("091",), ("00530", "00940"), reach) == ("091", "00530")
