"""Asking the business register again: after it was silent, on a person's wish, and in the daily round of compliance."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

from marketplace.accounts.memberships import rename_scope
from marketplace.kernel import audit
from marketplace.kernel.actors import SYSTEM, Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch_one, transactional
from marketplace.kernel.errors import NotFound, Refused, TooManyAttempts, Unavailable
from marketplace.kernel.i18n import message
from onboarding.providers.companies import look_up
from onboarding.providers.facts_kept import FactsChange, change_of, gone, keep_version
from onboarding.providers.registration import provider_of
from onboarding.providers.schemas import CompanyFacts, ProviderView
from onboarding.scoping import administered_provider
from onboarding.topics import OfProvider

PAUSE: Final = timedelta(minutes=5)
"""How long a person waits between two looks into the register."""

KEEP = """
update provider set name = $2, kind = $3, facts = $4::jsonb, facts_source = $5, facts_checked_at = $6,
    facts_asked_at = $6, facts_unverified = false where id = $1
"""
CLAIM = """
update provider set facts_asked_at = $2 where id = $1 and (facts_asked_at is null or facts_asked_at <= $3) returning id
"""


async def ask_for_facts(wanted: OfProvider) -> None:
    """The handler of ``FACTS_WANTED``: asks the business register again and keeps what it says.

    Raises:
        Unavailable: it is still silent; the queue tries again later.
    """
    provider = await provider_of(wanted.provider_id)
    if provider.facts_unverified:
        await recheck_facts(provider.id)


async def recheck_facts(provider_id: UUID) -> FactsChange | None:
    """Looks a provider up again and keeps what the register says; what changed, or None.

    A provider without a business id is in no register: None. Where the register does not know the business id (any
    more), the facts that were known stay, and the change says so (``is_gone``).

    Raises:
        NotFound: there is no such provider.
        Unavailable: the register is silent; what was known stays.
    """
    provider = await provider_of(provider_id)
    if provider.business_id is None:
        return None
    looked_up = await look_up(provider.business_id)
    if not looked_up.is_answered:
        raise Unavailable(message("The business register (YTJ) does not answer right now. Try again later."))
    if looked_up.facts is None:
        return await _note_gone(provider)
    return await _keep(SYSTEM, provider.id, looked_up.facts)


async def check_again(actor: Actor) -> FactsChange | None:
    """The button "Check again from YTJ" of a provider's administrator.

    Raises:
        NotFound: the actor administers no provider.
        Refused: the provider has no business id.
        TooManyAttempts: it was asked a moment ago.
        Unavailable: the register is silent; what was known stays.
    """
    provider_id = administered_provider(actor)
    if (await provider_of(provider_id)).business_id is None:
        raise Refused(message("Without a business ID there is nothing to check from the business register."))
    await _claim(provider_id)
    return await recheck_facts(provider_id)


@transactional()
async def _claim(provider_id: UUID) -> None:
    moment = now()
    if await fetch_one(CLAIM, provider_id, moment, moment - PAUSE) is None:
        minutes = int(PAUSE.total_seconds() // 60)
        text = message("The business register was asked a moment ago. Try again in {minutes} minutes.", minutes=minutes)
        raise TooManyAttempts(text, retry_after_seconds=int(PAUSE.total_seconds()))


@transactional()
async def _keep(actor: Actor, provider_id: UUID, facts: CompanyFacts) -> FactsChange | None:
    row = await _locked(provider_id)
    name = facts.name or row["name"]
    known = msgspec.json.decode(row["facts"], type=CompanyFacts) if row["facts"] else None
    await execute(
        KEEP, provider_id, name, facts.kind.value, msgspec.json.encode(facts).decode(), facts.source.value,
        facts.fetched_at,
    )  # fmt: skip
    if name != row["name"]:
        await rename_scope(SYSTEM, name, provider_id=provider_id)
    is_new = await keep_version(provider_id, facts)
    change = change_of(provider_id, known, facts)
    if is_new or row["facts_unverified"]:
        before = {"name": row["name"], "kind": row["kind"]}
        after = {"name": name, "kind": facts.kind, "source": facts.source, "changed": _fields(change)}
        await audit.record(
            actor, "provider.facts_kept", "provider", provider_id, before=before, after=after, provider_id=provider_id
        )
    return change


def _fields(change: FactsChange | None) -> list[str]:
    return [each.field for each in change.changes] if change else []


@transactional()
async def _note_gone(provider: ProviderView) -> FactsChange | None:
    await execute("update provider set facts_asked_at = $2 where id = $1", provider.id, now())
    return gone(provider.id, provider.facts, now()) if provider.facts else None


async def _locked(provider_id: UUID) -> Row:
    row = await fetch_one("select * from provider where id = $1 for update", provider_id)
    if row is None:
        raise NotFound
    return row
