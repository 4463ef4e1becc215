"""Copying an offer: to other municipalities, to another organiser's clients, or to another service."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.choices import choices_of
from marketplace.catalogue.offers.obstacles import gaps_of, in_words, with_right_values
from marketplace.catalogue.offers.offers import save_draft
from marketplace.catalogue.offers.own import my_offer, own_provider
from marketplace.catalogue.offers.price_checks import price_problems
from marketplace.catalogue.offers.schemas import MunicipalityCode, OfferDraft, SavedOffer
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import transactional
from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import message
from marketplace.organisers.reference import is_service_class, postal_code, service_class
from marketplace.organisers.rules import bands_on


class CopyTarget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the copy goes. Without municipalities it gets all that approvals cover."""

    organiser_id: UUID
    service_class: Annotated[str, msgspec.Meta(max_length=40)]
    municipality_codes: Annotated[tuple[MunicipalityCode, ...], msgspec.Meta(max_length=400)] = ()


class CopiedOffer(msgspec.Struct, frozen=True, kw_only=True):
    """The new draft. ``has_prices``: those of the original fit the organiser's time bands and rules and came along."""

    saved: SavedOffer
    has_prices: bool


@transactional()
async def copy_offer(actor: Actor, offer_id: UUID, target: CopyTarget) -> CopiedOffer:
    """Begins a new offer that says what this one says, as a draft.

    Postal codes outside the new municipalities and facts that the new service is not compared by stay behind.

    Raises:
        Forbidden: the actor does not manage a provider.
        NotFound: another provider's offer.
        Refused: no approval covers the target (``not_approved``).
        Invalid: the words break a rule of today.
    """
    provider_id = own_provider(actor)
    original = (await my_offer(actor, offer_id)).content
    codes = target.municipality_codes or await _approved_codes(actor, target)
    draft = _moved(original, target, codes)
    if not codes or not is_service_class(target.service_class):
        raise Refused(message("No approval covers this service."), code="not_approved")
    if gaps := await gaps_of(provider_id, draft):
        raise Refused(in_words(gaps), code="not_approved")
    draft = await _with_fitting_prices(original, await with_right_values(draft), provider_id)
    return CopiedOffer(saved=await save_draft(actor, None, draft), has_prices=draft.prices is not None)


async def _approved_codes(actor: Actor, target: CopyTarget) -> tuple[str, ...]:
    scope = f"{target.organiser_id}/{target.service_class}"
    return next((each.municipality_codes for each in await choices_of(actor) if each.scope == scope), ())


def _moved(original: OfferDraft, target: CopyTarget, codes: tuple[str, ...]) -> OfferDraft:
    areas = [area for each in original.postal_codes if (area := postal_code(each))]
    return replace(
        original,
        organiser_id=target.organiser_id,
        service_class=target.service_class,
        municipality_codes=codes,
        postal_codes=tuple(area.code for area in areas if area.municipality_code in codes),
    )


async def _with_fitting_prices(original: OfferDraft, draft: OfferDraft, provider_id: UUID) -> OfferDraft:
    """The draft with the original's prices where the target's unit, bands and rules take them; otherwise without."""
    bare = replace(draft, prices=None, calendar=None)
    if original.prices is None or original.prices.unit not in service_class(draft.service_class).units:
        return bare
    calendar = original.calendar or (await bands_on(original.organiser_id, today())).calendar
    usual = (await bands_on(draft.organiser_id, today())).calendar
    priced = replace(draft, calendar=None if calendar == usual else calendar)
    return bare if await price_problems(priced, provider_id) else priced
