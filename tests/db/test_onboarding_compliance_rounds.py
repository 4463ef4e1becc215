"""The morning round: reminders, overdue, proposals and what puts them in order, day by day on a Finnish clock."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from marketplace.kernel.clock import HELSINKI, clock_set_to, today
from marketplace.kernel.db import execute, fetch, fetch_value
from marketplace.kernel.errors import Unavailable
from onboarding.approvals.approvals import resume_approval
from onboarding.compliance.deciding import decide_suspension, dismiss
from onboarding.compliance.looking import look_at
from onboarding.compliance.rounds import ask_about_all, ask_register, look_again, morning_round, run_round
from onboarding.compliance.schemas import Reasons, SuspensionDecision
from onboarding.providers import companies
from onboarding.topics import OfProvider
from tests.doubles.ytj import Ytj, down
from tests.factories.catalogue import approve
from tests.factories.compliance import Watched, a_watched, cases, certificate, facts, noon, steps

LAST = date(2028, 2, 29)


@pytest.fixture
async def watched(database: str):
    with clock_set_to(noon(date(2027, 12, 1))):
        yield await a_watched()


async def on(day: date, provider_id: UUID) -> dict[str, int]:
    with clock_set_to(noon(day)):
        return dict(await look_at(provider_id))


async def test_certificate_is_reminded_of_then_overdue_then_proposed(watched: Watched) -> None:
    await certificate(watched.provider_id, LAST)
    taken = {}
    for days in range(-62, 20):
        if found := await on(LAST + timedelta(days=days), watched.provider_id):
            taken[days] = sorted(found)
    assert taken == {
        -60: ["opened", "reminded"], -30: ["reminded"], -14: ["reminded"], -7: ["reminded"], -1: ["reminded"],
        1: ["overdue"], 15: ["proposed"],
    }  # fmt: skip
    assert await cases() == [("certificate_expiring", "hearing")]


async def test_round_on_the_same_day_changes_nothing(watched: Watched) -> None:
    await certificate(watched.provider_id, LAST)
    assert await on(LAST, watched.provider_id)
    notices = await fetch_value("select count(*) from notice")
    assert await on(LAST, watched.provider_id) == {}
    assert await fetch_value("select count(*) from notice") == notices == 1


async def test_expiry_is_at_midnight_in_finland(watched: Watched) -> None:
    await certificate(watched.provider_id, LAST)
    with clock_set_to(datetime(2028, 2, 29, 23, 59, tzinfo=HELSINKI)):
        await look_at(watched.provider_id)
    assert await cases() == [("certificate_expiring", "reminded")]
    with clock_set_to(datetime(2028, 3, 1, 0, 0, tzinfo=HELSINKI)):
        await look_at(watched.provider_id)
    assert await cases() == [("certificate_expiring", "overdue")]


@pytest.mark.parametrize("last", [date(2028, 3, 25), date(2028, 3, 26), date(2028, 10, 28), date(2028, 10, 29)])
async def test_days_on_which_the_clock_changes_are_days_like_others(watched: Watched, last: date) -> None:
    await certificate(watched.provider_id, last)
    assert await on(last, watched.provider_id) == {"opened": 1, "reminded": 1}
    assert await on(last + timedelta(days=1), watched.provider_id) == {"overdue": 1}


async def test_new_certificate_closes_the_case(watched: Watched) -> None:
    await certificate(watched.provider_id, LAST)
    await on(LAST + timedelta(days=16), watched.provider_id)
    assert await on(LAST + timedelta(days=30), watched.provider_id) == {"proposed": 1}
    with clock_set_to(noon(LAST + timedelta(days=31))):
        await certificate(watched.provider_id, LAST + timedelta(days=400))
        await look_again(OfProvider(watched.provider_id))
    assert await cases() == [("certificate_expiring", "resolved")]
    assert await on(LAST + timedelta(days=32), watched.provider_id) == {}


async def test_new_certificate_that_ends_soon_is_a_case_of_its_own(watched: Watched) -> None:
    await certificate(watched.provider_id, LAST)
    await on(LAST, watched.provider_id)
    await certificate(watched.provider_id, LAST + timedelta(days=10))
    assert await on(LAST, watched.provider_id) == {"opened": 1, "reminded": 1, "resolved": 1}


async def test_hearing_that_is_over_waits_for_a_person(watched: Watched) -> None:
    await facts(watched.provider_id, situations=("KONK",))
    assert await on(date(2027, 12, 2), watched.provider_id) == {"opened": 1, "proposed": 1}
    assert await on(date(2027, 12, 16), watched.provider_id) == {}
    assert await on(date(2027, 12, 17), watched.provider_id) == {"hearing_over": 1}
    assert await on(date(2028, 12, 17), watched.provider_id) == {}
    told = await fetch("select distinct kind, provider_id is null as to_organiser from notice order by 1, 2")
    assert [(row["kind"], row["to_organiser"]) for row in told] == [
        ("compliance.hearing_over", True), ("compliance.proposed", False), ("compliance.proposed", True),
    ]  # fmt: skip


async def test_register_that_was_left_is_a_case_until_it_is_back(watched: Watched) -> None:
    await facts(watched.provider_id)
    assert await on(date(2027, 12, 2), watched.provider_id) == {}
    await facts(watched.provider_id, registers="trade employer")
    assert await on(date(2027, 12, 3), watched.provider_id) == {"opened": 2, "proposed": 2}
    await facts(watched.provider_id, registers="trade employer vat prepayment")
    assert await on(date(2027, 12, 4), watched.provider_id) == {"resolved": 2}


async def test_register_in_which_it_never_was_is_no_case(watched: Watched) -> None:
    await facts(watched.provider_id, registers="trade prepayment")
    assert await on(date(2027, 12, 2), watched.provider_id) == {}


async def test_new_name_is_information(watched: Watched) -> None:
    await facts(watched.provider_id)
    await on(date(2027, 12, 2), watched.provider_id)
    await facts(watched.provider_id, name="Hoiva ja Apu Oy")
    assert await on(date(2027, 12, 3), watched.provider_id) == {"opened": 1}
    assert await on(date(2028, 12, 3), watched.provider_id) == {}
    case = await fetch_value("select id from compliance_case")
    await dismiss(watched.reviewer, case, Reasons(reasons="Merkitty."))
    assert await on(date(2028, 12, 4), watched.provider_id) == {}


async def test_what_was_dismissed_is_not_taken_up_again_until_it_ended(watched: Watched) -> None:
    await facts(watched.provider_id, situations=("SANE",))
    await on(date(2027, 12, 2), watched.provider_id)
    await dismiss(
        watched.reviewer, await fetch_value("select id from compliance_case"), Reasons(reasons="Toiminta jatkuu.")
    )
    assert await on(date(2027, 12, 3), watched.provider_id) == {}
    await facts(watched.provider_id)
    assert await on(date(2027, 12, 4), watched.provider_id) == {}
    await facts(watched.provider_id, situations=("SANE",))
    assert await on(date(2027, 12, 5), watched.provider_id) == {"opened": 1, "proposed": 1}


async def test_remedy_after_a_suspension_is_told_to_the_reviewers(watched: Watched) -> None:
    await facts(watched.provider_id, situations=("KONK",))
    await on(date(2027, 12, 2), watched.provider_id)
    case = await fetch_value("select id from compliance_case")
    await decide_suspension(watched.reviewer, case, SuspensionDecision(reasons="Konkurssi.", urgent=True))
    await facts(watched.provider_id)
    assert await on(date(2027, 12, 3), watched.provider_id) == {"remedied": 1}
    assert await on(date(2027, 12, 4), watched.provider_id) == {}


async def test_what_lasts_after_the_approval_came_back_is_taken_up_again(watched: Watched) -> None:
    await facts(watched.provider_id, situations=("KONK",))
    await on(date(2027, 12, 2), watched.provider_id)
    case = await fetch_value("select id from compliance_case")
    await decide_suspension(watched.reviewer, case, SuspensionDecision(reasons="Konkurssi.", urgent=True))
    await resume_approval(watched.reviewer, watched.approval_id, "Oikaistu.")
    assert await on(date(2027, 12, 3), watched.provider_id) == {"opened": 1, "proposed": 1}


async def test_approval_that_ends_is_reminded_of_and_lapses(database: str) -> None:
    with clock_set_to(noon(date(2028, 1, 1))):
        made = await a_watched(valid_to=LAST)
    assert await on(LAST, made.provider_id) == {"opened": 1, "reminded": 1}
    assert await on(LAST + timedelta(days=1), made.provider_id) == {"lapsed": 1}
    assert await fetch_value("select count(*) from pgqueuer where entrypoint = 'approval.stopped'") == 1
    assert await on(LAST + timedelta(days=2), made.provider_id) == {}


async def test_renewed_approval_is_in_order(database: str) -> None:
    with clock_set_to(noon(date(2028, 1, 1))):
        made = await a_watched(valid_to=LAST)
    assert await on(LAST, made.provider_id) == {"opened": 1, "reminded": 1}
    await approve(made.provider, made.organiser, valid_from=LAST + timedelta(days=1))
    assert await on(LAST + timedelta(days=1), made.provider_id) == {"resolved": 1}


async def test_cases_of_an_ended_approval_lapse(watched: Watched) -> None:
    await facts(watched.provider_id, situations=("KONK",))
    await on(date(2027, 12, 2), watched.provider_id)
    await execute("update approval set status = 'ended', status_from = $1", date(2027, 12, 3))
    assert await on(date(2027, 12, 3), watched.provider_id) == {"lapsed": 1}


async def test_self_monitoring_plan_grows_old(watched: Watched) -> None:
    await execute(
        "insert into provider_unit (id, provider_id, name, street, postal_code, post_office, municipality, soteri_id,"
        " self_monitoring_url, self_monitoring_on, opening, created_at)"
        " values (gen_random_uuid(), $1, 'Keskusta', '', '', '', '', '', '', $2, '', now())",
        watched.provider_id, date(2027, 2, 1),
    )  # fmt: skip
    assert await on(date(2028, 2, 1), watched.provider_id) == {"opened": 1, "reminded": 1}
    assert await on(date(2028, 2, 2), watched.provider_id) == {"overdue": 1}
    assert await on(date(2028, 5, 2), watched.provider_id) == {}


async def test_round_goes_over_everybody_once_a_day(watched: Watched) -> None:
    await certificate(watched.provider_id, LAST)
    with clock_set_to(noon(LAST)):
        seen: list[tuple[int, int]] = []
        result = await run_round(advance=lambda done, total: seen.append((done, total)))
        assert (result.providers, result.steps, result.asked) == (1, {"opened": 1, "reminded": 1}, 1)
        assert seen == [(1, 1)]
        assert await morning_round() is None
    with clock_set_to(noon(LAST + timedelta(days=1))):
        again = await morning_round()
        assert again is not None and again.steps == {"overdue": 1}
    assert await steps() == ["opened", "reminded", "overdue"]


async def test_dry_run_changes_nothing(watched: Watched) -> None:
    await certificate(watched.provider_id, LAST)
    with clock_set_to(noon(LAST)):
        result = await run_round(is_dry_run=True)
    assert result.steps == {"opened": 1, "reminded": 1} and result.is_dry_run and result.asked == 1
    assert await cases() == []
    assert await fetch_value("select count(*) from compliance_round") == 0


async def test_round_goes_on_where_it_was_broken_off(watched: Watched) -> None:
    await certificate(watched.provider_id, LAST)
    with clock_set_to(noon(LAST)):
        await run_round()
        await execute("update compliance_round set finished_at = null, total = 2")
        assert (await morning_round()).steps == {}
        assert await morning_round() is None


async def test_questions_are_spread_out_and_asked_once(watched: Watched) -> None:
    await facts(watched.provider_id)
    assert await ask_about_all(today()) == 1
    assert await ask_about_all(today()) == 0
    assert await fetch_value("select count(*) from pgqueuer where entrypoint = 'compliance.facts_recheck'") == 1


async def test_silence_of_the_register_proposes_nothing(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    await facts(watched.provider_id)
    monkeypatch.setattr(companies, "company_register", Ytj(down()).register)
    with pytest.raises(Unavailable):
        await ask_register(OfProvider(watched.provider_id))
    assert await cases() == []


async def test_unknown_business_id_counts_from_the_second_day_on(watched: Watched) -> None:
    await facts(watched.provider_id)
    with clock_set_to(noon(date(2027, 12, 2))):
        await ask_register(OfProvider(watched.provider_id))
    assert await cases() == []
    with clock_set_to(noon(date(2027, 12, 3))):
        await ask_register(OfProvider(watched.provider_id))
    assert await cases() == [("situation_changed", "hearing")]
