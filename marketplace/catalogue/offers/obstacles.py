"""What stands between a draft and the public: wrong words and prices, and approvals that do not cover it."""

from collections.abc import Sequence
from uuid import UUID

from msgspec.structs import replace

from marketplace.catalogue.offers.checks import check_places, check_words
from marketplace.catalogue.offers.detail_checks import check_details, right_values
from marketplace.catalogue.offers.organiser_attributes import attributes_for
from marketplace.catalogue.offers.price_checks import price_problems
from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.kernel.clock import today
from marketplace.kernel.errors import FieldError, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import is_service_class
from onboarding.register.gaps import approval_gaps


async def problems_of(draft: OfferDraft, provider_id: UUID | None = None) -> list[FieldError]:
    """Everything that is wrong with what a draft says, under the rules of today and the approvals of its provider."""
    errors = check_words(draft)
    try:
        organiser = await get_organiser(draft.organiser_id)
    except NotFound:
        return [*errors, FieldError("organiser_id", message("Choose an organiser from the list."))]
    errors += check_places(draft, organiser)
    if not is_service_class(draft.service_class):
        return errors
    errors += check_details(draft, await attributes_for(draft.organiser_id, draft.service_class))
    return [*errors, *await price_problems(draft, provider_id)]


async def with_right_values(draft: OfferDraft) -> OfferDraft:
    """A stored draft without the values of attributes that its organiser has since removed or changed."""
    attributes = await attributes_for(draft.organiser_id, draft.service_class)
    values = right_values(draft.details.attributes, attributes)
    return replace(draft, details=replace(draft.details, attributes=values))


async def gaps_of(provider_id: UUID, draft: OfferDraft) -> list[Message]:
    """Why the provider's approvals do not cover all of a draft today; nothing where they do."""
    return await approval_gaps(
        provider_id, draft.organiser_id, draft.service_class, list(draft.municipality_codes), today()
    )


def in_words(reasons: Sequence[Message]) -> Message:
    """Several sentences as one message, each in the reader's language."""
    whole = reasons[0]
    for reason in reasons[1:]:
        whole = Message("{first} {second}", {"first": whole, "second": reason})
    return whole
