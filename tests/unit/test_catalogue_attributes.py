"""Every service class has comparable attributes; values are checked and laid side by side."""

import pytest

from marketplace.catalogue.offers.attributes import (
    Attribute,
    AttributeKind,
    Choice,
    check_added,
    check_values,
    in_words,
    side_by_side,
    template,
)
from marketplace.kernel.errors import FieldError, NotFound
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.organisers.reference import service_classes

NAME = Text("Nimi", "Namn", "Name")
PETS = Attribute(key="own_pets", name=NAME, kind=AttributeKind.YES_NO)


def wrong(errors: list[FieldError]) -> list[tuple[str, str]]:
    return [(error.field, translate(error.message, Language.EN)) for error in errors]


@pytest.mark.parametrize("code", [each.code for each in service_classes()])
def test_every_class_has_a_whole_template(code: str) -> None:
    attributes = template(code)
    assert len(attributes) >= 10
    assert len({each.key for each in attributes}) == len(attributes)
    for each in attributes:
        assert all((each.name.fi, each.name.sv, each.name.en))
        assert (each.kind is AttributeKind.CHOICE) == (len(each.choices) >= 2)
        assert (each.kind is AttributeKind.NUMBER) == (each.unit is not None)
        assert all(all((choice.name.fi, choice.name.sv, choice.name.en)) for choice in each.choices)


def test_there_is_no_template_without_a_class() -> None:
    with pytest.raises(NotFound):
        template("V-NONE")


def test_values_are_checked_by_their_kind() -> None:
    attributes = template("V-CLEANING", [PETS])
    good = {
        "ecological": True, "same_carer": "always", "shortest_visit": 120, "speciality": Text("Myös matot"), "own_pets": False,
    }  # fmt: skip
    assert check_values(good, attributes) == []
    bad = {
        "ecological": 1, "same_carer": "never", "shortest_visit": 3, "speciality": "x", "menu_choice": 3, "start_days": True,
    }  # fmt: skip
    assert wrong(check_values(bad, attributes)) == [
        ("attributes.ecological", "Answer yes or no."),
        ("attributes.same_carer", "Choose one of the alternatives."),
        ("attributes.shortest_visit", "Give a number from 5 to 600."),
        ("attributes.speciality", "Give the text in Finnish, Swedish or English."),
        ("attributes.menu_choice", "This service has no attribute menu_choice."),
        ("attributes.start_days", "Give a whole number."),
    ]
    assert len(check_values({"speciality": Text("x" * 301)}, attributes)) == 1
    assert len(check_values({"speciality": Text("\x00")}, attributes)) == 1


def test_an_organiser_adds_attributes() -> None:
    two = (Choice("a", NAME), Choice("b", NAME))
    good = [PETS, Attribute(key="level", name=NAME, kind=AttributeKind.CHOICE, choices=two)]
    assert check_added(good, "V-PA") == []
    assert template("V-PA", good)[5:7] == tuple(good)


@pytest.mark.parametrize(
    ("attribute", "field"),
    [
        (Attribute(key="Isot", name=NAME, kind=AttributeKind.YES_NO), "key"),
        (Attribute(key="dementia", name=NAME, kind=AttributeKind.YES_NO), "key"),
        (Attribute(key="a", name=Text("Vain suomeksi", "", "x"), kind=AttributeKind.TEXT), "name.sv"),
        (Attribute(key="a", name=Text("x" * 121, "x", "x"), kind=AttributeKind.TEXT), "name.fi"),
        (Attribute(key="a", name=NAME, kind=AttributeKind.CHOICE, choices=(Choice("a", NAME),)), "choices"),
        (Attribute(key="a", name=NAME, kind=AttributeKind.CHOICE, choices=(Choice("a", NAME),) * 2), "choices.1.key"),
        (Attribute(key="a", name=NAME, kind=AttributeKind.TEXT, choices=(Choice("a", NAME),)), "choices"),
        (Attribute(key="a", name=NAME, kind=AttributeKind.TEXT, longest=0), "longest"),
        (Attribute(key="a", name=NAME, kind=AttributeKind.NUMBER), "unit"),
        (Attribute(key="a", name=NAME, kind=AttributeKind.NUMBER, unit=NAME, least=5, most=5), "least"),
    ],
)
def test_a_wrong_attribute_is_told(attribute: Attribute, field: str) -> None:
    assert [error.field for error in check_added([attribute], "V-PA")] == [f"attributes.0.{field}"]


def test_at_most_twenty_are_added() -> None:
    many = [Attribute(key=f"a{i}", name=NAME, kind=AttributeKind.YES_NO) for i in range(21)]
    assert [error.field for error in check_added(many, "V-PA")] == ["attributes"]


def test_offers_side_by_side_with_differences_marked() -> None:
    attributes = template("V-CLEANING")
    rows = side_by_side(
        attributes,
        [
            {"ecological": True, "same_carer": "always", "notice_hours": 24},
            {"ecological": True, "same_carer": "varies"},
        ],
    )
    assert {row.attribute.key: row.differs for row in rows} == {
        "ecological": False, "same_carer": True, "notice_hours": True,
    }  # fmt: skip
    hours = next(row for row in rows if row.attribute.key == "notice_hours")
    assert [cell.words and translate(cell.words, Language.SV) for cell in hours.cells] == ["24 timmar före", None]
    same = next(row for row in rows if row.attribute.key == "same_carer")
    assert same.cells[1].words == Text("Vaihtelee", "Varierar", "Varies")


def test_values_in_words() -> None:
    by_key = {each.key: each for each in template("V-CLEANING")}
    assert in_words(False, by_key["ecological"]).text == "No"
    assert in_words("gone", by_key["same_carer"]) == Text("gone")
    assert in_words(Text("Matot"), by_key["speciality"]) == Text("Matot")
    assert in_words("Matot", by_key["speciality"]) == Text("Matot")


def test_one_of_a_unit_is_told_in_the_singular() -> None:
    days = next(each for each in template("V-HOMECARE-REG") if each.key == "start_days")
    said = [[translate(in_words(number, days), language) for language in Language] for number in (1, 2)]
    assert said == [["1 päivässä", "1 dag", "1 day"], ["2 päivässä", "2 dagar", "2 days"]]
