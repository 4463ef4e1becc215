"""Organisers and voucher products for tests."""

from datetime import date
from uuid import UUID

from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.db import new_id
from marketplace.organisers.organisers import create_organiser
from marketplace.organisers.products import create_product, publish_version
from marketplace.organisers.schemas import NewOrganiser, Organiser, Product, ProductDraft, VersionDraft
from marketplace.organisers.states import OrganiserKind
from marketplace.pricing.values import FlatValue, ValueRule

BUSINESS_IDS = ("0201256-6", "0204819-8", "1234567-1")
"""Helsinki's and Turku's among them: real ones, so that their check digits are right."""


async def make_organiser(
    name: str = "Helsingin kaupunki",
    *,
    county_code: str = "90",
    municipality_codes: tuple[str, ...] = (),
    business_id: str = BUSINESS_IDS[0],
    kind: OrganiserKind = OrganiserKind.CITY,
) -> Organiser:
    """An organiser that serves all of a county, by default Helsinki."""
    new = NewOrganiser(
        business_id=business_id,
        name_fi=name,
        kind=kind,
        county_code=county_code,
        municipality_codes=municipality_codes,
        decision_contact="paatokset@example.org",
    )
    return await create_organiser(SYSTEM, new)


async def make_product(
    organiser: Organiser,
    *,
    value_cents: int = 3300,
    service_class: str = "V-HOMECARE-REG",
    code: str = "KOTIHOITO",
    valid_from: date = date(2026, 1, 1),
    no_own_share: bool = False,
    rule: ValueRule | None = None,
) -> Product:
    """A product with a published version, flat by default."""
    draft = ProductDraft(code=code, service_class=service_class, name_fi="Kotihoidon seteli", no_own_share=no_own_share)
    made = await create_product(SYSTEM, organiser.id, draft)
    await publish_version(SYSTEM, made.id, version_draft(value_cents, valid_from, rule))
    return made


def version_draft(
    value_cents: int = 3300, valid_from: date = date(2026, 1, 1), rule: ValueRule | None = None
) -> VersionDraft:
    return VersionDraft(value_rule=rule or FlatValue(value_cents=value_cents), valid_from=valid_from)


def organiser_admin(organiser_id: UUID) -> Actor:
    return Actor(person_id=new_id(), role=Role.ORGANISER_ADMIN, organiser_id=organiser_id)
