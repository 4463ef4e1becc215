"""The people of the demonstration: one for each hat, with a password for all and second factors that are known."""

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from pyotp.totp import TOTP

from marketplace.kernel.actors import ORGANISER_ROLES, Role
from marketplace.kernel.i18n import Language

PASSWORD = "kolme kissaa ja kahvia"  # noqa: S105 - shown on the screen, and refused in production
FILE = "demo-sign-ins.json"
STEP_SECONDS = 30


class DemoPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to sign in as. ``secret`` is that of the second factor; empty where there is none."""

    email: str
    name: str
    hats: tuple[str, ...]
    secret: str = ""


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """A person as the seed makes them. ``shown``: told on the terminal."""

    email: str
    name: str
    role: Role
    language: Language = Language.FI
    shown: bool = True

    @property
    def needs_second_factor(self) -> bool:
        return self.role in ORGANISER_ROLES


def read_people(data: Path) -> list[DemoPerson]:
    """Everybody whom the seed has made so far, in that order; nobody where there was no seed."""
    path = data / FILE
    return msgspec.json.decode(path.read_bytes(), type=list[DemoPerson]) if path.exists() else []


def write_people(data: Path, people: Sequence[DemoPerson]) -> None:
    """Kept for its owner's eyes only; replaced in one step, so that an interrupted seed leaves a whole file."""
    data.mkdir(parents=True, exist_ok=True)
    draft = data / f"{FILE}.new"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(list(people))) + b"\n")
    draft.replace(data / FILE)


def sign_ins(data: Path) -> list[str]:
    """Lines for the terminal: who there is, the password, and how to get the six digits."""
    people = read_people(data)
    lines = [f"{person.email:26} {person.name:20} {', '.join(person.hats)}" for person in people]
    if not people:
        return lines
    staff = [person for person in people if person.secret]
    return [
        *lines,
        "",
        f"Password of all: {PASSWORD}",
        f"Six digits of organiser staff: marketplace code {staff[0].email}   (or add the secret to an authenticator app)",
        *(f"  {person.email:24} {person.secret}" for person in staff),
    ]


def code_now(data: Path, email: str) -> str | None:
    """What the person's authenticator app shows at this moment; None for one without a second factor."""
    person = next((each for each in read_people(data) if each.email == email.strip().lower()), None)
    return TOTP(person.secret).generate_otp(int(time.time()) // STEP_SECONDS) if person and person.secret else None
