"""The demonstration's providers: registered, with a profile, people and offers. How they apply is told in ``stories``."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from uuid import UUID

import msgspec

from marketplace.accounts.memberships import grant_membership
from marketplace.catalogue.offers.offers import publish, save_draft
from marketplace.demo.offers import OfferData, draft_of
from marketplace.demo.organisers import organiser_id_of, read_data
from marketplace.demo.people import make_person
from marketplace.demo.profiles import contact_of, fill_profile
from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import HELSINKI, clock_set_to, today
from marketplace.kernel.db import fetch_one, fetch_value
from marketplace.kernel.i18n import Language
from onboarding.providers.close_network import ClosePersonRegistration, register_close_person
from onboarding.providers.companies import look_up
from onboarding.providers.payout_accounts import start_stripe_account
from onboarding.providers.profile_schemas import Unit, UnitView
from onboarding.providers.registration import register_provider
from onboarding.providers.schemas import ProviderRegistration, ProviderView

OFFICE_HOURS = time(10, 20)
INSURED_DAYS = 400


class State(StrEnum):
    """How far a provider's application has come."""

    PROFILE = "profile"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    INFORMATION_REQUESTED = "information_requested"
    PROPOSED = "proposed"
    APPROVED = "approved"
    PARTLY_APPROVED = "partly_approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"


class Afterwards(StrEnum):
    """What became of an approval."""

    HOLDS = "holds"
    SUSPENDED = "suspended"
    ENDED = "ended"
    LEAVING = "leaving"
    RENEWING = "renewing"
    EXTENDING = "extending"


class Somebody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: str
    name: str


class ProviderData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider's story. ``since_days``: how many days ago it registered; the rest follows within weeks.

    ``business_id`` is empty for a person of the close network, who then has a ``name``. ``approval_days`` and
    ``insured_days`` count from today. ``refused``: the service classes that a partial approval leaves out. ``others``:
    organisers that it applies to at the same time; ``to``: where the application is transferred.
    """

    business_id: str
    admin: Somebody
    phone: str
    since_days: int
    organiser: str
    service_classes: tuple[str, ...]
    municipalities: tuple[str, ...]
    state: State
    name: str = ""
    worker: Somebody | None = None
    language: Language = Language.FI
    staff: int = 5
    experience: str = "Lähihoitaja, 5 vuotta"
    induction: str = "Perehdytys kokeneen työntekijän kanssa, kirjallinen ohje ja palaute kuukauden jälkeen."
    words: str = ""
    conditions: str = ""
    approval_days: int | None = None
    insured_days: int = INSURED_DAYS
    afterwards: Afterwards = Afterwards.HOLDS
    extension: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    to: str = ""
    payout_account: bool = False
    offers: tuple[OfferData, ...] = ()


@cache
def providers() -> tuple[ProviderData, ...]:
    """The providers of the demonstration, those with the longest history first."""
    told = msgspec.convert(read_data("providers.yaml"), tuple[ProviderData, ...])
    return tuple(sorted(told, key=lambda each: -each.since_days))


async def is_made(told: ProviderData) -> bool:
    known = "select exists (select from provider where business_id = $1 or ($1 = '' and contact_email = $2))"
    return bool(await fetch_value(known, told.business_id, told.admin.email))


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


async def organiser_of(key: str) -> UUID:
    organiser_id = await organiser_id_of(key)
    assert organiser_id is not None, "organisers are made before their providers"
    return organiser_id


async def register(told: ProviderData, password_hash: str) -> Actor:
    """The provider with its administrator, and its worker where there is one."""
    person_id = await make_person(told.admin.email, told.admin.name, password_hash, told.language)
    provider = await _registered(Actor(person_id=person_id), told)
    if told.worker is not None:
        worker_id = await make_person(told.worker.email, told.worker.name, password_hash, told.language)
        await grant_membership(
            SYSTEM, worker_id, Role.PROVIDER_WORKER, name=provider.name, provider_id=provider.id
        )  # fmt: skip
    return Actor(person_id=person_id, role=Role.PROVIDER_ADMIN, provider_id=provider.id, language=told.language)


async def _registered(actor: Actor, told: ProviderData) -> ProviderView:
    if not told.business_id:
        person = ClosePersonRegistration(
            name=told.name, contact_email=told.admin.email, contact_phone=told.phone, has_no_business=True
        )
        return await register_close_person(actor, person)
    registration = ProviderRegistration(
        business_id=told.business_id,
        contact_name=told.admin.name,
        contact_email=told.admin.email,
        contact_phone=told.phone,
    )
    return await register_provider(actor, registration, await look_up(told.business_id))


async def profile(actor: Actor, told: ProviderData, insured_to: date) -> UnitView:
    """What the provider tells of itself, once for all organisers."""
    home = told.admin.email.partition("@")[2]
    place = told.municipalities[0] if told.municipalities else ""
    unit = Unit(
        name=told.name or "Kotipalvelu", municipality=place, soteri_id=f"1.2.246.10.{1000 + told.since_days}.1",
        self_monitoring_url=f"https://{home}/omavalvonta", self_monitoring_on=today() - timedelta(days=30),
        opening="Joka päivä klo 7–22", staff=told.staff,
    )  # fmt: skip
    return await fill_profile(
        actor, contact=contact_of(told.admin.name, told.admin.email, told.phone), unit=unit,
        number=str(1000 + told.since_days), staff=told.staff, languages=["fi", "en"] if told.language != "sv" else ["sv", "fi"],
        insured_to=insured_to,
    )  # fmt: skip


async def offer_services(actor: Actor, told: ProviderData) -> None:
    """Publishes the provider's offers, and asks for its payout account."""
    assert actor.provider_id is not None, "providers are registered before they offer anything"
    now = today()
    for number, offer in enumerate(told.offers):
        with clock_set_to(moment_of(told.since_days - 20 - number)):
            draft = await draft_of(offer, await organiser_of(told.organiser), actor.provider_id, now)
            await publish(actor, (await save_draft(actor, None, draft)).id)
    if told.payout_account:
        await start_stripe_account(actor)
