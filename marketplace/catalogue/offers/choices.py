"""What a provider may offer: the services and places of its approvals, as choices of the editor."""

from collections.abc import Sequence

import msgspec

from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.kernel.actors import Actor
from marketplace.kernel.i18n import Language, Text
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import county, municipality, service_class
from onboarding.approvals.approvals import approvals_of_provider
from onboarding.approvals.schemas import ApprovalView
from onboarding.approvals.states import ApprovalStatus


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One service for the clients of one organiser, where approvals cover it."""

    scope: str
    service_name: Text
    organiser_name: Text
    municipality_codes: tuple[str, ...]


async def choices_of(actor: Actor) -> list[Choice]:
    """Every service that approvals in force name, with all the municipalities they cover together."""
    covered: dict[str, tuple[ApprovalView, str, set[str]]] = {}
    for approval in await _in_force(actor):
        for code in approval.service_classes:
            scope = f"{approval.organiser_id}/{code}"
            covered.setdefault(scope, (approval, code, set()))[2].update(approval.municipalities)
    return [
        Choice(
            scope=scope,
            service_name=service_class(code).name,
            organiser_name=approval.organiser_name,
            municipality_codes=tuple(sorted(places)),
        )
        for scope, (approval, code, places) in covered.items()
    ]


async def municipality_groups(
    actor: Actor, content: OfferDraft, language: Language
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The municipalities to tick for an offer, by county: those approved, and those that are ticked already."""
    scope = f"{content.organiser_id}/{content.service_class}"
    approved = next((each.municipality_codes for each in await choices_of(actor) if each.scope == scope), ())
    codes = set(approved) | set(content.municipality_codes)
    if not codes:
        codes = set((await get_organiser(content.organiser_id)).municipality_codes)
    return _by_county(sorted(codes), language)


def _by_county(codes: Sequence[str], language: Language) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for code in codes:
        place = municipality(code)
        groups.setdefault(place.county_code, []).append((code, place.name.in_language(language)))
    return [
        (county(code).name.in_language(language), sorted(places, key=lambda place: place[1]))
        for code, places in groups.items()
    ]


async def _in_force(actor: Actor) -> list[ApprovalView]:
    return [each for each in await approvals_of_provider(actor) if each.status is ApprovalStatus.IN_FORCE]
