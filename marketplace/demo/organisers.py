"""The demonstration's organisers: made from data with their published voucher rules, rulebook and staff."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import yaml

from marketplace.accounts.memberships import grant_membership
from marketplace.demo.people import make_person
from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch_value
from marketplace.organisers.organisers import create_organiser
from marketplace.organisers.product_files import ProductFile, read_products, take_in
from marketplace.organisers.rules import set_bands
from marketplace.organisers.schemas import NewOrganiser, NewProduct, Organiser, VersionDraft
from marketplace.pricing.bands import BandCalendar
from onboarding.rulebooks.versions import example_rulebook, publish_rulebook

DATA = Path(__file__).parent / "data"


class ProductData(msgspec.Struct, frozen=True):
    """A voucher product with the version that was published, its source and the year."""

    product: NewProduct
    version: VersionDraft


class OrganiserData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organiser as ``data/organisers.yaml`` tells of it; ``key`` is how providers and clients there name it.

    Its voucher products and the fees of its own services stand in ``data/products/<key>.yaml``.
    """

    key: str
    organiser: NewOrganiser
    bands: BandCalendar | None = None
    own_bands_allowed: bool = True
    rulebook: str = "default_rulebook"

    @property
    def file(self) -> ProductFile:
        return product_file(self.key)

    @property
    def products(self) -> tuple[ProductData, ...]:
        return tuple(ProductData(each, each.version) for each in self.file.products if each.version is not None)


class StaffMember(msgspec.Struct, frozen=True):
    """Somebody who works for organisers, with the roles in each."""

    email: str
    name: str
    roles: dict[str, tuple[Role, ...]]


ALL_ROLES = (Role.REVIEWER, Role.CASE_MANAGER, Role.FINANCE, Role.ORGANISER_ADMIN)
STAFF = (
    StaffMember("reviewer@demo.example", "Raija Niemi", {"helsinki": (Role.REVIEWER,)}),
    StaffMember("manager@demo.example", "Petra Lund", {"helsinki": (Role.CASE_MANAGER,)}),
    StaffMember("finance@demo.example", "Timo Saarela", {"helsinki": (Role.FINANCE,)}),
    StaffMember("admin@demo.example", "Hanna Wikström", {"helsinki": (Role.ORGANISER_ADMIN,)}),
    StaffMember(
        "many@demo.example", "Kirsi Monto", {"varha": ALL_ROLES, "lapha": ALL_ROLES, "helsinki": (Role.REVIEWER,)}
    ),
)


def read_data(name: str) -> Any:
    """One of the files of demo data."""
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


@cache
def product_file(key: str) -> ProductFile:
    """An organiser's products and the fees of its own services."""
    return read_products((DATA / "products" / f"{key}.yaml").read_bytes())


@cache
def organisers() -> dict[str, OrganiserData]:
    """The organisers of the demonstration by their key."""
    return {each.key: each for each in msgspec.convert(read_data("organisers.yaml"), list[OrganiserData])}


async def organiser_id_of(key: str) -> UUID | None:
    """The organiser's id, None before it is made."""
    business_id = organisers()[key].organiser.business_id
    found: UUID | None = await fetch_value("select id from organiser where business_id = $1", business_id)
    return found


async def make_organiser(key: str) -> Organiser:
    """The organiser with its bands, products and rulebook, in force since long before today."""
    told = organisers()[key]
    made = await create_organiser(SYSTEM, told.organiser)
    since = min(each.version.valid_from for each in told.products)
    if told.bands is not None:
        await set_bands(SYSTEM, made.id, told.bands, since, own_bands_allowed=told.own_bands_allowed)
    await take_in(SYSTEM, made.id, told.file)
    await publish_rulebook(SYSTEM, made.id, example_rulebook(told.rulebook), min(since, _a_year_ago()))
    return made


async def make_staff(organiser: Organiser, key: str, password_hash: str) -> None:
    """The people who work for the organiser, with their hats."""
    for member in STAFF:
        if key in member.roles:
            person_id = await make_person(member.email, member.name, password_hash)
            for role in member.roles[key]:
                await grant_membership(SYSTEM, person_id, role, name=organiser.name.fi, organiser_id=organiser.id)


async def staff_actor(key: str, role: Role, but: UUID | None = None) -> Actor:
    """Somebody of the organiser's staff with this role, and not ``but``, as an actor of use cases."""
    organiser_id = await organiser_id_of(key)
    sql = """
    select person from membership where organiser_id = $1 and role = $2 and revoked_at is null
        and person is distinct from $3::uuid order by created_at, id limit 1
    """
    person_id: UUID | None = await fetch_value(sql, organiser_id, role.value, but)
    return Actor(person_id=person_id, role=role, organiser_id=organiser_id)


def _a_year_ago() -> date:
    return today() - timedelta(days=365)
