"""The register as the API gives it out, in the reader's language."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Language
from onboarding.register.schemas import Change, ChangePage, RegisterEntry, RegisterPage, ShownOffer, ShownPrice


class UnitOut(msgspec.Struct, frozen=True, kw_only=True):
    """A service unit: its municipality by code, its number in the national register, its self-monitoring plan."""

    name: str
    municipality: str
    soteri_id: str
    self_monitoring_url: str
    self_monitoring_on: date | None


class PriceOut(msgspec.Struct, frozen=True, kw_only=True):
    """A published price per unit, in cents. ``band`` says when it counts, and is empty where it counts always."""

    band: str
    price_cents: int


class OfferOut(msgspec.Struct, frozen=True, kw_only=True):
    """A published service with its prices, and those announced for a day to come.

    More of it at ``/api/v1/offers/{id}``, its prices through time at ``/api/v1/offers/{id}/prices``.
    """

    id: UUID
    service_class: str
    name: str
    unit: str
    prices: list[PriceOut]
    coming_from: date | None
    coming: list[PriceOut]


class RegisterEntryOut(msgspec.Struct, frozen=True, kw_only=True):
    """One approval. Service classes and municipalities are codes (see ``/api/v1/service-classes``)."""

    id: UUID
    business_id: str
    name: str
    kind: str
    website: str
    organiser: str
    organiser_id: UUID
    status: str
    service_classes: list[str]
    municipalities: list[str]
    approved_on: date
    valid_from: date
    valid_to: date | None
    units: list[UnitOut]
    offers: list[OfferOut]


class RegisterOut(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the register, under CC BY 4.0. ``next`` is null on the last one."""

    licence: str
    items: list[RegisterEntryOut]
    next: str | None


class ChangeOut(msgspec.Struct, frozen=True, kw_only=True):
    """What became different. ``entry`` is null where the approval is not in the register (any more).

    Without an ``approval_id`` the provider itself has changed: read all of it again.
    """

    happened_at: datetime
    kind: str
    business_id: str
    name: str
    organiser_id: UUID | None
    approval_id: UUID | None
    entry: RegisterEntryOut | None


class ChangesOut(msgspec.Struct, frozen=True, kw_only=True):
    """Changes, the earliest first. Ask again with ``since=next``; ``more`` says that more is there already."""

    items: list[ChangeOut]
    next: str
    more: bool


def register_out(found: RegisterPage, licence: str, language: Language) -> RegisterOut:
    """The register with names in the reader's language."""
    return RegisterOut(licence=licence, items=[_entry(each, language) for each in found.items], next=found.next)


def changes_out(found: ChangePage, language: Language) -> ChangesOut:
    return ChangesOut(items=[_change(each, language) for each in found.items], next=found.next, more=found.more)


def _change(change: Change, language: Language) -> ChangeOut:
    return ChangeOut(
        happened_at=change.happened_at,
        kind=change.kind,
        business_id=change.business_id,
        name=change.name,
        organiser_id=change.organiser_id,
        approval_id=change.approval_id,
        entry=_entry(change.entry, language) if change.entry else None,
    )


def _entry(entry: RegisterEntry, language: Language) -> RegisterEntryOut:
    return RegisterEntryOut(
        id=entry.id,
        business_id=entry.business_id,
        name=entry.name,
        kind=entry.kind,
        website=entry.website,
        organiser=entry.organiser.in_language(language),
        organiser_id=entry.organiser_id,
        status="approved",
        service_classes=list(entry.service_classes),
        municipalities=list(entry.municipalities),
        approved_on=entry.approved_on,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        units=[msgspec.convert(unit, UnitOut, from_attributes=True) for unit in entry.units],
        offers=[_offer(offer, language) for offer in entry.offers],
    )


def _offer(offer: ShownOffer, language: Language) -> OfferOut:
    return OfferOut(
        id=offer.id,
        service_class=offer.service_class,
        name=offer.name.in_language(language),
        unit=offer.unit,
        prices=_prices(offer.prices, language),
        coming_from=offer.coming_from,
        coming=_prices(offer.coming, language),
    )


def _prices(prices: Iterable[ShownPrice], language: Language) -> list[PriceOut]:
    return [PriceOut(band=each.band.in_language(language), price_cents=each.price_cents) for each in prices]
