"""Inviting people by e-mail: administrators invite colleagues, clients those who act for them."""

import datetime as dt
from uuid import UUID

import msgspec

from marketplace.accounts.limits import Attempt, begin_attempt
from marketplace.accounts.links import Purpose, make_link, open_link, use_link
from marketplace.accounts.memberships import (
    add_membership,
    check_mandate,
    invitable_roles,
    managed_scope,
    scope_name_of,
)
from marketplace.accounts.passwords import hash_password, weaknesses
from marketplace.accounts.people import add_person, email_problems, name_problems, own_row, person_named
from marketplace.accounts.schemas import InvitationShown, OpenInvitation
from marketplace.kernel import audit
from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, fetch_value, transactional
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Language, message

ALREADY = """
select exists (select from membership m join person p on p.id = m.person
               where lower(p.email) = lower($1) and m.role = $2 and m.{column} = $3 and m.revoked_at is null)
"""
OPEN = """
select id, email, role, expires_at from one_time_link
where purpose = 'invitation' and {column} = $1 and role = any($2::varchar[]) and used_at is null and expires_at > $3
order by created_at, id
"""
SCOPE_IDS = ("organiser_id", "provider_id", "client_id")


@transactional()
async def invite(actor: Actor, email: str, role: Role, *, valid_to: dt.date | None = None) -> UUID:
    """Invites somebody into the actor's own organiser, provider or mandate. The mail goes after the commit.

    Inviting the same address to the same role again replaces the older invitation.

    Args:
        valid_to: last day of a proxy's mandate, in Finland; None is until it is taken back.

    Raises:
        Forbidden: the actor may not give this role.
        Invalid: the e-mail address or the last day is wrong.
        Conflict: ``already_member``.
        TooManyAttempts: five invitations of one address, or twenty by one person, within 15 minutes: our mails are
            not for pestering strangers.
    """
    column, scope_id = managed_scope(actor)
    if role not in invitable_roles(actor):
        raise Forbidden
    email = email.strip()
    if problems := email_problems(email):
        raise Invalid(problems)
    check_mandate(role, valid_to)
    if await fetch_value(ALREADY.format(column=column), email, role.value, scope_id):
        raise Conflict(message("This person has the role already."), code="already_member")
    await begin_attempt(Attempt.INVITATION, email, f"inviter:{actor.person_id}")
    name = await scope_name_of(actor)
    return await _write(actor, email, role, column, scope_id, name=name, language=actor.language, valid_to=valid_to)


@transactional()
async def invite_to(
    actor: Actor, email: str, role: Role, *, name: str, language: Language = Language.FI, **scope: UUID
) -> UUID:
    """An invitation by the system (command line, set-up of a tenant) into any scope: ``organiser_id=…`` or another.

    Raises:
        Forbidden: the actor is not the system.
        Invalid: the e-mail address is wrong.
    """
    if actor.role is not Role.SYSTEM or len(scope) != 1:
        raise Forbidden
    if problems := email_problems(email.strip()):
        raise Invalid(problems)
    [(column, scope_id)] = scope.items()
    return await _write(actor, email.strip(), role, column, scope_id, name=name, language=language)


async def _write(
    actor: Actor,
    email: str,
    role: Role,
    column: str,
    scope_id: UUID,
    *,
    name: str,
    language: Language,
    valid_to: dt.date | None = None,
) -> UUID:
    if column not in SCOPE_IDS:
        msg = f"unknown scope {column}"
        raise ValueError(msg)
    await execute(
        "update one_time_link set used_at = $4 where purpose = 'invitation' and used_at is null"
        f" and lower(email) = lower($1) and role = $2 and {column} = $3",
        email, role.value, scope_id, now(),
    )  # fmt: skip
    link_id = await make_link(
        Purpose.INVITATION, language=language, created_by=actor.person_id, email=email,
        role=role.value, scope_name=name, valid_to=valid_to, **{column: scope_id},
    )  # fmt: skip
    await audit.record(actor, "invitation.made", "invitation", link_id, after={"role": role, column: scope_id})
    return link_id


async def open_invitations(actor: Actor) -> list[OpenInvitation]:
    """Invitations of the actor's scope that wait for an answer.

    Raises:
        Forbidden: the actor manages nobody.
    """
    column, scope_id = managed_scope(actor)
    roles = [role.value for role in invitable_roles(actor)]
    rows = await fetch(OPEN.format(column=column), scope_id, roles, now())
    return msgspec.convert(rows, list[OpenInvitation])


