"""Municipalities, counties, postal codes and service classes as they are known to everybody."""

import pytest

from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Language
from marketplace.organisers import reference
from marketplace.pricing.prices import Unit


def test_lists_are_whole() -> None:
    assert len(reference.municipalities()) == 308
    assert len(reference.counties()) == 23
    assert len(reference.service_classes()) == 28


def test_municipality_has_three_names_and_a_place() -> None:
    turku = reference.municipality("853")
    assert [turku.name.in_language(each) for each in Language] == ["Turku", "Åbo", "Turku"]
    assert (turku.county_code, round(turku.lat), round(turku.lon)) == ("05", 60, 22)


@pytest.mark.parametrize("text", ["helsinki", " HELSINGFORS ", "Helsinki", "091"])
def test_municipality_is_found_by_any_of_its_names(text: str) -> None:
    found = reference.municipality_named(text)
    assert found is not None
    assert found.code == "091"


def test_unknown_names_are_none_and_unknown_codes_are_not_found() -> None:
    assert reference.municipality_named("Atlantis") is None
    assert reference.postal_code("00000") is None
    for find in (reference.municipality, reference.county, reference.service_class):
        with pytest.raises(NotFound):
            find("xxx")


def test_every_municipality_and_postal_code_lies_somewhere_known() -> None:
    counties = {each.code for each in reference.counties()}
    assert all(place.county_code in counties for place in reference.municipalities())
    assert all(
        reference.is_municipality(reference._postal_codes()[code].municipality_code) for code in ("00100", "20100")
    )


def test_counties_have_their_municipalities() -> None:
    assert [place.name.fi for place in reference.municipalities_of_county("90")] == ["Helsinki"]
    assert reference.county("05").name.sv == "Egentliga Finlands välfärdsområde"


def test_service_class_says_its_unit() -> None:
    assert reference.service_class("V-HOMECARE-REG").unit is Unit.HOUR
    assert reference.service_class("V-SAFETY").unit is Unit.MONTH
    assert reference.is_service_class("V-PA")
    assert not reference.is_service_class("V-NOTHING")


def test_postal_code_knows_its_municipality() -> None:
    found = reference.postal_code("20100 ")
    assert found is not None
    assert (found.municipality_code, found.name.fi) == ("853", "Turku Keskus")
