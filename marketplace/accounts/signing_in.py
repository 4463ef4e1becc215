"""Signing in with e-mail and password, and a code where the person has a second factor.

What is said and how long it takes are the same whether an account exists or not.
"""

from uuid import UUID

from marketplace.accounts.limits import Attempt, begin_attempt, forget_attempt, forget_failures
from marketplace.accounts.passwords import hash_password, needs_new_hash, password_matches
from marketplace.accounts.schemas import WRONG_SIGN_IN, SecondFactorNeeded, SignedIn
from marketplace.accounts.second_factors import show_second_factor
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.db import Row, execute, fetch_one, transactional
from marketplace.kernel.errors import NotSignedIn
from marketplace.kernel.i18n import Language

BY_EMAIL = """
select p.id, p.password_hash, p.session_epoch, p.language, f.confirmed_at is not null as has_second_factor
from person p left join second_factor f on f.person = p.id
where lower(p.email) = lower($1)
"""


async def authenticate(
    email: str, password: str, code: str | None = None, address: str = ""
) -> SignedIn | SecondFactorNeeded:
    """Checks e-mail and password, and the code where one is given and needed. Never called within a unit of work.

    Args:
        address: the caller's network address, for the limit; empty is not limited.

    Raises:
        NotSignedIn: ``wrong_sign_in``: the address is unknown or the password wrong, which of them is not told.
        Invalid: the code is wrong or spent.
        TooManyAttempts: five failures for this e-mail, or twenty from this address, within 15 minutes.
    """
    email = email.strip()[:254]
    attempt = await begin_attempt(Attempt.SIGN_IN, email, address)
    person = await fetch_one(BY_EMAIL, email)
    if not await password_matches(password, person["password_hash"] if person else None) or person is None:
        raise NotSignedIn(WRONG_SIGN_IN, code="wrong_sign_in")
    await forget_attempt(attempt)
    await _renew_hash(person, password)
    needed = SecondFactorNeeded(person_id=person["id"], epoch=person["session_epoch"])
    if not person["has_second_factor"]:
        await forget_failures(Attempt.SIGN_IN, email)
        return await signed_in_as(person["id"], is_strong=False)
    return await authenticate_code(needed, code, address=address) if code else needed


async def authenticate_code(needed: SecondFactorNeeded, code: str, *, address: str = "") -> SignedIn:
    """The second step: the code after the right password.

    Raises:
        Invalid: the code is wrong or spent.
        NotSignedIn: the sessions of the person were ended since the first step.
        TooManyAttempts: too many wrong codes.
    """
    await show_second_factor(needed.person_id, code, address=address)
    signed_in = await signed_in_as(needed.person_id, is_strong=True)
    if signed_in.epoch != needed.epoch:
        raise NotSignedIn
    return signed_in


@transactional()
async def signed_in_as(person_id: UUID, *, is_strong: bool) -> SignedIn:
    """Notes that a person has proved who they are, and returns the proof.

    Raises:
        NotSignedIn: there is no such person.
    """
    row = await fetch_one("select session_epoch, language from person where id = $1", person_id)
    if row is None:
        raise NotSignedIn
    await audit.record(Actor(person_id=person_id), "person.signed_in", "person", person_id, after={"strong": is_strong})
    return SignedIn(
        person_id=person_id, epoch=row["session_epoch"], is_strong=is_strong, language=Language(row["language"])
    )


async def _renew_hash(person: Row, password: str) -> None:
    """Hashes the password anew where today's parameters are other than those it was hashed with."""
    if needs_new_hash(person["password_hash"]):
        await execute(
            "update person set password_hash = $3 where id = $1 and password_hash = $2",
            person["id"], person["password_hash"], await hash_password(password),
        )  # fmt: skip
