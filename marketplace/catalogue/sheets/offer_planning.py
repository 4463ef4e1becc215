"""What the rows of a sheet of offers would do: new drafts, and changed ones of offers that are there."""

from collections.abc import Sequence
from uuid import UUID

from msgspec.structs import replace

from marketplace.catalogue.offers.checks import what_is_missing
from marketplace.catalogue.sheets.offer_sheets import ReadOffer
from marketplace.catalogue.sheets.own_versions import by_id
from marketplace.catalogue.sheets.problems import Problems
from marketplace.catalogue.sheets.schemas import OwnVersions, Proposal
from marketplace.catalogue.sheets.states import ItemAction
from marketplace.kernel.i18n import Message, message


async def propose_offer(
    read: ReadOffer, offers: Sequence[OwnVersions], taken: set[UUID], problems: Problems
) -> Proposal:
    """What one row would do. It never fails: what cannot be done is a problem of the proposal."""
    offer = by_id(offers, read.offer_id) or _namesake(read, offers)
    if read.offer_id and offer is None:
        return _left_out(read, message("None of your offers has the id {text}.", text=str(read.offer_id)))
    if offer is None:
        wrong = await problems.of(read.draft)
        return Proposal(
            action=ItemAction.NEW_DRAFT, content=read.draft, rows=(read.row,), problems=wrong,
            warnings=_to_complete(read),
        )  # fmt: skip
    if offer.id in taken:
        return _left_out(read, message("An earlier row is for the same offer."))
    taken.add(offer.id)
    return await _changed(read, offer, problems)


def _left_out(read: ReadOffer, why: Message) -> Proposal:
    return Proposal(action=ItemAction.NEW_DRAFT, content=read.draft, rows=(read.row,), problems=(why,))


def _to_complete(read: ReadOffer) -> tuple[Message, ...]:
    return tuple(each.message for each in what_is_missing(read.draft))


def _namesake(read: ReadOffer, offers: Sequence[OwnVersions]) -> OwnVersions | None:
    """A sheet sent twice begins no offer twice: the same service under the same name is the same offer."""
    wanted = read.draft
    return next(
        (
            each
            for each in offers
            if wanted.name_fi.strip()
            and (each.newest.organiser_id, each.newest.service_class) == (wanted.organiser_id, wanted.service_class)
            and each.newest.name_fi.casefold() == wanted.name_fi.strip().casefold()
        ),
        None,
    )


async def _changed(read: ReadOffer, offer: OwnVersions, problems: Problems) -> Proposal:
    before, content = offer.newest, read.over(offer.newest)
    made = Proposal(
        action=ItemAction.CHANGED_DRAFT, content=content, rows=(read.row,), offer_id=offer.id, base=offer.base,
        before=before,
    )  # fmt: skip
    if (before.organiser_id, before.service_class) != (read.draft.organiser_id, read.draft.service_class):
        words = message("An offer keeps its organiser and service class. Begin a new offer.")
        return replace(made, problems=(words,))
    if before == content:
        return replace(made, action=ItemAction.NOTHING, content=before)
    return replace(made, problems=await problems.of(content))
