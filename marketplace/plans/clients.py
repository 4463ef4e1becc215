"""Clients of an organiser: added, found and changed by its case managers, invited to see their own plan."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from marketplace.accounts.invitations import invite_to
from marketplace.accounts.memberships import rename_scope
from marketplace.kernel import audit
from marketplace.kernel.actors import CLIENT_ROLES, Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.crypto import encrypt
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from marketplace.kernel.i18n import Language, message
from marketplace.kernel.scoping import organiser_of
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import is_municipality, municipality
from marketplace.organisers.schemas import Organiser
from marketplace.plans.identity import identity_hash, masked, read_identity_code
from marketplace.plans.schemas import ClientDetails, ClientInvitation, ClientPage, ClientView

PAGE_SIZE = 20
COLUMNS = """id, organiser_id, given_names, family_name, identity_code, municipality_code, language, household_size,
gross_income_cents, email, phone, address, created_at"""
INSERT = """
insert into client (id, organiser_id, given_names, family_name, identity_code, identity_hash, municipality_code, language,
    household_size, gross_income_cents, email, phone, address, created_by, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
on conflict (organiser_id, identity_hash) do nothing
"""
UPDATE = """
update client set given_names = $2, family_name = $3, identity_code = coalesce($4, identity_code),
    identity_hash = coalesce($5, identity_hash), municipality_code = $6, language = $7, household_size = $8,
    gross_income_cents = $9, email = $10, phone = $11, address = $12
where id = $1 and not exists (
    select from client other where other.organiser_id = client.organiser_id and other.identity_hash = $5 and other.id <> $1)
"""
FOUND = """
from client where organiser_id = $1 and ($2 = '' or lower(family_name || ' ' || given_names) like $2
    or lower(given_names || ' ' || family_name) like $2 or identity_hash = $3)
"""
SEARCH = f"select {COLUMNS} {FOUND} order by lower(family_name), lower(given_names), id offset $4 limit $5"
KNOWN_ALREADY = message("You already have a client with this personal identity code.")


def case_manager_of(actor: Actor) -> UUID:
    """The organiser whose case manager the actor is.

    Raises:
        NotFound: the actor is nobody's case manager.
    """
    return organiser_of(actor, Role.CASE_MANAGER)


@transactional()
async def add_client(actor: Actor, details: ClientDetails) -> ClientView:
    """Takes a client in.

    Raises:
        NotFound: the actor is nobody's case manager.
        Invalid: identity code or municipality is wrong; all is named.
        Conflict: the organiser knows the identity code already (``client_known``).
    """
    organiser = await get_organiser(case_manager_of(actor))
    code = _checked(organiser, details)
    client_id = new_id()
    if not await execute(
        INSERT, client_id, organiser.id, *_values(organiser.id, details, code), actor.person_id, now()
    ):
        raise Conflict(KNOWN_ALREADY, code="client_known")
    await audit.record(actor, "client.added", "client", client_id, after=_told(details))
    return await client_by_id(client_id)


@transactional()
async def change_client(actor: Actor, client_id: UUID, details: ClientDetails) -> ClientView:
    """Writes a client's details anew. Vouchers granted before keep the household that they were granted for.

    Raises:
        NotFound: not a client of the actor's organiser.
        Invalid, Conflict: as ``add_client``.
    """
    before = await _locked(actor, client_id)
    organiser = await get_organiser(before["organiser_id"])
    code = _checked(organiser, details)
    if not await execute(UPDATE, client_id, *_values(organiser.id, details, code)):
        raise Conflict(KNOWN_ALREADY, code="client_known")
    name = f"{details.given_names} {details.family_name}"
    if name != f"{before['given_names']} {before['family_name']}":
        await rename_scope(actor, name, client_id=client_id)
    told = {field: before[field] for field in _told(details) if field in before}
    await audit.record(actor, "client.changed", "client", client_id, before=told, after=_told(details))
    return await client_by_id(client_id)


def _checked(organiser: Organiser, details: ClientDetails) -> str | None:
    """The identity code in its written form. Raises ``Invalid`` with everything that is wrong."""
    errors: list[FieldError] = []
    code = None
    if details.identity_code.strip():
        try:
            code = read_identity_code(details.identity_code)
        except Invalid as error:
            errors += error.fields
    if not is_municipality(details.municipality_code):
        errors.append(FieldError("municipality_code", message("Choose a municipality from the list.")))
    elif not organiser.serves(details.municipality_code):
        place = municipality(details.municipality_code).name
        text = message("{organiser} does not serve {municipality}.", organiser=organiser.name, municipality=place)
        errors.append(FieldError("municipality_code", text))
    if errors:
        raise Invalid(errors)
    return code


def _values(organiser_id: UUID, details: ClientDetails, code: str | None) -> list[Any]:
    return [
        details.given_names.strip(), details.family_name.strip(),
        None if code is None else encrypt(code), None if code is None else identity_hash(organiser_id, code),
        details.municipality_code, details.language.value, details.household_size, details.gross_income_cents,
        details.email.strip(), details.phone.strip(), details.address.strip(),
    ]  # fmt: skip


def _told(details: ClientDetails) -> dict[str, Any]:
    """What the audit trail keeps: what decides money, neither names nor codes."""
    return {
        "municipality_code": details.municipality_code,
        "language": details.language,
        "household_size": details.household_size,
        "gross_income_cents": details.gross_income_cents,
    }


async def find_clients(actor: Actor, query: str = "", page: int = 1) -> ClientPage:
    """Clients of the actor's organiser by a part of their name, or by their whole identity code.

    Raises:
        NotFound: the actor is nobody's case manager.
    """
    organiser_id = case_manager_of(actor)
    asked = " ".join(query.split()).lower()
    pattern = "%" + asked.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%" if asked else ""
    hashed = identity_hash(organiser_id, asked.upper())
    total = await fetch_value(f"select count(*) {FOUND}", organiser_id, pattern, hashed)
    rows = await fetch(SEARCH, organiser_id, pattern, hashed, (page - 1) * PAGE_SIZE, PAGE_SIZE)
    return ClientPage(items=[_view(row) for row in rows], total=total, page=page, pages=-(-total // PAGE_SIZE))


async def client_for(actor: Actor, client_id: UUID) -> ClientView:
    """A client as the actor may see them: a case manager of the organiser, the client, or who acts for the client.

    Raises:
        NotFound: anybody else.
    """
    found = await client_by_id(client_id)
    is_own = actor.role in CLIENT_ROLES and actor.client_id == client_id
    if not is_own and not (actor.has_role(Role.CASE_MANAGER) and actor.organiser_id == found.organiser_id):
        raise NotFound
    return found


async def client_by_id(client_id: UUID) -> ClientView:
    """A client, for features above; what of it an actor may see is theirs to decide.

    Raises:
        NotFound: there is none.
    """
    row = await fetch_one(f"select {COLUMNS} from client where id = $1", client_id)
    if row is None:
        raise NotFound
    return _view(row)


async def client_names(client_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of several clients; an unknown id is left out."""
    rows = await fetch("select id, given_names, family_name from client where id = any($1::uuid[])", list(client_ids))
    return {row["id"]: f"{row['given_names']} {row['family_name']}" for row in rows}


@transactional()
async def invite_client(actor: Actor, client_id: UUID, invitation: ClientInvitation) -> UUID:
    """Invites the client, or somebody who acts for the client, to see plan and vouchers. Returns the invitation's id.

    Raises:
        NotFound: not a client of the actor's organiser.
        Forbidden: another role than a client's.
        Invalid: the e-mail address is wrong.
    """
    row = await _locked(actor, client_id)
    if invitation.role not in CLIENT_ROLES:
        raise Forbidden
    # The case manager's own right ends at the organiser; the check above is what accounts asks of the caller.
    inviter = Actor(person_id=actor.person_id, role=Role.SYSTEM, language=actor.language)
    invitation_id = await invite_to(
        inviter, invitation.email, invitation.role, name=f"{row['given_names']} {row['family_name']}",
        language=Language(row["language"]), client_id=client_id,
    )  # fmt: skip
    after = {"role": invitation.role, "invitation_id": invitation_id}
    await audit.record(actor, "client.invited", "client", client_id, after=after)
    return invitation_id


async def _locked(actor: Actor, client_id: UUID) -> Row:
    row = await fetch_one(
        f"select {COLUMNS} from client where id = $1 and organiser_id = $2 for update",
        client_id,
        case_manager_of(actor),
    )
    if row is None:
        raise NotFound
    return row


def _view(row: Row) -> ClientView:
    return ClientView(
        id=row["id"],
        organiser_id=row["organiser_id"],
        given_names=row["given_names"],
        family_name=row["family_name"],
        identity_masked=masked(row["identity_code"]),
        municipality_code=row["municipality_code"],
        language=Language(row["language"]),
        household_size=row["household_size"],
        gross_income_cents=row["gross_income_cents"],
        email=row["email"],
        phone=row["phone"],
        address=row["address"],
        created_at=row["created_at"],
    )
