"""How to reach providers, as a letter tells it: the law asks that this be public (569/2009, section 4)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.db import fetch

# A company names whom to call on general matters; a private person's name is not told with the number.
REACHED: Final = """
select p.id, p.website, coalesce(c.phone, '') as phone, coalesce(c.email, '') as email from provider p
left join lateral (
    select phone, email from provider_contact where provider_id = p.id and role = 'general' order by id limit 1
) c on true where p.id = any($1::uuid[])
"""


class Contact(msgspec.Struct, frozen=True):
    """Telephone, e-mail and website; empty where the provider named none."""

    phone: str = ""
    email: str = ""
    website: str = ""


async def contacts_of(provider_ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """How to reach each of the providers."""
    rows = await fetch(REACHED, list(provider_ids))
    return {row["id"]: Contact(row["phone"], row["email"], row["website"]) for row in rows}
