"""Documents of decisions: an accessible PDF (PDF/UA-1), made by a job after the commit and stored with its hash."""

import asyncio
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import segno
import typst

from marketplace.kernel import audit, files
from marketplace.kernel.actors import SYSTEM, Actor
from marketplace.kernel.clock import HELSINKI, now
from marketplace.kernel.config import get_config
from marketplace.kernel.db import execute, fetch_one, transactional
from marketplace.kernel.errors import Conflict
from marketplace.kernel.files import FileFacts
from marketplace.kernel.i18n import message, translate
from onboarding.approvals.decision_book import OWNER, decision_by_id, decision_for
from onboarding.approvals.decision_schemas import DecisionView
from onboarding.review.letter import Letter, letter_of
from onboarding.topics import OfDecision

TEMPLATE: Final = Path(__file__).parent / "templates" / "review" / "decision.typ"
STANDARD: Final = "ua-1"
LONGEST_ERROR: Final = 300

WAITING: Final = "select * from decision_document where decision_id = $1 for update"
MADE: Final = "update decision_document set file_id = $2, sha256 = $3, made_at = $4, attempts = attempts + 1, error = '' where decision_id = $1"
FAILED: Final = """
update decision_document set attempts = attempts + 1, error = $2 where decision_id = $1 and file_id is null
"""

_SHOWN_EVERYWHERE = re.compile(
    r"[^\n\t\u0020-\u007e\u00a0-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff\u2010-\u2027\u20ac]"
)
"""Characters outside of these are in none of the fonts that come with the typesetter, or not for sure."""


class NotDrawn(RuntimeError):
    """The typesetter refused the document."""


async def make_document(job: OfDecision) -> None:
    """The handler of ``DECISION_MADE``: makes the PDF once. What goes wrong is kept where people see it, and tried again.

    Raises:
        NotDrawn, OSError, Unavailable: the typesetter or the file store failed; the queue tries again.
    """
    decision = await decision_by_id(job.decision_id)
    if decision.is_made:
        return
    try:
        content = await asyncio.to_thread(draw, decision)
        facts = await files.put(SYSTEM, "document", file_name(decision), content, owner=OWNER, owner_id=decision.id)
    except Exception as error:
        await execute(FAILED, decision.id, f"{type(error).__name__}: {error}"[:LONGEST_ERROR])
        raise
    await _keep(decision, facts)


@transactional()
async def _keep(decision: DecisionView, facts: FileFacts) -> None:
    """Two workers may have drawn it at once: the first one's is the document."""
    row = await fetch_one(WAITING, decision.id)
    if row is None or row["file_id"] is not None:
        return
    await execute(MADE, decision.id, facts.id, facts.sha256, now())
    after = {"file_id": facts.id, "sha256": facts.sha256}
    whose = {"organiser_id": decision.organiser_id, "provider_id": decision.provider_id}
    await audit.record(SYSTEM, "decision.document_made", OWNER, decision.id, after=after, **whose)


async def document_of(actor: Actor, decision_id: UUID) -> tuple[FileFacts, bytes]:
    """The PDF, for the people of the provider and of the organiser.

    Raises:
        NotFound: there is no such decision, or the actor is on neither side.
        Conflict: it is still being made.
    """
    decision = await decision_for(actor, decision_id)
    if decision.file_id is None:
        raise Conflict(message("The document is being made. Try again in a moment."), code="document_not_made")
    facts = await files.facts_of(decision.file_id, owner=OWNER, owner_id=decision.id)
    return facts, await files.content_of(decision.file_id, owner=OWNER, owner_id=decision.id)


def draw(decision: DecisionView) -> bytes:
    """The PDF of a decision: the same bytes for the same decision, whenever and wherever it is drawn.

    Raises:
        NotDrawn: the typesetter refused it, also without the characters that no font has.
    """
    letter = letter_of(decision, verify_address(decision.code))
    day = decision.decided_at.astimezone(HELSINKI).date()
    data = {
        **msgspec.to_builtins(letter),
        "day": [day.year, day.month, day.day],
        "picture": picture_of(letter),
    }
    try:
        return _typeset(data)
    except NotDrawn:
        # PDF/UA refuses a character without a glyph, such as an emoji in somebody's words: its number is set instead.
        return _typeset(_each_text(data, _in_known_characters))


def picture_of(letter: Letter) -> str:
    """The QR code as SVG."""
    drawn = io.BytesIO()
    segno.make(letter.verify_address, error="m", micro=False).save(drawn, kind="svg", scale=4, border=4, xmldecl=False)
    return drawn.getvalue().decode()


def verify_address(code: str) -> str:
    """Where anybody can see whether a document is genuine."""
    return f"{get_config().base_url.rstrip('/')}/verify/{code}"


def file_name(decision: DecisionView) -> str:
    """``paatos-12-2026-H-2026-7KQ4MB.pdf``, in the language of the document."""
    word = translate(message("decision-document"), decision.language)
    return f"{word}-{decision.number.replace('/', '-')}.pdf"


def _typeset(data: dict[str, Any]) -> bytes:
    inputs = {"letter": msgspec.json.encode(data).decode()}
    try:
        drawn = typst.compile(
            str(TEMPLATE),
            root=str(TEMPLATE.parent),
            ignore_system_fonts=True,
            pdf_standards=[STANDARD],
            sys_inputs=inputs,
        )
    except RuntimeError as error:  # Also the parent of the typesetter's own error.
        raise NotDrawn(str(error)) from error
    return drawn


def _each_text(data: Any, change: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {name: _each_text(each, change) for name, each in data.items()}
    return [_each_text(each, change) for each in data] if isinstance(data, list | tuple) else data


def _in_known_characters(text: str) -> str:
    return _SHOWN_EVERYWHERE.sub(lambda found: f"(U+{ord(found.group()):04X})", text)
