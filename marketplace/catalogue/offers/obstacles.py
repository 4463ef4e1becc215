"""What stands between a draft and the public: wrong words and prices, and approvals that do not cover it."""

from collections.abc import Sequence
from uuid import UUID

from marketplace.catalogue.offers.checks import (
    check_against_products,
    check_places,
    check_prices,
    check_words,
    with_ceilings_of,
)
from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.kernel.clock import today
from marketplace.kernel.errors import FieldError, NotFound, Refused
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.products import products_for, version_on
from marketplace.organisers.reference import is_service_class
from marketplace.organisers.rules import service_rules_on
from marketplace.organisers.schemas import Product, ProductVersion
from onboarding.register.gaps import approval_gaps


async def problems_of(draft: OfferDraft) -> list[FieldError]:
    """Everything that is wrong with what a draft says, under the rules of today."""
    errors = check_words(draft)
    try:
        organiser = await get_organiser(draft.organiser_id)
    except NotFound:
        return [*errors, FieldError("organiser_id", message("Choose an organiser from the list."))]
    errors += check_places(draft, organiser)
    if draft.prices is not None and is_service_class(draft.service_class):
        errors += await _price_problems(draft)
    return errors


async def _price_problems(draft: OfferDraft) -> list[FieldError]:
    rules = await service_rules_on(draft.organiser_id, draft.service_class, today())
    products = await _products_in_force(draft.organiser_id, draft.service_class)
    calendar = draft.calendar or rules.bands.calendar
    assert draft.prices is not None
    errors = check_prices(draft.prices, calendar, with_ceilings_of(rules, products))
    return errors or check_against_products(draft.prices, calendar, products)


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


async def _products_in_force(organiser_id: UUID, service_class_code: str) -> list[tuple[Product, ProductVersion]]:
    found: list[tuple[Product, ProductVersion]] = []
    for product in await products_for(organiser_id, service_class_code):
        try:
            found.append((product, await version_on(product.id, today())))
        except Refused:
            continue  # A product that is not worth anything yet sets no limits.
    return found
