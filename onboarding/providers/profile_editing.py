"""Changing a provider's profile: by its administrators, told in the audit trail, never over a colleague's head."""

from enum import Enum
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.i18n import message
from onboarding.providers.profile import Rows, read_content
from onboarding.providers.profile_checks import checked
from onboarding.providers.profile_schemas import (
    Edit,
    Premises,
    Section,
    ServiceLanguages,
    SoteriRegistration,
    Staff,
    Subcontracting,
)
from onboarding.scoping import administered_provider
from onboarding.topics import LOOK_AGAIN, OfProvider

ViewT = TypeVar("ViewT", bound=msgspec.Struct)
EditT = TypeVar("EditT", bound=Edit)

MOST_ROWS: Final = 200
CHANGED = message("A colleague changed this while you were writing. Nothing of yours was saved yet: compare, and save again.")  # fmt: skip

WRITE_SECTION = """
insert into profile_section (id, provider_id, section, content, version, changed_by, changed_at)
values ($1, $2, $3, $4::jsonb, $5, $6, $7)
on conflict (provider_id, section) do update set content = excluded.content, version = excluded.version,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at
"""


class ChangedMeanwhile(Conflict):
    """A colleague was faster. The writer is shown what is there now and may save again over it."""

    code = "changed_meanwhile"
    default_message = CHANGED


@transactional()
async def add_row(actor: Actor, rows: Rows[ViewT], edit: Edit, **more: object) -> ViewT:
    """Adds a row to a section. ``more`` are columns that no person writes.

    Raises:
        NotFound: the actor administers no provider.
        Invalid: the row cannot be so; every field is named.
        Refused: there are too many rows already.
    """
    provider_id = await locked_provider(actor)
    values = {**columns_of(checked(edit)), **more}
    await refuse_more(provider_id, rows)
    row_id = new_id()
    names = ["id", "provider_id", *values, "created_by", "created_at"]
    places = ", ".join(f"${n}" for n in range(1, len(names) + 1))
    await execute(
        f"insert into {rows.table} ({', '.join(names)}) values ({places})",
        row_id, provider_id, *values.values(), actor.person_id, now(),
    )  # fmt: skip
    await audit.record(actor, f"{rows.table}.added", rows.table, row_id, after=values)
    await LOOK_AGAIN.enqueue(OfProvider(provider_id))
    return await rows.one(provider_id, row_id)


@transactional()
async def change_row(actor: Actor, rows: Rows[ViewT], row_id: UUID, edit: Edit, **more: object) -> ViewT:
    """Changes a row of a section.

    Raises:
        NotFound: the actor's provider has no such row.
        Invalid: the row cannot be so; every field is named.
        ChangedMeanwhile: it is not the version any more that the writer read.
    """
    provider_id = await locked_provider(actor)
    before = await _row(provider_id, rows, row_id)
    values = {**columns_of(checked(edit)), **more}
    _refuse_stale(edit, before["version"])
    changes = ", ".join(f"{name} = ${n}" for n, name in enumerate(values, start=2))
    await execute(
        f"update {rows.table} set {changes}, version = version + 1 where id = $1", row_id, *values.values()
    )  # fmt: skip
    was = {name: before[name] for name in values}
    await audit.record(actor, f"{rows.table}.changed", rows.table, row_id, before=was, after=values)
    await LOOK_AGAIN.enqueue(OfProvider(provider_id))
    return await rows.one(provider_id, row_id)


@transactional()
async def remove_row(actor: Actor, rows: Rows[Any], row_id: UUID) -> None:
    """Takes a row out. A certificate's stays for those who were sent it; the audit trail keeps the others' content.

    Raises:
        NotFound: the actor's provider has no such row.
    """
    provider_id = await locked_provider(actor)
    before = await _row(provider_id, rows, row_id)
    if rows.section is Section.CERTIFICATES:
        await execute("update provider_certificate set removed_at = $2 where id = $1", row_id, now())
    else:
        await execute(f"delete from {rows.table} where id = $1", row_id)
    await audit.record(actor, f"{rows.table}.removed", rows.table, row_id, before=before)
    await LOOK_AGAIN.enqueue(OfProvider(provider_id))


