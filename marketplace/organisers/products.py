"""Voucher products: what an organiser grants, worth what its version of the day says.

A version is drafted, published and then kept for good: a decision or a visit of years ago can still be computed with it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Text, message
from marketplace.organisers.organisers import get_organiser, list_organisers
from marketplace.organisers.reference import is_service_class
from marketplace.organisers.rules import bands_on, require_organiser_admin
from marketplace.organisers.schemas import (
    Caps,
    OrganiserName,
    Product,
    ProductDraft,
    ProductVersion,
    PublicProduct,
    VersionDraft,
)
from marketplace.organisers.states import VERSION, VersionAction, VersionStatus
from marketplace.organisers.version_checks import version_errors
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.needs import needs_of
from marketplace.pricing.values import ValueRule

ONE_DAY = timedelta(days=1)

PRODUCT_COLUMNS = "id, organiser_id, code, service_class, name_fi, name_sv, name_en, no_own_share, public"
INSERT_PRODUCT = f"""
insert into voucher_product ({PRODUCT_COLUMNS}, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (organiser_id, code) do nothing
"""
PUBLIC = f"""
select {PRODUCT_COLUMNS} from voucher_product p where public and exists (
    select from voucher_product_version v where v.product_id = p.id and v.status = 'published'
    and v.valid_from <= $1 and (v.valid_to is null or v.valid_to >= $1)
) and ($2::uuid is null or organiser_id = $2) order by name_fi, id
"""
IN_FORCE = """
select * from voucher_product_version where product_id = $1 and status = 'published'
and valid_from <= $2 and (valid_to is null or valid_to >= $2)
"""
INSERT_VERSION = """
insert into voucher_product_version (id, product_id, number, label, status, value_rule, calendar, price_ceiling_cents,
    caps, valid_from, valid_to, source_note, source_year, created_at)
values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9::jsonb, $10, $11, $12, $13, $14)
"""
CLOSE_EARLIER = """
update voucher_product_version set valid_to = $2
where product_id = $1 and status = 'published' and valid_to is null and valid_from <= $2
"""


async def product(product_id: UUID) -> Product:
    """A voucher product by its id.

    Raises:
        NotFound: there is none.
    """
    row = await fetch_one(f"select {PRODUCT_COLUMNS} from voucher_product where id = $1", product_id)
    if row is None:
        raise NotFound
    return _product(row)


async def public_products(organiser_id: UUID | None = None) -> list[Product]:
    """The products that have a value today and are shown to everybody."""
    return [_product(row) for row in await fetch(PUBLIC, today(), organiser_id)]


async def public_products_with_values(organiser_id: UUID | None = None) -> list[PublicProduct]:
    """The products that are shown to everybody, each with its rule of today."""
    names = {each.id: each.name for each in await list_organisers()}
    shown: list[PublicProduct] = []
    for each in await public_products(organiser_id):
        current = await version_on(each.id, today())
        shown.append(_public(each, current, names[each.organiser_id]))
    return shown


def _public(each: Product, current: ProductVersion, organiser_name: Text) -> PublicProduct:
    needs = needs_of(current.value_rule)
    return PublicProduct(
        id=each.id,
        code=each.code,
        organiser=OrganiserName(id=each.organiser_id, name=organiser_name),
        service_class=each.service_class,
        name=each.name,
        no_own_share=each.no_own_share,
        unit=current.value_rule.unit,
        value_rule=current.value_rule,
        valid_from=current.valid_from,
        valid_to=current.valid_to,
        caps=current.caps,
        household_needed=needs.household,
        income_needed=needs.income,
        savings_needed=needs.savings,
        hours_needed=needs.hours,
        income_kind=needs.income_kind,
        source_note=current.source_note,
        source_year=current.source_year,
    )


async def products_of(actor: Actor) -> list[Product]:
    """All products of the actor's own organiser, drafts included.

    Raises:
        NotFound: the actor acts for no organiser.
    """
    if actor.organiser_id is None:
        raise NotFound
    sql = f"select {PRODUCT_COLUMNS} from voucher_product where organiser_id = $1 order by name_fi, id"
    return [_product(row) for row in await fetch(sql, actor.organiser_id)]


async def products_for(organiser_id: UUID, service_class_code: str) -> list[Product]:
    """The organiser's products that pay for a service."""
    sql = f"select {PRODUCT_COLUMNS} from voucher_product where organiser_id = $1 and service_class = $2 order by id"
    return [_product(row) for row in await fetch(sql, organiser_id, service_class_code)]


