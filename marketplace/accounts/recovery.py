"""Links that a person asks for: a new password, and the proof that an e-mail address is theirs."""

from uuid import UUID

from marketplace.accounts.limits import Attempt, begin_attempt
from marketplace.accounts.links import Purpose, gone, make_link, open_link, use_link
from marketplace.accounts.passwords import hash_password, weaknesses
from marketplace.accounts.people import email_problems, own_row, person_named, set_password
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch_one, fetch_value, transactional
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language


async def ask_new_password(email: str, language: Language, *, address: str = "") -> None:
    """Sends a link for a new password, if the address has an account. Nothing here tells whether it has.

    For an unknown address the same rows are written; its link belongs to nobody and the mail is never sent.

    Raises:
        Invalid: this is no e-mail address.
        TooManyAttempts: asked too often for this address, or from this network address.
    """
    email = email.strip()
    if problems := email_problems(email):
        raise Invalid(problems)
    await begin_attempt(Attempt.LINK, email, address)
    await _write_link(email, language)


@transactional()
async def _write_link(email: str, language: Language) -> None:
    person_id = await person_named(email)
    await make_link(Purpose.NEW_PASSWORD, language=language, created_by=person_id, person_id=person_id)


async def check_new_password_link(token: str) -> None:
    """Makes sure that a link still opens, before its form is shown.

    Raises:
        NotFound: the link is unknown, used or too old.
    """
    await open_link(token, Purpose.NEW_PASSWORD)


async def set_new_password(token: str, password: str) -> None:
    """Sets the password with a link that came by e-mail, and ends every session and token of the person.

    Whoever opened the mail has shown that the address is theirs. A second factor stays in force.

    Raises:
        NotFound: the link is unknown, used or too old.
        Invalid: the password is not good enough.
    """
    link = await open_link(token, Purpose.NEW_PASSWORD)
    person = await fetch_one("select name, email from person where id = $1", link["person_id"]) or {}
    if problems := weaknesses(password, field="password", email=person.get("email"), name=person.get("name", "")):
        raise Invalid(problems)
    await _set_new_password(token, await hash_password(password))


@transactional()
async def _set_new_password(token: str, password_hash: str) -> None:
    link = await use_link(token, Purpose.NEW_PASSWORD)
    actor = Actor(person_id=link["person_id"])
    await _forget_unproven_factors(link["person_id"])
    await set_password(actor, link["person_id"], password_hash)
    await execute(
        "update one_time_link set used_at = $2 where person_id = $1 and purpose = 'new_password' and used_at is null",
        link["person_id"], now(),
    )  # fmt: skip
    await _mark_confirmed(actor)


async def _forget_unproven_factors(person_id: UUID) -> None:
    """A second factor set up before the address was proven may be a stranger's, who made the account first."""
    is_unproven = await fetch_value("select email_confirmed_at is null from person where id = $1 for update", person_id)
    for table in ("second_factor", "recovery_code", "external_identity") if is_unproven else ():
        await execute(f"delete from {table} where person = $1", person_id)


@transactional()
async def ask_confirmation(actor: Actor, *, address: str = "") -> None:
    """Sends the mail that confirms the signed-in person's address once more.

    Raises:
        TooManyAttempts: asked too often.
    """
    person = await own_row(actor)
    if person["email"] is None or person["email_confirmed_at"] is not None:
        return
    await begin_attempt(Attempt.LINK, person["email"], address)
    await make_link(Purpose.CONFIRM_EMAIL, language=actor.language, created_by=person["id"], person_id=person["id"])


@transactional()
async def confirm_email(actor: Actor, token: str) -> None:
    """Notes that the address belongs to the signed-in person: they could open the mail.

    The link alone is not enough: else somebody could make an account with another's address, and have its owner
    confirm it by an unwary click.

    Raises:
        NotFound: the link is unknown, used, too old, or another person's.
    """
    link = await use_link(token, Purpose.CONFIRM_EMAIL)
    if link["person_id"] != actor.person_id:
        raise gone()
    await _mark_confirmed(actor)


async def _mark_confirmed(actor: Actor) -> None:
    if await execute(
        "update person set email_confirmed_at = $2 where id = $1 and email_confirmed_at is null", actor.person_id, now()
    ):
        row = await own_row(actor)
        await audit.record(actor, "person.email_confirmed", "person", row["id"])
