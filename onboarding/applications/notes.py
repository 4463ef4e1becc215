"""Words beside an application: written once, never changed."""

from uuid import UUID

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, new_id
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import checked_words
from onboarding.applications.schemas import NoteKind

INSERT = """
insert into review_note (id, application_id, kind, body, written_by, written_at) values ($1, $2, $3, $4, $5, $6)
"""


async def add_note(actor: Actor, application_id: UUID, kind: NoteKind, text: str, field: str = "text") -> None:
    """Writes a note within the caller's unit of work, which has checked that the actor may.

    Raises:
        Invalid: the text is empty or contains characters that no text should.
    """
    body = checked_words(field, text)
    if not body:
        raise Invalid.field(field, message("This is missing."))
    await execute(INSERT, new_id(), application_id, kind.value, body, actor.person_id, now())
