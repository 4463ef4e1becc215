"""Leaving the register on one's own wish, from a day that the provider chooses."""

from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import Conflict, Invalid, Refused
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import checked_words, label
from marketplace.notices.receivers import organiser_staff, provider_admins
from marketplace.notices.schemas import Notice
from marketplace.notices.writing import notify
from onboarding.approvals.own import is_alive, locked_own, own_approval
from onboarding.approvals.schemas import ApprovalView
from onboarding.topics import APPROVAL_CHANGED, APPROVAL_STOPPED, ApprovalChanged, OfApproval

LONGEST_AHEAD: Final = timedelta(days=730)
INSERT = """
insert into approval_leaving (id, approval_id, last_day, reason, asked_by, asked_at) values ($1, $2, $3, $4, $5, $6)
"""


class Leaving(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last day in the register, a Finnish one; the reason need not be given."""

    last_day: Annotated[date, label(message("Last day"))]
    reason: Annotated[str, msgspec.Meta(max_length=2000), label(message("Reason"))] = ""


class LeavingView(msgspec.Struct, frozen=True, kw_only=True):
    """A wish to leave that was made."""

    approval_id: UUID
    last_day: date
    reason: str


@transactional()
async def leave(actor: Actor, approval_id: UUID, leaving: Leaving) -> LeavingView:
    """Ends an approval with the chosen day, and tells the organiser. It cannot be taken back: there is a new application.

    The register's list of changes learns of it from the database; offers end with the day by themselves.

    Raises:
        NotFound: the actor administers no provider with this approval.
        Invalid: the day is past, too far, or after the approval's own last day.
        Conflict: it was left already. Refused: it has ended.
    """
    row = await locked_own(actor, approval_id)
    if not is_alive(row["status"], row["valid_to"]):
        raise Refused(message("This approval has ended already."), code="approval_ended")
    if await fetch_value("select id from approval_leaving where approval_id = $1", approval_id):
        raise Conflict(message("You have left the register already with this approval."), code="left_already")
    _refuse_day(row, leaving.last_day)
    reason = checked_words("reason", leaving.reason)
    await execute(INSERT, new_id(), approval_id, leaving.last_day, reason, actor.person_id, now())
    await execute("update approval set valid_to = $2 where id = $1", approval_id, leaving.last_day)
    await audit.record(
        actor, "approval.left", "approval", approval_id, before={"valid_to": row["valid_to"]},
        after={"valid_to": leaving.last_day, "reason": reason}, organiser_id=row["organiser_id"],
        provider_id=row["provider_id"],
    )  # fmt: skip
    await APPROVAL_CHANGED.enqueue(ApprovalChanged(row["provider_id"], row["organiser_id"]))
    await APPROVAL_STOPPED.enqueue(OfApproval(approval_id))
    await _tell(await own_approval(actor, approval_id), leaving.last_day)
    return LeavingView(approval_id=approval_id, last_day=leaving.last_day, reason=reason)


def _refuse_day(row: Row, day: date) -> None:
    first, last = max(today(), row["valid_from"]), today() + LONGEST_AHEAD
    if row["valid_to"] is not None:
        last = min(last, row["valid_to"])
    if not first <= day <= last:
        raise Invalid.field("last_day", message("Choose a day from {first} to {last}.", first=first, last=last))


async def _tell(approval: ApprovalView, day: date) -> None:
    """Both sides hear: the organiser has clients to look after, the provider has it in writing."""
    name = await fetch_value("select name from provider where id = $1", approval.provider_id)
    for_organiser = Notice(
        kind="approval.left",
        subject=message("{provider} leaves the register", provider=name),
        paragraphs=[
            message("{provider} has asked to leave the register. Its last day is {day}.", provider=name, day=day),
            message("Clients with vouchers at this provider need another one from the following day on."),
        ],
        path=f"/organiser/approvals/{approval.id}", organiser_id=approval.organiser_id, about="approval",
        about_id=approval.id,
    )  # fmt: skip
    await notify(await organiser_staff(approval.organiser_id, Role.REVIEWER, Role.ORGANISER_ADMIN), for_organiser)
    for_provider = Notice(
        kind="approval.left",
        subject=message("You leave the register of {organiser}", organiser=approval.organiser_name),
        paragraphs=[message("Your last day is {day}. Tell your clients, and log your visits by then.", day=day)],
        path=f"/provider/approvals/{approval.id}", provider_id=approval.provider_id, about="approval",
        about_id=approval.id,
    )  # fmt: skip
    await notify(await provider_admins(approval.provider_id), for_provider)


async def leaving_of(approval_id: UUID) -> LeavingView | None:
    """The wish to leave with an approval, if one was made. Whoever calls has made sure that its reader may know."""
    row = await fetch_one(
        "select approval_id, last_day, reason from approval_leaving where approval_id = $1", approval_id
    )
    return msgspec.convert(row, LeavingView) if row else None
