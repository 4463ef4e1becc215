"""The book of decisions: each is numbered, written once and never changed; its document is made after the commit."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import ORGANISER_ROLES, PROVIDER_ROLES, Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id
from marketplace.kernel.errors import NotFound
from onboarding.approvals.decision_schemas import DecisionPage, DecisionSummary, DecisionView, NewDecision
from onboarding.topics import DECISION_MADE, OfDecision

OWNER: Final = "decision"
PAGE: Final = 50
CODE_LETTERS: Final = "23456789BCDFGHJKLMNPQRSTVWXZ"
"""Nothing that looks like another character: a code is typed from paper. Twenty of them are 96 bits, not to be guessed."""

NEXT_NUMBER = """
insert into decision_count (id, organiser_id, year, last_number) values ($1, $2, $3, 1)
on conflict (organiser_id, year) do update set last_number = decision_count.last_number + 1 returning last_number
"""
INSERT = """
insert into decision (id, number, organiser_id, provider_id, application_id, approval_id, outcome, approved, refused,
    reasons, words, conditions, valid_from, valid_to, legal_basis, appeal, rulebook_version_id, checks, names,
    transferred_to, decided_by, confirmed_by, decided_at, language, code)
values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10::jsonb, $11, $12, $13, $14, $15::jsonb, $16::jsonb, $17,
    $18::jsonb, $19::jsonb, $20, $21, $22, $23, $24, $25)
"""
WAIT_FOR_DOCUMENT = "insert into decision_document (id, decision_id, attempts, error) values ($1, $2, 0, '')"
SELECT = """
select d.*, v.number as rulebook_number, f.file_id, f.sha256, f.made_at, f.attempts, f.error
from decision d join rulebook_version v on v.id = d.rulebook_version_id join decision_document f on f.decision_id = d.id
"""
SUMMARIES = f"""
select d.id, d.number, d.names->'organiser' as organiser_name, d.names->>'provider' as provider_name, d.application_id,
    d.outcome, d.decided_at, f.made_at
from decision d join decision_document f on f.decision_id = d.id
where (d.provider_id = $1 or d.organiser_id = $2) and ($3::uuid is null or d.application_id = $3)
    and ($4::timestamptz is null or (d.decided_at, d.id) < ($4, $5::uuid))
order by d.decided_at desc, d.id desc limit {PAGE + 1}
"""
JSON_COLUMNS = ("approved", "refused", "reasons", "legal_basis", "appeal", "checks", "names")


async def write_decision(actor: Actor, new: NewDecision) -> DecisionView:
    """Writes a decision within the caller's unit of work, under the organiser's next number of the year.

    The number is given under a lock that lasts until the commit: it is left out of no list and given to no two decisions.
    """
    decision_id, year = new_id(), today().year
    number = await fetch_value(NEXT_NUMBER, new_id(), new.organiser_id, year)
    written = {name: msgspec.json.encode(getattr(new, name)).decode() for name in JSON_COLUMNS}
    full_number = f"{number}/{year}/{new.names.reference}"
    await execute(
        INSERT, decision_id, full_number, new.organiser_id, new.provider_id, new.application_id, new.approval_id,
        new.outcome.value, written["approved"], written["refused"], written["reasons"], new.words, new.conditions,
        new.valid_from, new.valid_to, written["legal_basis"], written["appeal"], new.rulebook_version_id,
        written["checks"], written["names"], new.transferred_to, new.decided_by, new.confirmed_by, now(),
        new.language.value, _new_code(),
    )  # fmt: skip
    await execute(WAIT_FOR_DOCUMENT, new_id(), decision_id)
    await audit.record(
        actor, "decision.made", OWNER, decision_id, organiser_id=new.organiser_id, provider_id=new.provider_id,
        after={"number": full_number, "outcome": new.outcome, "application_id": new.application_id},
    )  # fmt: skip
    await DECISION_MADE.enqueue(OfDecision(decision_id))
    return await decision_by_id(decision_id)


async def decision_by_id(decision_id: UUID) -> DecisionView:
    """A decision, whoever asks: for jobs and for callers who have made sure that their reader may.

    Raises:
        NotFound: there is none.
    """
    return _view(await fetch_one(f"{SELECT} where d.id = $1", decision_id))


async def decision_of_code(code: str) -> DecisionView:
    """The decision whose document bears this code.

    Raises:
        NotFound: no document does.
    """
    return _view(await fetch_one(f"{SELECT} where d.code = $1", code.strip().upper()))


async def decision_for(actor: Actor, decision_id: UUID) -> DecisionView:
    """A decision for the people of the provider that it is addressed to and of the organiser that made it.

    Raises:
        NotFound: there is none, or the actor is on neither side.
    """
    where = "where d.id = $1 and (d.provider_id = $2 or d.organiser_id = $3)"
    return _view(await fetch_one(f"{SELECT} {where}", decision_id, *_sides(actor)))


async def decisions_for(actor: Actor, *, application_id: UUID | None = None, after: str = "") -> DecisionPage:
    """The decisions to the actor's provider, or by the actor's organiser, newest first; of one application where named.

    Raises:
        NotFound: the actor acts for neither.
    """
    provider_id, organiser_id = _sides(actor)
    if provider_id is None and organiser_id is None:
        raise NotFound
    rows = await fetch(SUMMARIES, provider_id, organiser_id, application_id, *_read_cursor(after))
    shown = rows[:PAGE]
    more = f"{shown[-1]['decided_at'].isoformat()}_{shown[-1]['id']}" if len(rows) > PAGE else None
    items = [
        msgspec.convert({**row, "organiser_name": msgspec.json.decode(row["organiser_name"])}, DecisionSummary)
        for row in shown
    ]
    return DecisionPage(items=items, next=more)


async def decisions_on(application_id: UUID) -> list[DecisionView]:
    """Every decision on an application and on what came of it, oldest first. The caller has made sure that its reader may."""
    return _views(await fetch(f"{SELECT} where d.application_id = $1 order by d.decided_at, d.id", application_id))


def _sides(actor: Actor) -> tuple[UUID | None, UUID | None]:
    """The provider or the organiser for which the actor may read decisions."""
    provider_id = actor.provider_id if actor.role in PROVIDER_ROLES else None
    return provider_id, actor.organiser_id if actor.role in ORGANISER_ROLES else None


def _new_code() -> str:
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(20))
    return "-".join(letters[start : start + 5] for start in range(0, 20, 5))


def _view(row: Row | None) -> DecisionView:
    if row is None:
        raise NotFound
    decoded: dict[str, Any] = {name: msgspec.json.decode(row[name]) for name in JSON_COLUMNS}
    return msgspec.convert({**row, **decoded}, DecisionView)


def _views(rows: Sequence[Row]) -> list[DecisionView]:
    return [_view(row) for row in rows]


def _read_cursor(text: str) -> tuple[datetime | None, UUID | None]:
    """Where to go on; a cursor that was tampered with begins anew."""
    moment, _, last_id = text.rpartition("_")
    try:
        found = datetime.fromisoformat(moment)
        is_sound = found.tzinfo is not None and 2000 <= found.year < 2200
        return (found, UUID(last_id)) if is_sound else (None, None)
    except ValueError:
        return None, None
