"""Going on from an approval: renewal, extension, leaving."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from marketplace.kernel.actors import SYSTEM, Actor
from marketplace.kernel.clock import clock_set_to, now, today
from marketplace.kernel.db import fetch, fetch_value
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused
from onboarding.applications import bundles, submission
from onboarding.applications import drafts as applications
from onboarding.applications.bundles import Bundle
from onboarding.applications.schemas import ApplicationKind, Source
from onboarding.applications.states import ApplicationStatus
from onboarding.approvals import approvals, leaving, own, renewal
from onboarding.approvals.leaving import Leaving
from onboarding.desks.provider_tasks import things_to_do
from onboarding.rulebooks.requirements import QuestionGroup, QuestionType, ServicePart
from onboarding.rulebooks.versions import publish_rulebook
from tests.factories.onboarding import CLASS, Case, a_submitted, approve, question, small_rulebook, stranger


async def an_approved(*, days: int | None = 200) -> tuple[Case, UUID]:
    case = await a_submitted()
    await approve(case, valid_to=today() + timedelta(days=days) if days is not None else None)
    return case, await fetch_value("select id from approval")


async def begun(case: Case, bundle_id: UUID) -> Bundle:
    return await bundles.bundle_for_applicant(case.applicant.actor, bundle_id)


async def test_renewal_carries_answers_and_files_over(database: str) -> None:
    case, approval_id = await an_approved()
    part = (await begun(case, await renewal.renew(case.applicant.actor, approval_id))).parts[0]
    assert part.summary.kind is ApplicationKind.RENEWAL
    assert part.summary.previous_approval_id == approval_id
    assert set(part.filling.sources.values()) == {Source.CARRIED}
    assert part.is_ready
    receipt = await submission.submit(case.applicant.actor, part.id, declared=True)
    assert receipt.status is ApplicationStatus.SUBMITTED


async def test_renewal_asks_afresh_what_the_rulebook_wants_anew(database: str) -> None:
    case, approval_id = await an_approved()
    general = small_rulebook().general[0]
    fresh = (question("insured", QuestionType.YES_NO, renewed=True), question("staff", QuestionType.NUMBER, minimum=5))
    content = small_rulebook(general=(QuestionGroup(key="basics", title=general.title, questions=fresh),), services=())
    await publish_rulebook(SYSTEM, case.organiser.id, content, today())
    part = (await begun(case, await renewal.renew(case.applicant.actor, approval_id))).parts[0]
    assert [each.field for each in part.lacking] == ["insured", "staff"]


async def test_renewal_begun_twice_is_one_and_sent_is_told(database: str) -> None:
    case, approval_id = await an_approved()
    first = await renewal.renew(case.applicant.actor, approval_id)
    assert await renewal.renew(case.applicant.actor, approval_id) == first
    part = (await begun(case, first)).parts[0]
    await submission.submit(case.applicant.actor, part.id, declared=True)
    with pytest.raises(Conflict):
        await renewal.renew(case.applicant.actor, approval_id)


async def test_what_has_no_end_or_has_ended_is_not_renewed(database: str) -> None:
    case, approval_id = await an_approved(days=None)
    with pytest.raises(Refused):
        await renewal.renew(case.applicant.actor, approval_id)
    with pytest.raises(NotFound):
        await renewal.renew(stranger(), approval_id)


async def test_run_out_approval_is_neither_renewed_nor_extended(database: str) -> None:
    case, approval_id = await an_approved(days=10)
    with clock_set_to(now() + timedelta(days=11)):
        for attempt in (
            renewal.renew(case.applicant.actor, approval_id),
            renewal.extend(case.applicant.actor, approval_id, ["V-CLEANING"], []),
            leaving.leave(case.applicant.actor, approval_id, Leaving(last_day=today())),
        ):
            with pytest.raises(Refused):
                await attempt


async def test_extension_asks_only_the_new(database: str) -> None:
    case, approval_id = await an_approved()
    cleaning = QuestionGroup(key="cleaning", title=small_rulebook().general[0].title, questions=(question("tools"),))
    content = small_rulebook(services=(*small_rulebook().services, ServicePart(service_classes=("V-CLEANING",), groups=(cleaning,))))  # fmt: skip
    await publish_rulebook(SYSTEM, case.organiser.id, content, today())
    bundle = await begun(case, await renewal.extend(case.applicant.actor, approval_id, ["V-CLEANING"], []))
    assert bundle.parts[0].summary.service_classes == ("V-CLEANING",)
    assert [each.name for each in bundle.asked] == ["tools"]
    await applications.save_answers(case.applicant.actor, bundle.parts[0].id, {"tools": "Omat."})
    assert (await begun(case, bundle.id)).parts[0].is_ready


async def test_larger_area_asks_nothing_again(database: str) -> None:
    case, approval_id = await an_approved()
    places = [code for code in case.organiser.municipality_codes if code != "091"]
    if not places:
        with pytest.raises(Invalid):
            await renewal.extend(case.applicant.actor, approval_id, [], ["091"])
        return
    bundle = await begun(case, await renewal.extend(case.applicant.actor, approval_id, [], places[:1]))
    assert bundle.pages == ()


async def test_extension_needs_something_new_and_one_at_a_time(database: str) -> None:
    case, approval_id = await an_approved()
    for classes in ([], [CLASS]):
        with pytest.raises(Invalid):
            await renewal.extend(case.applicant.actor, approval_id, classes, [])
    with pytest.raises(Invalid):
        await renewal.extend(case.applicant.actor, approval_id, ["V-NOTHING"], [])
    await renewal.extend(case.applicant.actor, approval_id, ["V-CLEANING"], [])
    with pytest.raises(Conflict):
        await renewal.extend(case.applicant.actor, approval_id, ["V-CLEANING"], [])


async def test_extension_of_an_approval_that_has_ended_is_not_sent(database: str) -> None:
    case, approval_id = await an_approved()
    await renewal.extend(case.applicant.actor, approval_id, ["V-CLEANING"], [])
    draft = await fetch_value("select id from application where kind = 'extension'")
    await approvals.end_approval(case.reviewer, approval_id, "Lopetus.")
    with pytest.raises(Refused) as refused:
        await submission.submit(case.applicant.actor, draft, declared=True)
    assert refused.value.code == "approval_ended"
    assert await fetch_value("select status from application where id = $1", draft) == "draft"


async def test_bundle_of_another_provider_is_not_withdrawn(database: str) -> None:
    case = await a_submitted()
    bundle_id = await fetch_value("select bundle_id from application")
    with pytest.raises(NotFound):
        await submission.withdraw_bundle(stranger(), bundle_id)
    assert await submission.withdraw_bundle(case.applicant.actor, bundle_id) == []


async def test_an_extension_renews_nothing(database: str) -> None:
    case, approval_id = await an_approved(days=30)
    me, path = case.applicant.actor, f"/provider/approvals/{approval_id}"
    await renewal.extend(me, approval_id, ["V-CLEANING"], [])
    assert path in await _to_do(me)
    await renewal.renew(me, approval_id)
    assert path not in await _to_do(me)


async def _to_do(actor: Actor) -> list[str]:
    own_ones, approved = await applications.my_applications(actor), await approvals.approvals_of_provider(actor)
    return [each.href for each in await things_to_do(actor, own_ones, approved, [], None)]


async def test_leaving_shortens_the_approval_and_tells_both_sides(database: str) -> None:
    case, approval_id = await an_approved()
    day = today() + timedelta(days=30)
    await leaving.leave(case.applicant.actor, approval_id, Leaving(last_day=day, reason="Lopetamme."))
    assert (await own.own_approval(case.applicant.actor, approval_id)).valid_to == day
    assert await fetch_value("select count(*) from register_change where kind = 'shortened'") == 1
    told = await fetch("select organiser_id, provider_id from notice where kind = 'approval.left'")
    assert {each["organiser_id"] or each["provider_id"] for each in told} == {
        case.organiser.id,
        case.applicant.provider.id,
    }
    with pytest.raises(Conflict):
        await leaving.leave(case.applicant.actor, approval_id, Leaving(last_day=day))


async def test_day_of_leaving_lies_within_the_approval(database: str) -> None:
    case, approval_id = await an_approved()
    for day in (today() - timedelta(days=1), today() + timedelta(days=201), date.min, date.max):
        with pytest.raises(Invalid):
            await leaving.leave(case.applicant.actor, approval_id, Leaving(last_day=day))
    with pytest.raises(NotFound):
        await leaving.leave(stranger(), approval_id, Leaving(last_day=today()))
    with pytest.raises(NotFound):
        await own.own_approval(stranger(), approval_id)
