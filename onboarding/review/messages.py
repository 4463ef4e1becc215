"""What a reviewer asks of the applicant before the decision. Plain messages are ``applications.messages``."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, transactional
from marketplace.kernel.i18n import message
from onboarding.applications.drafts import OWNER
from onboarding.applications.information import ItemToAsk, ask_information
from onboarding.applications.schemas import Receipt
from onboarding.applications.states import ApplicationAction
from onboarding.applications.telling import tell_applicant
from onboarding.review.decisions import deciding

MOVE = "update application set status = $2, changed_at = $3 where id = $1"


@transactional()
async def ask(actor: Actor, application_id: UUID, items: Sequence[ItemToAsk], due_on: date | None = None) -> Receipt:
    """Asks the applicant for more, item by item; the application waits, and its deadline stands still, until the answer.

    ``due_on`` is a Finnish day, both the applicant and the reviewers see it.

    Raises:
        Invalid: nothing is asked, or it does not fit the application; every item is named.
        Conflict: it was decided, withdrawn or asked about already, or a colleague has it.
    """
    row, status = await deciding(actor, application_id, ApplicationAction.REQUEST_INFORMATION)
    await ask_information(actor, row, items, due_on)
    await execute(MOVE, application_id, status.value, now())
    await audit.record(
        actor, f"application.{status}", OWNER, application_id, before={"status": row["status"]},
        after={"status": status, "items": len(items), "due_on": due_on},
        organiser_id=row["organiser_id"], provider_id=row["provider_id"],
    )  # fmt: skip
    due = [message("Answer by {day}.", day=due_on)] if due_on else []
    await tell_applicant(row, "information_requested", message("More information is needed for your application"), *due)
    return Receipt(application_id=application_id, reference=row["reference"], status=status, at=now())


async def request_information(actor: Actor, application_id: UUID, text: str) -> Receipt:
    """Asks one thing in free words; see ``ask``."""
    return await ask(actor, application_id, [ItemToAsk(text=text)])
