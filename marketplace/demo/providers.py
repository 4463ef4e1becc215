"""The demonstration's providers: registered, applying, reviewed and offering, each as far as its story goes."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

import msgspec

from marketplace.accounts.memberships import grant_membership
from marketplace.catalogue.offers import publish, save_draft
from marketplace.catalogue.price_import import import_prices, shipped_rows
from marketplace.catalogue.schemas import OfferDraft
from marketplace.demo.organisers import organiser_id_of, organisers, read_data, staff_actor
from marketplace.demo.people import make_person
from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import HELSINKI, clock_set_to, today
from marketplace.kernel.db import fetch_one, fetch_value
from marketplace.kernel.i18n import Language
from marketplace.organisers.reference import service_class
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import BandPrice, PriceList
from onboarding.applications import attachments, submission
from onboarding.applications import drafts as applications
from onboarding.applications.schemas import NewApplication
from onboarding.approvals.schemas import ApprovalTerms
from onboarding.providers.companies import look_up
from onboarding.providers.payout_accounts import start_stripe_account
from onboarding.providers.registration import register_provider
from onboarding.providers.schemas import ProviderRegistration
from onboarding.review import decisions, messages
from onboarding.rulebooks.requirements import Question, QuestionType, RulebookContent, slots_for
from onboarding.rulebooks.versions import default_rulebook

OFFICE_HOURS = time(10, 20)


class State(StrEnum):
    """How far a provider's application has come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    INFORMATION_REQUESTED = "information_requested"
    APPROVED = "approved"
    REJECTED = "rejected"


class Somebody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: str
    name: str


class PricesData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices in cents, by band or one for all times."""

    one_price_cents: int | None = None
    band_prices: dict[str, int] = {}
    minimum_minutes: int = 0
    visit_fee_cents: int = 0


class OfferData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An offer: its words, and prices of its own or after a published ``list``. ``product_bands``: those of a product."""

    service_class: str
    municipality_codes: tuple[str, ...]
    languages: tuple[str, ...]
    name_fi: str
    name_sv: str
    name_en: str
    description_fi: str
    description_sv: str
    description_en: str
    list: str = ""
    area: str = ""
    prices: PricesData | None = None
    product_bands: str = ""
    skills: tuple[str, ...] = ()
    accepts_new_clients: bool = True


class ProviderData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider's story. ``since_days``: how many days ago it registered; the rest follows within weeks."""

    business_id: str
    admin: Somebody
    phone: str
    since_days: int
    organiser: str
    service_classes: tuple[str, ...]
    municipalities: tuple[str, ...]
    state: State
    worker: Somebody | None = None
    language: Language = Language.FI
    staff: int = 5
    experience: str = "Lähihoitaja, 5 vuotta"
    induction: str = "Perehdytys kokeneen työntekijän kanssa, kirjallinen ohje ja palaute kuukauden jälkeen."
    words: str = ""
    conditions: str = ""
    payout_account: bool = False
    offers: tuple[OfferData, ...] = ()


@cache
def providers() -> tuple[ProviderData, ...]:
    """The providers of the demonstration, those with the longest history first."""
    told = msgspec.convert(read_data("providers.yaml"), tuple[ProviderData, ...])
    return tuple(sorted(told, key=lambda each: -each.since_days))


async def is_made(told: ProviderData) -> bool:
    return bool(await fetch_value("select exists (select from provider where business_id = $1)", told.business_id))


async def make_provider(told: ProviderData, password_hash: str) -> None:
    """The whole story of one provider, within the caller's unit of work: it is there completely or not at all."""
    with clock_set_to(moment_of(told.since_days)):
        actor = await _register(told, password_hash)
    with clock_set_to(moment_of(told.since_days - 1)):
        application_id = await _apply(actor, told)
    if told.state is not State.DRAFT:
        with clock_set_to(moment_of(told.since_days - 2)):
            await submission.submit(actor, application_id, declared=True)
        await _review(told, application_id)
    for number, offer in enumerate(told.offers):
        with clock_set_to(moment_of(told.since_days - 20 - number)):
            await publish(actor, (await save_draft(actor, None, draft_of(offer, await _organiser(told)))).id)
    if told.payout_account:
        await start_stripe_account(actor)


def moment_of(days_ago: int) -> datetime:
    """Some time in the forenoon, so many days ago, in Finland."""
    return datetime.combine(today() - timedelta(days=days_ago), OFFICE_HOURS, HELSINKI)


async def provider_actor(business_id: str, email: str = "") -> Actor:
    """The provider's administrator, or the worker with this address, as an actor of use cases."""
    row = await fetch_one(
        "select m.person, m.role, m.provider_id from membership m join provider p on p.id = m.provider_id"
        " join person q on q.id = m.person where p.business_id = $1 and ($2 = '' or q.email = $2)"
        " order by m.created_at, m.id limit 1",
        business_id, email,
    )  # fmt: skip
    assert row is not None, f"{business_id} is made before anybody acts for it"
    return Actor(person_id=row["person"], role=Role(row["role"]), provider_id=row["provider_id"])


async def _organiser(told: ProviderData) -> UUID:
    organiser_id = await organiser_id_of(told.organiser)
    assert organiser_id is not None, "organisers are made before their providers"
    return organiser_id


