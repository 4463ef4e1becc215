"""Clients concerned by a suspension; and that a suspension and an end are seen at once everywhere."""

from datetime import date, timedelta

import pytest

from marketplace.catalogue.offers.published import published_offer
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import fetch, fetch_value, new_id
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.i18n import Language
from marketplace.vouchers.affected import affected_clients, all_affected
from marketplace.vouchers.affected_csv import affected_csv
from marketplace.vouchers.affected_notices import tell_case_managers
from marketplace.vouchers.agreements import open_voucher
from marketplace.vouchers.choosing import offers_for_voucher
from marketplace.vouchers.granting import grant
from marketplace.vouchers.schemas import OpenVoucher
from marketplace.vouchers.visits import log_visit
from onboarding.approvals.approvals import end_approval, resume_approval, suspend_approval
from onboarding.approvals.leaving import Leaving, leave
from onboarding.topics import OfApproval
from search.indexer import rebuild
from tests.factories.accounts import a_hat, a_person
from tests.factories.catalogue import approve
from tests.factories.plans import client_of, make_client, make_plan, plan_draft
from tests.factories.vouchers import NOW, Setting, a_setting, another_provider, at, grant_of
from tests.journeys.working import jobs_done

pytestmark = pytest.mark.usefixtures("clock")


def reviewer(setting: Setting) -> Actor:
    return Actor(person_id=new_id(), role=Role.REVIEWER, organiser_id=setting.organiser.id)


async def test_client_is_listed_with_what_is_left(database: str) -> None:
    setting = await a_setting()
    await log_visit(setting.worker, setting.agreement.id, at("2026-11-30 08:00"), at("2026-11-30 09:30"))
    await another_provider(setting)
    found = await affected_clients(setting.manager, setting.approval_id)
    (client,) = found.items
    assert (found.total, client.client_name, client.left_minutes) == (1, "Maija Mattila", 1200 - 90)
    assert (client.last_visit_on, client.other_providers, client.taking_clients) == (date(2026, 11, 30), 1, 1)
    assert client.left_cents == await fetch_value("select reserved_cents from voucher") - 4950


async def test_clients_of_other_services_organisers_or_approvals_are_not_listed(database: str) -> None:
    setting = await a_setting()
    cleaning = await approve(setting.provider, setting.organiser, service_classes=["V-CLEANING"])
    assert (await affected_clients(setting.manager, cleaning)).items == []
    stranger = Actor(person_id=new_id(), role=Role.CASE_MANAGER, organiser_id=new_id())
    for actor in (stranger, reviewer(setting), setting.provider, setting.person):
        with pytest.raises(NotFound):
            await affected_clients(actor, setting.approval_id)
    await approve(setting.provider, setting.organiser)
    assert (await affected_clients(setting.manager, setting.approval_id)).items == []


async def test_file_for_a_spreadsheet(database: str) -> None:
    setting = await a_setting(client={"given_names": "=cmd", "family_name": "Kaava"})
    text = affected_csv(await all_affected(setting.manager, setting.approval_id), Language.SV)
    head, line = text.splitlines()
    assert head.startswith("client,phone,municipality")
    assert line.startswith("'=cmd Kaava,")


async def test_case_managers_are_told_once_for_each_suspension(database: str) -> None:
    setting = await a_setting()
    manager = await a_person("Sari Sosiaali")
    await a_hat(manager, Role.CASE_MANAGER, scope_id=setting.organiser.id, name="Hki")
    await suspend_approval(reviewer(setting), setting.approval_id, "Puutteita.")
    for _ in range(2):
        await tell_case_managers(OfApproval(setting.approval_id))
    (notice,) = await fetch("select * from notice where kind like 'approval.%'")
    assert (notice["receiver"], notice["kind"]) == (manager.id, "approval.suspended_for_clients")
    assert notice["path"] == f"/organiser/approvals/{setting.approval_id}/clients"
    assert "Maija" not in notice["body_fi"]


async def test_nobody_is_told_of_an_approval_that_is_back(database: str) -> None:
    setting = await a_setting()
    await a_hat(await a_person(), Role.CASE_MANAGER, scope_id=setting.organiser.id, name="Hki")
    await suspend_approval(reviewer(setting), setting.approval_id, "Puutteita.")
    await resume_approval(reviewer(setting), setting.approval_id, "Kunnossa.")
    await tell_case_managers(OfApproval(setting.approval_id))
    assert await fetch("select 1 from notice where kind like 'approval.%'") == []


async def test_suspension_is_seen_at_once_and_so_is_its_end(database: str) -> None:
    setting = await a_setting()
    await rebuild(lambda done, total: None)
    second = await make_client(setting.manager, given_names="Toinen", identity_code="")
    plan = await make_plan(setting.manager, second, plan_draft(1200))
    other = await grant(setting.manager, grant_of(second, setting.product, plan))
    asked = OpenVoucher(voucher_number=other.number, offer_id=setting.offer_id)
    assert await fetch_value("select count(*) from search_document") == 1
    await suspend_approval(reviewer(setting), setting.approval_id, "Puutteita.")
    with pytest.raises(NotFound):
        await published_offer(setting.offer_id)
    with pytest.raises(Refused) as refused:
        await open_voucher(setting.provider, asked)
    assert refused.value.code == "offer_not_available"
    assert await offers_for_voucher(client_of(second), other.id) == []
    assert await _registered() == []
    await jobs_done(database)
    assert await fetch_value("select count(*) from search_document") == 0
    with clock_set_to(NOW + timedelta(days=1)):
        await resume_approval(reviewer(setting), setting.approval_id, "Kunnossa.")
        await jobs_done(database)
        assert await fetch_value("select count(*) from search_document") == 1
        assert len(await _registered()) == 1
        await open_voucher(setting.provider, asked)
        await end_approval(reviewer(setting), setting.approval_id, "Lopetettu.")
        await jobs_done(database)
        assert await fetch_value("select count(*) from search_document") == 0
        assert len((await affected_clients(setting.manager, setting.approval_id)).items) == 2


async def _registered() -> list[object]:
    return await fetch("select 1 from approval_covers where '2026-12-01' between first_day and last_day limit 1")


async def test_case_managers_hear_of_a_provider_that_will_leave(database: str) -> None:
    setting = await a_setting()
    manager = await a_person("Sari Sosiaali")
    await a_hat(manager, Role.CASE_MANAGER, scope_id=setting.organiser.id, name="Hki")
    await leave(setting.provider, setting.approval_id, Leaving(last_day=date(2026, 12, 20), reason="Eläkkeelle."))
    await tell_case_managers(OfApproval(setting.approval_id))
    assert len(await fetch("select 1 from notice where receiver = $1", manager.id)) == 1
    shown = (await affected_clients(setting.manager, setting.approval_id)).approval
    assert (shown.status, shown.since) == ("in_force", date(2026, 12, 20))
