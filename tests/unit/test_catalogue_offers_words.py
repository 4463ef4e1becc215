"""What a provider types of its offers, read and checked: plain language, skills, postal codes, forms of the steps."""

from datetime import date
from uuid import UUID

import pytest

from marketplace.catalogue.offers.attribute_forms import (
    AttributeForm,
    attribute_form,
    attribute_of,
    free_key,
    in_form_words,
    read_values,
    values_as_typed,
)
from marketplace.catalogue.offers.attributes import Attribute, AttributeKind, Choice, check_added, template
from marketplace.catalogue.offers.bulk import BulkChange, with_change
from marketplace.catalogue.offers.choices import ReachPoint
from marketplace.catalogue.offers.detail_checks import check_details, right_values
from marketplace.catalogue.offers.place_forms import (
    KEPT,
    PlaceForm,
    ServiceForm,
    in_step_words,
    place_form,
    service_form,
    with_place,
    with_service,
)
from marketplace.catalogue.offers.plain_language import hints, hints_of
from marketplace.catalogue.offers.postal_codes import read_postal_codes
from marketplace.catalogue.offers.schemas import OfferDetails, OfferDraft, Photo, Reach
from marketplace.catalogue.offers.skills import is_known, skill_name, tidy_skills
from marketplace.catalogue.offers.week_hours import week_lines
from marketplace.catalogue.prices.time_words import parse_hours
from marketplace.kernel.calendar import DayType
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Language, Text, message, translate
from marketplace.pricing.bands import Hours

UNIT = ReachPoint(key="u1", name="Turun toimisto", lat=60.45, lon=22.26)
NAME = Text("Nimi", "Namn", "Name")
PLACE = PlaceForm(municipality_codes=["853"], languages=["fi"], accepts_new_clients=True)


def draft(**changes) -> OfferDraft:
    return OfferDraft(
        **{"organiser_id": UUID(int=1), "service_class": "V-CLEANING", "municipality_codes": ("853",)} | changes
    )


def said(errors) -> dict[str, str]:
    return {error.field: translate(error.message, Language.EN) for error in errors}


class TestPlainLanguage:
    def test_long_sentences_and_words_are_hinted_at(self) -> None:
        text = "Me autamme. " + " ".join(["sana"] * 21) + ". Kotiinkuljetuspalvelukokonaisuus."
        found = [translate(each, Language.EN) for each in hints(text, Language.FI)]
        assert found[0] == "A sentence has 21 words: “sana sana sana sana sana …”. Make two of it."
        assert found[1].startswith("“Kotiinkuljetuspalvelukokonaisuus” is a long word")

    @pytest.mark.parametrize(
        ("language", "text", "word"),
        [
            (Language.FI, "Mikäli asiakas haluaa.", "mikäli"),
            (Language.FI, "Lääkkeet annetaan ajallaan.", "annetaan"),
            (Language.FI, "Työ tehdään huolella.", "tehdään"),
            (Language.SV, "Vi tillhandahåller hjälp.", "tillhandahåll"),
            (Language.SV, "Hjälp erbjuds varje dag.", "erbjuds"),
            (Language.EN, "We commence at eight.", "commence"),
            (Language.EN, "Meals are carefully prepared.", "are carefully prepared"),
        ],
        ids=["if", "given", "done", "provide", "offered", "commence", "prepared"],
    )
    def test_officialese_and_the_passive_are_hinted_at(self, language: Language, text: str, word: str) -> None:
        (hint,) = hints(text, language)
        assert f"“{word}”" in translate(hint, Language.EN)

    def test_plain_words_need_no_hint(self) -> None:
        assert hints("Autamme sinua kotona. Sama hoitaja käy joka päivä.", Language.FI) == []
        assert hints("Vi hjälper dig hemma.", Language.SV) == []

    def test_a_missing_language_is_told_when_there_is_finnish(self) -> None:
        found = hints_of(draft(description_fi="Autamme kotona."))
        assert [each.field for each in found] == ["description_sv", "description_en"]
        assert hints_of(draft()) == []

    def test_hints_of_a_kind_are_few(self) -> None:
        assert len(hints("Annetaan. Tehdään. Hoidetaan. Viedään. Tuodaan.", Language.FI)) == 3


