"""Hats: who may act as what for whom. Given, worn, taken away; a hat taken away stops working at once."""

import datetime as dt
from uuid import UUID

import msgspec

from marketplace.accounts.schemas import Hat, Member
from marketplace.kernel import audit
from marketplace.kernel.actors import CLIENT_ROLES, ORGANISER_ROLES, PROVIDER_ROLES, Actor, Role
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Language, message

LIVING = (
    "m.revoked_at is null and (m.valid_from is null or m.valid_from <= $2) and (m.valid_to is null or m.valid_to >= $2)"
)

HATS = f"""
select m.id, m.role, m.organiser_id, m.provider_id, m.client_id, m.scope_name as name, m.valid_to
from membership m where m.person = $1 and {LIVING} order by m.created_at, m.id
"""
WEARER = f"""
select p.language, m.role, m.organiser_id, m.provider_id, m.client_id
from person p left join membership m on m.id = $3 and m.person = p.id and {LIVING}
where p.id = $1 and p.session_epoch = $4
"""
INSERT = """
insert into membership (id, person, role, organiser_id, provider_id, client_id, scope_name, valid_from, valid_to,
                        granted_by, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing
"""
MEMBERS = """
select m.id as membership_id, p.id as person_id, p.name, p.email, m.role, m.valid_from, m.valid_to, m.created_at as since
from membership m join person p on p.id = m.person
where m.{column} = $1 and m.role = any($2::varchar[]) and m.revoked_at is null
  and (m.valid_to is null or m.valid_to >= $3)
order by p.name, m.created_at, m.id
"""
INVITABLE = {
    Role.ORGANISER_ADMIN: ("organiser_id", ORGANISER_ROLES),
    Role.PROVIDER_ADMIN: ("provider_id", PROVIDER_ROLES),
    Role.CLIENT: ("client_id", frozenset({Role.PROXY})),
}
"""For each managing role: the scope it manages, and the roles it may give and take there."""
ADMINISTRATORS = {"organiser_id": Role.ORGANISER_ADMIN, "provider_id": Role.PROVIDER_ADMIN}


async def hats(person_id: UUID) -> list[Hat]:
    """The hats that a person may wear today, oldest first."""
    return msgspec.convert(await fetch(HATS, person_id, today()), list[Hat])


async def hat_of(person_id: UUID, membership_id: UUID) -> Hat:
    """One of a person's own hats.

    Raises:
        NotFound: the person has no such hat (any more).
    """
    found = next((hat for hat in await hats(person_id) if hat.id == membership_id), None)
    if found is None:
        raise NotFound(message("You do not have this role any more."))
    return found


async def actor_for(
    person_id: UUID, membership_id: UUID | None, epoch: int, *, is_strong: bool = False
) -> Actor | None:
    """Who a session or token stands for, or None: unknown person, ended sessions, a hat that was taken away or ran out.

    An organiser's hat needs ``is_strong``: whoever has shown no second factor wears none.
    """
    row = await fetch_one(WEARER, person_id, today(), membership_id, epoch)
    if row is None or (membership_id is not None and row["role"] is None):
        return None
    role = Role(row["role"]) if row["role"] else None
    if role in ORGANISER_ROLES and not is_strong:
        return None
    return Actor(
        person_id=person_id,
        role=role,
        organiser_id=row["organiser_id"],
        provider_id=row["provider_id"],
        client_id=row["client_id"],
        language=Language(row["language"]),
    )


@transactional()
async def grant_membership(
    actor: Actor,
    person_id: UUID,
    role: Role,
    *,
    name: str,
    organiser_id: UUID | None = None,
    provider_id: UUID | None = None,
    client_id: UUID | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
) -> UUID:
    """Gives a person a hat and returns its id. Exactly one scope id, the one that the role's kind needs.

    The system may give any; an administrator those of the own organiser or provider; a client a proxy of their own;
    a case manager those of a client whom the calling feature has checked to be theirs; and whoever has just registered
    a provider makes themselves its first administrator.

    Args:
        name: what the organiser, provider or client is called, for the menu of hats.
        valid_from: first day, in Finland; None is at once.
        valid_to: last day, in Finland; None is without end.

    Raises:
        Forbidden: the actor may not give this hat.
        Conflict: ``already_member``.
    """
    scope = {"organiser_id": organiser_id, "provider_id": provider_id, "client_id": client_id}
    if not (_may_grant(actor, role, scope) or await _is_founder(actor, person_id, role, provider_id)):
        raise Forbidden
    return await add_membership(actor, person_id, role, name=name, valid_from=valid_from, valid_to=valid_to, **scope)


async def add_membership(
    actor: Actor,
    person_id: UUID,
    role: Role,
    *,
    name: str,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    **scope: UUID | None,
) -> UUID:
    """Writes a hat within the caller's unit of work; the right to give it was checked before.

    Raises:
        Conflict: ``already_member``.
    """
    membership_id = new_id()
    ids = [scope.get(column) for column in ("organiser_id", "provider_id", "client_id")]
    if not await execute(
        INSERT, membership_id, person_id, role.value, *ids, name, valid_from, valid_to, actor.person_id, now()
    ):
        raise Conflict(message("This person has the role already."), code="already_member")
    await audit.record(
        actor, "membership.granted", "membership", membership_id,
        after={"person_id": person_id, "role": role, **scope, "valid_from": valid_from, "valid_to": valid_to},
        organiser_id=scope.get("organiser_id"), provider_id=scope.get("provider_id"),
    )  # fmt: skip
    return membership_id


