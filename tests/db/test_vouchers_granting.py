"""Granting vouchers: from an active plan, at the value of the day, with the amount set aside and a decision kept."""

import asyncio
from datetime import date

import asyncpg
import pytest
from msgspec.structs import replace as change

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import execute, fetch_value, new_id
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Language
from marketplace.ledger import chart
from marketplace.ledger.queries import balance
from marketplace.organisers.schemas import Caps, Organiser
from marketplace.plans.plans import end_plan
from marketplace.plans.schemas import PlannedService
from marketplace.pricing.prices import Unit
from marketplace.pricing.values import FlatValue
from marketplace.vouchers import closing, granting, numbers
from marketplace.vouchers.closing import expire_due, revoke
from marketplace.vouchers.granting import grant
from marketplace.vouchers.queries import my_vouchers, organiser_vouchers, voucher_decisions, voucher_for
from marketplace.vouchers.schemas import Revocation
from marketplace.vouchers.states import VoucherStatus
from marketplace.vouchers.visits import log_visit
from tests.factories.organisers import BUSINESS_IDS, make_organiser
from tests.factories.plans import a_case_manager, make_client, make_plan, plan_draft
from tests.factories.pricing import helsinki_value, lapland_calendar, lapland_value
from tests.factories.vouchers import NOW, a_product, a_setting, at, grant_of

FLAT = FlatValue(value_cents=3300)


@pytest.fixture
async def clock():
    with clock_set_to(NOW):
        yield


@pytest.fixture
async def helsinki(database: str, clock) -> Organiser:
    return await make_organiser()


@pytest.fixture
def manager(helsinki: Organiser) -> Actor:
    return a_case_manager(helsinki)


async def a_grant(helsinki: Organiser, manager: Actor, rule=FLAT, *, minutes: int = 1200, **changes):
    """A grant that could be made, with its voucher product, client and plan."""
    product = await a_product(helsinki, rule, calendar=changes.pop("calendar", None), caps=changes.pop("caps", Caps()))
    client = await make_client(manager, **changes.pop("client", {}))
    plan = await make_plan(manager, client, plan_draft(minutes))
    return grant_of(client, product, plan, **changes)


async def refused_fields(manager: Actor, asked) -> list[str]:
    with pytest.raises(Invalid) as invalid:
        await grant(manager, asked)
    return [error.field for error in invalid.value.fields]


async def test_a_grant_sets_the_amount_aside(helsinki: Organiser, manager: Actor) -> None:
    voucher = await grant(manager, await a_grant(helsinki, manager))
    assert (voucher.status, voucher.minutes_per_month, voucher.reserved_cents) == (VoucherStatus.GRANTED, 1200, 132_000)
    assert await balance(chart.voucher(helsinki.id, voucher.id)) == 132_000
    assert await balance(chart.budget(helsinki.id)) == 132_000
    assert numbers.read_number(voucher.number)


async def test_the_highest_value_of_any_band_is_reserved(helsinki: Organiser, manager: Actor) -> None:
    asked = await a_grant(helsinki, manager, lapland_value(), calendar=lapland_calendar())
    assert (await grant(manager, asked)).reserved_cents == 2 * 20 * 72_00


async def test_the_amount_is_rounded_up_to_a_cent(helsinki: Organiser, manager: Actor) -> None:
    asked = await a_grant(helsinki, manager, FlatValue(value_cents=3301), minutes=61)
    assert (await grant(manager, asked)).reserved_cents == 6713  # 2 × 61 min × 33.01 €/h = 6712.03 cents


async def test_income_decides_the_value_and_is_kept_with_the_voucher(helsinki: Organiser, manager: Actor) -> None:
    asked = await a_grant(helsinki, manager, helsinki_value(), client={"gross_income_cents": 150_000})
    assert (await grant(manager, asked)).unit_value_cents == 3487


async def test_without_a_known_income_the_value_is_the_lowest(helsinki: Organiser, manager: Actor) -> None:
    assert (await grant(manager, await a_grant(helsinki, manager, helsinki_value()))).unit_value_cents == 840


async def test_the_decision_says_everything_in_three_languages(helsinki: Organiser, manager: Actor) -> None:
    asked = await a_grant(helsinki, manager, helsinki_value(), client={"gross_income_cents": 150_000})
    voucher = await grant(manager, asked)
    for language, amount in ((Language.FI, "34,87"), (Language.SV, "34,87"), (Language.EN, "34.87")):
        reader = Actor(person_id=new_id(), role=Role.CLIENT, client_id=asked.client_id, language=language)
        [decision] = await voucher_decisions(reader, voucher.id)
        words = " ".join(decision.words)
        assert amount in words
        assert "paatokset@example.org" in words
    assert decision.reasons == "Tarvitsee apua aamutoimiin."


