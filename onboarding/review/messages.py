"""What a reviewer asks of the applicant."""

from uuid import UUID

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, transactional
from onboarding.applications.notes import add_note
from onboarding.applications.schemas import NoteKind, Receipt
from onboarding.applications.states import ApplicationAction
from onboarding.review.decisions import deciding, told
from onboarding.topics import NoticeKind


@transactional()
async def request_information(actor: Actor, application_id: UUID, text: str) -> Receipt:
    """Asks the applicant for more; the application waits for the answer.

    Raises:
        Invalid: nothing is asked.
        Conflict: it was decided, withdrawn or asked about already, or a colleague has it.
    """
    row, status = await deciding(actor, application_id, ApplicationAction.REQUEST_INFORMATION)
    await add_note(actor, application_id, NoteKind.REQUEST, text)
    await execute(
        "update application set status = $2, changed_at = $3 where id = $1", application_id, status.value, now()
    )
    return await told(actor, row, status, NoticeKind.INFORMATION_REQUESTED)