def _may_grant(actor: Actor, role: Role, scope: dict[str, UUID | None]) -> bool:
    """What a case manager may give, the calling feature has checked against its own organiser's clients."""
    return (actor.role is Role.CASE_MANAGER and role in CLIENT_ROLES) or _may_revoke(actor, role, scope)


def _may_revoke(actor: Actor, role: Role, scope: dict[str, UUID | None]) -> bool:
    """Not a case manager: whose client a hat is for is unknown here, and nobody has checked it."""
    if actor.role is Role.SYSTEM:
        return True
    managed = _managed(actor)
    return managed is not None and role in managed[1] and scope.get(managed[0]) == getattr(actor, managed[0])


def _managed(actor: Actor) -> tuple[str, frozenset[Role]] | None:
    """The scope column and the roles that the actor manages; None for most people."""
    return INVITABLE.get(actor.role) if actor.role else None


async def _is_founder(actor: Actor, person_id: UUID, role: Role, provider_id: UUID | None) -> bool:
    """Nobody has ever had a hat of this provider, and the person takes the first one."""
    if role is not Role.PROVIDER_ADMIN or provider_id is None or actor.person_id != person_id:
        return False
    await execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"founder:{provider_id}")
    return not await fetch_value("select exists (select from membership where provider_id = $1)", provider_id)


def invitable_roles(actor: Actor) -> list[Role]:
    """The roles that the actor may give, in the order of ``Role``; empty for those who manage nobody."""
    managed = _managed(actor)
    return [role for role in Role if managed and role in managed[1]]


def managed_scope(actor: Actor) -> tuple[str, UUID]:
    """The column and id of the scope whose people the actor manages.

    Raises:
        Forbidden: the actor manages nobody.
    """
    managed = _managed(actor)
    if managed is None:
        raise Forbidden
    return managed[0], getattr(actor, managed[0])


async def members_of(actor: Actor) -> list[Member]:
    """Everybody with a hat in the scope that the actor manages: colleagues, or a client's proxies.

    Raises:
        Forbidden: the actor manages nobody.
    """
    column, scope_id = managed_scope(actor)
    roles = [role.value for role in invitable_roles(actor)]
    rows = await fetch(MEMBERS.format(column=column), scope_id, roles, today())
    return msgspec.convert(rows, list[Member])


@transactional()
async def revoke_membership(actor: Actor, membership_id: UUID) -> None:
    """Takes a hat away, in force with the person's next request. People may also lay down a hat of their own.

    Raises:
        NotFound: no such living hat in what the actor manages.
        Refused: ``last_administrator``: an organiser or provider keeps at least one.
    """
    row = await fetch_one("select * from membership where id = $1 and revoked_at is null for update", membership_id)
    if row is None or not (row["person"] == actor.person_id or _may_revoke(actor, Role(row["role"]), row)):
        raise NotFound
    await _refuse_last_administrator(row)
    await execute("update membership set revoked_at = $2 where id = $1", membership_id, now())
    await audit.record(
        actor, "membership.revoked", "membership", membership_id,
        before={"person_id": row["person"], "role": row["role"]},
        organiser_id=row["organiser_id"], provider_id=row["provider_id"],
    )  # fmt: skip


async def _refuse_last_administrator(row: Row) -> None:
    for column, role in ADMINISTRATORS.items():
        if row["role"] != role or row[column] is None:
            continue
        others = await fetch(
            f"select id from membership where {column} = $1 and role = $2 and revoked_at is null order by id for update",
            row[column], role.value,
        )  # fmt: skip
        if len(others) < 2:
            text = message("This is the last administrator. Make somebody else an administrator first.")
            raise Refused(text, code="last_administrator")


@transactional()
async def rename_scope(
    actor: Actor,
    name: str,
    *,
    organiser_id: UUID | None = None,
    provider_id: UUID | None = None,
    client_id: UUID | None = None,
) -> None:
    """Tells the hats of one organiser, provider or client its new name; called by the feature that owns the name."""
    given = {"organiser_id": organiser_id, "provider_id": provider_id, "client_id": client_id}
    named = [(column, value) for column, value in given.items() if value is not None]
    if len(named) != 1:
        msg = "name exactly one scope"
        raise ValueError(msg)
    column, scope_id = named[0]
    await execute(f"update membership set scope_name = $2 where {column} = $1 and scope_name <> $2", scope_id, name)
    await audit.record(
        actor, "membership.scope_renamed", column.removesuffix("_id"), scope_id, after={"name": name},
        organiser_id=organiser_id, provider_id=provider_id,
    )  # fmt: skip


async def scope_name_of(actor: Actor) -> str:
    """What the scope that the actor manages is called on its hats."""
    column, scope_id = managed_scope(actor)
    name = await fetch_value(
        f"select scope_name from membership where {column} = $1 and person = $2 and revoked_at is null limit 1",
        scope_id, actor.person_id,
    )  # fmt: skip
    return name or ""


def check_mandate(role: Role, valid_to: dt.date | None) -> None:
    """A mandate may end, but not before today.

    Raises:
        Invalid: it would, or an end was given to a role that has none.
    """
    if valid_to is not None and role is not Role.PROXY:
        raise Invalid.field("valid_to", message("Only the mandate of a proxy has a last day."))
    if valid_to is not None and valid_to < today():
        raise Invalid.field("valid_to", message("The last day is already past."))
