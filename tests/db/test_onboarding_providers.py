"""Registering a provider: with the business register, without it, twice, and facts that come late."""

import pytest
from msgspec.structs import replace

from marketplace.accounts.memberships import hats
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.db import fetch_value
from marketplace.kernel.errors import Conflict, Invalid, NotFound, NotSignedIn, Unavailable
from onboarding.providers import companies, rechecking
from onboarding.providers import registration as providers
from onboarding.providers.companies import look_up
from onboarding.providers.schemas import ContactDetails, FactsSource, LookUp, ProviderKind
from onboarding.topics import OfProvider
from tests.doubles.ytj import Ytj, down, found
from tests.factories.accounts import a_person
from tests.factories.onboarding import BUSINESS_ID, make_applicant, registration, stranger

SILENT = LookUp(is_answered=False)
WAITING = "select count(*) from pgqueuer where entrypoint = 'provider.facts_wanted'"


async def test_facts_decide_name_and_kind(database: str) -> None:
    provider = (await make_applicant("0000107-0")).provider
    assert (provider.name, provider.kind) == ("Apunaapuri ry", ProviderKind.ASSOCIATION)
    assert (provider.facts_source, provider.facts_unverified) == (FactsSource.YTJ_DOUBLE, False)
    assert provider.facts_checked_at is not None
    assert await providers.provider_of(provider.id) == provider


async def test_registering_person_becomes_its_administrator(database: str) -> None:
    applicant = await make_applicant()
    owned = await hats(applicant.someone.id)
    assert [(hat.role, hat.provider_id) for hat in owned] == [(Role.PROVIDER_ADMIN, applicant.provider.id)]


async def test_silent_register_lets_the_person_go_on_and_is_asked_again(database: str) -> None:
    provider = (await make_applicant(looked_up=SILENT)).provider
    assert (provider.name, provider.facts, provider.facts_unverified) == ("Itse Kirjoitettu Oy", None, True)
    assert provider.facts_source is FactsSource.BY_HAND
    assert await fetch_value(WAITING) == 1


async def test_unknown_company_goes_on_by_hand_and_is_not_asked_again(database: str) -> None:
    provider = (await make_applicant(looked_up=LookUp())).provider
    assert provider.facts_unverified
    assert await fetch_value(WAITING) == 0


async def test_name_is_needed_where_the_register_gives_none(database: str) -> None:
    someone = await a_person()
    with pytest.raises(Invalid) as refused:
        await providers.register_provider(someone.actor, registration(name=" "), SILENT)
    assert [each.field for each in refused.value.fields] == ["name"]


async def test_wrong_business_id_is_refused(database: str) -> None:
    someone = await a_person()
    with pytest.raises(Invalid):
        await providers.register_provider(someone.actor, registration("0000104-5"), SILENT)


async def test_same_company_is_registered_once(database: str) -> None:
    await make_applicant()
    with pytest.raises(Conflict) as refused:
        await make_applicant(f"FI{BUSINESS_ID.replace('-', '')}")
    assert refused.value.code == "provider_registered"


async def test_visitor_registers_nothing(database: str) -> None:
    with pytest.raises(NotSignedIn):
        await providers.register_provider(Actor(), registration(), SILENT)


async def test_late_facts_are_kept_with_their_date(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    applicant = await make_applicant(looked_up=SILENT)
    monkeypatch.setattr(companies, "company_register", Ytj(found(BUSINESS_ID)).register)
    await rechecking.ask_for_facts(OfProvider(applicant.provider.id))
    known = await providers.provider_of(applicant.provider.id)
    assert (known.name, known.facts_source, known.facts_unverified) == ("Stadin Arkiapu Oy", FactsSource.YTJ, False)
    assert [hat.name for hat in await hats(applicant.someone.id)] == ["Stadin Arkiapu Oy"]
    await rechecking.ask_for_facts(OfProvider(applicant.provider.id))


async def test_still_silent_register_is_asked_once_more_later(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    applicant = await make_applicant(looked_up=SILENT)
    monkeypatch.setattr(companies, "company_register", Ytj(down()).register)
    with pytest.raises(Unavailable):
        await rechecking.ask_for_facts(OfProvider(applicant.provider.id))


async def test_contact_is_changed_by_the_administrator_only(database: str) -> None:
    applicant = await make_applicant()
    details = ContactDetails(contact_name="Uusi", contact_email="uusi@example.org", contact_phone="050 1234567")
    assert (await providers.change_contact(applicant.actor, details)).contact_name == "Uusi"
    worker = replace(applicant.actor, role=Role.PROVIDER_WORKER)
    with pytest.raises(NotFound):
        await providers.change_contact(worker, details)
    assert (await providers.own_provider(worker)).contact_name == "Uusi"


async def test_unknown_provider_is_not_found(database: str) -> None:
    with pytest.raises(NotFound):
        await providers.own_provider(stranger())


async def test_look_up_refuses_a_wrong_business_id_before_asking() -> None:
    with pytest.raises(Invalid):
        await look_up("123")
