"""What a provider may offer: the services and places of its approvals, as choices of the editor."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.kernel.actors import Actor
from marketplace.kernel.i18n import Language, Text
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import county, is_municipality, municipality, postal_code, service_class
from onboarding.approvals.approvals import approvals_of_provider
from onboarding.approvals.schemas import ApprovalView
from onboarding.approvals.states import ApprovalStatus
from onboarding.providers.profile import units_of
from onboarding.providers.profile_schemas import UnitView


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One service for the clients of one organiser, where approvals cover it."""

    scope: str
    service_name: Text
    organiser_name: Text
    municipality_codes: tuple[str, ...]


class ReachPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A place from which a provider may count how far it goes: an open unit of its profile, as a point (WGS 84)."""

    key: str
    name: str
    lat: float
    lon: float


async def reach_points(provider_id: UUID) -> list[ReachPoint]:
    """The open units of a provider's profile that have a place: that of the postal code, else of the municipality."""
    return [point for unit in await units_of(provider_id) if unit.is_open and (point := _point(unit))]


def _point(unit: UnitView) -> ReachPoint | None:
    place = postal_code(unit.postal_code)
    if place is None and is_municipality(unit.municipality):
        place = municipality(unit.municipality)
    return ReachPoint(key=str(unit.id), name=unit.name, lat=place.lat, lon=place.lon) if place else None


async def known_plan_url(provider_id: UUID) -> str:
    """The self-monitoring plan that the profile tells of, of the first open unit that has one."""
    urls = (unit.self_monitoring_url for unit in await units_of(provider_id) if unit.is_open)
    return next((url for url in urls if url), "")


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


async def municipality_choices(actor: Actor, language: Language) -> list[tuple[str, list[tuple[str, str]]]]:
    """All municipalities that approvals cover for any service, by county."""
    return _by_county(sorted({code for each in await choices_of(actor) for code in each.municipality_codes}), language)


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
