"""One small world in which every page has something to show: all desks, with a person for each."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from marketplace.accounts.invitations import invite
from marketplace.accounts.recovery import ask_confirmation, ask_new_password
from marketplace.catalogue.offers.attributes import Attribute, AttributeKind
from marketplace.catalogue.offers.organiser_attributes import set_attributes
from marketplace.kernel.actors import CLIENT_ROLES, ORGANISER_ROLES, Actor, Role
from marketplace.kernel.db import fetch_value
from marketplace.kernel.i18n import Language, Text
from marketplace.organisers.schemas import Organiser
from marketplace.payouts.settlements import run_settlement
from marketplace.pricing.values import FlatValue
from marketplace.vouchers.agreements import open_voucher
from marketplace.vouchers.granting import grant
from marketplace.vouchers.schemas import OpenVoucher
from marketplace.vouchers.visits import log_visit
from onboarding.applications import attachments, submission
from onboarding.applications import drafts as applications
from onboarding.applications.information import ItemToAsk
from onboarding.applications.schemas import NewApplication
from onboarding.review.decision_drafts import save_draft
from onboarding.review.decision_schemas import Choice, DecisionWish
from onboarding.review.decisions import approve
from onboarding.review.messages import ask
from onboarding.review.proposals import propose
from search.shortlists.lists import keep_offer, open_list
from search.shortlists.schemas import NewShortlist
from tests.factories.accounts import Someone, a_hat, a_person, newest_token, with_second_factor
from tests.factories.catalogue import make_offer
from tests.factories.compliance import a_case_of_insurance
from tests.factories.onboarding import (
    ANSWERS,
    BUSINESS_ID,
    CLASS,
    OTHER_BUSINESS_ID,
    PDF,
    PLACE,
    Applicant,
    make_accepting_organiser,
    make_applicant,
    terms,
)
from tests.factories.plans import make_client, make_plan, plan_draft
from tests.factories.price_changes import allow_increases, announced
from tests.factories.profiles import profile_places
from tests.factories.rulebook_drafts import rulebook_places
from tests.factories.sheets import MESSY, sent
from tests.factories.vouchers import a_product, at, grant_of
from tests.journeys.working import jobs_done

STAFF = (Role.REVIEWER, Role.CASE_MANAGER, Role.FINANCE, Role.ORGANISER_ADMIN)
Places = dict[str, str]


@dataclass(frozen=True)
class World:
    """``people``: somebody to sign in as, by role. ``places``: what to write into addresses.

    A place's key is a parameter (``{client_id}``) or the whole address, which wins.
    """

    people: dict[Role, Someone]
    places: Places


async def make_world(database: str) -> World:
    """Needs the clock of ``tests.factories.vouchers``. Leaves no job behind."""
    organiser = await make_accepting_organiser()
    company, newcomer = await make_applicant(BUSINESS_ID), await make_applicant(OTHER_BUSINESS_ID)
    people = {Role.PROVIDER_ADMIN: company.someone, **await _staff(organiser)}
    people[Role.PROVIDER_WORKER] = await _hatted(Role.PROVIDER_WORKER, company.provider.id, company.provider.name)
    places = await _applications(organiser, company, newcomer, people)
    places |= await _care(organiser, company, people)
    places["{import_id}"] = str((await sent(company.actor, organiser, MESSY)).summary.id)
    places |= await profile_places(company)
    places |= await rulebook_places(_actor(people, Role.ORGANISER_ADMIN, organiser))
    await ask_new_password(company.someone.email, Language.FI)
    await ask_confirmation(company.actor)
    await invite(company.actor, "uusi@example.org", Role.PROVIDER_WORKER)
    places["{case_id}"] = str(await a_case_of_insurance(company.provider.id))
    await jobs_done(database)
    places |= await _links()
    return World(people, places)


async def _hatted(role: Role, scope_id: UUID, name: str) -> Someone:
    someone = await a_person(f"Heli {role.value.replace('_', ' ').title()}")
    if role in ORGANISER_ROLES:
        someone = await with_second_factor(someone)
    await a_hat(someone, role, scope_id=scope_id, name=name)
    return someone


async def _staff(organiser: Organiser) -> dict[Role, Someone]:
    return {role: await _hatted(role, organiser.id, organiser.name.fi) for role in STAFF}


def _actor(people: dict[Role, Someone], role: Role, organiser: Organiser) -> Actor:
    return Actor(person_id=people[role].id, role=role, organiser_id=organiser.id)


async def _sent(applicant: Applicant, organiser: Organiser) -> UUID:
    draft = await _draft(applicant, organiser)
    await submission.submit(applicant.actor, draft, declared=True)
    return draft


async def _draft(applicant: Applicant, organiser: Organiser) -> UUID:
    new = NewApplication(organiser_id=organiser.id, service_classes=(CLASS,), municipalities=(PLACE,))
    draft = await applications.start_application(applicant.actor, new)
    await applications.save_answers(applicant.actor, draft.id, ANSWERS)
    await attachments.attach(applicant.actor, draft.id, "certificate", "todistus.pdf", PDF)
    return draft.id


async def _applications(
    organiser: Organiser, company: Applicant, newcomer: Applicant, people: dict[Role, Someone]
) -> Places:
    """An approved one, a draft of the same company, and a sent one of another that waits for its decision."""
    approved = await _sent(company, organiser)
    reviewer = _actor(people, Role.REVIEWER, organiser)
    await approve(reviewer, approved, terms(date(2026, 1, 1)))
    draft, waiting = await _draft(company, organiser), await _sent(newcomer, organiser)
    asked = await _asked_of(company, organiser, reviewer)
    proposed = await _proposed_of(newcomer, organiser, people)
    await save_draft(reviewer, waiting, choice=Choice.WHOLE)
    mine = f"/provider/applications/drafts/{await _bundle_of(draft)}"
    base, drafts = "/provider/applications/{application_id}", "/provider/applications/drafts/{bundle_id}"
    return {
        base: f"/provider/applications/{asked}",
        f"{base}/answer": f"/provider/applications/{asked}/answer",
        f"{base}/withdraw": f"/provider/applications/{asked}/withdraw",
        drafts: mine,
        f"{drafts}/scope": f"{mine}/scope",
        f"{drafts}/organisers": f"{mine}/organisers",
        f"{drafts}/check": f"{mine}/check",
        f"{drafts}/questions/{{key}}": f"{mine}/questions/basics",
        f"{drafts}/receipt": f"/provider/applications/drafts/{await _bundle_of(approved)}/receipt",
        f"{drafts}/withdraw": f"{mine}/withdraw",
        "{application_id}": str(waiting),
        "/organiser/applications/{application_id}/proposal": f"/organiser/applications/{proposed}/proposal",
        "{decision_id}": str(await fetch_value("select id from decision")),
        "{code}": str(await fetch_value("select code from decision")),
        "{approval_id}": str(await fetch_value("select id from approval")),
        "{public_id}": company.provider.public_id,
        "/provider/register/details": "/provider/register/details?business_id=2077474-0",
    }


async def _proposed_of(applicant: Applicant, organiser: Organiser, people: dict[Role, Someone]) -> UUID:
    """A sent application on which the administrator has proposed a decision to the reviewer."""
    sent = await _sent(applicant, organiser)
    await propose(_actor(people, Role.ORGANISER_ADMIN, organiser), sent, DecisionWish(conditions="Vain arkisin."))
    return sent


async def _asked_of(company: Applicant, organiser: Organiser, reviewer: Actor) -> UUID:
    """A sent application of the company about which the organiser asks two things."""
    asked = await _sent(company, organiser)
    await ask(reviewer, asked, [ItemToAsk(text="Kuka vastaa?"), ItemToAsk(text="Päivitä.", slot="plan")])
    return asked


async def _bundle_of(application_id: UUID) -> UUID:
    return await fetch_value("select bundle_id from application where id = $1", application_id)


async def _care(organiser: Organiser, company: Applicant, people: dict[Role, Someone]) -> Places:
    """An offer, a client with a plan, a voucher in use, a visit, and its settlement."""
    offer = await make_offer(company.actor, organiser, municipality_codes=(PLACE,))
    product = await a_product(organiser, FlatValue(value_cents=3300))
    manager = _actor(people, Role.CASE_MANAGER, organiser)
    client = await make_client(manager)
    plan = await make_plan(manager, client, plan_draft())
    voucher = await grant(manager, grant_of(client, product, plan))
    agreement = await open_voucher(
        company.actor, OpenVoucher(voucher_number=voucher.number, offer_id=offer, starts_on=date(2026, 11, 17))
    )
    visit = await log_visit(company.actor, agreement.id, at("2026-11-18 08:00"), at("2026-11-18 09:30"))
    await run_settlement(_actor(people, Role.FINANCE, organiser), organiser.id, date(2026, 11, 20))
    people |= {role: await _hatted(role, client.id, "Maija Mattila") for role in CLIENT_ROLES}
    change, other, waiting = await _price_changes(organiser, company, offer)
    return {
        "{offer_id}": str(offer),
        "{number}": "1",
        **await _attribute(_actor(people, Role.ORGANISER_ADMIN, organiser)),
        "{change_id}": str(change),
        "/organiser/price-changes/{change_id}": f"/organiser/price-changes/{waiting}",
        "/provider/offers/{offer_id}/price-change": f"/provider/offers/{other}/price-change",
        "/compare": f"/compare?offers={offer}&week=mon0900x60",
        "/compare/letter": f"/compare/letter?offers={offer}&week=mon0900x60",
        "{shortlist_id}": await _shortlist(company, offer),
        "{product_id}": str(product.id),
        "{client_id}": str(client.id),
        "{plan_id}": str(plan.id),
        "{voucher_id}": str(voucher.id),
        "{agreement_id}": str(agreement.id),
        "{visit_id}": str(visit.id),
        "{statement_id}": str(await fetch_value("select id from statement")),
    }


async def _shortlist(company: Applicant, offer: UUID) -> str:
    """The company's own person keeps an offer, with a note."""
    keeper = Actor(person_id=company.someone.id)
    made = await open_list(keeper, NewShortlist(name="Mietittävät"))
    await keep_offer(keeper, made.id, offer, "Soita maanantaina.")
    return str(made.id)


