"""How each organiser keeps its approvals true: versions that are added and never changed."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from marketplace.accounts.people import names_of
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, new_id, transactional
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import message
from marketplace.kernel.scoping import organiser_of
from onboarding.compliance.schemas import REGISTERS, ComplianceSettings, SettingsVersion
from onboarding.compliance.states import CaseKind
from onboarding.scoping import reviewing_organiser

LATEST = """
select distinct on (organiser_id) organiser_id, number, settings, made_by, made_at from compliance_settings
where organiser_id = any($1::uuid[]) order by organiser_id, number desc
"""
INSERT = """
insert into compliance_settings (id, organiser_id, number, settings, made_by, made_at)
values ($1, $2, $3, $4::jsonb, $5, $6)
"""
MOST_REMINDERS = 10
OWN = SettingsVersion(number=0, settings=ComplianceSettings(), made_at=None, made_by_name="")
NEVER_PROPOSED = frozenset({CaseKind.APPROVAL_EXPIRING, CaseKind.NAME_CHANGED})
"""An approval that ends needs no suspension, and a name is information."""


async def settings_of(organiser_ids: Iterable[UUID]) -> dict[UUID, SettingsVersion]:
    """The settings in force of several organisers; the product's own where one has set none."""
    wanted = set(organiser_ids)
    found = {row["organiser_id"]: _version(row, "") for row in await fetch(LATEST, list(wanted))}
    return {each: found.get(each, OWN) for each in wanted}


async def own_settings(actor: Actor) -> SettingsVersion:
    """The settings of the actor's organiser.

    Raises:
        NotFound: the actor reviews for no organiser.
    """
    rows = await fetch(LATEST, [reviewing_organiser(actor)])
    if not rows:
        return OWN
    names = await names_of([rows[0]["made_by"]] if rows[0]["made_by"] else [])
    return _version(rows[0], names.get(rows[0]["made_by"], ""))


@transactional()
async def change_settings(actor: Actor, settings: ComplianceSettings) -> SettingsVersion:
    """Sets how the actor's organiser keeps its approvals true, from the next round on. Hearings under way go on.

    Raises:
        NotFound: the actor administers no organiser.
        Invalid: no or too many days of reminding, or a register or kind that cannot be watched or proposed for.
    """
    organiser_id = organiser_of(actor, Role.ORGANISER_ADMIN)
    kept = _checked(settings)
    await execute("select pg_advisory_xact_lock(hashtextextended('compliance_settings ' || $1, 0))", str(organiser_id))
    before = (await settings_of([organiser_id]))[organiser_id]
    body = msgspec.json.encode(kept).decode()
    await execute(INSERT, new_id(), organiser_id, before.number + 1, body, actor.person_id, now())
    await audit.record(
        actor, "compliance.settings_changed", "organiser", organiser_id, before=before.settings, after=kept
    )
    return await own_settings(actor)


def _checked(settings: ComplianceSettings) -> ComplianceSettings:
    errors: list[FieldError] = []
    days = sorted(set(settings.reminder_days), reverse=True)
    if not 1 <= len(days) <= MOST_REMINDERS:
        errors.append(FieldError("reminder_days", message("Give from one to ten days of reminding.")))
    if unknown := set(settings.registers) - set(REGISTERS):
        errors.append(FieldError("registers", message("There is no such register: {name}", name=min(unknown))))
    if NEVER_PROPOSED & set(settings.proposing):
        errors.append(FieldError("proposing", message("Suspension is never proposed for an end or a new name.")))
    if errors:
        raise Invalid(errors)
    registers = [each for each in REGISTERS if each in settings.registers]
    kinds = [each for each in CaseKind if each in settings.proposing]
    return msgspec.structs.replace(settings, reminder_days=days, registers=registers, proposing=kinds)


def _version(row: Row, name: str) -> SettingsVersion:
    settings = msgspec.json.decode(row["settings"], type=ComplianceSettings)
    return SettingsVersion(number=row["number"], settings=settings, made_at=row["made_at"], made_by_name=name)