async def _register(told: ProviderData, password_hash: str) -> Actor:
    person_id = await make_person(told.admin.email, told.admin.name, password_hash, told.language)
    registration = ProviderRegistration(
        business_id=told.business_id,
        contact_name=told.admin.name,
        contact_email=told.admin.email,
        contact_phone=told.phone,
    )
    looked_up = await look_up(told.business_id)
    provider = await register_provider(Actor(person_id=person_id), registration, looked_up)
    if told.worker is not None:
        worker_id = await make_person(told.worker.email, told.worker.name, password_hash, told.language)
        await grant_membership(
            SYSTEM, worker_id, Role.PROVIDER_WORKER, name=provider.name, provider_id=provider.id
        )  # fmt: skip
    return Actor(person_id=person_id, role=Role.PROVIDER_ADMIN, provider_id=provider.id, language=told.language)


async def _apply(actor: Actor, told: ProviderData) -> UUID:
    new = NewApplication(
        organiser_id=await _organiser(told),
        service_classes=told.service_classes,
        municipalities=told.municipalities,
    )
    draft = await applications.start_application(actor, new)
    answers, files = answers_to(default_rulebook(), told.service_classes, _own_answers(told))
    if told.state is State.DRAFT:
        answers = dict(list(answers.items())[:4])
    await applications.save_answers(actor, draft.id, answers)
    if told.state is not State.DRAFT:
        for question in files:
            content, issued = certificate(question), today() - timedelta(days=12)
            await attachments.attach(actor, draft.id, question, f"{question}.pdf", content, issued)
    return draft.id


def _own_answers(told: ProviderData) -> dict[str, object]:
    return {
        "soteri_number": f"ESIMERKKI-{told.business_id}",
        "self_monitoring_plan": f"https://{told.admin.email.partition('@')[2]}/omavalvonta",
        "responsible_person": told.experience,
        "care_staff": told.staff,
        "substitutes": "Sijaiset tulevat omasta varahenkilöstöstä, ja asiakkaalle soitetaan aina ennen vaihdosta.",
        "support_induction": told.induction,
    }


def answers_to(
    rulebook: RulebookContent, service_classes: tuple[str, ...], own: Mapping[str, object]
) -> tuple[dict[str, object], list[str]]:
    """Answers to all that a rulebook asks, by slot: one's own where there are any. And the slots that want a file.

    An answer may bring up another question, hence more than one round.
    """
    answers: dict[str, Any] = {}
    while True:
        slots = [slot for group in slots_for(rulebook, service_classes, (), answers) for slot in group.slots]
        files = [slot.key for slot in slots if slot.question.type is QuestionType.ATTACHMENT]
        new = {
            slot.key: own.get(slot.key) or _usual(slot.question) for slot in slots if slot.key not in {*files, *answers}
        }
        if not new:
            return answers, files
        answers |= new


def _usual(question: Question) -> object:
    match question.type:
        case QuestionType.YES_NO:
            return True if question.required_answer is None else question.required_answer
        case QuestionType.NUMBER:
            return question.minimum or 1
        case QuestionType.DECLARATION:
            return True
        case QuestionType.CHOICE:
            return question.choices[0].value
        case QuestionType.DATE:
            return (today() - timedelta(days=12)).isoformat()
        case _:
            return "Esimerkki"


async def _review(told: ProviderData, application_id: UUID) -> None:
    reviewer = await staff_actor(told.organiser, Role.REVIEWER)
    with clock_set_to(moment_of(max(told.since_days - 15, 1))):
        match told.state:
            case State.APPROVED:
                terms = ApprovalTerms(valid_from=today(), conditions=told.conditions)
                await decisions.approve(reviewer, application_id, terms)
            case State.REJECTED:
                await decisions.reject(reviewer, application_id, told.words)
            case State.INFORMATION_REQUESTED:
                await messages.request_information(reviewer, application_id, told.words)
            case _:
                return


def draft_of(offer: OfferData, organiser_id: UUID) -> OfferDraft:
    """The offer as its provider would type it."""
    calendar, prices = _prices_of(offer)
    words = {
        f"{kind}_{language}": getattr(offer, f"{kind}_{language}")
        for kind in ("name", "description")
        for language in ("fi", "sv", "en")
    }
    return OfferDraft(
        organiser_id=organiser_id,
        service_class=offer.service_class,
        municipality_codes=offer.municipality_codes,
        languages=offer.languages,
        skills=offer.skills,
        accepts_new_clients=offer.accepts_new_clients,
        calendar=calendar,
        prices=prices,
        **words,
    )


def _prices_of(offer: OfferData) -> tuple[BandCalendar | None, PriceList]:
    if offer.list:
        imported = import_prices(shipped_rows(offer.list, area=offer.area), offer.service_class, label=offer.list)
        return imported.calendar, imported.prices
    assert offer.prices is not None, f"{offer.name_fi} has prices"
    prices = PriceList(
        unit=service_class(offer.service_class).unit,
        one_price_cents=offer.prices.one_price_cents,
        band_prices=tuple(BandPrice(band, cents) for band, cents in offer.prices.band_prices.items()),
        minimum_minutes=offer.prices.minimum_minutes,
        visit_fee_cents=offer.prices.visit_fee_cents,
    )
    return _bands_of(offer), prices


def _bands_of(offer: OfferData) -> BandCalendar | None:
    """None leaves them to the organiser."""
    if not offer.product_bands:
        return None
    return next(
        each.version.calendar
        for told in organisers().values()
        for each in told.products
        if each.product.code == offer.product_bands
    )


def certificate(what: str) -> bytes:
    """A PDF of one page that says what it stands for."""
    text = f"BT /F1 14 Tf 60 760 Td ({what.replace('_', ' ')}: example, {today().year}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", list[int]()
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end
