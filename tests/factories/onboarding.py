"""Providers on their way from the first visit to an approval, made through the real use cases."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import new_id
from marketplace.kernel.i18n import Text
from marketplace.organisers.schemas import Organiser
from onboarding.applications import attachments, submission
from onboarding.applications import drafts as applications
from onboarding.applications.schemas import NewApplication, Receipt
from onboarding.applications.states import ApplicationStatus
from onboarding.approvals.decision_schemas import ScopePart
from onboarding.approvals.schemas import ApprovalTerms
from onboarding.providers.companies import look_up
from onboarding.providers.registration import register_provider
from onboarding.providers.schemas import LookUp, ProviderRegistration, ProviderView
from onboarding.review import decisions, messages, proposals
from onboarding.review.decision_schemas import DecisionWish, Transfer
from onboarding.review.transferring import transfer
from onboarding.rulebooks.requirements import Question, QuestionGroup, QuestionType, RulebookContent, ServicePart
from onboarding.rulebooks.versions import publish_rulebook
from tests.factories.accounts import Someone, a_person, an_actor
from tests.factories.organisers import make_organiser

BUSINESS_ID = "0000104-6"
OTHER_BUSINESS_ID = "0000105-4"
CLASS = "V-HOMECARE-REG"
OTHER_CLASS = "V-CLEANING"
PLACE = "091"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
ANSWERS: dict[str, object] = {"insured": True, "staff": 3, "plan": "https://example.org/omavalvonta", "care_rule": True}


def question(key: str, type_: QuestionType = QuestionType.TEXT, **more: Any) -> Question:
    return Question(key=key, type=type_, text=Text(f"{key}?", f"{key}?", f"{key}?"), **more)


def small_rulebook(**changes: Any) -> RulebookContent:
    """A rulebook with one question of most kinds, and a part for home care."""
    general = (
        QuestionGroup(
            key="basics",
            title=Text("Perusasiat", "Grunder", "Basics"),
            questions=(
                question("insured", QuestionType.YES_NO, required_answer=True),
                question("staff", QuestionType.NUMBER, minimum=1, maximum=1000),
                question("plan", max_length=300),
                question("checked_on", QuestionType.DATE, required=False, max_age_months=3),
                question("certificate", QuestionType.ATTACHMENT),
            ),
        ),
    )
    care = QuestionGroup(
        key="care", title=Text("Hoito", "Vård", "Care"), questions=(question("care_rule", QuestionType.YES_NO),)
    )
    return RulebookContent(**{
        "title": Text("Sääntökirja", "Regelbok", "Rulebook"),
        "declaration": Text("Vakuutan.", "Jag försäkrar.", "I confirm."),
        "service_classes": (CLASS, "V-CLEANING"),
        "general": general,
        "services": (ServicePart(service_classes=(CLASS,), groups=(care,)),),
        **changes,
    })  # fmt: skip


def registration(business_id: str = BUSINESS_ID, **changes: Any) -> ProviderRegistration:
    return ProviderRegistration(**{
        "business_id": business_id,
        "contact_name": "Aino Asiakas",
        "contact_email": "toimisto@example.org",
        "contact_phone": "040 123 4567",
        "name": "Itse Kirjoitettu Oy",
        **changes,
    })  # fmt: skip


@dataclass(frozen=True)
class Applicant:
    """A provider's administrator with the provider."""

    someone: Someone
    actor: Actor
    provider: ProviderView


async def make_applicant(business_id: str = BUSINESS_ID, *, looked_up: LookUp | None = None) -> Applicant:
    """A person who has registered a provider, with the business register's facts unless told otherwise."""
    someone = await a_person("Aino Yrittäjä")
    facts = looked_up or await look_up(business_id)
    provider = await register_provider(someone.actor, registration(business_id), facts)
    actor = Actor(person_id=someone.id, role=Role.PROVIDER_ADMIN, provider_id=provider.id)
    return Applicant(someone, actor, provider)


