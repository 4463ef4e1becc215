"""How far each of the demonstration's providers has come with its application, and what became of its approval."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from msgspec.structs import replace

from marketplace.demo.applying import fill_in
from marketplace.demo.organisers import staff_actor
from marketplace.demo.profiles import add_certificates
from marketplace.demo.providers import (
    Afterwards,
    ProviderData,
    State,
    moment_of,
    offer_services,
    organiser_of,
    profile,
    register,
)
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to, today
from onboarding.applications import submission
from onboarding.applications.bundles import NewBundle, bundle_for_applicant, start_bundle
from onboarding.applications.information import ItemToAsk
from onboarding.approvals import approvals
from onboarding.approvals.decision_schemas import ScopePart
from onboarding.approvals.leaving import Leaving, leave
from onboarding.approvals.renewal import extend, renew
from onboarding.review import assignment, messages
from onboarding.review.decision_schemas import Confirmation, DecisionWish, Transfer
from onboarding.review.decisions import decide
from onboarding.review.proposals import confirm, proposals_on, propose
from onboarding.review.transferring import transfer
from onboarding.rulebooks.versions import rulebook_in_force

DECIDED_AFTER_DAYS = 15
LEAVES_IN_DAYS = 40


async def make_provider(told: ProviderData, password_hash: str) -> None:
    """The whole story of one provider, within the caller's unit of work: it is there completely or not at all."""
    insured_to = today() + timedelta(days=told.insured_days)
    with clock_set_to(moment_of(told.since_days)):
        actor = await register(told, password_hash)
        unit = await profile(actor, told, insured_to)
    if told.state is State.PROFILE:
        return
    with clock_set_to(moment_of(told.since_days - 1)):
        application_id = await _apply(actor, told, unit.id)
    if told.state is State.DRAFT:
        return
    with clock_set_to(moment_of(told.since_days - 2)):
        await submission.submit(actor, application_id, declared=True)
    last_day = None if told.approval_days is None else today() + timedelta(days=told.approval_days)
    if told.state is State.WITHDRAWN:
        await submission.withdraw(actor, application_id)
        return
    wish = DecisionWish(valid_to=last_day, conditions=told.conditions, words=told.words)
    with clock_set_to(moment_of(max(told.since_days - DECIDED_AFTER_DAYS, 1))):
        await _review(told, application_id, wish)
    await offer_services(actor, told)
    await _go_on(actor, told)


async def _apply(actor: Actor, told: ProviderData, unit_id: UUID) -> UUID:
    organiser_ids = [await organiser_of(key) for key in (told.organiser, *told.others)]
    scope = NewBundle(
        organiser_ids=tuple(organiser_ids), service_classes=told.service_classes, municipalities=told.municipalities,
        units=(unit_id,),
    )  # fmt: skip
    bundle = await bundle_for_applicant(actor, await start_bundle(actor, scope))
    application_id = next(each.id for each in bundle.parts if each.summary.organiser_id == organiser_ids[0])
    if told.state is not State.DRAFT:
        await fill_in(actor, application_id, own_answers(told))
    return application_id


def own_answers(told: ProviderData) -> Mapping[str, object]:
    """What this provider answers in its own words, by question."""
    return {
        "soteri_number": f"ESIMERKKI-{told.business_id}",
        "self_monitoring_plan": f"https://{told.admin.email.partition('@')[2]}/omavalvonta",
        "responsible_person": told.experience,
        "care_staff": told.staff,
        "support_induction": told.induction,
        "induction": told.induction,
    }


async def _review(told: ProviderData, application_id: UUID, wish: DecisionWish) -> None:
    reviewer = await staff_actor(told.organiser, Role.REVIEWER)
    match told.state:
        case State.APPROVED:
            await _decide(told, application_id, wish)
        case State.PARTLY_APPROVED:
            kept = [code for code in told.service_classes if code not in told.refused]
            parts = tuple(ScopePart(service_class=code, municipalities=told.municipalities) for code in kept)
            await _decide(told, application_id, replace(wish, approved=parts))
        case State.REJECTED:
            await _decide(told, application_id, replace(wish, approved=()))
        case State.PROPOSED:
            await propose(reviewer, application_id, wish)
        case State.TRANSFERRED:
            to = Transfer(organiser_id=await organiser_of(told.to), words=told.words)
            await transfer(reviewer, application_id, to)
        case State.INFORMATION_REQUESTED:
            await assignment.claim(reviewer, application_id)
            items = [ItemToAsk(text=each) for each in told.words.splitlines()]
            await messages.ask(reviewer, application_id, items, today() + timedelta(days=30))
        case _:
            if told.words:
                await assignment.claim(reviewer, application_id)


async def _decide(told: ProviderData, application_id: UUID, wish: DecisionWish) -> None:
    """By one person, or by two where the organiser's rulebook wants it."""
    reviewer = await staff_actor(told.organiser, Role.REVIEWER)
    rulebook = await rulebook_in_force(await organiser_of(told.organiser))
    if not rulebook.content.decision.four_eyes:
        await decide(reviewer, application_id, wish)
        return
    await propose(reviewer, application_id, wish)
    second = await staff_actor(told.organiser, Role.REVIEWER, but=reviewer.person_id)
    [proposal, *_] = (await proposals_on(second, application_id)).items
    await confirm(second, application_id, Confirmation(proposal_id=proposal.id))


async def _go_on(actor: Actor, told: ProviderData) -> None:
    """What happened after the approval, within the last weeks."""
    if told.afterwards is Afterwards.HOLDS:
        return
    reviewer = await staff_actor(told.organiser, Role.REVIEWER)
    [approval, *_] = await approvals.approvals_of_provider(actor)
    match told.afterwards:
        case Afterwards.SUSPENDED:
            await approvals.suspend_approval(reviewer, approval.id, told.words)
        case Afterwards.ENDED:
            await approvals.end_approval(reviewer, approval.id, told.words)
        case Afterwards.LEAVING:
            leaving = Leaving(last_day=today() + timedelta(days=LEAVES_IN_DAYS), reason=told.words)
            await leave(actor, approval.id, leaving)
        case Afterwards.RENEWING:
            await renew(actor, approval.id)
        case _:
            await _extend(actor, told, approval.id)


async def _extend(actor: Actor, told: ProviderData, approval_id: UUID) -> None:
    bundle = await bundle_for_applicant(actor, await extend(actor, approval_id, (), told.extension))
    [extension] = bundle.parts
    await add_certificates(actor)
    await fill_in(actor, extension.id, own_answers(told))
    await submission.submit(actor, extension.id, declared=True)
