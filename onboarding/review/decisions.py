"""What a reviewer decides: approve, reject. Nothing is decided twice."""

from uuid import UUID

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, new_id, transactional
from marketplace.kernel.errors import IllegalTransition, Invalid
from marketplace.kernel.i18n import message
from onboarding.applications.drafts import OWNER
from onboarding.applications.notes import add_note
from onboarding.applications.schemas import NoteKind, Receipt
from onboarding.applications.states import REVIEWER, ApplicationAction, ApplicationStatus
from onboarding.approvals.approvals import grant_approval
from onboarding.approvals.schemas import ApprovalTerms
from onboarding.review.assignment import closed, sent, taken
from onboarding.topics import NOTICE, ApplicationNotice, NoticeKind

DECIDE = """
update application set status = $2, decided_by = $3, decided_at = $4, changed_at = $4, decision_reasons = $5 where id = $1
"""


@transactional()
async def approve(actor: Actor, application_id: UUID, terms: ApprovalTerms) -> Receipt:
    """Approves the provider for all that was applied for, from ``valid_from`` to ``valid_to``, both included.

    Raises:
        Invalid: the last day comes before the first.
        Conflict: it was decided or withdrawn already (by whom and when is said), or a colleague has it.
    """
    row, status = await deciding(actor, application_id, ApplicationAction.APPROVE)
    if terms.valid_to is not None and terms.valid_to < terms.valid_from:
        raise Invalid.field("valid_to", message("The last day cannot come before the first."))
    await execute(DECIDE, application_id, status.value, actor.person_id, now(), terms.conditions)
    await grant_approval(actor, row, terms)
    return await told(actor, row, status, NoticeKind.APPROVED)


@transactional()
async def reject(actor: Actor, application_id: UUID, reasons: str) -> Receipt:
    """Rejects an application. The reasons are part of the decision and go to the applicant.

    Raises:
        Invalid: no reasons are given.
        Conflict: it was decided or withdrawn already (by whom and when is said), or a colleague has it.
    """
    row, status = await deciding(actor, application_id, ApplicationAction.REJECT)
    await add_note(actor, application_id, NoteKind.DECISION, reasons, field="reasons")
    await execute(DECIDE, application_id, status.value, actor.person_id, now(), reasons.strip())
    return await told(actor, row, status, NoticeKind.REJECTED)


async def deciding(actor: Actor, application_id: UUID, action: ApplicationAction) -> tuple[Row, ApplicationStatus]:
    """The locked row and the status that follows. Who comes second is told what the first one did."""
    row = await sent(actor, application_id)
    try:
        status = REVIEWER.after(ApplicationStatus(row["status"]), action)
    except IllegalTransition as refusal:
        raise await closed(row, refusal.code) from None
    if row["claimed_by"] not in {None, actor.person_id}:
        raise await taken(row)
    return row, status


async def told(actor: Actor, row: Row, status: ApplicationStatus, kind: NoticeKind) -> Receipt:
    await audit.record(
        actor, f"application.{status}", OWNER, row["id"], before={"status": row["status"]}, after={"status": status},
        organiser_id=row["organiser_id"], provider_id=row["provider_id"],
    )  # fmt: skip
    await NOTICE.enqueue(ApplicationNotice(new_id(), row["id"], kind))
    return Receipt(application_id=row["id"], reference=row["reference"], status=status, at=now())