async def _price_changes(organiser: Organiser, company: Applicant, offer: UUID) -> tuple[UUID, UUID, UUID]:
    """A change that is coming, an offer without one, and a change that waits for the organiser."""
    new_year = date(2027, 1, 1)
    change = await announced(company.actor, offer, new_year)
    free, third = [await make_offer(company.actor, organiser, municipality_codes=(PLACE,)) for _ in range(2)]
    await allow_increases(organiser, CLASS, since=date(2026, 11, 1), approval_needed=True)
    waiting = await announced(company.actor, third, new_year)
    return change.id, free, waiting.id


async def _attribute(admin: Actor) -> Places:
    """A fact that the organiser wants offers to be compared by."""
    name = Text("Lemmikit sopivat", "Husdjur går bra", "Pets are welcome")
    await set_attributes(admin, CLASS, [Attribute(key="own_pets", name=name, kind=AttributeKind.YES_NO)])
    one = "/organiser/attributes/{service_class_code}/{key}"
    mine = f"/organiser/attributes/{CLASS}/own_pets"
    return {"{service_class_code}": CLASS, one: mine, f"{one}/remove": f"{mine}/remove"}


async def _links() -> Places:
    """What the links of mails lead to. A link's newest mail is the one that works, hence after the jobs."""
    return {
        "/new-password/{token}": f"/new-password/{await newest_token('new_password')}",
        "/confirm-email/{token}": f"/confirm-email/{await newest_token('confirm_email')}",
        "/invitation/{token}": f"/invitation/{await newest_token('invitation')}",
    }
