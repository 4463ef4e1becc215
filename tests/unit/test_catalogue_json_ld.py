"""Offers in schema.org's words: expanded by a JSON-LD processor, every name is one of the vocabulary."""

from datetime import date
from uuid import UUID

from pyld import jsonld

from marketplace.catalogue.offers.json_ld import offer_json_ld
from marketplace.catalogue.offers.schemas import OfferDetails, Photo, Reach
from marketplace.kernel.calendar import DayType
from marketplace.kernel.i18n import Text
from marketplace.pricing.bands import Hours
from marketplace.pricing.prices import PriceList, Unit
from tests.unit.test_catalogue_ptv import URL, published

SCHEMA = "https://schema.org/"


def expanded(offer) -> dict:
    (document,) = jsonld.expand(offer_json_ld(offer, url=URL))
    return document


def values(document: dict, name: str, key: str = "@value") -> list:
    return [each[key] for each in document[SCHEMA + name]]


def test_an_offer_of_a_service_with_its_price_in_each_band() -> None:
    document = expanded(published(earliest_start=date(2027, 1, 1)))
    assert (document["@type"], document["@id"]) == ([SCHEMA + "Offer"], URL)
    day, rest, fee = document[SCHEMA + "priceSpecification"]
    assert (day["@type"], values(day, "price"), values(day, "unitCode")) == (
        [SCHEMA + "UnitPriceSpecification"],
        ["38.50"],
        ["HUR"],
    )
    assert values(rest, "price") + values(fee, "price") == ["77.00", "4.90"]
    assert values(document, "availability", "@id") == [SCHEMA + "InStock"]
    assert values(document, "availabilityStarts") == ["2027-01-01"]


def test_the_service_its_area_and_its_names_in_each_language() -> None:
    document = expanded(published(accepts_new_clients=False))
    (service,) = document[SCHEMA + "itemOffered"]
    assert [(each["@language"], each["@value"]) for each in service[SCHEMA + "name"]] == [
        ("fi", "Kotihoito"),
        ("sv", "Hemvård"),
    ]
    assert [values(place, "identifier") for place in document[SCHEMA + "areaServed"]] == [["609"], ["091"]]
    (provider,) = service[SCHEMA + "provider"]
    assert provider["@type"] == [SCHEMA + "Organization"]
    opening = service[SCHEMA + "hoursAvailable"][0]
    assert (values(opening, "opens"), values(opening, "closes")) == (["07:00"], ["23:59"])
    assert values(document, "availability", "@id") == [SCHEMA + "SoldOut"]


def test_one_price_per_visit() -> None:
    document = expanded(published(unit=Unit.VISIT, prices=PriceList(unit=Unit.VISIT, one_price_cents=4500)))
    (price,) = document[SCHEMA + "priceSpecification"]
    assert values(price, "unitText") == ["visit"]


def test_where_when_and_by_what_it_is_compared() -> None:
    details = OfferDetails(
        attributes={"medicines": True, "shortest_visit": 30, "same_carer": "always", "speciality": Text("Ulkoilu"), "gone": 1},
        hours=(Hours((DayType.SATURDAY,), 540, 900), Hours((DayType.EVE,), 540, 900)),
        photo=Photo(file_id=UUID(int=9), alt=Text("Hoitaja", "Vårdare")),
    )  # fmt: skip
    reach = Reach(name="Pori", lat=61.48, lon=21.8, km=15)
    document = expanded(published(details=details, reach=reach, postal_codes=("28100",), skills=("Diabetes",)))
    circle, region = document[SCHEMA + "areaServed"][2:]
    assert (values(circle, "geoRadius"), values(region, "postalCode")) == ([15_000], ["28100"])
    told = {values(each, "propertyID")[0]: values(each, "value")[0] for each in document[SCHEMA + "additionalProperty"]}
    assert told == {
        "medicines": True,
        "shortest_visit": 30,
        "same_carer": "Aina sama",
        "speciality": "Ulkoilu",
        "skill": "Diabetes",
    }
    (service,) = document[SCHEMA + "itemOffered"]
    (opening,) = service[SCHEMA + "hoursAvailable"]
    assert (values(opening, "opens"), values(opening, "closes")) == (["09:00"], ["15:00"])
    (image,) = document[SCHEMA + "image"]
    assert values(image, "contentUrl") == [f"{URL}/photo"]
