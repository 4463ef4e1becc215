"""The public register and the question whether a provider may publish: by class, place and day."""

from datetime import date, timedelta

import pytest

from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch
from marketplace.kernel.i18n import Language, translate
from onboarding.applications.states import ApplicationStatus
from onboarding.approvals import approvals
from onboarding.register.gaps import approval_gaps, approved
from onboarding.register.register import public_register
from onboarding.register.schemas import RegisterQuery
from tests.factories.onboarding import BUSINESS_ID, CLASS, PLACE, a_case, a_submitted, approve

ONE_DAY = timedelta(days=1)


async def gaps(
    case: object, class_code: str = CLASS, codes: tuple[str, ...] = (PLACE,), day: date | None = None
) -> list[str]:
    provider, organiser = case.applicant.provider.id, case.organiser.id  # type: ignore[attr-defined]
    found = await approval_gaps(provider, organiser, class_code, codes, day or today())
    return [translate(each, Language.EN) for each in found]


async def test_approved_provider_may_publish_what_was_approved(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    assert await gaps(case) == []


async def test_gap_says_what_is_missing_and_what_to_do(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    assert await gaps(case, "V-CLEANING") == [
        "No approval for Home cleaning in Helsinki. Apply for it, or leave it out."
    ]
    many = ("005", "009", "010", "016", "018", "019", "020", PLACE)
    found = await gaps(case, codes=many)
    assert len(found) == 6
    assert found[-1] == "The approval is missing in 2 more municipalities."


async def test_without_any_approval_the_organiser_is_named(database: str) -> None:
    case = await a_submitted()
    assert await gaps(case) == ["Helsingin kaupunki has not approved this provider. Apply to it first."]


async def test_approval_holds_from_its_first_to_its_last_day(database: str) -> None:
    case = await a_submitted()
    await approve(case, valid_from=today() + ONE_DAY, valid_to=today() + 3 * ONE_DAY)
    whose = (case.applicant.provider.id, case.organiser.id)
    days = [await approved(*whose, today() + n * ONE_DAY) for n in range(5)]
    assert days == [False, True, True, True, False]
    assert (await public_register(RegisterQuery())).items == []


async def test_suspension_counts_at_once_and_the_past_stays(database: str) -> None:
    case = await a_submitted()
    await approve(case, valid_from=today() - 10 * ONE_DAY)
    approval = (await approvals.approvals_by_organiser(case.reviewer))[0]
    await approvals.suspend_approval(case.reviewer, approval.id, "Selvitys.")
    whose = (case.applicant.provider.id, case.organiser.id)
    assert not await approved(*whose, today())
    assert await approved(*whose, today() - ONE_DAY)
    assert (await public_register(RegisterQuery())).items == []
    await approvals.resume_approval(case.reviewer, approval.id, "Kunnossa.")
    assert await approved(*whose, today())


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        (RegisterQuery(), True), (RegisterQuery(q="STADIN"), True), (RegisterQuery(q="Turun"), False),
        (RegisterQuery(q="_"), False), (RegisterQuery(municipality=PLACE), True), (RegisterQuery(municipality="853"), False),
        (RegisterQuery(service_class=CLASS), True), (RegisterQuery(service_class="V-PA"), False),
        (RegisterQuery(business_id=BUSINESS_ID), True), (RegisterQuery(business_id="2077474-0"), False),
        (RegisterQuery(after="tampered"), True),
    ],
)  # fmt: skip
async def test_register_is_searched(database: str, query: RegisterQuery, is_there: bool) -> None:
    await a_case(ApplicationStatus.APPROVED)
    assert bool((await public_register(query)).items) is is_there


async def test_register_is_read_page_by_page(database: str) -> None:
    case = await a_case(ApplicationStatus.APPROVED)
    first = await public_register(RegisterQuery(limit=1))
    assert first.next is None
    entry = first.items[0]
    assert (entry.business_id, entry.name, entry.organiser_id) == (BUSINESS_ID, "Stadin Arkiapu Oy", case.organiser.id)
    approval = (await approvals.approvals_by_organiser(case.reviewer))[0]
    cursor = f"{approval.id}_stadin arkiapu oy"
    assert (await public_register(RegisterQuery(after=cursor))).items == []


async def test_view_covers_each_class_in_each_municipality(database: str) -> None:
    await a_case(ApplicationStatus.APPROVED)
    rows = await fetch("select service_class, municipality_code, first_day, last_day from approval_covers")
    assert [(row["service_class"], row["municipality_code"]) for row in rows] == [(CLASS, PLACE)]
    assert rows[0]["first_day"] <= today() <= rows[0]["last_day"]
