"""The people of the demonstration: one for each hat, with a password for all and second factors that are known."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import msgspec
from pyotp.totp import TOTP

from marketplace.accounts.memberships import hats
from marketplace.accounts.people import add_person, person_named
from marketplace.accounts.schemas import Hat
from marketplace.accounts.second_factors import confirm_second_factor, start_second_factor
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.crypto import decrypt
from marketplace.kernel.db import execute, fetch_value
from marketplace.kernel.i18n import Language, translate
from marketplace.web.navigation import ROLE_NAMES

PASSWORD = "kolme kissaa ja kahvia"  # noqa: S105 - shown on the screen, and refused in production
FILE = "demo-sign-ins.json"
STEP_SECONDS = 30

SHOWN = (
    "client@demo.example", "proxy@demo.example", "provider@demo.example", "worker@demo.example",
    "reviewer@demo.example", "manager@demo.example", "finance@demo.example", "admin@demo.example",
    "many@demo.example",
)  # fmt: skip
"""Whom the terminal tells of, in this order; the others of the demonstration have the same password."""


class DemoPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to sign in as. ``secret`` is that of the second factor; empty where there is none."""

    email: str
    name: str
    hats: tuple[str, ...]
    secret: str = ""


async def make_person(email: str, name: str, password_hash: str, language: Language = Language.FI) -> UUID:
    """A person with the password of all, whose address counts as confirmed; or the one who is there already."""
    known = await person_named(email)
    return known or await add_person(email, name, language, password_hash=password_hash, is_confirmed=True)


async def sign_ins_are_known(data: Path) -> bool:
    """Whether the file tells of everybody, with the secrets that the database has."""
    known = {person.email: person for person in read_people(data)}
    for email in SHOWN:
        if email not in known or (known[email].secret or None) != await _secret_of(email):
            return False
    return True


async def write_sign_ins(data: Path) -> None:
    """Gives organiser staff second factors and writes down how everybody signs in."""
    _write([await describe(email) for email in SHOWN], data)


async def describe(email: str) -> DemoPerson:
    person_id = await person_named(email)
    assert person_id is not None, f"{email} is made before the sign-ins are written"
    owned = await hats(person_id)
    secret = await _new_secret(person_id) if any(hat.needs_second_factor for hat in owned) else ""
    name: str = await fetch_value("select name from person where id = $1", person_id)
    return DemoPerson(email=email, name=name, hats=_in_words(owned), secret=secret)


def _in_words(owned: Sequence[Hat]) -> tuple[str, ...]:
    """Hats of the same scope together: ``Lapin hyvinvointialue: reviewer, finance``."""
    roles: dict[str, list[str]] = {}
    for hat in owned:
        roles.setdefault(hat.name, []).append(translate(ROLE_NAMES[hat.role], Language.EN).rpartition(", ")[2].lower())
    return tuple(f"{name}: {', '.join(names)}" for name, names in roles.items())


async def _new_secret(person_id: UUID) -> str:
    """A second factor in the place of any older one. The code that confirms it is one step old: the present is unused."""
    await execute("delete from second_factor where person = $1", person_id)
    actor = Actor(person_id=person_id)
    secret = (await start_second_factor(actor)).secret
    await confirm_second_factor(actor, code_of(secret, int(now().timestamp()) - STEP_SECONDS))
    return secret


async def _secret_of(email: str) -> str | None:
    sql = "select secret from second_factor f join person p on p.id = f.person where lower(p.email) = $1 and confirmed_at is not null"
    token: str | None = await fetch_value(sql, email)
    return decrypt(token) if token else None


def _write(people: Sequence[DemoPerson], data: Path) -> None:
    """Kept for its owner's eyes only; replaced in one step, so that an interrupted seed leaves a whole file."""
    data.mkdir(parents=True, exist_ok=True)
    draft = data / f"{FILE}.new"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(people)) + b"\n")
    draft.replace(data / FILE)


# --- for the terminal ------------------------------------------------------------------------------------------------


def read_people(data: Path) -> list[DemoPerson]:
    """Everybody whom the file tells of; nobody where there was no seed."""
    path = data / FILE
    return msgspec.json.decode(path.read_bytes(), type=list[DemoPerson]) if path.exists() else []


def sign_ins(data: Path) -> list[str]:
    """Lines for the terminal: who there is, the password, and how to get the six digits."""
    people = read_people(data)
    if not people:
        return []
    staff = [person for person in people if person.secret]
    return [
        *(f"{person.email:22} {person.name:16} {'; '.join(person.hats)}" for person in people),
        "",
        f"Password of all: {PASSWORD}",
        "Organiser staff also need six digits, from `.venv/bin/marketplace code EMAIL` or from an authenticator app with the secret:",
        *(f"{person.email:22} {person.secret}" for person in staff),
    ]


def code_now(data: Path, email: str) -> str | None:
    """What the person's authenticator app shows at this moment; None for one without a second factor."""
    person = next((each for each in read_people(data) if each.email == email.strip().lower()), None)
    return code_of(person.secret, int(now().timestamp())) if person and person.secret else None


def code_of(secret: str, seconds: int) -> str:
    """The six digits of a moment in seconds since 1970."""
    return TOTP(secret).generate_otp(seconds // STEP_SECONDS)