async def make_accepting_organiser(**changes: Any) -> Organiser:
    """An organiser with the small rulebook in force."""
    organiser = await make_organiser(**changes)
    await publish_rulebook(SYSTEM, organiser.id, small_rulebook(), today() - timedelta(days=10))
    return organiser


async def a_reviewer(organiser_id: UUID) -> Actor:
    return await an_actor(Role.REVIEWER, scope_id=organiser_id)


@dataclass(frozen=True)
class Case:
    """An application with everybody around it."""

    id: UUID
    applicant: Applicant
    organiser: Organiser
    reviewer: Actor


async def a_draft(*, is_complete: bool = True, classes: tuple[str, ...] = (CLASS,)) -> Case:
    """A draft to the City of Helsinki, by default with everything that its rulebook wants."""
    organiser, applicant = await make_accepting_organiser(), await make_applicant()
    new = NewApplication(organiser_id=organiser.id, service_classes=classes, municipalities=(PLACE,))
    draft = await applications.start_application(applicant.actor, new)
    if is_complete:
        await applications.save_answers(applicant.actor, draft.id, ANSWERS)
        await attachments.attach(applicant.actor, draft.id, "certificate", "todistus.pdf", PDF)
    return Case(draft.id, applicant, organiser, await a_reviewer(organiser.id))


async def a_submitted(classes: tuple[str, ...] = (CLASS,)) -> Case:
    case = await a_draft(classes=classes)
    await submission.submit(case.applicant.actor, case.id, declared=True)
    return case


async def a_case(status: ApplicationStatus, classes: tuple[str, ...] = (CLASS,)) -> Case:
    """An application in any status, brought there by its own people."""
    if status is ApplicationStatus.PARTLY_APPROVED:
        classes = (CLASS, OTHER_CLASS)
    if status is ApplicationStatus.DRAFT:
        return await a_draft(classes=classes)
    case = await a_submitted(classes)
    await brought_to(status, case)
    return case


async def brought_to(status: ApplicationStatus, case: Case) -> None:
    match status:
        case ApplicationStatus.INFORMATION_REQUESTED:
            await messages.request_information(case.reviewer, case.id, "Kuka vastaa?")
        case ApplicationStatus.DECISION_PROPOSED:
            await proposals.propose(case.reviewer, case.id, DecisionWish())
        case ApplicationStatus.APPROVED:
            await approve(case)
        case ApplicationStatus.PARTLY_APPROVED:
            await approve_partly(case)
        case ApplicationStatus.REJECTED:
            await decisions.reject(case.reviewer, case.id, "Vakuutus puuttuu.")
        case ApplicationStatus.TRANSFERRED:
            await hand_on(case)
        case ApplicationStatus.WITHDRAWN:
            await submission.withdraw(case.applicant.actor, case.id)
        case _:
            pass


async def make_other_organiser() -> Organiser:
    """Turku, which takes applications by the same rulebook."""
    changes = {"name": "Turun kaupunki", "county_code": "05", "business_id": "0204819-8"}
    return await make_accepting_organiser(**changes)


async def hand_on(case: Case, organiser: Organiser | None = None) -> Receipt:
    target = organiser or await make_other_organiser()
    return await transfer(case.reviewer, case.id, Transfer(organiser_id=target.id, words="Toimivalta on muualla."))


async def approve_partly(case: Case, **changes: Any) -> Receipt:
    """Approves the first service class only."""
    part = ScopePart(service_class=CLASS, municipalities=(PLACE,))
    wish = DecisionWish(**{"approved": (part,), "words": "Siivouksesta puuttuu vakuutus.", **changes})
    return await decisions.decide(case.reviewer, case.id, wish)


def terms(valid_from: date | None = None, valid_to: date | None = None, conditions: str = "") -> ApprovalTerms:
    return ApprovalTerms(valid_from=valid_from or today(), valid_to=valid_to, conditions=conditions)


async def approve(case: Case, **changes: Any) -> Receipt:
    return await decisions.approve(case.reviewer, case.id, terms(**changes))


def stranger() -> Actor:
    """The administrator of another provider."""
    return Actor(person_id=new_id(), role=Role.PROVIDER_ADMIN, provider_id=new_id())
