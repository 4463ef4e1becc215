"""People with hats and second factors, as tests need them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pyotp.totp import TOTP

from marketplace.accounts import memberships, people, second_factors
from marketplace.accounts.links import give_token
from marketplace.kernel.actors import CLIENT_ROLES, ORGANISER_ROLES, PROVIDER_ROLES, SYSTEM, Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import fetch, fetch_one, fetch_value, new_id
from marketplace.kernel.i18n import Language

PASSWORD = "neljä satunnaista sanaa riittää"


@dataclass(frozen=True)
class Someone:
    """A person in the database. ``secret`` is that of the second factor, empty without one."""

    id: UUID
    email: str
    secret: str = ""
    recovery_codes: tuple[str, ...] = ()

    @property
    def actor(self) -> Actor:
        return Actor(person_id=self.id)

    def code(self, steps_ahead: int = 0) -> str:
        return code_of(self.secret, steps_ahead)


def code_of(secret: str, steps_ahead: int = 0) -> str:
    """What the authenticator app shows now, or would some steps of 30 seconds later."""
    return TOTP(secret).generate_otp(int(now().timestamp()) // 30 + steps_ahead)


async def a_person(name: str = "Aino Testaaja", *, email: str = "", language: Language = Language.FI) -> Someone:
    address = email or f"{new_id().hex}@esimerkki.fi"
    return Someone(await people.register_person(address, PASSWORD, name, language), address)


async def with_second_factor(someone: Someone) -> Someone:
    """The code shown for confirming is one step old, so that the present one is still good."""
    offer = await second_factors.start_second_factor(someone.actor)
    codes = await second_factors.confirm_second_factor(someone.actor, code_of(offer.secret, -1))
    return Someone(someone.id, someone.email, offer.secret, tuple(codes.codes))


async def a_hat(
    someone: Someone, role: Role, *, scope_id: UUID | None = None, name: str = "Esimerkki", **more: Any
) -> UUID:
    return await memberships.grant_membership(
        SYSTEM, someone.id, role, name=name, **{scope_column(role): scope_id or new_id()}, **more
    )


def scope_column(role: Role) -> str:
    return next(
        column
        for column, roles in (
            ("organiser_id", ORGANISER_ROLES),
            ("provider_id", PROVIDER_ROLES),
            ("client_id", CLIENT_ROLES),
        )
        if role in roles
    )


async def an_actor(role: Role, *, scope_id: UUID | None = None, name: str = "Esimerkki") -> Actor:
    """Somebody with a hat on, second factor and all."""
    someone = await a_person()
    hat = await a_hat(someone, role, scope_id=scope_id, name=name)
    actor = await memberships.actor_for(someone.id, hat, await epoch_of(someone.id), is_strong=True)
    assert actor is not None
    return actor


async def epoch_of(person_id: UUID) -> int:
    return await fetch_value("select session_epoch from person where id = $1", person_id)


async def newest_link(purpose: str) -> UUID:
    row = await fetch_one("select id from one_time_link where purpose = $1 order by id desc limit 1", purpose)
    assert row is not None
    return row["id"]


async def newest_token(purpose: str) -> str:
    """The token that the newest mail of this kind carries."""
    token = await give_token(await newest_link(purpose))
    assert token is not None
    return token


async def audited(action: str) -> int:
    return len(await fetch("select 1 from audit_event where action = $1", action))
