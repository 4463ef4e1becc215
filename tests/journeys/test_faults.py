"""Bad input and faults, met over HTTP as a program meets them: a clear answer, nothing lost, nothing twice.

What each part does about its own faults stands beside that part; here is what only shows when all work together.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from marketplace.app import create_app
from marketplace.kernel import db
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.embedded_postgres import EmbeddedPostgres
from marketplace.kernel.migrations import migrate
from marketplace.ledger.proof import verify
from tests.factories.accounts import Someone, a_hat, a_person
from tests.factories.onboarding import a_submitted
from tests.factories.vouchers import NOW, Setting, a_setting, at
from tests.web.browser import Api, browser_of
from tests.web.onboarding_people import a_staff_member, token_of

VISITS = "/api/v1/provider/visits"
WORKERS, VISITS_EACH = 4, 40
MINUTES_OF_VISIT = 15


@pytest.fixture
def program() -> Callable[[], Api]:
    """Makes programs that talk to one application."""
    app = create_app()
    return lambda: browser_of(app, kind=Api)


@pytest.fixture
async def evening(database: str) -> AsyncIterator[None]:
    with clock_set_to(NOW):
        yield


async def employee(actor: Actor, role: Role = Role.PROVIDER_WORKER) -> Someone:
    someone = await a_person("Jere Hoitaja")
    await a_hat(someone, role, scope_id=actor.provider_id, name="Hoiva Oy")
    return someone


def visit_of(setting: Setting, start: str, end: str) -> dict[str, str]:
    return {"agreement_id": str(setting.agreement.id), "start": at(start).isoformat(), "end": at(end).isoformat()}


async def logged(api: Api, setting: Setting, start: str, end: str) -> httpx.Response:
    return await api.post(VISITS, json=visit_of(setting, start, end))


async def test_of_two_reviewers_at_once_one_decides_and_the_other_is_told(database: str, program) -> None:
    case = await a_submitted()
    one, other = [await token_of(program(), await a_staff_member(case, name=name)) for name in ("Raija", "Ritva")]
    here = f"/api/v1/organiser/applications/{case.id}"
    answers = await asyncio.gather(
        one.post(f"{here}/approve", json={"valid_from": "2026-01-01"}),
        other.post(f"{here}/reject", json={"text": "Vakuutus puuttuu."}),
    )
    assert sorted(each.status_code for each in answers) == [200, 409]
    (late,) = [each.json() for each in answers if each.status_code == 409]
    assert "has handled this application already" in late["detail"]
    was_approved = answers[0].status_code == 200
    assert await db.fetch_value("select status from application") == ("approved" if was_approved else "rejected")
    assert await db.fetch_value("select count(*) from approval") == int(was_approved)


async def test_a_visit_to_come_is_refused_and_costs_nothing(evening: None, program) -> None:
    setting = await a_setting()
    api = await token_of(program(), await employee(setting.provider))
    answer = await logged(api, setting, "2026-11-30 17:30", "2026-11-30 19:00")
    assert (answer.status_code, answer.json()["code"]) == (409, "visit_in_future")
    assert (await api.get(VISITS)).json()["items"] == []


async def test_a_visit_across_midnight_is_one_visit_of_its_first_day(evening: None, program) -> None:
    setting = await a_setting()
    api = await token_of(program(), await employee(setting.provider))
    visit = (await logged(api, setting, "2026-11-28 23:30", "2026-11-29 00:30")).json()
    assert (visit["minutes"], visit["payer_cents"]) == (60, 3300)
    again = await logged(api, setting, "2026-11-29 00:15", "2026-11-29 01:00")
    assert (again.status_code, again.json()["code"]) == (409, "overlapping_visit")


@pytest.mark.parametrize(
    ("now", "start", "end", "minutes"),
    [
        ("2026-10-26 12:00", "2026-10-25 02:30", "2026-10-25 04:30", 180),
        ("2027-03-29 12:00", "2027-03-28 02:30", "2027-03-28 04:30", 60),
    ],
    ids=["summer time ends", "summer time begins"],
)
async def test_when_the_clocks_change_real_minutes_are_paid(database: str, program, now, start, end, minutes) -> None:
    with clock_set_to(at(now)):
        days = {"valid_from": date(2026, 10, 1), "valid_to": date(2027, 3, 31)}
        setting = await a_setting(grant_changes=days, starts_on=at(start).date() - timedelta(days=1))
        api = await token_of(program(), await employee(setting.provider))
        visit = (await logged(api, setting, start, end)).json()
        assert (visit["minutes"], visit["payer_cents"]) == (minutes, 3300 * minutes // 60)


async def test_a_mistyped_voucher_number_is_told_apart_from_an_unknown_one(evening: None, program) -> None:
    setting = await a_setting()
    api = await token_of(program(), await employee(setting.provider))
    number = setting.voucher.number
    mistyped = number[:-1] + ("2" if number[-1] != "2" else "3")
    answers = [await opened(api, setting, each) for each in (mistyped, "nonsense")]
    assert [(each.status_code, each.json()["errors"][0]["field"]) for each in answers] == [(422, "voucher_number")] * 2
    assert "check" in answers[0].json()["errors"][0]["message"].lower()


async def opened(api: Api, setting: Setting, number: str) -> httpx.Response:
    return await api.post(
        "/api/v1/provider/agreements", json={"voucher_number": number, "offer_id": str(setting.offer_id)}
    )


# --- PostgreSQL restarted while visits are logged -----------------------------------------------------------------


@pytest.fixture
async def restartable(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedPostgres]:
    folder = Path(tmp_path_factory.mktemp("restartable"))
    for each in (folder, *list(folder.parents)[:2]):
        each.chmod(0o755)  # The database's own user must pass through it.
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    db.use_database(server.url())
    await migrate()
    await db.start_pool(8)
    yield server
    await db.stop_pool()
    server.stop()


async def insisted(api: Api, body: dict[str, Any], key: str, refusals: list[int]) -> None:
    """Sends a visit until it is taken, always with the same key, as a good program does."""
    while True:
        answer = await api.post(VISITS, json=body, headers={"Idempotency-Key": key})
        if answer.status_code == 201:
            return
        assert answer.status_code == 503, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
        refusals.append(answer.status_code)
        await asyncio.sleep(0.1)


async def logs_many(api: Api, setting: Setting, worker: int, refusals: list[int]) -> None:
    for number in range(VISITS_EACH):
        start = at("2026-11-18 00:00") + timedelta(minutes=MINUTES_OF_VISIT * (worker * VISITS_EACH + number))
        end = start + timedelta(minutes=MINUTES_OF_VISIT)
        body = {"agreement_id": str(setting.agreement.id), "start": start.isoformat(), "end": end.isoformat()}
        await insisted(api, body, f"{worker}-{number}", refusals)


async def test_postgresql_restarted_under_load_loses_no_visit_and_pays_none_twice(
    restartable: EmbeddedPostgres, program
) -> None:
    refusals: list[int] = []
    with clock_set_to(NOW):
        setting = await a_setting(minutes=6000)
        api = await token_of(program(), await employee(setting.provider))
        work = asyncio.gather(*(logs_many(api, setting, worker, refusals) for worker in range(WORKERS)))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(restartable.stop)
        await asyncio.sleep(0.2)
        await asyncio.to_thread(restartable.start)
        await work
        paid = await db.fetch_one("select count(*) as visits, sum(payer_cents) as cents from visit")
        proof = await verify()
    assert refusals, "the outage was not noticed: make the load longer"
    expected = WORKERS * VISITS_EACH
    assert paid is not None
    assert (paid["visits"], int(paid["cents"])) == (expected, expected * 3300 * MINUTES_OF_VISIT // 60)
    assert proof.ok
