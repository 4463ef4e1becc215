"""The business register over HTTP: what it says, and what is done when it says nothing usable."""

from datetime import date

import httpx
import pytest

from onboarding.providers.companies import look_up
from onboarding.providers.schemas import CompanyFacts, FactsSource, ProviderKind
from onboarding.providers.ytj import YtjError
from onboarding.providers.ytj_double import companies, double_register
from tests.doubles.ytj import Ytj, down, found, garbage, slow

NOKIA = "0112038-9"


async def test_real_answer_is_read() -> None:
    facts = await double_register().look_up(NOKIA)
    assert facts is not None
    assert (facts.name, facts.kind, facts.form.sv) == ("Nokia Oyj", ProviderKind.COMPANY, "Publikt aktiebolag")
    assert (facts.street, facts.postal_code, facts.post_office, facts.municipality) == (
        "Karakaari 7",
        "02610",
        "Espoo",
        "049",
    )
    assert facts.prepayment_register == date(1995, 3, 1)
    assert (facts.website, facts.situations, facts.source) == ("https://www.nokia.com", (), FactsSource.YTJ_DOUBLE)


@pytest.mark.parametrize(
    ("business_id", "kind"),
    [
        ("0000107-0", ProviderKind.ASSOCIATION), ("0000109-7", ProviderKind.FOUNDATION),
        ("0000111-8", ProviderKind.SOLE_TRADER), ("0000104-6", ProviderKind.COMPANY),
    ],
)  # fmt: skip
async def test_kind_follows_from_the_form(business_id: str, kind: ProviderKind) -> None:
    facts = await double_register().look_up(business_id)
    assert facts is not None
    assert facts.kind is kind


async def test_every_company_of_the_double_can_be_looked_up() -> None:
    for business_id in companies():
        assert (await look_up(business_id)).facts is not None


async def test_unknown_company_is_an_answer() -> None:
    looked_up = await look_up("2077474-0")
    assert looked_up.is_unknown
    assert looked_up.is_answered


@pytest.mark.parametrize(
    "fault", [down(), slow(), garbage(), garbage("[]"), garbage('{"companies": 3}'), httpx.Response(503)]
)
async def test_unusable_answer_is_asked_for_once_more_and_then_given_up(fault: httpx.Response | Exception) -> None:
    ytj = Ytj(fault)
    with pytest.raises(YtjError):
        await ytj.register().look_up(NOKIA)
    assert ytj.asked == 2


async def test_second_try_may_help() -> None:
    assert await Ytj(slow(), found(NOKIA)).register().look_up(NOKIA) is not None


async def test_silence_is_no_error_for_the_person() -> None:
    looked_up = await look_up(NOKIA, register=Ytj(down()).register())
    assert (looked_up.facts, looked_up.is_answered, looked_up.is_unknown) == (None, False, False)


async def test_answer_about_another_company_is_not_believed() -> None:
    assert await Ytj(found(NOKIA)).register().look_up("0000104-6") is None


async def test_ceased_and_bankrupt_are_told() -> None:
    entry = {"register": "1", "registrationDate": "1990-01-01", "endDate": "2020-05-01"}
    ytj = Ytj(found(NOKIA, tradeRegisterStatus="4", companySituations=[{"type": "KONK"}], registeredEntries=[entry]))
    facts = await ytj.register().look_up(NOKIA)
    assert facts is not None
    assert (facts.ended_on, facts.situations, facts.trade_register) == (date(2020, 5, 1), ("KONK",), None)


async def test_bare_company_is_enough() -> None:
    bare = {"businessId": {"value": NOKIA}, "names": [], "website": {"url": 'javascript:"x"'}}
    facts = await Ytj(httpx.Response(200, json={"companies": [bare]})).register().look_up(NOKIA)
    assert facts is not None
    assert (facts.name, facts.street, facts.post_office, facts.website) == ("", "", "", "")


async def test_post_box_address_is_read() -> None:
    box = {"type": 2, "postOfficeBox": "226", "postCode": "00045", "postOffices": [{"city": "NOKIA GROUP"}]}
    facts = await Ytj(found(NOKIA, addresses=[box])).register().look_up(NOKIA)
    assert facts is not None
    assert (facts.street, facts.post_office, facts.municipality) == ("PL 226", "Nokia Group", "")


async def facts_with(**changes: object) -> CompanyFacts:
    facts = await Ytj(found("0000104-6", **changes)).register().look_up("0000104-6")
    assert facts is not None
    return facts


async def test_other_names_are_told_apart() -> None:
    names = [
        {"name": "Stadin Arkiapu Oy", "type": "1"}, {"name": "Stadens Vardagshjälp Ab", "type": 2},
        {"name": "Arkiapu Plus", "type": "3"}, {"name": "Vanha Nimi", "type": "3", "endDate": "2020-01-01"},
    ]  # fmt: skip
    facts = await facts_with(names=names)
    assert facts.name == "Stadin Arkiapu Oy"
    assert (facts.parallel_names, facts.auxiliary_names) == (("Stadens Vardagshjälp Ab",), ("Arkiapu Plus",))


async def test_entries_that_ended_are_known_as_left() -> None:
    entries = [
        {"register": "5", "registrationDate": "2014-01-20", "endDate": "2025-03-31"},
        {"register": 6, "registrationDate": "2014-01-20", "endDate": "2020-01-01"},
        {"register": "6", "registrationDate": "2021-01-01"},
        {"register": "7", "registrationDate": "2024-05-05", "descriptions": [{"languageCode": "1", "description": "Poistettu"}]},
    ]  # fmt: skip
    facts = await facts_with(registeredEntries=entries)
    assert (facts.prepayment_register, facts.vat_register) == (None, date(2021, 1, 1))
    assert dict(facts.left) == {"prepayment": date(2025, 3, 31), "employer": date(2024, 5, 5)}


async def test_situation_has_its_day() -> None:
    facts = await facts_with(companySituations=[{"type": "SANE", "registrationDate": "2026-02-01"}])
    assert (facts.situations, dict(facts.situations_since)) == (("SANE",), {"SANE": date(2026, 2, 1)})


async def test_letters_may_go_elsewhere() -> None:
    facts = await double_register().look_up(NOKIA)
    assert facts is not None
    assert facts.postal_address == "PL 226, 00045 Nokia Group"
    assert (await double_register().look_up("0000104-6") or facts).postal_address == ""
