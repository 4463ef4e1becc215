"""Providers: a person registers one and becomes its administrator; the business register's facts are kept with their date."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from marketplace.accounts.memberships import grant_membership
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, NotFound, NotSignedIn
from marketplace.kernel.i18n import message
from onboarding.providers.business_ids import read_business_id
from onboarding.providers.facts_kept import keep_version
from onboarding.providers.schemas import (
    CompanyFacts,
    ContactDetails,
    FactsSource,
    LookUp,
    ProviderRegistration,
    ProviderView,
)
from onboarding.scoping import acting_provider, administered_provider
from onboarding.topics import FACTS_WANTED, OfProvider

COLUMNS = """id, business_id, name, kind, facts, facts_source, facts_checked_at, facts_unverified, facts_asked_at,
contact_name, contact_email, contact_phone, street, postal_code, post_office, website"""
INSERT = f"""
insert into provider ({COLUMNS}, created_by, created_at)
values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
on conflict (business_id) do nothing
"""


@transactional()
async def register_provider(actor: Actor, registration: ProviderRegistration, looked_up: LookUp) -> ProviderView:
    """Takes a provider in and makes the registering person its first administrator.

    ``looked_up`` is what ``companies.look_up`` said just before: where there are facts they decide name and kind;
    without them the person's own words count, flagged for the reviewer, and a silent register is asked again later.

    Raises:
        NotSignedIn: nobody is signed in.
        Invalid: the business id is none, or the name is missing where no register gives one.
        Conflict: the provider is here already.
    """
    if actor.person_id is None:
        raise NotSignedIn
    business_id = read_business_id(registration.business_id)
    provider = _provider(business_id, registration, looked_up.facts)
    if not await execute(INSERT, *_values(provider, registration), actor.person_id, now()):
        text = message("{business_id} is registered here already. Ask its administrator to invite you.", business_id=business_id)  # fmt: skip
        raise Conflict(text, code="provider_registered")
    await grant_membership(
        actor, actor.person_id, Role.PROVIDER_ADMIN, name=provider.name, provider_id=provider.id
    )  # fmt: skip
    after = {"business_id": business_id, "name": provider.name, "facts_source": provider.facts_source}
    await audit.record(actor, "provider.registered", "provider", provider.id, after=after, provider_id=provider.id)
    if provider.facts is not None:
        await keep_version(provider.id, provider.facts)
    if not looked_up.is_answered:
        await FACTS_WANTED.enqueue(OfProvider(provider.id), dedupe_key=f"provider.facts_wanted:{provider.id}")
    return provider


def _provider(business_id: str, registration: ProviderRegistration, facts: CompanyFacts | None) -> ProviderView:
    name = facts.name if facts and facts.name else registration.name.strip()
    if not name:
        raise Invalid([FieldError("name", message("Write the name: the business register gave none."))])
    return ProviderView(
        id=new_id(),
        business_id=business_id,
        public_id=business_id,
        name=name,
        kind=facts.kind if facts else registration.kind,
        facts=facts,
        facts_source=facts.source if facts else FactsSource.BY_HAND,
        facts_checked_at=facts.fetched_at if facts else None,
        facts_unverified=facts is None,
        facts_asked_at=now(),
        contact_name=registration.contact_name,
        contact_email=registration.contact_email,
        contact_phone=registration.contact_phone,
        street=registration.street or (facts.street if facts else ""),
        postal_code=registration.postal_code or (facts.postal_code if facts else ""),
        post_office=registration.post_office or (facts.post_office if facts else ""),
        website=facts.website if facts else "",
    )


def _values(provider: ProviderView, registration: ProviderRegistration) -> list[object]:
    facts = msgspec.json.encode(provider.facts).decode() if provider.facts else None
    return [
        provider.id, provider.business_id, provider.name, provider.kind.value, facts, provider.facts_source.value,
        provider.facts_checked_at, provider.facts_unverified, provider.facts_asked_at, registration.contact_name,
        registration.contact_email, registration.contact_phone, provider.street, provider.postal_code, provider.post_office, provider.website,
    ]  # fmt: skip


@transactional()
async def change_contact(actor: Actor, details: ContactDetails) -> ProviderView:
    """Changes the contact details of the actor's provider.

    Raises:
        NotFound: the actor administers no provider.
    """
    provider_id = administered_provider(actor)
    await execute(
        "update provider set contact_name = $2, contact_email = $3, contact_phone = $4 where id = $1",
        provider_id, details.contact_name, details.contact_email, details.contact_phone,
    )  # fmt: skip
    await audit.record(actor, "provider.contact_changed", "provider", provider_id)
    return await provider_of(provider_id)


async def own_provider(actor: Actor) -> ProviderView:
    """The provider whose hat the actor wears.

    Raises:
        NotFound: the actor wears none.
    """
    return await provider_of(acting_provider(actor))


async def provider_of(provider_id: UUID) -> ProviderView:
    """A provider by its id, for features above; what of it an actor may see is theirs to decide.

    Raises:
        NotFound: there is none.
    """
    found = await providers_by_id([provider_id])
    if provider_id not in found:
        raise NotFound
    return found[provider_id]


async def providers_by_id(provider_ids: Iterable[UUID]) -> dict[UUID, ProviderView]:
    """Several providers at once; an unknown id is left out."""
    rows = await fetch(f"select {COLUMNS}, public_id from provider where id = any($1::uuid[])", list(provider_ids))
    return {row["id"]: _view(row) for row in rows}


def _view(row: Row) -> ProviderView:
    facts = msgspec.json.decode(row["facts"]) if row["facts"] else None
    return msgspec.convert({**row, "facts": facts}, ProviderView)
