"""When an approval is suspended or ends, the case managers of the clients concerned are told: care must go on."""

from uuid import UUID

from marketplace.kernel.actors import Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, transactional
from marketplace.kernel.i18n import counted, message
from marketplace.notices.receivers import organiser_staff
from marketplace.notices.schemas import Notice
from marketplace.notices.writing import notify
from marketplace.vouchers.affected import managers_concerned
from onboarding.topics import OfApproval


@transactional()
async def tell_case_managers(stopped: OfApproval) -> None:
    """The handler of ``APPROVAL_STOPPED``: one notice to each case manager, once for each suspension or end.

    Clients whose case manager does not work here any more are every case manager's. An approval that is back in force
    meanwhile concerns nobody.
    """
    approval, clients = await managers_concerned(stopped.approval_id)
    if approval is None or not clients or not _is_stopped(approval):
        return
    at_work = await organiser_staff(approval["organiser_id"], Role.CASE_MANAGER)
    orphans = sum(count for person, count in clients.items() if person not in at_work)
    for person in at_work:
        if count := clients.get(person, 0) + orphans:
            await notify([person], _notice(approval, count))


def _is_stopped(approval: Row) -> bool:
    """Or will stop, by the provider's own wish: the sooner its clients hear of it, the better."""
    is_over = approval["valid_to"] is not None and approval["valid_to"] < today()
    return approval["status"] != "in_force" or is_over or approval["is_left"]


def _notice(approval: Row, count: int) -> Notice:
    since = approval["status_from"] if approval["status"] != "in_force" else approval["valid_to"]
    approval_id: UUID = approval["id"]
    return Notice(
        kind=f"approval.{'suspended' if approval['status'] == 'suspended' else 'ended'}_for_clients",
        subject=message("A provider's approval has stopped or will stop: see to its clients"),
        paragraphs=[
            message("Provider: {name}", name=approval["provider_name"]),
            counted("It serves {count} client of yours.", "It serves {count} clients of yours.", count=count),
            message("Agree with each client how the service goes on. The list shows what each has left and how many other providers there are."),
        ],
        path=f"/organiser/approvals/{approval_id}/clients", about="approval", about_id=approval_id,
        organiser_id=approval["organiser_id"], once=f"approval.stopped:{approval_id}:{approval['status']}:{since}",
    )  # fmt: skip
