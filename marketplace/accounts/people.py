"""People: making an account, one's own details, a new password."""

import re
from uuid import UUID

from marketplace.accounts.limits import Attempt, begin_attempt, forget_attempt, forget_failures
from marketplace.accounts.links import Purpose, make_link
from marketplace.accounts.passwords import hash_password, password_matches, weaknesses
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import FieldError, Invalid, NotSignedIn
from marketplace.kernel.i18n import Language, message

_EMAIL = re.compile(r"[^@\s<>()\[\],;:\"\\]+@[^@\s<>()\[\],;:\"\\.]+(\.[^@\s<>()\[\],;:\"\\.]+)+")

INSERT = """
insert into person (id, email, email_confirmed_at, name, password_hash, language, session_epoch, created_at)
values ($1, $2, $3, $4, $5, $6, 0, $7) on conflict do nothing
"""
OWN = """
select p.*, f.confirmed_at as second_factor_since from person p
left join second_factor f on f.person = p.id and f.confirmed_at is not null where p.id = $1
"""


async def register_person(email: str, password: str, name: str, language: Language, *, address: str = "") -> UUID:
    """Makes an account and sends a mail that confirms the address. Returns the person's id.

    That an address has an account already is told openly: a person who forgot theirs is helped, and the limit
    keeps others from asking about many.

    Args:
        address: the caller's network address for the limit; empty (command line, demonstration) is not limited.

    Raises:
        Invalid: everything that is wrong with the answers; ``email_taken`` where the address has an account.
        TooManyAttempts: too many registrations for this e-mail or from this address.
    """
    email, name = email.strip(), name.strip()
    problems = [
        *email_problems(email),
        *name_problems(name),
        *weaknesses(password, field="password", email=email, name=name),
    ]
    if problems:
        raise Invalid(problems)
    if address:
        await begin_attempt(Attempt.REGISTER, email, address)
    return await _register(email, await hash_password(password), name, language)


@transactional()
async def _register(email: str, password_hash: str, name: str, language: Language) -> UUID:
    person_id = await add_person(email, name, language, password_hash=password_hash)
    await make_link(Purpose.CONFIRM_EMAIL, language=language, created_by=person_id, person_id=person_id)
    return person_id


async def add_person(
    email: str | None, name: str, language: Language, *, password_hash: str | None = None, is_confirmed: bool = False
) -> UUID:
    """Writes a person within the caller's unit of work.

    Raises:
        Invalid: ``email_taken``.
    """
    person_id = new_id()
    confirmed_at = now() if is_confirmed else None
    if not await execute(INSERT, person_id, email, confirmed_at, name, password_hash, language.value, now()):
        text = message("This e-mail address has an account already. Sign in, or ask for a new password.")
        raise Invalid.field("email", text, code="email_taken")
    await audit.record(
        Actor(person_id=person_id), "person.registered", "person", person_id, after={"language": language}
    )
    return person_id


def email_problems(email: str, field: str = "email") -> list[FieldError]:
    if len(email) <= 254 and _EMAIL.fullmatch(email):
        return []
    return [FieldError(field, message("Write an e-mail address in the form name@example.fi."))]


def name_problems(name: str, field: str = "name") -> list[FieldError]:
    if not name:
        return [FieldError(field, message("Write your name."))]
    return [FieldError(field, message("Write at most 200 characters."))] if len(name) > 200 else []


async def own_row(actor: Actor) -> Row:
    """The signed-in person's row.

    Raises:
        NotSignedIn: nobody is signed in.
    """
    row = await fetch_one(OWN, actor.person_id) if actor.person_id else None
    if row is None:
        raise NotSignedIn
    return row


async def person_named(email: str) -> UUID | None:
    """The person with this e-mail address, whatever its case."""
    return await fetch_value("select id from person where lower(email) = lower($1)", email.strip())


