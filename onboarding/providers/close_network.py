"""Providers without a business id: a person of the client's close network who is paid from the personal budget.

Of such a person as little as possible is kept: a public name, how to reach them, and a number of ours. Never a personal
identity code, and no address.
"""

import re
from typing import Annotated, Final

import msgspec

from marketplace.accounts.memberships import grant_membership
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch_value, new_id, transactional
from marketplace.kernel.errors import Conflict, Invalid, NotSignedIn
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import YesNo, label
from onboarding.providers.registration import provider_of
from onboarding.providers.schemas import EmailAddress, FactsSource, Line, Phone, ProviderKind, ProviderView

IDENTITY_CODE: Final = re.compile(r"\b[0-9]{6}\s*[-+A-Za-z]\s*[0-9]{3}[0-9A-Za-z]\b")

INSERT = """
insert into provider (id, internal_number, name, kind, facts_source, facts_unverified, contact_name, contact_email,
    contact_phone, street, postal_code, post_office, website, created_by, created_at)
values ($1, nextval('provider_internal_number'), $2, $3, $4, true, $5, $6, $7, '', '', '', '', $8, $9)
"""
MINE = """
select exists (select from membership m join provider p on p.id = m.provider_id
where m.person = $1 and m.role = $2 and p.kind = $3 and m.revoked_at is null)
"""


class ClosePersonRegistration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person who serves somebody close to them. ``name`` is what clients and the register show."""

    name: Annotated[Line, label(message("Name"))]
    contact_email: Annotated[EmailAddress, label(message("E-mail"))]
    contact_phone: Annotated[Phone, label(message("Telephone"))]
    has_no_business: Annotated[YesNo, label(message("No business ID"))]


@transactional()
async def register_close_person(actor: Actor, registration: ClosePersonRegistration) -> ProviderView:
    """Takes a person of a client's close network in as a provider, flagged for the reviewer: no register knows them.

    Raises:
        NotSignedIn: nobody is signed in.
        Invalid: the name holds a personal identity code, or the person has a business after all.
        Conflict: the person registered so before.
    """
    if actor.person_id is None:
        raise NotSignedIn
    _check(registration)
    # The person's row is the lock: a double click registers once.
    await fetch_value("select id from person where id = $1 for update", actor.person_id)
    if await fetch_value(MINE, actor.person_id, Role.PROVIDER_ADMIN.value, ProviderKind.CLOSE_NETWORK.value):
        raise Conflict(message("You are registered here already."), code="provider_registered")
    provider_id, name = new_id(), registration.name.strip()
    await execute(
        INSERT, provider_id, name, ProviderKind.CLOSE_NETWORK.value, FactsSource.BY_HAND.value, name,
        registration.contact_email, registration.contact_phone, actor.person_id, now(),
    )  # fmt: skip
    await grant_membership(actor, actor.person_id, Role.PROVIDER_ADMIN, name=name, provider_id=provider_id)
    provider = await provider_of(provider_id)
    after = {"public_id": provider.public_id, "kind": provider.kind}
    await audit.record(actor, "provider.registered", "provider", provider_id, after=after, provider_id=provider_id)
    return provider


def _check(registration: ClosePersonRegistration) -> None:
    if IDENTITY_CODE.search(registration.name):
        text = message("Do not write a personal identity code here. Write the name that may be shown to others.")
        raise Invalid.field("name", text, code="identity_code")
    if not registration.has_no_business:
        text = message("With a business ID, register as a company or sole trader instead.")
        raise Invalid.field("has_no_business", text, code="has_business")
