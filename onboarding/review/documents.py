"""Documents of decisions: an accessible PDF (PDF/UA-1), made by a job after the commit and stored with its hash."""

import asyncio
import io
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
import segno

from marketplace.kernel import audit, files
from marketplace.kernel.actors import SYSTEM, Actor
from marketplace.kernel.clock import HELSINKI, now
from marketplace.kernel.config import get_config
from marketplace.kernel.db import execute, fetch_one, transactional
from marketplace.kernel.errors import Conflict
from marketplace.kernel.files import FileFacts
from marketplace.kernel.i18n import message, translate
from marketplace.kernel.typesetting import typeset
from onboarding.approvals.decision_book import OWNER, decision_by_id, decision_for
from onboarding.approvals.decision_schemas import DecisionView
from onboarding.review.letter import Letter, letter_of
from onboarding.topics import OfDecision

TEMPLATE: Final = Path(__file__).parent / "templates" / "review" / "decision.typ"
LONGEST_ERROR: Final = 300

WAITING: Final = "select * from decision_document where decision_id = $1 for update"
MADE: Final = "update decision_document set file_id = $2, sha256 = $3, made_at = $4, attempts = attempts + 1, error = '' where decision_id = $1"
FAILED: Final = """
update decision_document set attempts = attempts + 1, error = $2 where decision_id = $1 and file_id is null
"""


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
    return typeset(TEMPLATE, data)


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
