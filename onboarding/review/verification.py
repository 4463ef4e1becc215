"""Whether a document is genuine and what it is worth today: for anybody who holds its code. Nothing personal is told."""

import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from marketplace.accounts.limits import Attempt, begin_attempt, forget_attempt
from marketplace.kernel.clock import HELSINKI, today
from marketplace.kernel.db import Row, fetch, fetch_value
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Message, Text, message
from onboarding.approvals.decision_book import decision_of_code
from onboarding.approvals.decision_schemas import DecisionOutcome, DecisionView, ScopePart
from onboarding.review.letter import ABOUT_APPROVAL, merged

APPROVALS: Final = """
select a.service_classes, a.municipality_codes, a.valid_from, a.valid_to, a.status, a.status_from,
    exists (select from application r join approval n on n.application_id = r.id
        where r.previous_approval_id = a.id and r.kind = 'renewal' and n.status <> 'ended') as is_renewed
from approval a where a.application_id = $1 and ($2::uuid is null or a.id = $2) order by a.granted_at, a.id
"""
NEWER: Final = """
select exists (select from decision where approval_id = $1 and (decided_at, id) > ($2, $3))
"""


class DocumentState(StrEnum):
    """What a genuine document is worth today."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    ENDED = "ended"
    REPLACED = "replaced"
    NOT_APPROVED = "not_approved"
    TRANSFERRED = "transferred"


STATE_NAMES: Final[dict[DocumentState, Message]] = {
    DocumentState.IN_FORCE: message("Approved now"),
    DocumentState.NOT_YET: message("Approved, not yet in force"),
    DocumentState.EXPIRED: message("No longer in force: its time has passed"),
    DocumentState.SUSPENDED: message("Suspended"),
    DocumentState.ENDED: message("Ended"),
    DocumentState.REPLACED: message("Replaced by a newer decision"),
    DocumentState.NOT_APPROVED: message("Not approved"),
    DocumentState.TRANSFERRED: message("Transferred to another organiser"),
}


class VerifiedPart(msgspec.Struct, frozen=True, kw_only=True):
    """Services that stand alike today. Days are Finnish and both included; ``valid_to`` None is until further notice."""

    state: DocumentState
    service_classes: tuple[str, ...]
    municipalities: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """A genuine document: what it is and what holds today. ``sha256`` is of its PDF, None while that is being made.

    ``is_latest``: no later decision has changed the same approval.
    """

    number: str
    code: str
    outcome: DecisionOutcome
    decided_on: date
    organiser: Text
    provider_name: str
    state: DocumentState
    parts: tuple[VerifiedPart, ...]
    is_latest: bool
    sha256: str | None


async def verify(code: str, *, address: str = "") -> Verified:
    """What the document with this code says and what it is worth today.

    Args:
        address: the caller's network address for the limit on codes that are no document's; empty is not limited by it.

    Raises:
        NotFound: no document bears the code.
        TooManyAttempts: too many unknown codes from this address.
    """
    wanted = read_code(code)
    attempt = await begin_attempt(Attempt.DECISION_CODE, wanted[:40], address)
    try:
        decision = await decision_of_code(wanted)
    except NotFound:
        raise NotFound(message("No document has this code. Check that you typed all of it.")) from None
    await forget_attempt(attempt)
    return await _verified(decision)


def read_code(text: str) -> str:
    """A code as it is kept, however it was typed: without spaces, in small letters."""
    letters = re.sub(r"[^0-9A-Z]", "", text[:100].upper())
    return "-".join(letters[start : start + 5] for start in range(0, len(letters), 5))


async def _verified(decision: DecisionView) -> Verified:
    parts = await _parts(decision)
    newer = decision.approval_id and await fetch_value(NEWER, decision.approval_id, decision.decided_at, decision.id)
    return Verified(
        number=decision.number,
        code=decision.code,
        outcome=decision.outcome,
        decided_on=decision.decided_at.astimezone(HELSINKI).date(),
        organiser=decision.names.organiser,
        provider_name=decision.names.provider,
        state=_overall(parts),
        parts=tuple(parts),
        is_latest=not newer,
        sha256=decision.sha256,
    )


async def _parts(decision: DecisionView) -> list[VerifiedPart]:
    """What was approved, as it stands today; then what was not."""
    rows = await fetch(APPROVALS, decision.application_id, decision.approval_id)
    found = [_approved_part(row) for row in rows] if decision.approved or decision.outcome in ABOUT_APPROVAL else []
    if decision.outcome in ABOUT_APPROVAL:
        return found
    is_moved = decision.outcome is DecisionOutcome.TRANSFERRED
    state = DocumentState.TRANSFERRED if is_moved else DocumentState.NOT_APPROVED
    return found + [_refused_part(part, state) for part in merged(decision.refused)]


def _approved_part(row: Row) -> VerifiedPart:
    return VerifiedPart(
        state=state_of(row, today()),
        service_classes=tuple(row["service_classes"]),
        municipalities=tuple(row["municipality_codes"]),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


def _refused_part(part: ScopePart, state: DocumentState) -> VerifiedPart:
    return VerifiedPart(
        state=state,
        service_classes=(part.service_class,),
        municipalities=part.municipalities,
        valid_from=None,
        valid_to=None,
    )


def state_of(row: Row, day: date) -> DocumentState:
    """How an approval stands on a day. A renewal counts as a replacement once the old approval no longer holds."""
    is_over = row["status"] == "ended" or (row["valid_to"] is not None and row["valid_to"] < day)
    if is_over and row["is_renewed"]:
        return DocumentState.REPLACED
    if row["status"] == "ended":
        return DocumentState.ENDED
    if row["valid_to"] is not None and row["valid_to"] < day:
        return DocumentState.EXPIRED
    if row["status"] == "suspended":
        return DocumentState.SUSPENDED
    return DocumentState.NOT_YET if row["valid_from"] > day else DocumentState.IN_FORCE


def _overall(parts: Sequence[VerifiedPart]) -> DocumentState:
    """The best that any part has, in the order of the states."""
    order = list(DocumentState)
    return min((part.state for part in parts), key=order.index, default=DocumentState.NOT_APPROVED)