async def test_a_decision_is_never_rewritten(helsinki: Organiser, manager: Actor) -> None:
    voucher = await grant(manager, await a_grant(helsinki, manager))
    for statement in ("update voucher_decision set reasons = 'x'", "delete from voucher_decision"):
        with pytest.raises(asyncpg.PostgresError):
            await execute(statement)
    with pytest.raises(asyncpg.RestrictViolationError):
        await execute("update voucher set minutes_per_month = 1 where id = $1", voucher.id)


async def test_the_client_needs_a_plan_in_force(helsinki: Organiser, manager: Actor) -> None:
    asked = await a_grant(helsinki, manager)
    plan_id = await fetch_value("select id from plan")
    await end_plan(manager, plan_id)
    assert await refused_fields(manager, asked) == ["plan_service_id"]


async def test_the_product_must_be_the_organisers_own_and_pay_for_the_service(
    helsinki: Organiser, manager: Actor
) -> None:
    asked = await a_grant(helsinki, manager)
    turku = await make_organiser("Varsinais-Suomi", county_code="05", business_id=BUSINESS_IDS[1])
    for product_id in (new_id(), (await a_product(turku, FLAT)).id):
        assert await refused_fields(manager, change(asked, product_id=product_id)) == ["product_id"]
    cleaning = await a_product(helsinki, FLAT, "V-CLEANING", code="SIIVOUS")
    assert await refused_fields(manager, change(asked, product_id=cleaning.id)) == ["product_id"]


@pytest.mark.parametrize(
    ("first", "last", "fields"),
    [
        ("2026-12-31", "2026-12-01", ["valid_to"]),
        ("2026-10-01", "2026-11-29", ["valid_to"]),
        ("2025-12-31", "2026-12-31", ["valid_from"]),
        ("2026-11-01", "2030-01-01", ["valid_to"]),
    ],
)
async def test_days_out_of_order_past_or_outside_the_plan(helsinki, manager, first, last, fields) -> None:
    days = {"valid_from": date.fromisoformat(first), "valid_to": date.fromisoformat(last)}
    assert await refused_fields(manager, await a_grant(helsinki, manager, **days)) == fields


async def test_a_voucher_does_not_outlive_the_plan(helsinki: Organiser, manager: Actor) -> None:
    product, client = await a_product(helsinki, FLAT), await make_client(manager)
    plan = await make_plan(manager, client, plan_draft(valid_to=date(2026, 12, 15)))
    assert await refused_fields(manager, grant_of(client, product, plan)) == ["valid_to"]


async def test_vouchers_of_the_same_days_share_the_plans_amount(helsinki: Organiser, manager: Actor) -> None:
    asked = await a_grant(helsinki, manager, minutes_per_month=800)
    await grant(manager, asked)
    assert await refused_fields(manager, change(asked, minutes_per_month=401)) == ["minutes_per_month"]
    await grant(manager, change(asked, minutes_per_month=400))
    await grant(manager, change(asked, valid_from=date(2027, 1, 1), valid_to=date(2027, 1, 31)))


async def test_a_revoked_voucher_counts_until_its_last_day(database: str, clock) -> None:
    setting = await a_setting()
    again = grant_of(setting.client, setting.product, setting.plan, valid_from=date(2026, 12, 1))
    revocation = Revocation(reasons="Tarve muuttuu.", last_day=date(2026, 12, 20))
    await revoke(setting.manager, setting.voucher.id, revocation)
    assert await refused_fields(setting.manager, again) == ["minutes_per_month"]
    await grant(setting.manager, change(again, valid_from=date(2026, 12, 21)))


async def test_a_voucher_that_was_never_opened_and_is_revoked_counts_no_more(helsinki, manager: Actor) -> None:
    asked = await a_grant(helsinki, manager)
    voucher = await grant(manager, asked)
    await revoke(manager, voucher.id, Revocation(reasons="Väärä palvelu.", last_day=date(2026, 12, 31)))
    again = await grant(manager, asked)
    assert (again.id != voucher.id, again.reserved_cents) == (True, voucher.reserved_cents)


async def test_a_new_plan_does_not_give_the_amount_twice(database: str, clock) -> None:
    setting = await a_setting()
    later = await make_plan(setting.manager, setting.client, plan_draft(1500, valid_from=date(2026, 12, 1)))
    asked = grant_of(setting.client, setting.product, later, valid_from=date(2026, 12, 1))
    assert await refused_fields(setting.manager, asked) == ["minutes_per_month"]
    await grant(setting.manager, change(asked, minutes_per_month=300))


