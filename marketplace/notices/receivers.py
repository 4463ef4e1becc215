"""Whom to tell: the people who act for a provider, an organiser or a client today."""

from uuid import UUID

from marketplace.kernel.actors import Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch

WEARERS = """
select distinct person from membership
where {column} = $1 and role = any($2::varchar[]) and revoked_at is null
    and (valid_from is null or valid_from <= $3) and (valid_to is null or valid_to >= $3)
order by person
"""


async def provider_admins(provider_id: UUID) -> list[UUID]:
    """The administrators of a provider."""
    return await _wearers("provider_id", provider_id, Role.PROVIDER_ADMIN)


async def organiser_staff(organiser_id: UUID, *roles: Role) -> list[UUID]:
    """The people who work for an organiser in any of ``roles``."""
    return await _wearers("organiser_id", organiser_id, *roles)


async def client_people(client_id: UUID) -> list[UUID]:
    """The client, and those who act for the client today."""
    return await _wearers("client_id", client_id, Role.CLIENT, Role.PROXY)


async def _wearers(column: str, scope_id: UUID, *roles: Role) -> list[UUID]:
    rows = await fetch(WEARERS.format(column=column), scope_id, [role.value for role in roles], today())
    return [row["person"] for row in rows]
