"""Every action of every actor in every status of a case, the hearing before a suspension, and settings."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import UUID

import pytest

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to, today
from marketplace.kernel.db import execute, fetch, fetch_one, fetch_value, new_id
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused
from onboarding.approvals.approvals import end_approval
from onboarding.compliance import deciding, explaining, reading
from onboarding.compliance.looking import look_at
from onboarding.compliance.schemas import (
    CaseFilters,
    ComplianceSettings,
    Explanation,
    MoreTime,
    Reasons,
    SuspensionDecision,
)
from onboarding.compliance.settings import change_settings, own_settings
from onboarding.compliance.states import (
    CLOSED,
    PROVIDER_MOVES,
    REVIEWER_MOVES,
    UNDER_WAY,
    CaseAction,
    CaseKind,
    CaseStatus,
)
from tests.factories.compliance import Watched, a_watched, certificate, facts, noon

DAY = date(2028, 2, 29)
S, A = CaseStatus, CaseAction
WHY = Reasons(reasons="Näin on päätetty.")
Attempt = Callable[[Watched, UUID], Awaitable[object]]
MOVES: dict[CaseAction, Attempt] = {
    A.PROPOSE: lambda made, case: deciding.propose_suspension(made.reviewer, case, WHY),
    A.GIVE_TIME: lambda made, case: deciding.give_time(
        made.reviewer, case, MoreTime(reasons="Odotetaan.", until=today() + timedelta(days=10))
    ),
    A.SUSPEND: lambda made, case: deciding.decide_suspension(
        made.reviewer, case, SuspensionDecision(reasons="Vaara.", urgent=True)
    ),
    A.DISMISS: lambda made, case: deciding.dismiss(made.reviewer, case, WHY),
    A.EXPLAIN: lambda made, case: explaining.explain(made.provider, case, Explanation(text="Uusi tulee pian.")),
}
TRACES = (
    "select (select to_jsonb(c) from compliance_case c)::text || (select count(*) from compliance_step)"
    " || (select count(*) from notice) || (select status from approval)"
)


@pytest.fixture
async def made(database: str):
    with clock_set_to(noon(DAY)):
        yield await a_watched()


async def a_case(made: Watched, status: CaseStatus) -> UUID:
    """A certificate's case in any status, brought there by the rounds and by its people."""
    ends = {S.OPEN: 59, S.REMINDED: 5, S.OVERDUE: -1}.get(status, -1)
    await certificate(made.provider_id, DAY + timedelta(days=ends))
    await look_at(made.provider_id)
    case: UUID = await fetch_value("select id from compliance_case")
    if status is S.OPEN:
        await execute("update compliance_case set status = 'open'")
    if status in {S.HEARING, S.SUSPENDED}:
        await MOVES[A.PROPOSE](made, case)
    if status in {S.SUSPENDED, S.DISMISSED}:
        await MOVES[A.SUSPEND if status is S.SUSPENDED else A.DISMISS](made, case)
    if status in {S.RESOLVED, S.LAPSED}:
        closed = "update compliance_case set status = $1, closed_at = opened_at, is_over = true"
        await execute(closed, status.value)
    return case


@pytest.mark.parametrize("status", CaseStatus)
@pytest.mark.parametrize("action", MOVES)
async def test_move_in_status(made: Watched, status: CaseStatus, action: CaseAction) -> None:
    case = await a_case(made, status)
    table = PROVIDER_MOVES if action is A.EXPLAIN else REVIEWER_MOVES
    before = await fetch_value(TRACES)
    if table.allows(status, action):
        await MOVES[action](made, case)
        assert await fetch_value("select status from compliance_case") == table.after(status, action)
    else:
        with pytest.raises(Conflict):
            await MOVES[action](made, case)
        assert await fetch_value(TRACES) == before


@pytest.mark.parametrize("action", MOVES)
async def test_strangers_find_nothing(made: Watched, action: CaseAction) -> None:
    case = await a_case(made, S.HEARING)
    other = Actor(person_id=new_id(), role=Role.REVIEWER, organiser_id=new_id())
    nobody = Actor(person_id=new_id(), role=Role.PROVIDER_ADMIN, provider_id=new_id())
    with pytest.raises(NotFound):
        await MOVES[action](Watched(nobody, made.organiser, made.approval_id, other, other), case)
    with pytest.raises(NotFound):
        await MOVES[action](Watched(made.reviewer, made.organiser, made.approval_id, made.provider, made.admin), case)


async def test_provider_is_heard_before_a_suspension(made: Watched) -> None:
    case = await a_case(made, S.HEARING)
    with pytest.raises(Refused) as refused:
        await deciding.decide_suspension(made.reviewer, case, SuspensionDecision(reasons="Vanhentunut."))
    assert refused.value.code == "hearing_under_way"
    await explaining.explain(made.provider, case, Explanation(text="Emme ehtineet."))
    view = await deciding.decide_suspension(made.reviewer, case, SuspensionDecision(reasons="Vanhentunut."))
    assert (view.summary.status, view.approval_status) == (S.SUSPENDED, "suspended")
    assert [each.step for each in view.steps] == ["opened", "overdue", "proposed", "explained", "suspended"]
    assert {each.who for each in view.steps} == {"system", "organiser", "provider"}


