"""The profile: written by its administrators, never over a colleague, read by those who may, turned into facts."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import execute, fetch_value, new_id
from marketplace.kernel.errors import Invalid, NotFound, Refused
from onboarding.providers import certificates, profile_editing
from onboarding.providers.expiring import ExpiringKind, expiring_things
from onboarding.providers.profile import (
    INSURANCES,
    SUBCONTRACTORS,
    UNITS,
    own_profile,
    profile_of,
    units_of,
)
from onboarding.providers.profile_editing import ChangedMeanwhile
from onboarding.providers.profile_facts import FACTS, facts_of
from onboarding.providers.profile_schemas import (
    Insurance,
    InsuranceKind,
    Section,
    Staff,
    Subcontractor,
)
from onboarding.providers.profile_states import states_of
from onboarding.review import decisions
from tests.factories.onboarding import PDF, Applicant, a_draft, a_submitted, make_applicant, stranger
from tests.factories.profiles import DAY, a_unit, fill_profile, tax


async def filled() -> Applicant:
    """A provider with something in every section."""
    applicant = await make_applicant()
    await fill_profile(applicant)
    return applicant


async def test_full_profile_lacks_nothing(database: str) -> None:
    profile = await own_profile((await filled()).actor)
    states = states_of(profile, has_account=True)
    assert {state.section for state in states} == set(Section)
    assert [state.missing for state in states if not state.is_done] == []


async def test_new_profile_says_what_it_lacks(database: str) -> None:
    profile = await own_profile((await make_applicant()).actor)
    lacking = {state.section for state in states_of(profile, has_account=False) if state.missing}
    assert lacking == set(Section) - {Section.COMPANY}


async def test_facts_answer_for_the_company_and_each_unit(database: str) -> None:
    applicant = await filled()
    facts = await facts_of(applicant.provider.id, today())
    (unit,) = await units_of(applicant.provider.id)
    assert facts.values["registers.prepayment"] is True
    assert (facts.values["staff.total"], facts.values["staff.qualified"]) == (8, 7)
    assert facts.values["languages"] == "suomi, ruotsi"
    assert facts.values["insurance.liability.valid_to"] == (today() + 20 * DAY).isoformat()
    assert facts.values[f"unit.soteri_id@{unit.id}"] == "S-123456"
    assert facts.files["certificates.tax"].name == "verot.pdf"
    assert {code.partition("@")[0] for code in (*facts.values, *facts.files)} <= set(FACTS)


async def test_what_has_ended_answers_nothing(database: str) -> None:
    applicant = await filled()
    later = await facts_of(applicant.provider.id, today() + 30 * DAY)
    assert "insurance.liability" not in later.values
    assert "certificates.tax" not in later.files
    assert "certificates.pension" in later.files


async def test_closed_unit_is_not_asked_about(database: str) -> None:
    applicant = await make_applicant()
    unit = await profile_editing.add_row(applicant.actor, UNITS, a_unit())
    await profile_editing.change_row(applicant.actor, UNITS, unit.id, a_unit(is_open=False))
    facts = await facts_of(applicant.provider.id, today())
    assert [code for code in facts.values if code.startswith("unit.")] == []


@pytest.mark.parametrize("version", [1, 0, 99])
async def test_second_of_two_colleagues_is_told(database: str, version: int) -> None:
    me = (await make_applicant()).actor
    unit = await profile_editing.add_row(me, UNITS, a_unit())
    await profile_editing.change_row(me, UNITS, unit.id, a_unit(staff=9, version=1))
    with pytest.raises(ChangedMeanwhile):
        await profile_editing.change_row(me, UNITS, unit.id, a_unit(staff=10, version=version))
    (kept,) = await UNITS.of(me.provider_id or new_id())
    assert (kept.staff, kept.version) == (9, 2)
    await profile_editing.change_row(me, UNITS, unit.id, a_unit(staff=10, version=2))


async def test_section_knows_its_version(database: str) -> None:
    me = (await make_applicant()).actor
    first = await profile_editing.save_staff(me, Staff(others=1, version=0))
    assert first.version == 1
    with pytest.raises(ChangedMeanwhile):
        await profile_editing.save_staff(me, Staff(others=2, version=0))
    assert (await profile_editing.save_staff(me, Staff(others=2, version=1))).version == 2


async def test_only_administrators_write(database: str) -> None:
    applicant = await make_applicant()
    unit = await profile_editing.add_row(applicant.actor, UNITS, a_unit())
    worker = replace(applicant.actor, role=Role.PROVIDER_WORKER)
    for actor in (worker, stranger(), Actor()):
        with pytest.raises(NotFound):
            await profile_editing.change_row(actor, UNITS, unit.id, a_unit())
        with pytest.raises(NotFound):
            await profile_editing.remove_row(actor, UNITS, unit.id)
    other = await make_applicant("0000105-4")
    with pytest.raises(NotFound):
        await profile_editing.change_row(other.actor, UNITS, unit.id, a_unit())


async def test_every_wrong_field_is_named(database: str) -> None:
    me = (await make_applicant()).actor
    wrong = a_unit(municipality="999", soteri_id="2077474-0", self_monitoring_on=today() + DAY)
    with pytest.raises(Invalid) as refused:
        await profile_editing.add_row(me, UNITS, wrong)
    assert [each.field for each in refused.value.fields] == ["municipality", "soteri_id", "self_monitoring_on"]


@pytest.mark.parametrize("days", [-400_000, 400_000])
async def test_dates_that_cannot_be_are_refused(database: str, days: int) -> None:
    me = (await make_applicant()).actor
    with pytest.raises(Invalid):
        await profile_editing.add_row(
            me, INSURANCES, Insurance(kind=InsuranceKind.PATIENT, insurer="A", valid_to=today() + days * DAY)
        )


async def test_more_posts_than_people_are_refused(database: str) -> None:
    me = (await make_applicant()).actor
    for posts in ("3", "NaN", "-1", "1.234"):
        with pytest.raises(Invalid):
            await profile_editing.save_staff(me, Staff(others=2, full_time=Decimal(posts)))


async def test_rows_have_an_end(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile_editing, "MOST_ROWS", 1)
    me = (await make_applicant()).actor
    row = Subcontractor(name="Apu", business_id="FI 20774740", does="Siivous", has_approved_terms=True)
    kept = await profile_editing.add_row(me, SUBCONTRACTORS, row)
    assert kept.business_id == "2077474-0"
    with pytest.raises(Refused):
        await profile_editing.add_row(me, SUBCONTRACTORS, row)


async def test_removal_is_told_in_the_audit_trail(database: str) -> None:
    applicant = await make_applicant()
    unit = await profile_editing.add_row(applicant.actor, UNITS, a_unit())
    await profile_editing.remove_row(applicant.actor, UNITS, unit.id)
    assert await units_of(applicant.provider.id) == []
    story = await audit.history("provider_unit", unit.id)
    assert [each.action for each in story] == ["provider_unit.added", "provider_unit.removed"]
    assert story[1].before is not None
    assert story[1].before["name"] == "Kallion tiimi"


async def test_same_certificate_sent_twice_is_kept_once(database: str) -> None:
    me = (await make_applicant()).actor
    first = await certificates.add_certificate(me, tax(), "a.pdf", PDF)
    assert (await certificates.add_certificate(me, tax(), "a.pdf", PDF)).id == first.id
    with pytest.raises(Invalid):
        await certificates.add_certificate(me, tax(), "a.pdf", b"no pdf at all")


async def test_certificate_is_read_by_those_who_were_applied_to(database: str) -> None:
    case = await a_submitted()
    me = case.applicant.actor
    kept = await certificates.add_certificate(me, tax(), "verot.pdf", PDF)
    for reader in (me, replace(me, role=Role.PROVIDER_WORKER), case.reviewer):
        assert (await certificates.certificate_content(reader, kept.id))[1] == PDF
    others = (
        stranger(),
        Actor(),
        replace(case.reviewer, organiser_id=new_id()),
        replace(case.reviewer, role=Role.FINANCE),
    )
    for other in others:
        with pytest.raises(NotFound):
            await certificates.certificate_content(other, kept.id)
    await decisions.reject(case.reviewer, case.id, "Vakuutus puuttuu.")
    with pytest.raises(NotFound):
        await certificates.certificate_content(case.reviewer, kept.id)


async def test_certificate_that_was_sent_outlives_its_removal(database: str) -> None:
    case = await a_submitted()
    me = case.applicant.actor
    kept = await certificates.add_certificate(me, tax(), "verot.pdf", PDF)
    await execute("update application_attachment set file_id = $1", kept.file_id)
    await certificates.remove_certificate(me, kept.id)
    with pytest.raises(NotFound):
        await certificates.certificate_content(me, kept.id)
    assert (await certificates.certificate_content(case.reviewer, kept.id))[0].name == "verot.pdf"


async def test_certificate_that_nobody_was_sent_is_erased(database: str) -> None:
    case = await a_submitted()
    me, before = case.applicant.actor, await fetch_value("select count(*) from stored_file")
    kept = await certificates.add_certificate(me, tax(), "vanha.pdf", PDF)
    await certificates.add_certificate(me, tax(), "kaksoisnapsautus.pdf", PDF)
    await certificates.replace_certificate(me, kept.id, tax(version=1), "uusi.pdf", PDF + b"2")
    with pytest.raises(ChangedMeanwhile):
        await certificates.replace_certificate(me, kept.id, tax(version=1), "hidas.pdf", PDF + b"3")
    assert await fetch_value("select count(*) from stored_file") == before + 1
    await certificates.remove_certificate(me, kept.id)
    assert await fetch_value("select count(*) from stored_file") == before
    with pytest.raises(NotFound):
        await certificates.certificate_content(case.reviewer, kept.id)


async def test_draft_opens_no_certificate(database: str) -> None:
    case = await a_draft()
    kept = await certificates.add_certificate(case.applicant.actor, tax(), "verot.pdf", PDF)
    with pytest.raises(NotFound):
        await certificates.certificate_content(case.reviewer, kept.id)


async def test_certificate_gets_a_new_file(database: str) -> None:
    me = (await make_applicant()).actor
    kept = await certificates.add_certificate(me, tax(), "vanha.pdf", PDF)
    again = await certificates.replace_certificate(me, kept.id, tax(version=1), "uusi.pdf", PDF)
    assert (again.file_name, again.version) == ("uusi.pdf", 2)
    plain = await certificates.replace_certificate(me, kept.id, tax(issued_on=today()))
    assert (plain.file_name, plain.issued_on) == ("uusi.pdf", today())


async def test_what_ends_soon_is_found_unless_something_follows(database: str) -> None:
    applicant = await filled()
    found = await expiring_things(today(), 30)
    assert [(each.kind, each.detail) for each in found] == [
        (ExpiringKind.CERTIFICATE, "tax"), (ExpiringKind.INSURANCE, "liability"),
    ]  # fmt: skip
    assert await expiring_things(today(), 30, providers=[new_id()]) == []
    await certificates.add_certificate(applicant.actor, tax(expires_on=today() + 90 * DAY), "uusi.pdf", PDF + b"2")
    assert [each.kind for each in await expiring_things(today(), 30)] == [ExpiringKind.INSURANCE]


async def test_old_plan_runs_out(database: str) -> None:
    me = (await make_applicant()).actor
    unit = await profile_editing.add_row(me, UNITS, a_unit(self_monitoring_on=today() - 365 * DAY))
    (found,) = await expiring_things(today(), 0)
    assert (found.kind, found.thing_id, found.expires_on) == (ExpiringKind.SELF_MONITORING_PLAN, unit.id, today())
    assert await expiring_things(today() + DAY, 10) == []
    assert len(await expiring_things(today() + DAY, -10)) == 1


async def test_unknown_provider_has_no_profile(database: str) -> None:
    with pytest.raises(NotFound):
        await profile_of(new_id())
