"""Internal notes: for the organiser's own people only."""

from uuid import UUID

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.db import transactional
from onboarding.applications.drafts import OWNER
from onboarding.applications.notes import add_note
from onboarding.applications.schemas import NoteKind
from onboarding.review.assignment import sent


@transactional()
async def note_internally(actor: Actor, application_id: UUID, text: str, *, field: str = "text") -> None:
    """Adds a note that only the organiser's own people see; possible at any time, also after the decision.

    Raises:
        Invalid: the note is empty; the error stands under ``field``.
    """
    await sent(actor, application_id)
    await add_note(actor, application_id, NoteKind.NOTE, text, field=field)
    await audit.record(actor, "application.noted", OWNER, application_id)