async def version_on(product_id: UUID, day: date) -> ProductVersion:
    """The published version in force on a day.

    Raises:
        Refused: the product has no value on that day (``product_not_in_force``).
    """
    row = await fetch_one(IN_FORCE, product_id, day)
    if row is None:
        raise Refused(message("This voucher product has no value on {day}.", day=day), code="product_not_in_force")
    return _version(row)


async def version(version_id: UUID) -> ProductVersion:
    """A version by its id, however old.

    Raises:
        NotFound: there is none.
    """
    row = await fetch_one("select * from voucher_product_version where id = $1", version_id)
    if row is None:
        raise NotFound
    return _version(row)


async def versions_of(actor: Actor, product_id: UUID) -> list[ProductVersion]:
    """Every version of a product of the actor's own organiser, newest first.

    Raises:
        NotFound: another organiser's product.
    """
    found = await product(product_id)
    if actor.organiser_id != found.organiser_id and not actor.has_role(Role.SYSTEM):
        raise NotFound
    sql = "select * from voucher_product_version where product_id = $1 order by number desc"
    return [_version(row) for row in await fetch(sql, product_id)]


@transactional()
async def create_product(actor: Actor, organiser_id: UUID, draft: ProductDraft) -> Product:
    """Adds a voucher product that is not worth anything yet.

    Raises:
        NotFound: the organiser is not the actor's own.
        Invalid: an unknown service class, or a code that is taken.
    """
    require_organiser_admin(actor, organiser_id)
    await get_organiser(organiser_id)
    if not is_service_class(draft.service_class):
        raise Invalid.field("service_class", message("Choose a service class from the list."))
    made = Product(
        id=new_id(),
        organiser_id=organiser_id,
        code=draft.code.upper(),
        service_class=draft.service_class,
        name=Text(draft.name_fi, draft.name_sv, draft.name_en),
        no_own_share=draft.no_own_share,
        public=draft.public,
    )
    if not await execute(INSERT_PRODUCT, *_product_values(made), now()):
        raise Invalid.field("code", message("You already have a voucher product with the code {code}.", code=made.code))
    await audit.record(
        actor, "voucher_product.created", "voucher_product", made.id, organiser_id=organiser_id, after=made
    )
    return made


@transactional()
async def add_product(
    actor: Actor, organiser_id: UUID, draft: ProductDraft, version: VersionDraft | None = None, *, publish: bool = True
) -> Product:
    """Adds a product together with its first version, or neither of them.

    Raises:
        NotFound, Invalid: as ``create_product`` and ``draft_version``; the version's fields begin with ``version.``.
    """
    made = await create_product(actor, organiser_id, draft)
    if version is None:
        return made
    try:
        await draft_version(actor, made.id, version)
    except Invalid as invalid:
        raise Invalid([FieldError(f"version.{error.field}", error.message) for error in invalid.fields]) from invalid
    if publish:
        await publish_draft(actor, made.id)
    return made


@transactional()
async def draft_version(actor: Actor, product_id: UUID, draft: VersionDraft) -> ProductVersion:
    """Writes the product's draft version anew; what is published stays as it is.

    Raises:
        NotFound: another organiser's product.
        Invalid: the rule, its bands, days or unit are wrong; all is named.
    """
    found = await _locked_product(actor, product_id)
    bands = await bands_on(found.organiser_id, draft.valid_from)
    calendar = draft.calendar or bands.calendar
    if errors := version_errors(found, draft, calendar):
        raise Invalid(errors)
    await execute("delete from voucher_product_version where product_id = $1 and status = 'draft'", product_id)
    made = await _numbered(product_id, draft, calendar)
    await execute(INSERT_VERSION, *_version_values(made), now())
    await audit.record(
        actor, "voucher_product.version_drafted", "voucher_product", product_id,
        organiser_id=found.organiser_id, after=made,
    )  # fmt: skip
    return made


