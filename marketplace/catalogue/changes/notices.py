"""Who is told of a price change within the house: the organiser that one waits for it, the provider what became of it."""

from typing import Final
from uuid import UUID

from marketplace.catalogue.changes.states import ChangeStatus
from marketplace.kernel.db import Row
from marketplace.kernel.i18n import Message, message
from marketplace.notices.receivers import organiser_staff, provider_admins
from marketplace.notices.schemas import Notice
from marketplace.notices.writing import notify
from onboarding.scoping import REVIEWING

SUBJECTS: Final = {
    ChangeStatus.SCHEDULED: message("Your new prices were accepted"),
    ChangeStatus.REJECTED: message("Your new prices were not accepted"),
    ChangeStatus.CANCELLED: message("Your new prices did not begin"),
}
TEXTS: Final = {
    ChangeStatus.SCHEDULED: message("They begin on {day} by themselves. Everybody sees them from now on, and your clients are told."),
    ChangeStatus.REJECTED: message("The prices that should have begun on {day} stay as they are. Read the organiser's reasons."),
    ChangeStatus.CANCELLED: message("The prices that should have begun on {day} stay as they are. Read why, and announce them again."),
}  # fmt: skip


async def tell_organiser(organiser_id: UUID, change_id: UUID) -> None:
    """Those who review providers hear that a price increase waits for them."""
    notice = Notice(
        kind="price_change.announced",
        subject=message("A price increase waits for your decision"),
        paragraphs=[message("A provider wants to raise its prices. See what changes, and accept it or give your reasons.")],
        path=f"/organiser/price-changes/{change_id}", about="price_change", about_id=change_id,
        organiser_id=organiser_id, once=f"price_change.announced:{change_id}",
    )  # fmt: skip
    await notify(await organiser_staff(organiser_id, *REVIEWING), notice)


async def tell_provider(row: Row, status: ChangeStatus) -> None:
    """The provider's administrators hear what became of their price change."""
    notice = Notice(
        kind=f"price_change.{status}",
        subject=SUBJECTS[status],
        paragraphs=[_with_day(TEXTS[status], row)],
        path=f"/provider/offers/{row['offer_id']}/price-changes", about="price_change", about_id=row["id"],
        provider_id=row["provider_id"], once=f"price_change.{status}:{row['id']}",
    )  # fmt: skip
    await notify(await provider_admins(row["provider_id"]), notice)


def _with_day(text: Message, row: Row) -> Message:
    return Message(text.text, {"day": row["valid_from"]})
