"""A provider's profile over the API: each section read and written as on its page."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, delete, get, post, put
from litestar.params import FromPath, JSONBody

from marketplace.kernel.actors import PROVIDER_ROLES, Role
from marketplace.kernel.clock import today
from marketplace.kernel.i18n import translate
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow, allow_anyone
from onboarding.providers import profile_editing
from onboarding.providers.expiring import ExpiringKind, expiring_things
from onboarding.providers.profile import CONTACTS, INSURANCES, SUBCONTRACTORS, UNITS, own_profile
from onboarding.providers.profile_facts import FACTS, FactType, ProfileFacts, facts_of
from onboarding.providers.profile_pages import section_states
from onboarding.providers.profile_schemas import (
    Contact,
    ContactView,
    Insurance,
    InsuranceView,
    Premises,
    ProfileView,
    Section,
    ServiceLanguages,
    SoteriRegistration,
    Staff,
    Subcontracting,
    Subcontractor,
    SubcontractorView,
    Unit,
    UnitView,
)
from onboarding.scoping import REVIEWING, acting_provider

AnyRequest = Request[Any, Any, Any]

TAG = "Provider's profile"
PROVIDER = allow(*sorted(PROVIDER_ROLES))
ADMIN = allow(Role.PROVIDER_ADMIN)
READERS = allow(*sorted(PROVIDER_ROLES | REVIEWING))
BASE = "/api/v1/provider"
DAYS_AHEAD = 90
LONGEST_TITLE = 200


class SectionProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a section is; ``missing`` in the words of the caller's language."""

    section: Section
    is_done: bool
    is_optional: bool
    missing: list[str]


class OwnProfile(msgspec.Struct, frozen=True, kw_only=True):
    profile: ProfileView
    sections: list[SectionProgress]


class KnownFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a rulebook's question may take its answer from."""

    code: str
    type: FactType
    label: str
    is_per_unit: bool


class KnownFacts(msgspec.Struct, frozen=True):
    items: list[KnownFact]


class ExpiringItem(msgspec.Struct, frozen=True, kw_only=True):
    kind: ExpiringKind
    what: str
    thing_id: UUID
    expires_on: date


class ExpiringItems(msgspec.Struct, frozen=True):
    items: list[ExpiringItem]


@get(f"{BASE}/profile", guards=[PROVIDER], tags=[TAG])
async def show_own_profile(actor: Caller) -> OwnProfile:
    """The whole profile, and what each section still lacks."""
    states = [
        SectionProgress(
            section=state.section, is_done=state.is_done, is_optional=state.is_optional,
            missing=[translate(text, actor.language) for text in state.missing],
        )
        for state in await section_states(actor)
    ]  # fmt: skip
    return OwnProfile(profile=await own_profile(actor), sections=states)


@get(f"{BASE}/profile/facts", guards=[PROVIDER], tags=[TAG])
async def show_own_facts(actor: Caller) -> ProfileFacts:
    """What the profile answers today in applications, by the codes of ``/api/v1/profile-facts``."""
    return await facts_of(acting_provider(actor), today())


@get(f"{BASE}/profile/expiring", guards=[PROVIDER], tags=[TAG])
async def list_expiring(actor: Caller) -> ExpiringItems:
    """What ends within three months: certificates, insurance, self-monitoring plans."""
    found = await expiring_things(today(), DAYS_AHEAD, providers=[acting_provider(actor)])
    return ExpiringItems(
        [
            ExpiringItem(
                kind=each.kind,
                what=translate(each.what, actor.language),
                thing_id=each.thing_id,
                expires_on=each.expires_on,
            )
            for each in found
        ]
    )


@get("/api/v1/profile-facts", guards=[allow_anyone], tags=[TAG])
async def list_profile_facts(actor: Caller) -> KnownFacts:
    """The facts of a profile that the questions of a rulebook may name."""
    return KnownFacts(
        [
            KnownFact(
                code=fact.code,
                type=fact.type,
                label=translate(fact.label, actor.language),
                is_per_unit=fact.is_per_unit,
            )
            for fact in FACTS.values()
        ]
    )