@transactional()
async def publish_draft(actor: Actor, product_id: UUID) -> ProductVersion:
    """Puts the draft version into force from its first day on; the version before it ends the day before.

    Raises:
        NotFound: another organiser's product.
        Refused: there is no draft (``nothing_to_publish``).
        Invalid: the first day is not later than that of a version already published, or would change days for
            which another version may already have paid visits.
    """
    found = await _locked_product(actor, product_id)
    row = await fetch_one(
        "select * from voucher_product_version where product_id = $1 and status = 'draft'", product_id
    )
    if row is None:
        raise Refused(message("There is no draft to publish."), code="nothing_to_publish")
    draft = _version(row)
    await _require_later_start(draft)
    await execute(CLOSE_EARLIER, product_id, draft.valid_from - ONE_DAY)
    status = VERSION.after(draft.status, VersionAction.PUBLISH)
    await execute(
        "update voucher_product_version set status = $2, published_at = $3 where id = $1", draft.id, status.value, now()
    )
    await audit.record(
        actor, "voucher_product.version_published", "voucher_product", product_id,
        organiser_id=found.organiser_id, after={"version_id": draft.id, "valid_from": draft.valid_from},
    )  # fmt: skip
    return msgspec.structs.replace(draft, status=status)


@transactional()
async def publish_version(actor: Actor, product_id: UUID, draft: VersionDraft) -> ProductVersion:
    """Drafts a version and publishes it at once.

    Raises:
        NotFound, Invalid: as ``draft_version`` and ``publish_draft``.
    """
    await draft_version(actor, product_id, draft)
    return await publish_draft(actor, product_id)


async def _locked_product(actor: Actor, product_id: UUID) -> Product:
    row = await fetch_one(f"select {PRODUCT_COLUMNS} from voucher_product where id = $1 for update", product_id)
    if row is None:
        raise NotFound
    require_organiser_admin(actor, row["organiser_id"])
    return _product(row)


async def _require_later_start(draft: ProductVersion) -> None:
    latest: date | None = await fetch_value(
        "select max(valid_from) from voucher_product_version where product_id = $1 and status = 'published'",
        draft.product_id,
    )
    if latest is None:
        return
    if draft.valid_from <= latest:
        text = message("A version that starts on {day} is already published. Choose a later first day.", day=latest)
        raise Invalid.field("valid_from", text)
    if draft.valid_from <= today():
        text = message("Visits may already have been paid by the version in force. Choose a first day after today.")
        raise Invalid.field("valid_from", text)
    ends: date | None = await fetch_value(
        "select max(valid_to) from voucher_product_version where product_id = $1 and status = 'published'",
        draft.product_id,
    )
    if ends is not None and ends >= draft.valid_from:
        raise Conflict(message("A published version is in force until {day}. Choose a later first day.", day=ends))


async def _numbered(product_id: UUID, draft: VersionDraft, calendar: BandCalendar) -> ProductVersion:
    highest = await fetch_value(
        "select coalesce(max(number), 0) from voucher_product_version where product_id = $1", product_id
    )
    return ProductVersion(
        id=new_id(),
        product_id=product_id,
        number=highest + 1,
        label=draft.label or str(draft.valid_from.year),
        status=VersionStatus.DRAFT,
        value_rule=draft.value_rule,
        calendar=calendar,
        price_ceiling_cents=draft.price_ceiling_cents,
        caps=draft.caps,
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
        source_note=draft.source_note,
        source_year=draft.source_year,
    )


def _product_values(made: Product) -> list[Any]:
    return [
        made.id, made.organiser_id, made.code, made.service_class, made.name.fi, made.name.sv, made.name.en,
        made.no_own_share, made.public,
    ]  # fmt: skip


def _version_values(made: ProductVersion) -> list[Any]:
    return [
        made.id, made.product_id, made.number, made.label, made.status.value, _json(made.value_rule),
        _json(made.calendar), made.price_ceiling_cents, _json(made.caps), made.valid_from, made.valid_to,
        made.source_note, made.source_year,
    ]  # fmt: skip


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _product(row: Mapping[str, Any]) -> Product:
    return Product(
        id=row["id"],
        organiser_id=row["organiser_id"],
        code=row["code"],
        service_class=row["service_class"],
        name=Text(row["name_fi"], row["name_sv"], row["name_en"]),
        no_own_share=row["no_own_share"],
        public=row["public"],
    )


def _version(row: Row) -> ProductVersion:
    return ProductVersion(
        id=row["id"],
        product_id=row["product_id"],
        number=row["number"],
        label=row["label"],
        status=VersionStatus(row["status"]),
        value_rule=msgspec.json.decode(row["value_rule"], type=ValueRule),
        calendar=msgspec.json.decode(row["calendar"], type=BandCalendar),
        price_ceiling_cents=row["price_ceiling_cents"],
        caps=msgspec.json.decode(row["caps"], type=Caps),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        source_note=row["source_note"],
        source_year=row["source_year"],
    )