async def test_hearing_ends_at_midnight_of_its_last_day(made: Watched) -> None:
    case = await a_case(made, S.HEARING)
    until = await fetch_value("select hearing_until from compliance_case")
    with clock_set_to(noon(until)), pytest.raises(Refused):
        await deciding.decide_suspension(made.reviewer, case, SuspensionDecision(reasons="Vanhentunut."))
    with clock_set_to(noon(until + timedelta(days=1))):
        await deciding.decide_suspension(made.reviewer, case, SuspensionDecision(reasons="Vanhentunut."))
    assert await fetch_value("select status from approval") == "suspended"


async def test_approval_suspended_by_hand_stays_as_it_is(made: Watched) -> None:
    from onboarding.approvals.approvals import suspend_approval

    case = await a_case(made, S.HEARING)
    await suspend_approval(made.reviewer, made.approval_id, "Muu syy.")
    await MOVES[A.SUSPEND](made, case)
    assert await fetch_one("select status, status_reason from approval") == {
        "status": "suspended", "status_reason": "Muu syy.",
    }  # fmt: skip


async def test_ended_approval_is_not_suspended(made: Watched) -> None:
    case = await a_case(made, S.HEARING)
    await end_approval(made.reviewer, made.approval_id, "Lopetus.")
    with pytest.raises(Conflict) as ended:
        await deciding.decide_suspension(made.reviewer, case, SuspensionDecision(reasons="Vanhentunut.", urgent=True))
    assert ended.value.code == "approval_ended"
    assert await fetch_value("select status from compliance_case") == S.HEARING


async def test_more_time_that_runs_out_is_proposed_at_once(made: Watched) -> None:
    case = await a_case(made, S.OVERDUE)
    await MOVES[A.GIVE_TIME](made, case)
    with clock_set_to(noon(DAY + timedelta(days=10))):
        assert dict(await look_at(made.provider_id)) == {"reminded": 1}
    with clock_set_to(noon(DAY + timedelta(days=11))):
        assert dict(await look_at(made.provider_id)) == {"overdue": 1, "proposed": 1}


@pytest.mark.parametrize("until", [date.min, DAY - timedelta(days=1), DAY + timedelta(days=367), date.max])
async def test_more_time_is_from_today_to_a_year(made: Watched, until: date) -> None:
    case = await a_case(made, S.OVERDUE)
    with pytest.raises(Invalid):
        await deciding.give_time(made.reviewer, case, MoreTime(reasons="Aikaa.", until=until))


async def test_information_gives_no_reason_to_suspend(made: Watched) -> None:
    await facts(made.provider_id)
    await look_at(made.provider_id)
    await facts(made.provider_id, name="Toinen Oy")
    await look_at(made.provider_id)
    with pytest.raises(Refused):
        await MOVES[A.PROPOSE](made, await fetch_value("select id from compliance_case"))


async def test_lists_are_by_urgency_and_page_by_keys(made: Watched) -> None:
    for number in range(60):
        await certificate(made.provider_id, DAY + timedelta(days=number % 50), kind="other", title=f"Todistus {number}")
    await certificate(made.provider_id, DAY - timedelta(days=1))
    await look_at(made.provider_id)
    first = await reading.cases_of_organiser(made.reviewer, CaseFilters())
    rest = await reading.cases_of_organiser(made.reviewer, CaseFilters(after=first.next or ""))
    assert (len(first.items), len(rest.items), rest.next) == (50, 11, None)
    assert first.items[0].status is S.OVERDUE
    days = [each.deadline for each in [*first.items, *rest.items]]
    assert days == sorted(days)
    assert (await reading.waiting_for(made.provider)).under_way == 61
    assert len((await reading.cases_of_provider(made.provider, CaseFilters(status=S.OVERDUE))).items) == 1


async def test_settings_are_versions_that_stay(made: Watched) -> None:
    assert (await own_settings(made.reviewer)).number == 0
    await change_settings(made.admin, ComplianceSettings(reminder_days=[5, 90, 5], proposing=[CaseKind.REGISTER_LEFT]))
    changed = await change_settings(made.admin, ComplianceSettings(reminder_days=[5, 90, 5]))
    assert (changed.number, changed.settings.reminder_days) == (2, [90, 5])
    assert len(await fetch("select number from compliance_settings")) == 2
    with pytest.raises(NotFound):
        await change_settings(made.reviewer, ComplianceSettings())


@pytest.mark.parametrize(
    "wrong",
    [{"reminder_days": []}, {"reminder_days": list(range(1, 12))}, {"registers": ["moon"]}, {"proposing": [CaseKind.NAME_CHANGED]}],
    ids=["none", "many", "register", "kind"],
)  # fmt: skip
async def test_settings_that_make_no_sense(made: Watched, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        await change_settings(made.admin, ComplianceSettings(**wrong))


async def test_settings_decide_about_reminders(made: Watched) -> None:
    await change_settings(made.admin, ComplianceSettings(reminder_days=[3], registers=["trade"]))
    await certificate(made.provider_id, DAY + timedelta(days=4))
    assert dict(await look_at(made.provider_id)) == {}
    with clock_set_to(noon(DAY + timedelta(days=1))):
        assert dict(await look_at(made.provider_id)) == {"opened": 1, "reminded": 1}


def test_statuses_are_under_way_or_closed() -> None:
    assert set(CaseStatus) == UNDER_WAY | CLOSED