class ContactList(msgspec.Struct, frozen=True):
    items: list[ContactView]


@get(f"{BASE}/contacts", guards=[PROVIDER], tags=[TAG])
async def list_contact_persons(actor: Caller) -> ContactList:
    """The contact persons, by the matters that they deal with."""
    return ContactList(await CONTACTS.of(acting_provider(actor)))


@post(f"{BASE}/contacts", guards=[ADMIN], tags=[TAG])
async def add_contact_person(request: AnyRequest, actor: Caller, data: JSONBody[Contact]) -> ContactView:
    """Adds a contact person."""

    async def work() -> ContactView:
        return await profile_editing.add_row(actor, CONTACTS, data)

    return await idempotent(request, work, ContactView)


@put(f"{BASE}/contacts/{{row_id:uuid}}", guards=[ADMIN], tags=[TAG])
async def change_contact_person(actor: Caller, row_id: FromPath[UUID], data: JSONBody[Contact]) -> ContactView:
    """Changes a contact person. With the ``version`` that was read, it is refused (409) where a colleague was faster."""
    return await profile_editing.change_row(actor, CONTACTS, row_id, data)


@delete(f"{BASE}/contacts/{{row_id:uuid}}", guards=[ADMIN], tags=[TAG])
async def remove_contact_person(actor: Caller, row_id: FromPath[UUID]) -> None:
    """Takes a contact person out."""
    await profile_editing.remove_row(actor, CONTACTS, row_id)


class UnitList(msgspec.Struct, frozen=True):
    items: list[UnitView]


@get(f"{BASE}/units", guards=[PROVIDER], tags=[TAG])
async def list_units(actor: Caller) -> UnitList:
    """The service units, open ones first."""
    return UnitList(await UNITS.of(acting_provider(actor)))


@post(f"{BASE}/units", guards=[ADMIN], tags=[TAG])
async def add_unit(request: AnyRequest, actor: Caller, data: JSONBody[Unit]) -> UnitView:
    """Adds a service unit."""

    async def work() -> UnitView:
        return await profile_editing.add_row(actor, UNITS, data)

    return await idempotent(request, work, UnitView)


@put(f"{BASE}/units/{{row_id:uuid}}", guards=[ADMIN], tags=[TAG])
async def change_unit(actor: Caller, row_id: FromPath[UUID], data: JSONBody[Unit]) -> UnitView:
    """Changes a service unit. With the ``version`` that was read, it is refused (409) where a colleague was faster."""
    return await profile_editing.change_row(actor, UNITS, row_id, data)


@delete(f"{BASE}/units/{{row_id:uuid}}", guards=[ADMIN], tags=[TAG])
async def remove_unit(actor: Caller, row_id: FromPath[UUID]) -> None:
    """Takes a service unit out."""
    await profile_editing.remove_row(actor, UNITS, row_id)


class InsuranceList(msgspec.Struct, frozen=True):
    items: list[InsuranceView]


@get(f"{BASE}/insurance", guards=[PROVIDER], tags=[TAG])
async def list_insurances(actor: Caller) -> InsuranceList:
    """The insurance policies."""
    return InsuranceList(await INSURANCES.of(acting_provider(actor)))


@post(f"{BASE}/insurance", guards=[ADMIN], tags=[TAG])
async def add_insurance(request: AnyRequest, actor: Caller, data: JSONBody[Insurance]) -> InsuranceView:
    """Adds an insurance."""

    async def work() -> InsuranceView:
        return await profile_editing.add_row(actor, INSURANCES, data)

    return await idempotent(request, work, InsuranceView)


@put(f"{BASE}/insurance/{{row_id:uuid}}", guards=[ADMIN], tags=[TAG])
async def change_insurance(actor: Caller, row_id: FromPath[UUID], data: JSONBody[Insurance]) -> InsuranceView:
    """Changes an insurance. With the ``version`` that was read, it is refused (409) where a colleague was faster."""
    return await profile_editing.change_row(actor, INSURANCES, row_id, data)


