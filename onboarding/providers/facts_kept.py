"""The facts of the business register over time: each version that differed is kept, so that a change can be shown."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec

from marketplace.kernel.db import execute, fetch, fetch_one, new_id
from marketplace.kernel.i18n import Message, Text, message
from onboarding.providers.schemas import CompanyFacts, FactsSource

REGISTER_NAMES: Mapping[str, Message] = {
    "trade": message("Trade register"),
    "prepayment": message("Prepayment register"),
    "employer": message("Employer register"),
    "vat": message("VAT register"),
}
SITUATION_NAMES: Mapping[str, Message] = {
    "KONK": message("Bankruptcy"),
    "SELTILA": message("Liquidation"),
    "SANE": message("Reorganisation of the business"),
}
_FIELD_NAMES: Mapping[str, Message] = {
    "name": message("Name"),
    "kind": message("Kind of provider"),
    "form": message("Company form"),
    "industry_code": message("Line of business"),
    "street": message("Street address"),
    "postal_code": message("Postal code"),
    "post_office": message("Town or city"),
    "municipality": message("Municipality"),
    "website": message("Website"),
    "trade_register": REGISTER_NAMES["trade"],
    "prepayment_register": REGISTER_NAMES["prepayment"],
    "employer_register": REGISTER_NAMES["employer"],
    "vat_register": REGISTER_NAMES["vat"],
    "situations": message("Situation"),
    "ended_on": message("End of business"),
    "parallel_names": message("Parallel names"),
    "auxiliary_names": message("Auxiliary names"),
    "postal_address": message("Postal address"),
}
Shown = str | date | None


class FactsVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What the register said, from ``fetched_at`` until the next version."""

    id: UUID
    source: FactsSource
    fetched_at: datetime
    facts: CompanyFacts


class FactChange(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that is not what it was. ``field`` is its name in ``CompanyFacts``."""

    field: str
    label: Message
    before: Shown
    after: Shown


class FactsChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a new look-up changed. ``registers_left`` and ``situations_begun`` are what an approval may hang on.

    ``is_gone``: the register does not know the business id any more; then ``after`` is None and nothing was overwritten.
    """

    provider_id: UUID
    changes: tuple[FactChange, ...]
    registers_left: tuple[str, ...]
    registers_joined: tuple[str, ...]
    situations_begun: tuple[str, ...]
    situations_ended: tuple[str, ...]
    has_ended: bool
    is_gone: bool
    before: CompanyFacts | None
    after: CompanyFacts | None
    fetched_at: datetime


async def facts_history(provider_id: UUID) -> list[FactsVersion]:
    """Every version of a provider's facts, newest first. Who may read it is the caller's to decide."""
    rows = await fetch(
        "select id, source, fetched_at, facts from provider_facts where provider_id = $1 order by fetched_at desc, id desc",
        provider_id,
    )
    return [msgspec.convert({**row, "facts": msgspec.json.decode(row["facts"])}, FactsVersion) for row in rows]


async def keep_version(provider_id: UUID, facts: CompanyFacts) -> bool:
    """Keeps the facts as a version if they say something new; for use cases, in their transaction."""
    last = await fetch_one(
        "select facts from provider_facts where provider_id = $1 order by fetched_at desc, id desc limit 1", provider_id
    )
    known = msgspec.json.decode(last["facts"], type=CompanyFacts) if last else None
    if known is not None and not changes_between(known, facts):
        return False
    await execute(
        "insert into provider_facts (id, provider_id, source, fetched_at, facts) values ($1, $2, $3, $4, $5::jsonb)",
        new_id(), provider_id, facts.source.value, facts.fetched_at, msgspec.json.encode(facts).decode(),
    )  # fmt: skip
    return True


def changes_between(before: CompanyFacts, after: CompanyFacts) -> tuple[FactChange, ...]:
    """What is not the same, in the order in which it is shown. Source and moment are no facts of the company."""
    return tuple(
        FactChange(field=field, label=label, before=_shown(old), after=_shown(new))
        for field, label in _FIELD_NAMES.items()
        if (old := getattr(before, field)) != (new := getattr(after, field))
    )


def change_of(provider_id: UUID, before: CompanyFacts | None, after: CompanyFacts) -> FactsChange | None:
    """The change from one look-up to the next; None where there is none, or nothing to compare with."""
    changes = changes_between(before, after) if before else ()
    if before is None or not changes:
        return None
    was, now_in = registers_of(before), registers_of(after)
    return FactsChange(
        provider_id=provider_id, changes=changes,
        registers_left=tuple(name for name in was if name not in now_in),
        registers_joined=tuple(name for name in now_in if name not in was),
        situations_begun=tuple(code for code in after.situations if code not in before.situations),
        situations_ended=tuple(code for code in before.situations if code not in after.situations),
        has_ended=before.ended_on is None and after.ended_on is not None, is_gone=False,
        before=before, after=after, fetched_at=after.fetched_at,
    )  # fmt: skip


def gone(provider_id: UUID, before: CompanyFacts, moment: datetime) -> FactsChange:
    """The register does not know the company any more."""
    return FactsChange(
        provider_id=provider_id, changes=(), registers_left=registers_of(before), registers_joined=(),
        situations_begun=(), situations_ended=(), has_ended=False, is_gone=True, before=before, after=None,
        fetched_at=moment,
    )  # fmt: skip


def registers_of(facts: CompanyFacts) -> tuple[str, ...]:
    """The registers in which the company is now: ``trade``, ``prepayment``, ``employer``, ``vat``."""
    return tuple(name for name in REGISTER_NAMES if getattr(facts, f"{name}_register") is not None)


def situation_name(code: str) -> Message:
    """A situation in words; one that we do not know by its code."""
    return SITUATION_NAMES.get(code) or message("Situation {code} of the business register", code=code)


def _shown(value: object) -> Shown:
    if isinstance(value, Text):
        return value.fi
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    return value if isinstance(value, date) or value is None else str(value)