class TestSkills:
    def test_a_known_skill_has_one_name_in_whatever_language_it_was_written(self) -> None:
        assert tidy_skills(["memory disorders", "Minnessjukdomar", " muistisairaus ", "Auton  ajaminen"]) == (
            "Muistisairaudet",
            "Auton ajaminen",
        )
        assert skill_name("muistisairaudet").sv == "Minnessjukdomar"
        assert skill_name("Laulu") == Text("Laulu")
        assert (is_known("Stroke"), is_known("Laulu")) == (True, False)


class TestPostalCodes:
    def test_codes_and_ranges_are_read(self) -> None:
        codes = read_postal_codes("20100; 20300 – 20320,21530", ["853"])
        assert codes[0] == "20100"
        assert {"20300", "20320", "21530"} <= set(codes)
        assert all("20300" <= code <= "20320" for code in codes[1:-1])

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Turku", "“Turku” is not a postal code"),
            ("2010", "“2010” is not"),
            ("00100-00200", "have no postal codes from 00100 to 00200"),
            (" ".join(str(20000 + i) for i in range(301)), "Give at most 300"),
        ],
        ids=["word", "short", "elsewhere", "many"],
    )
    def test_what_cannot_be_read_is_told(self, text: str, words: str) -> None:
        with pytest.raises(Invalid) as invalid:
            read_postal_codes(text, ["853"])
        assert words in said(invalid.value.fields)["postal_codes"]


class TestDetails:
    def test_everything_right_is_taken(self) -> None:
        details = OfferDetails(
            attributes={"ecological": True}, hours=(Hours((DayType.WEEKDAY,), 420, 1080),), capacity=3,
            self_monitoring_url="https://hoiva.example/plan?x=1", photo=Photo(file_id=UUID(int=2), alt=Text("Kuva")),
        )  # fmt: skip
        whole = draft(
            details=details, postal_codes=("20100",), reach=Reach(name="Turku", lat=60.4, lon=22.2, km=10),
            earliest_start=date(2027, 1, 1),
        )  # fmt: skip
        assert check_details(whole, template("V-CLEANING")) == []

    def test_every_fault_is_named(self) -> None:
        details = OfferDetails(
            attributes={"ecological": "x"}, hours=(Hours((), 0, 1), Hours((DayType.EVE,), 5, 5)),
            self_monitoring_url="http://hoiva.example", photo=Photo(file_id=UUID(int=2), alt=Text(" ", "x" * 301, "\x07")),
        )  # fmt: skip
        wrong = draft(
            details=details, postal_codes=("20100", "00100", "99998"), earliest_start=date(1, 1, 1),
            reach=Reach(name="\x07", lat=60.4, lon=22.2, km=10),
        )  # fmt: skip
        assert set(said(check_details(wrong, template("V-CLEANING")))) == {
            "postal_codes.1", "postal_codes.2", "earliest_start", "reach.name", "details.hours.0", "details.hours.1",
            "details.self_monitoring_url", "details.photo.alt.fi", "details.photo.alt.sv", "details.photo.alt.en",
            "details.attributes.ecological",
        }  # fmt: skip

    def test_values_that_no_longer_fit_are_left_out(self) -> None:
        values = {"ecological": True, "own_gone": 3, "same_carer": "never"}
        assert right_values(values, template("V-CLEANING")) == {"ecological": True}


