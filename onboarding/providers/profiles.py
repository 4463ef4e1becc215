"""The profiles of many providers at once: a fixed number of queries, however many they are."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

import msgspec

from marketplace.kernel.db import fetch
from onboarding.providers.profile import CERTIFICATE_ROWS, INSURANCES, SUBCONTRACTORS, UNITS, Rows, read_content
from onboarding.providers.profile_schemas import (
    Edit,
    Premises,
    ProfileView,
    Section,
    ServiceLanguages,
    SoteriRegistration,
    Staff,
    Subcontracting,
)
from onboarding.providers.registration import providers_by_id

ViewT = TypeVar("ViewT", bound=msgspec.Struct)
ContentT = TypeVar("ContentT", bound=Edit)
ContentsOfOne = dict[Section, Edit]

CERTIFICATES = """
select c.provider_id, c.id, c.kind, c.title, c.issued_on, c.expires_on, c.file_id, c.version, f.name as file_name,
    f.size_bytes as file_bytes
from provider_certificate c join stored_file f on f.id = c.file_id
where c.provider_id = any($1::uuid[]) and c.removed_at is null order by c.kind, c.issued_on desc, c.id
"""


async def profiles_of(provider_ids: Iterable[UUID]) -> dict[UUID, ProfileView]:
    """Whole profiles but for their contact persons; an unknown id is left out."""
    ids = list(provider_ids)
    providers, contents = await providers_by_id(ids), await _contents(ids)
    units, insurance = await _rows(UNITS, "provider_unit", ids), await _rows(INSURANCES, "provider_insurance", ids)
    subcontractors = await _rows(SUBCONTRACTORS, "provider_subcontractor", ids)
    certificates = await _rows(CERTIFICATE_ROWS, "", ids, sql=CERTIFICATES)
    return {
        each: ProfileView(
            provider=provider,
            contacts=(),
            units=tuple(units[each]),
            insurance=tuple(insurance[each]),
            certificates=tuple(certificates[each]),
            subcontractors=tuple(subcontractors[each]),
            soteri=_of(contents[each], SoteriRegistration),
            premises=_of(contents[each], Premises),
            staff=_of(contents[each], Staff),
            languages=_of(contents[each], ServiceLanguages),
            subcontracting=_of(contents[each], Subcontracting),
        )
        for each, provider in providers.items()
    }


async def _contents(ids: list[UUID]) -> defaultdict[UUID, ContentsOfOne]:
    rows = await fetch(
        "select provider_id, section, content, version from profile_section where provider_id = any($1::uuid[])", ids
    )
    found: defaultdict[UUID, ContentsOfOne] = defaultdict(dict)
    for row in rows:
        found[row["provider_id"]][Section(row["section"])] = read_content(row)
    return found


async def _rows(rows: Rows[ViewT], table: str, ids: list[UUID], *, sql: str = "") -> defaultdict[UUID, list[ViewT]]:
    found: defaultdict[UUID, list[ViewT]] = defaultdict(list)
    asked = sql or f"select * from {table} where provider_id = any($1::uuid[]) order by {rows.order}, id"
    for row in await fetch(asked, ids):
        found[row["provider_id"]].append(rows.read(row))
    return found


def _of(contents: ContentsOfOne, struct: type[ContentT]) -> ContentT | None:
    return next((each for each in contents.values() if isinstance(each, struct)), None)