async def save_soteri(actor: Actor, edit: SoteriRegistration) -> SoteriRegistration:
    """Keeps the provider's own registration in Soteri. Raises as ``save_section`` does."""
    return await save_section(actor, Section.SOTERI, edit)


async def save_premises(actor: Actor, edit: Premises) -> Premises:
    """Keeps what the premises are like. Raises as ``save_section`` does."""
    return await save_section(actor, Section.PREMISES, edit)


async def save_staff(actor: Actor, edit: Staff) -> Staff:
    """Keeps the numbers of staff. Raises as ``save_section`` does."""
    return await save_section(actor, Section.STAFF, edit)


async def save_languages(actor: Actor, edit: ServiceLanguages) -> ServiceLanguages:
    """Keeps the languages of service. Raises as ``save_section`` does."""
    return await save_section(actor, Section.LANGUAGES, edit)


async def save_subcontracting(actor: Actor, edit: Subcontracting) -> Subcontracting:
    """Keeps whether subcontractors are used. Raises as ``save_section`` does."""
    return await save_section(actor, Section.SUBCONTRACTORS, edit)


@transactional()
async def save_section(actor: Actor, section: Section, edit: EditT) -> EditT:
    """Keeps the answers of a section that is one page.

    Raises:
        NotFound: the actor administers no provider.
        Invalid: the answers cannot be so; every field is named.
        ChangedMeanwhile: it is not the version any more that the writer read.
    """
    provider_id = await locked_provider(actor)
    kept = checked(edit)
    row = await fetch_one(
        "select * from profile_section where provider_id = $1 and section = $2", provider_id, section.value
    )
    version = row["version"] if row else 0
    _refuse_stale(edit, version)
    content = {name: value for name, value in msgspec.to_builtins(kept).items() if name != "version"}
    await execute(
        WRITE_SECTION, new_id(), provider_id, section.value, msgspec.json.encode(content).decode(), version + 1,
        actor.person_id, now(),
    )  # fmt: skip
    before = read_content(row) if row else None
    await audit.record(actor, f"profile.{section.value}_saved", "provider", provider_id, before=before, after=content)
    return msgspec.structs.replace(kept, version=version + 1)


async def locked_provider(actor: Actor) -> UUID:
    """The provider that the actor administers. Edits of one profile wait for each other.

    Raises:
        NotFound: the actor administers none.
    """
    provider_id = administered_provider(actor)
    if await fetch_value("select id from provider where id = $1 for no key update", provider_id) is None:
        raise NotFound
    return provider_id


async def refuse_more(provider_id: UUID, rows: Rows[Any]) -> None:
    """Raises ``Refused`` where a section is full."""
    still = " and removed_at is null" if rows.section is Section.CERTIFICATES else ""
    count = await fetch_value(f"select count(*) from {rows.table} where provider_id = $1{still}", provider_id)
    if count >= MOST_ROWS:
        text = message("There can be at most {most} of these. Remove one first.", most=MOST_ROWS)
        raise Refused(text, code="too_many_rows")


def columns_of(edit: Edit) -> dict[str, object]:
    """The edit's answers as columns of its table."""
    plain = {field: getattr(edit, field) for field in edit.__struct_fields__ if field != "version"}
    return {name: value.value if isinstance(value, Enum) else value for name, value in plain.items()}


async def _row(provider_id: UUID, rows: Rows[Any], row_id: UUID) -> Row:
    still = " and removed_at is null" if rows.section is Section.CERTIFICATES else ""
    found = await fetch_one(
        f"select * from {rows.table} where id = $1 and provider_id = $2{still} for update", row_id, provider_id
    )
    if found is None:
        raise NotFound
    return found


def _refuse_stale(edit: Edit, version: int) -> None:
    if edit.version is not None and edit.version != version:
        raise ChangedMeanwhile