class TestPlaceStep:
    def test_a_draft_becomes_the_steps_answers_and_back(self) -> None:
        before = draft(
            postal_codes=("20100",), reach=Reach(name=UNIT.name, lat=UNIT.lat, lon=UNIT.lon, km=12), earliest_start=date(2027, 1, 2),
            details=OfferDetails(capacity=4),
        )  # fmt: skip
        form = place_form(before, [UNIT])
        assert (form.reach_from, form.reach_km, form.postal_codes, form.capacity) == ("u1", 12, "20100", 4)
        assert with_place(before, form, [UNIT]) == before

    def test_a_reach_from_a_unit_that_is_gone_stays(self) -> None:
        before = draft(reach=Reach(name="Vanha", lat=60.0, lon=22.0, km=12))
        form = place_form(before, [UNIT])
        assert form.reach_from == KEPT
        assert with_place(before, form, [UNIT]).reach == before.reach

    def test_without_a_place_to_measure_from_there_is_no_limit(self) -> None:
        before = draft(reach=Reach(name="Vanha", lat=60.0, lon=22.0, km=12))
        assert with_place(before, PLACE, []).reach is None

    @pytest.mark.parametrize(
        ("reach_from", "km", "field"),
        [("u1", None, "reach_km"), ("", 5, "reach_from"), ("u2", 5, "reach_from"), (KEPT, 5, "reach_from")],
        ids=["no distance", "no place", "unknown", "nothing to keep"],
    )
    def test_half_a_reach_is_told_with_unreadable_codes(self, reach_from: str, km: int | None, field: str) -> None:
        form = PlaceForm(
            municipality_codes=["853"], languages=["fi"], accepts_new_clients=True, reach_from=reach_from, reach_km=km,
            postal_codes="?",
        )  # fmt: skip
        with pytest.raises(Invalid) as invalid:
            with_place(draft(), form, [UNIT])
        assert {error.field for error in invalid.value.fields} == {"postal_codes", field}


class TestServiceStep:
    def test_hours_and_skills_are_read_and_shown(self) -> None:
        form = ServiceForm(
            hours="ma-pe 7-18", known_skills=["Diabetes"], skills="Laulu, \n", self_monitoring_url=" https://a.fi "
        )
        after = with_service(draft(), form)
        assert (after.skills, after.details.self_monitoring_url) == (("Diabetes", "Laulu"), "https://a.fi")
        again = service_form(after, Language.EN)
        assert (again.hours, again.known_skills, again.skills) == ("Mon–Fri 7–18", ["Diabetes"], "Laulu")
        assert service_form(draft(), Language.EN).hours == ""
        assert with_service(after, ServiceForm()).details.hours == ()

    def test_what_cannot_be_read_is_told_together(self) -> None:
        with pytest.raises(Invalid) as invalid:
            with_service(draft(), ServiceForm(hours="öisin", skills="x" * 101))
        assert set(said(invalid.value.fields)) == {"hours", "skills"}

    def test_errors_of_a_draft_stand_at_the_pages_fields(self) -> None:
        names = ["postal_codes.1", "postal_codes.2", "reach.km", "details.attributes.pets.fi", "details.photo.alt.fi", "name_fi", "details.photo"]  # fmt: skip
        errors = in_step_words([FieldError(name, message("No")) for name in names])
        assert said(errors) == {
            "postal_codes": "No No", "reach_km": "No", "attributes.pets": "No", "alt.fi": "No", "name_fi": "No", "photo": "No",
        }  # fmt: skip


class TestWeek:
    def test_days_with_the_same_times_share_a_line(self) -> None:
        hours = parse_hours("ma-pe 7-18, la ja su 9-15, aattona 9-12")
        assert week_lines(hours, Language.EN) == ["Mon–Fri 7–18", "Sat, Sun 9–15", "eves 9–12"]
        assert week_lines(parse_hours("joka päivä 0-24"), Language.FI) == ["Joka päivä 0–24"]
        assert week_lines((), Language.FI) == []


class TestFacts:
    attributes = template("V-CLEANING")

    def test_values_are_read_and_shown(self) -> None:
        values = {
            "ecological": True,
            "same_carer": "always",
            "shortest_visit": 120,
            "speciality": Text("Matot", "", "Rugs"),
        }
        typed = values_as_typed(values)
        assert typed["attributes.ecological"] == ["true"]
        assert typed["attributes.speciality.en"] == ["Rugs"]
        assert read_values(lambda name: typed.get(name, [""])[0], self.attributes) == values

    def test_what_cannot_be_read_is_told(self) -> None:
        typed = {
            "attributes.shortest_visit": "1,5",
            "attributes.speciality.fi": "\x07",
            "attributes.start_days": "9" * 5000,
        }
        with pytest.raises(Invalid) as invalid:
            read_values(lambda name: typed.get(name, ""), self.attributes)
        assert set(said(invalid.value.fields)) == set(typed) - {"attributes.speciality.fi"} | {"attributes.speciality"}

    def test_no_answer_but_yes_and_no_is_left_to_the_check(self) -> None:
        assert read_values(lambda name: "maybe" if name.endswith("ecological") else "", self.attributes) == {
            "ecological": "maybe"
        }


