"""The person behind a verified identity of an outside provider.

An identity is tied to a person by the provider and its subject, never by e-mail address alone. An address ties the two
the first time only, where the provider has verified it and the person's right to it is beyond doubt here as well.
"""

from uuid import UUID

from marketplace.accounts.invitations import accept_for_verified_email, is_invited_as_staff
from marketplace.accounts.memberships import hats
from marketplace.accounts.oidc import OidcFailed, Reason
from marketplace.accounts.people import add_person, email_problems, raise_epoch
from marketplace.accounts.schemas import IdentityClaims, SignedIn
from marketplace.accounts.signing_in import signed_in_as
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.i18n import Language

KNOWN = "select person from external_identity where provider_key = $1 and subject = $2"
LINK = """
insert into external_identity (id, person, provider_key, subject, created_at) values ($1, $2, $3, $4, $5)
"""
BY_EMAIL = "select id, email_confirmed_at from person where lower(email) = lower($1) for update"


@transactional()
async def sign_in_identity(claims: IdentityClaims, language: Language) -> SignedIn:
    """Signs in the person of an identity; the first time ties it to a person or makes one.

    Citizens get an account of their own. Staff must have been invited, or have a hat, by their verified address. A
    staff provider vouches for a second factor, so that its sign-in counts as strong.

    Raises:
        OidcFailed: ``not_invited``.
    """
    await execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"{claims.provider_key}:{claims.subject}")
    is_staff = claims.audience == "staff"
    person_id = await fetch_value(KNOWN, claims.provider_key, claims.subject)
    if person_id is None:
        person_id = await (_staff(claims, language) if is_staff else _citizen(claims, language))
        await _tie(person_id, claims)
    if is_staff and claims.email:
        await accept_for_verified_email(claims.email, person_id)
    return await signed_in_as(person_id, is_strong=is_staff)


async def _tie(person_id: UUID, claims: IdentityClaims) -> None:
    await execute(LINK, new_id(), person_id, claims.provider_key, claims.subject, now())
    await audit.record(
        Actor(person_id=person_id), "person.identity_tied", "person", person_id, after={"provider": claims.provider_key}
    )


async def _citizen(claims: IdentityClaims, language: Language) -> UUID:
    """The confirmed account of the same address, unless staff use it; else a new one.

    Where somebody else holds the address here without proof, the new account goes without one.
    """
    same = await _same_address(claims)
    if same is None:
        return await add_person(_address(claims), _name(claims), language, is_confirmed=True)
    owned = await hats(same["id"])
    if same["email_confirmed_at"] is not None and not any(hat.needs_second_factor for hat in owned):
        return same["id"]
    return await add_person(None, _name(claims), language)


async def _staff(claims: IdentityClaims, language: Language) -> UUID:
    if claims.email is None:
        raise OidcFailed(Reason.NOT_INVITED)
    same, is_invited = await _same_address(claims), await is_invited_as_staff(claims.email)
    is_member = same is not None and any(hat.needs_second_factor for hat in await hats(same["id"]))
    if not (is_invited or is_member):
        raise OidcFailed(Reason.NOT_INVITED)
    if same is None:
        return await add_person(_address(claims), _name(claims), language, is_confirmed=True)
    if same["email_confirmed_at"] is None:
        await _take_over_unproven(same["id"])
    return same["id"]


async def _take_over_unproven(person_id: UUID) -> None:
    """The address's owner is here. Whoever made the account without proving the address loses every key to it."""
    await execute("update person set password_hash = null, email_confirmed_at = $2 where id = $1", person_id, now())
    for table in ("second_factor", "recovery_code", "external_identity"):
        await execute(f"delete from {table} where person = $1", person_id)
    await raise_epoch(person_id)
    await audit.record(Actor(person_id=person_id), "person.claimed_by_owner", "person", person_id)


async def _same_address(claims: IdentityClaims) -> Row | None:
    return await fetch_one(BY_EMAIL, claims.email) if claims.email else None


def _address(claims: IdentityClaims) -> str | None:
    return claims.email if claims.email and not email_problems(claims.email) else None


def _name(claims: IdentityClaims) -> str:
    """Some providers tell no name; the person can write it on their own page."""
    return claims.name.strip() or (claims.email or "").partition("@")[0] or "?"