@delete(f"{BASE}/insurance/{{row_id:uuid}}", guards=[ADMIN], tags=[TAG])
async def remove_insurance(actor: Caller, row_id: FromPath[UUID]) -> None:
    """Takes an insurance out."""
    await profile_editing.remove_row(actor, INSURANCES, row_id)


class SubcontractorList(msgspec.Struct, frozen=True):
    items: list[SubcontractorView]


@get(f"{BASE}/subcontractors", guards=[PROVIDER], tags=[TAG])
async def list_subcontractors(actor: Caller) -> SubcontractorList:
    """The subcontractors."""
    return SubcontractorList(await SUBCONTRACTORS.of(acting_provider(actor)))


@post(f"{BASE}/subcontractors", guards=[ADMIN], tags=[TAG])
async def add_subcontractor(request: AnyRequest, actor: Caller, data: JSONBody[Subcontractor]) -> SubcontractorView:
    """Adds a subcontractor."""

    async def work() -> SubcontractorView:
        return await profile_editing.add_row(actor, SUBCONTRACTORS, data)

    return await idempotent(request, work, SubcontractorView)


@put(f"{BASE}/subcontractors/{{row_id:uuid}}", guards=[ADMIN], tags=[TAG])
async def change_subcontractor(
    actor: Caller, row_id: FromPath[UUID], data: JSONBody[Subcontractor]
) -> SubcontractorView:
    """Changes a subcontractor. With the ``version`` that was read, it is refused (409) where a colleague was faster."""
    return await profile_editing.change_row(actor, SUBCONTRACTORS, row_id, data)


@delete(f"{BASE}/subcontractors/{{row_id:uuid}}", guards=[ADMIN], tags=[TAG])
async def remove_subcontractor(actor: Caller, row_id: FromPath[UUID]) -> None:
    """Takes a subcontractor out."""
    await profile_editing.remove_row(actor, SUBCONTRACTORS, row_id)


@put(f"{BASE}/soteri", guards=[ADMIN], tags=[TAG])
async def save_soteri(actor: Caller, data: JSONBody[SoteriRegistration]) -> SoteriRegistration:
    """Keeps the provider's own registration in Soteri."""
    return await profile_editing.save_soteri(actor, data)


@put(f"{BASE}/premises", guards=[ADMIN], tags=[TAG])
async def save_premises(actor: Caller, data: JSONBody[Premises]) -> Premises:
    """Keeps what the premises are like."""
    return await profile_editing.save_premises(actor, data)


@put(f"{BASE}/staff", guards=[ADMIN], tags=[TAG])
async def save_staff(actor: Caller, data: JSONBody[Staff]) -> Staff:
    """Keeps the numbers of staff by qualification."""
    return await profile_editing.save_staff(actor, data)


@put(f"{BASE}/languages", guards=[ADMIN], tags=[TAG])
async def save_languages(actor: Caller, data: JSONBody[ServiceLanguages]) -> ServiceLanguages:
    """Keeps the languages of service (ISO 639 codes)."""
    return await profile_editing.save_languages(actor, data)


@put(f"{BASE}/subcontracting", guards=[ADMIN], tags=[TAG])
async def save_subcontracting(actor: Caller, data: JSONBody[Subcontracting]) -> Subcontracting:
    """Keeps whether subcontractors are used at all."""
    return await profile_editing.save_subcontracting(actor, data)


ROUTES = [
    show_own_profile, show_own_facts, list_expiring, list_profile_facts,
    list_contact_persons, add_contact_person, change_contact_person, remove_contact_person,
    list_units, add_unit, change_unit, remove_unit,
    list_insurances, add_insurance, change_insurance, remove_insurance, list_subcontractors, add_subcontractor,
    change_subcontractor, remove_subcontractor, save_soteri, save_premises, save_staff, save_languages,
    save_subcontracting,
]  # fmt: skip
