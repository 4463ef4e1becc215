"""Messages between an applicant and the organiser's reviewers, at any time after sending; they change no status."""

from uuid import UUID

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.db import transactional
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.i18n import message
from onboarding.applications.drafts import OWNER, own_application
from onboarding.applications.notes import add_note
from onboarding.applications.reading import locked
from onboarding.applications.schemas import NoteKind
from onboarding.applications.telling import tell_applicant, tell_organiser
from onboarding.scoping import reviewing_organiser

NOT_SENT = message("Send the application first. Until then nobody at the organiser sees it.")


@transactional()
async def write_to_organiser(actor: Actor, application_id: UUID, text: str) -> None:
    """The applicant writes to whoever handles the application, also after the decision.

    Raises:
        NotFound: there is none of the actor's provider.
        Invalid: the text is empty.
        Refused: the application was never sent.
    """
    row = await own_application(actor, application_id)
    if row["submitted_at"] is None:
        raise Refused(NOT_SENT, code="application_not_sent")
    await add_note(actor, application_id, NoteKind.TO_ORGANISER, text)
    await audit.record(actor, "application.message_to_organiser", OWNER, application_id)
    await tell_organiser(row, "message", message("The applicant has written to you"))


@transactional()
async def write_to_applicant(actor: Actor, application_id: UUID, text: str) -> None:
    """A reviewer writes to the applicant without asking for anything; also after the decision.

    Raises:
        NotFound: there is none that was sent to the actor's organiser.
        Invalid: the text is empty.
    """
    row = await locked(application_id, "organiser_id", reviewing_organiser(actor))
    if row["submitted_at"] is None:
        raise NotFound
    await add_note(actor, application_id, NoteKind.TO_APPLICANT, text)
    await audit.record(actor, "application.message_to_applicant", OWNER, application_id)
    await tell_applicant(row, "message", message("The organiser has written to you"))
