"""Facts of the business register over time, and providers that are in no register."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to, now
from marketplace.kernel.db import execute, fetch_value
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused, TooManyAttempts, Unavailable
from onboarding.applications import drafts as applications
from onboarding.applications.schemas import NewApplication
from onboarding.providers import companies, rechecking
from onboarding.providers.close_network import ClosePersonRegistration, register_close_person
from onboarding.providers.facts_kept import facts_history
from onboarding.providers.profile import own_profile
from onboarding.providers.profile_schemas import Section
from onboarding.providers.profile_states import states_of
from onboarding.providers.registration import provider_of
from onboarding.providers.schemas import LookUp, ProviderKind, ProviderView
from tests.doubles.ytj import Ytj, down, found
from tests.factories.accounts import a_person
from tests.factories.onboarding import BUSINESS_ID, CLASS, PLACE, make_accepting_organiser, make_applicant, stranger

LATER = timedelta(hours=1)


def answers(monkeypatch: pytest.MonkeyPatch, ytj: Ytj) -> None:
    monkeypatch.setattr(companies, "company_register", ytj.register)


BANKRUPT = {
    "companySituations": [{"type": "KONK", "registrationDate": "2026-11-01"}],
    "registeredEntries": [
        {"register": "1", "registrationDate": "2014-01-20"},
        {"register": "5", "registrationDate": "2014-01-20", "endDate": "2026-11-02"},
    ],
}


async def test_change_is_told_and_its_versions_are_kept(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = (await make_applicant()).provider
    answers(monkeypatch, Ytj(found(BUSINESS_ID, **BANKRUPT)))
    change = await rechecking.recheck_facts(provider.id)
    assert change is not None
    assert change.situations_begun == ("KONK",)
    assert set(change.registers_left) == {"prepayment", "employer", "vat"}
    assert {"situations", "prepayment_register"} <= {each.field for each in change.changes}
    new, old = await facts_history(provider.id)
    assert (old.facts.situations, new.facts.situations) == ((), ("KONK",))
    assert "prepayment" in new.facts.left
    assert await rechecking.recheck_facts(provider.id) is None
    assert len(await facts_history(provider.id)) == 2


async def test_versions_are_never_rewritten(database: str) -> None:
    await make_applicant()
    with pytest.raises(Exception, match="provider_facts"):
        await execute("delete from provider_facts")


async def test_company_that_is_gone_keeps_what_was_known(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = (await make_applicant()).provider
    answers(monkeypatch, Ytj(found("0000105-4")))
    change = await rechecking.recheck_facts(provider.id)
    assert change is not None
    assert (change.is_gone, change.after) == (True, None)
    assert (await provider_of(provider.id)).facts is not None


async def test_silent_register_changes_nothing(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = (await make_applicant()).provider
    answers(monkeypatch, Ytj(down()))
    with pytest.raises(Unavailable):
        await rechecking.recheck_facts(provider.id)
    assert len(await facts_history(provider.id)) == 1


async def test_person_asks_again_at_most_every_few_minutes(database: str) -> None:
    applicant = await make_applicant()
    with pytest.raises(TooManyAttempts):
        await rechecking.check_again(applicant.actor)
    with clock_set_to(now() + LATER):
        assert await rechecking.check_again(applicant.actor) is None
        with pytest.raises(TooManyAttempts):
            await rechecking.check_again(applicant.actor)
    with pytest.raises(NotFound):
        await rechecking.check_again(stranger())


async def test_by_hand_becomes_known_when_asked_again(database: str) -> None:
    applicant = await make_applicant(looked_up=LookUp(is_answered=False))
    with clock_set_to(now() + LATER):
        await rechecking.check_again(applicant.actor)
    provider = await provider_of(applicant.provider.id)
    assert (provider.name, provider.facts_unverified) == ("Stadin Arkiapu Oy", False)


def a_close_person(name: str = "Tuula Tuttava", *, has_no_business: bool = True) -> ClosePersonRegistration:
    return ClosePersonRegistration(
        name=name, contact_email="tuula@example.org", contact_phone="040 1234567", has_no_business=has_no_business
    )


async def registered() -> ProviderView:
    return await register_close_person((await a_person()).actor, a_close_person())


async def test_close_person_gets_a_number_and_little_is_kept(database: str) -> None:
    provider = await registered()
    assert (provider.business_id, provider.public_id, provider.kind) == (None, "L-000001", ProviderKind.CLOSE_NETWORK)
    assert (provider.street, provider.facts, provider.facts_unverified) == ("", None, True)
    assert await rechecking.recheck_facts(provider.id) is None


async def test_close_person_registers_once(database: str) -> None:
    someone = await a_person()
    await register_close_person(someone.actor, a_close_person())
    with pytest.raises(Conflict):
        await register_close_person(someone.actor, a_close_person("Toinen Nimi"))


@pytest.mark.parametrize("name", ["Tuula 131052-308T", "010100A123X", "Tuula 131052 + 308T"])
async def test_identity_code_is_never_kept(database: str, name: str) -> None:
    someone = await a_person()
    with pytest.raises(Invalid) as refused:
        await register_close_person(someone.actor, a_close_person(name))
    assert refused.value.code == "identity_code"


async def test_who_has_a_business_registers_it(database: str) -> None:
    someone = await a_person()
    with pytest.raises(Invalid):
        await register_close_person(someone.actor, a_close_person(has_no_business=False))


async def test_close_person_fills_in_little(database: str) -> None:
    provider = await registered()
    actor = replace(stranger(), provider_id=provider.id)
    profile = await own_profile(actor)
    sections = [state.section for state in states_of(profile, has_account=False)]
    assert sections == [Section.COMPANY, Section.LANGUAGES, Section.PAYOUT_ACCOUNT]
    with pytest.raises(Refused):
        await rechecking.check_again(actor)


async def test_only_people_of_the_close_network_go_without_a_business_id(database: str) -> None:
    await make_applicant()
    with pytest.raises(Exception, match="provider_identified"):
        await execute("update provider set business_id = null, internal_number = 7")
    assert await fetch_value("select public_id from provider") == BUSINESS_ID


async def test_close_person_applies_as_everybody_does(database: str) -> None:
    provider = await registered()
    actor = Actor(person_id=(await a_person()).id, role=Role.PROVIDER_ADMIN, provider_id=provider.id)
    organiser = await make_accepting_organiser()
    new = NewApplication(organiser_id=organiser.id, service_classes=(CLASS,), municipalities=(PLACE,))
    draft = await applications.start_application(actor, new)
    assert draft.business_id == provider.public_id
    assert [each.business_id for each in await applications.my_applications(actor)] == ["L-000001"]