class TestOrganisersAttributes:
    def test_a_choice_is_typed_line_by_line_and_keeps_its_keys(self) -> None:
        form = AttributeForm(
            kind=AttributeKind.CHOICE, name_fi="Lemmikit", name_sv="Husdjur", name_en="Pets!",
            choices="Kissa | Katt | Cat\n\nKoira | Hund | Dog",
        )  # fmt: skip
        made = attribute_of(form, None, {"own_pets"})
        assert (made.key, [each.key for each in made.choices]) == ("own_pets_2", ["own_cat", "own_dog"])
        assert check_added([made], "V-PA") == []
        form = attribute_form(made)
        changed = attribute_of(AttributeForm(kind=AttributeKind.TEXT, name_fi="X", name_sv="X", name_en="X", choices="Koira | Vovve | Dog\nHevonen | Häst | Horse"), made, set())  # fmt: skip
        assert (changed.key, changed.kind) == ("own_pets_2", AttributeKind.CHOICE)
        assert [each.key for each in changed.choices] == ["own_dog", "own_horse"]
        assert form.choices == "Kissa | Katt | Cat\nKoira | Hund | Dog"

    def test_a_number_has_its_unit_and_bounds(self) -> None:
        form = AttributeForm(
            kind=AttributeKind.NUMBER, name_fi="A", name_sv="A", name_en="Åland", unit_fi="km", unit_sv="km", unit_en="km", most=9
        )  # fmt: skip
        made = attribute_of(form, None, ())
        assert (made.key, made.unit, made.least, made.most) == ("own_aland", Text("km", "km", "km"), 0, 9)
        assert attribute_form(made) == AttributeForm(
            kind=AttributeKind.NUMBER, name_fi="A", name_sv="A", name_en="Åland", unit_fi="km", unit_sv="km", unit_en="km",
            least=0, most=9,
        )  # fmt: skip

    def test_a_line_without_three_languages_is_told(self) -> None:
        form = AttributeForm(kind=AttributeKind.CHOICE, name_fi="A", name_sv="A", name_en="A", choices="kyllä, ja")
        with pytest.raises(Invalid) as invalid:
            attribute_of(form, None, ())
        assert set(said(invalid.value.fields)) == {"choices"}

    def test_faults_stand_at_the_forms_fields(self) -> None:
        one = (Choice("a", NAME),)
        wrong = [
            Attribute(key="Å", name=Text("A"), kind=AttributeKind.NUMBER, least=5, most=5),
            Attribute(key="b", name=NAME, kind=AttributeKind.CHOICE, choices=one),
        ]
        fields = {error.field for error in in_form_words(check_added(wrong, "V-PA"))}
        assert fields == {"name_en", "name_sv", "unit_fi", "least", "choices"}
        many = [Attribute(key=f"a{i}", name=NAME, kind=AttributeKind.YES_NO) for i in range(21)]
        assert [error.field for error in in_form_words(check_added(many, "V-PA"))] == ["name_en"]

    def test_a_key_is_made_of_any_name(self) -> None:
        assert free_key("???", ()) == "own_attribute"


def test_a_change_of_several_leaves_the_rest() -> None:
    before = draft(earliest_start=date(2027, 1, 1), details=OfferDetails(capacity=2))
    assert with_change(before, BulkChange(capacity=5)).details.capacity == 5
    assert with_change(before, BulkChange(capacity=5)).earliest_start == date(2027, 1, 1)
    assert with_change(before, BulkChange(starts_at_once=True)).earliest_start is None
    assert with_change(before, BulkChange(languages=("sv",), accepts_new_clients=False)).languages == ("sv",)