async def test_two_grants_at_once_do_not_give_the_amount_twice(helsinki: Organiser, manager: Actor) -> None:
    asked = await a_grant(helsinki, manager)
    outcomes = await asyncio.gather(grant(manager, asked), grant(manager, asked), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Invalid", "VoucherView"]


async def test_the_products_cap_holds_the_minutes(helsinki: Organiser, manager: Actor) -> None:
    asked = await a_grant(helsinki, manager, caps=Caps(minutes_per_month=600))
    assert await refused_fields(manager, asked) == ["minutes_per_month"]
    await grant(manager, change(asked, minutes_per_month=600))


async def test_a_number_of_visits_can_be_granted(helsinki: Organiser, manager: Actor) -> None:
    product = await a_product(helsinki, FlatValue(value_cents=5000, unit=Unit.VISIT), "V-SHOPPING")
    client = await make_client(manager)
    services = (PlannedService(service_class="V-SHOPPING", units_per_month=4),)
    plan = await make_plan(manager, client, plan_draft(services=services))
    voucher = await grant(manager, grant_of(client, product, plan))
    assert (voucher.units_per_month, voucher.reserved_cents, voucher.month.left_units) == (4, 40_000, 4)
    assert await refused_fields(manager, grant_of(client, product, plan)) == ["units_per_month"]


async def test_what_is_not_given_in_visits_is_refused(helsinki: Organiser, manager: Actor) -> None:
    product = await a_product(helsinki, FlatValue(value_cents=900, unit=Unit.PIECE), "V-MEAL")
    client = await make_client(manager)
    services = (PlannedService(service_class="V-MEAL", units_per_month=30),)
    plan = await make_plan(manager, client, plan_draft(services=services))
    with pytest.raises(Refused) as refused:
        await grant(manager, grant_of(client, product, plan))
    assert refused.value.code == "unit_not_by_visits"


async def test_a_product_without_value_on_the_day_or_at_all_is_refused(helsinki: Organiser, manager: Actor) -> None:
    asked = await a_grant(helsinki, manager, FlatValue(value_cents=0))
    with pytest.raises(Refused) as worthless:
        await grant(manager, asked)
    assert worthless.value.code == "worth_nothing"


async def test_only_the_organisers_case_manager_grants(helsinki: Organiser, manager: Actor) -> None:
    asked = await a_grant(helsinki, manager)
    turku = await make_organiser("Varsinais-Suomi", county_code="05", business_id=BUSINESS_IDS[1])
    for actor in (a_case_manager(turku), Actor(role=Role.REVIEWER, organiser_id=helsinki.id), Actor()):
        with pytest.raises(NotFound):
            await grant(actor, asked)


async def test_a_number_that_is_taken_is_drawn_again(helsinki: Organiser, manager: Actor, monkeypatch) -> None:
    asked = await a_grant(helsinki, manager, minutes_per_month=60)
    first = await grant(manager, asked)
    taken, fresh = numbers.read_number(first.number), numbers.new_number()
    drawn = iter([taken, taken, fresh, *[taken] * 5])
    monkeypatch.setattr(granting.numbers, "new_number", lambda: next(drawn))
    assert numbers.read_number((await grant(manager, asked)).number) == fresh
    with pytest.raises(RuntimeError):
        await grant(manager, asked)


async def test_vouchers_are_seen_by_their_own_people(helsinki: Organiser, manager: Actor) -> None:
    voucher = await grant(manager, await a_grant(helsinki, manager))
    person = Actor(person_id=new_id(), role=Role.PROXY, client_id=voucher.client_id)
    finance = Actor(person_id=new_id(), role=Role.FINANCE, organiser_id=helsinki.id)
    assert await my_vouchers(person) == [voucher]
    assert await organiser_vouchers(finance) == await organiser_vouchers(manager, voucher.client_id) == [voucher]
    assert await organiser_vouchers(manager, new_id()) == []
    provider = Actor(role=Role.PROVIDER_ADMIN, provider_id=new_id())
    stranger = Actor(role=Role.CLIENT, client_id=new_id())
    for actor in (provider, stranger, Actor(role=Role.REVIEWER, organiser_id=helsinki.id), Actor()):
        with pytest.raises(NotFound):
            await voucher_for(actor, voucher.id)


async def test_an_unopened_voucher_is_revoked_and_given_back_at_once(helsinki: Organiser, manager: Actor) -> None:
    voucher = await grant(manager, await a_grant(helsinki, manager))
    revoked = await revoke(manager, voucher.id, Revocation(reasons="Tarve on päättynyt."))
    assert (revoked.status, revoked.left_cents, revoked.returned_cents) == (VoucherStatus.REVOKED, 0, 132_000)
    assert [each.kind for each in await voucher_decisions(manager, voucher.id)] == ["granted", "revoked"]
    with pytest.raises(Conflict):
        await revoke(manager, voucher.id, Revocation(reasons="Uudestaan."))


async def test_a_voucher_revoked_before_its_first_day_never_begins(helsinki: Organiser, manager: Actor) -> None:
    days = {"valid_from": date(2027, 1, 1), "valid_to": date(2027, 1, 31)}
    voucher = await grant(manager, await a_grant(helsinki, manager, **days))
    revoked = await revoke(manager, voucher.id, Revocation(reasons="Peruttu."))
    assert revoked.last_day == date(2026, 12, 31)


async def test_an_open_voucher_pays_until_its_last_day_and_is_closed_later(database: str, clock) -> None:
    setting = await a_setting()
    asked = Revocation(reasons="Tarve muuttui.", last_day=date(2026, 12, 5))
    revoked = await revoke(setting.manager, setting.voucher.id, asked)
    assert (revoked.status, revoked.left_cents, revoked.agreement) == (VoucherStatus.REVOKED, 132_000, None)
    with clock_set_to(at("2026-12-06 12:00")):
        await log_visit(setting.provider, setting.agreement.id, at("2026-12-05 08:00"), at("2026-12-05 09:00"))
        with pytest.raises(Refused):
            await log_visit(setting.provider, setting.agreement.id, at("2026-12-06 08:00"), at("2026-12-06 09:00"))
    assert await expire_due(date(2026, 12, 19)) == 0
    assert await expire_due(date(2026, 12, 20)) == 1
    closed = await voucher_for(setting.manager, setting.voucher.id)
    assert (closed.status, closed.left_cents, closed.returned_cents) == (VoucherStatus.REVOKED, 0, 128_700)


async def test_a_revocation_keeps_to_the_vouchers_days_and_visits(database: str, clock) -> None:
    setting = await a_setting()
    await log_visit(setting.provider, setting.agreement.id, at("2026-11-28 08:00"), at("2026-11-28 09:00"))
    for day in (date(2026, 10, 30), date(2027, 1, 1), date(2026, 11, 27)):
        with pytest.raises(Invalid):
            await revoke(setting.manager, setting.voucher.id, Revocation(reasons="Ei.", last_day=day))


async def test_another_organisers_voucher_is_not_revoked(database: str, clock) -> None:
    setting = await a_setting()
    turku = await make_organiser("Varsinais-Suomi", county_code="05", business_id=BUSINESS_IDS[1])
    with pytest.raises(NotFound):
        await revoke(a_case_manager(turku), setting.voucher.id, Revocation(reasons="Ei."))


@pytest.mark.parametrize("opened", [True, False])
async def test_vouchers_run_out_and_their_rest_goes_back(database: str, clock, opened: bool) -> None:
    setting = await a_setting()
    if not opened:
        await execute("delete from agreement where voucher_id = $1", setting.voucher.id)
        await execute("update voucher set status = 'granted'")
    assert await expire_due(date(2027, 1, 15)) == 1
    assert await expire_due(date(2027, 1, 15)) == 0
    closed = await voucher_for(setting.manager, setting.voucher.id)
    assert closed.status is (VoucherStatus.ENDED if opened else VoucherStatus.EXPIRED)
    assert (closed.left_cents, closed.returned_cents, closed.month.worth_cents) == (0, 132_000, 0)
    assert await balance(chart.returned(setting.organiser.id)) == 132_000


async def test_a_voucher_that_cannot_be_closed_keeps_no_other_open(helsinki, manager: Actor, monkeypatch) -> None:
    asked = await a_grant(helsinki, manager, minutes_per_month=600)
    broken, sound = await grant(manager, asked), await grant(manager, asked)
    end = closing.end_active_agreement

    async def end_most(actor: Actor, voucher_id, last_day) -> None:
        if voucher_id == broken.id:
            raise RuntimeError("cannot be closed")
        await end(actor, voucher_id, last_day)

    monkeypatch.setattr(closing, "end_active_agreement", end_most)
    assert await expire_due(date(2027, 1, 15)) == 1
    assert (await voucher_for(manager, sound.id)).status is VoucherStatus.EXPIRED
    monkeypatch.undo()
    assert await expire_due(date(2027, 1, 15)) == 1