@transactional()
async def withdraw_invitation(actor: Actor, invitation_id: UUID) -> None:
    """Makes an invitation's link worthless.

    Raises:
        NotFound: no such open invitation in the actor's scope.
    """
    column, scope_id = managed_scope(actor)
    if not await execute(
        f"update one_time_link set used_at = $3 where id = $1 and {column} = $2 and purpose = 'invitation' and used_at is null",
        invitation_id, scope_id, now(),
    ):  # fmt: skip
        raise NotFound
    await audit.record(actor, "invitation.withdrawn", "invitation", invitation_id)


async def show_invitation(token: str) -> InvitationShown:
    """What the holder of a link was invited to.

    Raises:
        NotFound: the link is unknown, used or too old.
    """
    row = await open_link(token, Purpose.INVITATION)
    return InvitationShown(
        email=row["email"],
        role=Role(row["role"]),
        scope_name=row["scope_name"],
        has_account=await person_named(row["email"]) is not None,
    )


async def accept_as_new(token: str, name: str, password: str, language: Language) -> UUID:
    """An invited person without an account makes one, with a confirmed address, and gets the hat. Returns their id.

    Raises:
        NotFound: the link is unknown, used or too old.
        Invalid: everything that is wrong with the answers; ``email_taken``: there is an account, sign in first.
    """
    name, row = name.strip(), await open_link(token, Purpose.INVITATION)
    problems = [*name_problems(name), *weaknesses(password, field="password", email=row["email"], name=name)]
    if problems:
        raise Invalid(problems)
    return await _accept_as_new(token, name, await hash_password(password), language)


@transactional()
async def _accept_as_new(token: str, name: str, password_hash: str, language: Language) -> UUID:
    row = await use_link(token, Purpose.INVITATION)
    person_id = await add_person(row["email"], name, language, password_hash=password_hash, is_confirmed=True)
    await _give_hat(row, person_id)
    return person_id


@transactional()
async def accept_signed_in(actor: Actor, token: str) -> UUID:
    """The signed-in person accepts an invitation to their own address. Returns the hat's id.

    Raises:
        NotFound: the link is unknown, used or too old.
        Refused: ``other_email``: the invitation went to another address than the person's.
    """
    person = await own_row(actor)
    row = await use_link(token, Purpose.INVITATION)
    if (person["email"] or "").casefold() != row["email"].casefold():
        text = message("The invitation was sent to another e-mail address. Sign in with the account of that address.")
        raise Refused(text, code="other_email")
    await execute(
        "update person set email_confirmed_at = coalesce(email_confirmed_at, $2) where id = $1", person["id"], now()
    )
    return await _give_hat(row, person["id"])


async def accept_for_verified_email(email: str, person_id: UUID) -> int:
    """Accepts every open staff invitation to an address that an identity provider has verified; returns how many.

    Within the caller's unit of work.
    """
    rows = await fetch(
        "update one_time_link set used_at = $2 where purpose = 'invitation' and lower(email) = lower($1)"
        " and organiser_id is not null and used_at is null and expires_at > $2 returning *",
        email, now(),
    )  # fmt: skip
    for row in rows:
        await _give_hat(row, person_id)
    return len(rows)


async def is_invited_as_staff(email: str) -> bool:
    """Whether an organiser's invitation waits for this address."""
    return await fetch_value(
        "select exists (select from one_time_link where purpose = 'invitation' and lower(email) = lower($1)"
        " and organiser_id is not null and used_at is null and expires_at > $2)",
        email, now(),
    )  # fmt: skip


async def _give_hat(row: Row, person_id: UUID) -> UUID:
    """The hat of a used invitation, in the name of whoever invited. One that is there already is kept."""
    held = await fetch_value(
        "select id from membership where person = $1 and role = $2 and revoked_at is null"
        " and organiser_id is not distinct from $3 and provider_id is not distinct from $4 and client_id is not distinct from $5",
        person_id, row["role"], *(row[column] for column in SCOPE_IDS),
    )  # fmt: skip
    if held is not None:
        return held
    inviter = Actor(person_id=row["created_by"]) if row["created_by"] else SYSTEM
    return await add_membership(
        inviter, person_id, Role(row["role"]), name=row["scope_name"], valid_to=row["valid_to"],
        **{column: row[column] for column in SCOPE_IDS},
    )  # fmt: skip
