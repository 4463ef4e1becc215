"""What a provider's approvals rest on, as it stands: days on which it ends, and what the business register says."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch_one, new_id
from onboarding.compliance.schemas import ComplianceSettings, Finding
from onboarding.compliance.states import CaseKind
from onboarding.providers.expiring import ExpiringKind, ExpiringThing, expiring_between
from onboarding.providers.facts_kept import registers_of
from onboarding.providers.registration import provider_of
from onboarding.providers.schemas import CompanyFacts, FactsSource, ProviderView

LONG_AGO: Final = date(1900, 1, 1)
KINDS: Final[Mapping[ExpiringKind, CaseKind]] = {
    ExpiringKind.CERTIFICATE: CaseKind.CERTIFICATE_EXPIRING,
    ExpiringKind.INSURANCE: CaseKind.INSURANCE_EXPIRING,
    ExpiringKind.SELF_MONITORING_PLAN: CaseKind.SELF_MONITORING_OUTDATED,
}
WATCH: Final = """
insert into compliance_watch (id, provider_id, registers, name) values ($1, $2, $3, $4) on conflict (provider_id) do nothing
"""
SEEN: Final = "update compliance_watch set registers = $2, name = $3 where provider_id = $1"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A provider, and what of it was known at the look before. ``gone_since``: the register does not know it any more."""

    provider: ProviderView
    registers_seen: frozenset[str]
    name_seen: str
    gone_since: date | None


async def watched(provider_id: UUID) -> Row:
    """The provider's watch, locked: of two who look at one provider the second waits."""
    provider = await provider_of(provider_id)
    await execute(
        WATCH, new_id(), provider_id, list(registers_of(provider.facts)) if provider.facts else [], provider.name
    )
    return await fetch_one("select * from compliance_watch where provider_id = $1 for update", provider_id) or {}


async def standing_of(provider_id: UUID) -> Standing:
    """What is known of a provider; the caller holds its watch, and calls ``keep_seen`` when it has drawn its conclusions."""
    watch = await watched(provider_id)
    return Standing(
        provider=await provider_of(provider_id),
        registers_seen=frozenset(watch["registers"]),
        name_seen=watch["name"],
        gone_since=watch["gone_since"],
    )


async def keep_seen(known: Standing) -> None:
    """Notes the name, and every register that the provider has been seen in: leaving one stays a matter until it is back."""
    facts = known.provider.facts
    registers = known.registers_seen | set(registers_of(facts) if facts else ())
    await execute(SEEN, known.provider.id, sorted(registers), known.provider.name)


async def findings(known: Standing, settings: ComplianceSettings, day: date) -> list[Finding]:
    """Every thing of the provider that ends soon, is missing or has changed, by one organiser's settings."""
    last = day + timedelta(days=max(settings.reminder_days))
    plan_days = settings.self_monitoring_days
    ending = await expiring_between(LONG_AGO, last, providers=[known.provider.id], plan_days=plan_days)
    return [*(_ending(each) for each in ending), *_in_register(known, settings, day)]


def approval_finding(approval: Row) -> Finding:
    """The approval's own last day."""
    return Finding(
        kind=CaseKind.APPROVAL_EXPIRING, thing="approval", due_on=approval["valid_to"], source="approval", seen_at=now()
    )


def _ending(thing: ExpiringThing) -> Finding:
    """Of certificates and insurances of one kind the one that is good longest counts: a new one replaces the old."""
    name = str(thing.what.values.get("name", ""))
    is_single = thing.kind is ExpiringKind.SELF_MONITORING_PLAN or thing.detail == "other"
    code = ":".join(part for part in (thing.detail, str(thing.thing_id) if is_single else "") if part)
    return Finding(
        kind=KINDS[thing.kind], thing=code, name=name, due_on=thing.expires_on, source="profile", seen_at=now()
    )


def _in_register(known: Standing, settings: ComplianceSettings, day: date) -> list[Finding]:
    provider = known.provider
    if provider.facts is None or provider.facts_source is FactsSource.BY_HAND:
        return []
    facts = provider.facts
    left = [each for each in settings.registers if each in known.registers_seen - set(registers_of(facts))]
    is_gone = known.gone_since is not None and known.gone_since < day
    situations = [*facts.situations, *(["ended"] if facts.ended_on is not None else []), *(["gone"] if is_gone else [])]
    found = [
        *(_of_register(CaseKind.REGISTER_LEFT, each, facts, after=_day(facts.left.get(each))) for each in left),
        *(_of_register(CaseKind.SITUATION_CHANGED, each, facts, after=_since(each, facts)) for each in situations),
    ]
    if known.name_seen != provider.name:
        found.append(
            _of_register(
                CaseKind.NAME_CHANGED, "name", facts, name=provider.name, before=known.name_seen, after=provider.name
            )
        )
    return found


def _since(situation: str, facts: CompanyFacts) -> str:
    return _day(facts.ended_on if situation == "ended" else facts.situations_since.get(situation))


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _of_register(
    kind: CaseKind, thing: str, facts: CompanyFacts, *, name: str = "", before: str = "", after: str = ""
) -> Finding:
    return Finding(
        kind=kind, thing=thing, name=name, due_on=None, source=facts.source.value, seen_at=facts.fetched_at,
        before=before, after=after,
    )  # fmt: skip