async def names_of(person_ids: list[UUID]) -> dict[UUID, str]:
    """What people are called, for histories and lists of features above."""
    rows = await fetch("select id, name from person where id = any($1::uuid[])", person_ids)
    return {row["id"]: row["name"] for row in rows}


async def language_of(person_id: UUID | None) -> Language:
    """The language in which to write to a person; Finnish for nobody."""
    found = await fetch_value("select language from person where id = $1", person_id)
    return Language(found) if found else Language.FI


async def mail_address_of(person_id: UUID) -> tuple[str, Language] | None:
    """Where to write to a person and in which language, for mails of features above; None without an address."""
    row = await fetch_one("select email, language from person where id = $1 and email is not null", person_id)
    return (row["email"], Language(row["language"])) if row else None


async def change_details(actor: Actor, name: str, language: Language) -> None:
    """A new name or language of the signed-in person.

    Raises:
        Invalid: the name is missing or too long.
    """
    name = name.strip()
    if problems := name_problems(name):
        raise Invalid(problems)
    await _write_details(actor, name, language)


@transactional()
async def _write_details(actor: Actor, name: str, language: Language) -> None:
    before = await own_row(actor)
    await execute("update person set name = $2, language = $3 where id = $1", before["id"], name, language.value)
    await audit.record(
        actor, "person.details_changed", "person", before["id"],
        before={"name": before["name"], "language": before["language"]}, after={"name": name, "language": language},
    )  # fmt: skip


@transactional()
async def change_language(actor: Actor, language: Language) -> None:
    """The language in which the signed-in person reads pages and mails."""
    before = await own_row(actor)
    await execute("update person set language = $2 where id = $1", before["id"], language.value)
    await audit.record(
        actor, "person.language_changed", "person", before["id"],
        before={"language": before["language"]}, after={"language": language},
    )  # fmt: skip


async def change_password(actor: Actor, current: str, new: str, *, address: str = "") -> int:
    """Sets a new password and ends every session and token of the person. Returns the new session epoch.

    The caller puts the epoch into the session at hand, which then lives on.

    Raises:
        Invalid: the present password is wrong, or the new one is not good enough.
        TooManyAttempts: the present password was wrong too often.
    """
    row = await own_row(actor)
    attempt = await begin_attempt(Attempt.SIGN_IN, str(row["email"] or row["id"]), address)
    problems = weaknesses(new, field="new_password", email=row["email"], name=row["name"])
    if not await password_matches(current, row["password_hash"]):
        problems.insert(0, FieldError("current_password", message("The present password is wrong.")))
    else:
        await forget_attempt(attempt)
    if problems:
        raise Invalid(problems)
    return await set_password(actor, row["id"], await hash_password(new))


@transactional()
async def set_password(actor: Actor, person_id: UUID, password_hash: str) -> int:
    """Writes a password's hash, ends every session and token, and forgives earlier failures. Returns the new epoch."""
    row = await fetch_one(
        "update person set password_hash = $2, session_epoch = session_epoch + 1 where id = $1 returning session_epoch, email",
        person_id, password_hash,
    )  # fmt: skip
    if row is None:
        raise NotSignedIn
    if row["email"]:
        await forget_failures(Attempt.SIGN_IN, row["email"])
    await audit.record(actor, "person.password_changed", "person", person_id)
    return row["session_epoch"]


@transactional()
async def end_everywhere(actor: Actor) -> int:
    """Signs the person out of every session and token. Returns the new epoch, for the one that may go on."""
    row = await own_row(actor)
    epoch = await raise_epoch(row["id"])
    await audit.record(actor, "person.signed_out_everywhere", "person", row["id"])
    return epoch


async def raise_epoch(person_id: UUID) -> int:
    """Ends all sessions and tokens of a person, within the caller's unit of work."""
    return await fetch_value(
        "update person set session_epoch = session_epoch + 1 where id = $1 returning session_epoch", person_id
    )
