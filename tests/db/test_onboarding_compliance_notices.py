"""What each side is told, once, and in words that say what to do."""

from datetime import date, timedelta

import pytest

from marketplace.accounts.memberships import grant_membership
from marketplace.kernel.actors import SYSTEM, Role
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import fetch, fetch_value
from onboarding.compliance.deciding import decide_suspension, dismiss, give_time
from onboarding.compliance.explaining import explain
from onboarding.compliance.looking import look_at
from onboarding.compliance.schemas import Explanation, MoreTime, Reasons, SuspensionDecision
from tests.factories.catalogue import PROVIDER_IDS, approve, make_provider
from tests.factories.compliance import Watched, a_watched, certificate, facts, noon
from tests.factories.organisers import BUSINESS_IDS, make_organiser

DAY = date(2028, 2, 29)


@pytest.fixture
async def made(database: str):
    with clock_set_to(noon(DAY)):
        yield await a_watched()


async def told(made: Watched, *, to_provider: bool = True) -> list[str]:
    person = made.provider.person_id if to_provider else made.reviewer.person_id
    sql = "select kind from notice where receiver = $1 and kind like 'compliance.%' order by created_at, id"
    return [row["kind"].removeprefix("compliance.") for row in await fetch(sql, person)]


async def test_one_certificate_for_two_organisers_is_reminded_of_once(made: Watched) -> None:
    other = await make_organiser("Turun kaupunki", business_id=BUSINESS_IDS[1], municipality_codes=("853",))
    await approve(made.provider, other)
    await certificate(made.provider_id, DAY + timedelta(days=7))
    assert dict(await look_at(made.provider_id)) == {"opened": 2, "reminded": 2}
    assert await told(made) == ["reminded"]


async def test_administrator_of_two_companies_is_reminded_for_each(made: Watched) -> None:
    other = await make_provider("Hoiva II Oy", business_id=PROVIDER_IDS[1])
    assert other.provider_id is not None and made.provider.person_id is not None
    await grant_membership(
        SYSTEM, made.provider.person_id, Role.PROVIDER_ADMIN, name="Hoiva II Oy", provider_id=other.provider_id
    )
    await approve(other, made.organiser)
    for provider_id in (made.provider_id, other.provider_id):
        await certificate(provider_id, DAY + timedelta(days=7))
        await look_at(provider_id)
    assert await told(made) == ["reminded", "reminded"]


async def test_reminder_says_what_ends_when_and_what_to_do(made: Watched) -> None:
    await certificate(made.provider_id, DAY + timedelta(days=7))
    await look_at(made.provider_id)
    body = await fetch_value("select body_en from notice")
    assert "Certificate of taxes paid" in body and "7 March 2028" in body and "Add a new certificate" in body


async def test_both_sides_follow_a_proposal(made: Watched) -> None:
    await facts(made.provider_id, situations=("KONK",))
    await look_at(made.provider_id)
    case = await fetch_value("select id from compliance_case")
    await explain(made.provider, case, Explanation(text="Salainen selitys."))
    await decide_suspension(made.reviewer, case, SuspensionDecision(reasons="Salainen syy."))
    assert await told(made) == ["proposed", "suspended"]
    assert await told(made, to_provider=False) == ["proposed", "explained"]
    assert not await fetch("select 1 from notice where body_fi like '%Salainen%'")
    paths = {row["path"] for row in await fetch("select path from notice where kind like 'compliance.%'")}
    assert paths == {f"/provider/compliance/{case}", f"/organiser/compliance/{case}"}


async def test_more_time_and_closing_are_told_to_the_provider(made: Watched) -> None:
    await certificate(made.provider_id, DAY - timedelta(days=1))
    await look_at(made.provider_id)
    case = await fetch_value("select id from compliance_case")
    await give_time(made.reviewer, case, MoreTime(reasons="Odotetaan.", until=DAY + timedelta(days=3)))
    await dismiss(made.reviewer, case, Reasons(reasons="Ei tarvita."))
    assert await told(made) == ["overdue", "more_time", "dismissed"]
    assert await told(made, to_provider=False) == []
