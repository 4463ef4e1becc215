"""Voucher products: one rule a day, published for good, followed by the next."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import asyncpg
import pytest

from marketplace.kernel import audit
from marketplace.kernel.actors import SYSTEM
from marketplace.kernel.clock import today
from marketplace.kernel.db import execute
from marketplace.kernel.errors import Invalid, NotFound, Refused
from marketplace.kernel.i18n import Language, translate
from marketplace.organisers import products
from marketplace.organisers.schemas import Organiser, ProductDraft
from marketplace.pricing.bands import ANY_TIME
from marketplace.pricing.prices import Unit
from marketplace.pricing.values import BandAmount, BandValue, FlatValue
from tests.factories.organisers import BUSINESS_IDS, make_organiser, make_product, organiser_admin, version_draft

TOMORROW = today() + timedelta(days=1)


@pytest.fixture
async def helsinki(database: str) -> Organiser:
    return await make_organiser()


async def test_published_product_has_a_value_from_its_first_day(helsinki: Organiser) -> None:
    made = await make_product(helsinki, valid_from=date(2026, 1, 1))
    version = await products.version_on(made.id, date(2026, 1, 1))
    assert version.value_rule == FlatValue(value_cents=3300)
    assert (version.number, version.label) == (1, "2026")
    with pytest.raises(Refused) as refused:
        await products.version_on(made.id, date(2025, 12, 31))
    assert refused.value.code == "product_not_in_force"


async def test_drafted_product_is_not_public(helsinki: Organiser) -> None:
    draft = ProductDraft(code="SIIVOUS", service_class="V-CLEANING", name_fi="Siivousseteli")
    made = await products.create_product(SYSTEM, helsinki.id, draft)
    await products.draft_version(SYSTEM, made.id, version_draft())
    assert await products.public_products() == []
    await products.publish_draft(SYSTEM, made.id)
    assert [each.id for each in await products.public_products()] == [made.id]


async def test_next_version_ends_the_one_before_the_day_before(helsinki: Organiser) -> None:
    made = await make_product(helsinki)
    await products.publish_version(SYSTEM, made.id, version_draft(3500, TOMORROW))
    before, after = await products.version_on(made.id, today()), await products.version_on(made.id, TOMORROW)
    assert (before.valid_to, before.value_rule) == (today(), FlatValue(value_cents=3300))
    assert (after.number, after.value_rule) == (2, FlatValue(value_cents=3500))


async def test_new_version_cannot_change_days_already_paid(helsinki: Organiser) -> None:
    made = await make_product(helsinki)
    for first_day in (today(), date(2026, 1, 1)):
        with pytest.raises(Invalid) as invalid:
            await products.publish_version(SYSTEM, made.id, version_draft(3500, first_day))
        assert [error.field for error in invalid.value.fields] == ["valid_from"]


async def test_new_draft_takes_the_place_of_the_old_one(helsinki: Organiser) -> None:
    made = await make_product(helsinki)
    await products.draft_version(SYSTEM, made.id, version_draft(3500, TOMORROW))
    await products.draft_version(SYSTEM, made.id, version_draft(3600, TOMORROW))
    versions = await products.versions_of(organiser_admin(helsinki.id), made.id)
    assert [each.value_rule for each in versions] == [FlatValue(value_cents=3600), FlatValue(value_cents=3300)]


async def test_published_twice_at_once_is_published_once(helsinki: Organiser) -> None:
    made = await make_product(helsinki)
    await products.draft_version(SYSTEM, made.id, version_draft(3500, TOMORROW))
    outcomes = await asyncio.gather(
        products.publish_draft(SYSTEM, made.id), products.publish_draft(SYSTEM, made.id), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["ProductVersion", "Refused"]


async def test_database_refuses_to_change_a_published_version(helsinki: Organiser) -> None:
    made = await make_product(helsinki)
    for statement in (
        "update voucher_product_version set price_ceiling_cents = 1 where product_id = $1",
        "delete from voucher_product_version where product_id = $1",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await execute(statement, made.id)


async def test_value_needs_every_band_and_the_unit_of_the_service(helsinki: Organiser) -> None:
    rule = BandValue(unit=Unit.KM, bands=(BandAmount("weekday_day", 3300), BandAmount("moonlight", 1)))
    made = await make_product(helsinki)
    with pytest.raises(Invalid) as invalid:
        await products.draft_version(SYSTEM, made.id, version_draft(valid_from=TOMORROW, rule=rule))
    said = [translate(error.message, Language.EN) for error in invalid.value.fields]
    assert "There is no time band with the code moonlight." in said
    assert "The value for Saturday is missing." in said
    assert "This service is priced by the hour. Give the value for that unit." in said


async def test_version_may_bring_its_own_bands(helsinki: Organiser) -> None:
    made = await make_product(helsinki)
    draft = version_draft(valid_from=TOMORROW)
    made_version = await products.publish_version(SYSTEM, made.id, _with(draft, calendar=ANY_TIME, valid_to=TOMORROW))
    assert made_version.calendar == ANY_TIME
    with pytest.raises(Invalid) as invalid:
        await products.draft_version(SYSTEM, made.id, _with(draft, valid_to=today()))
    assert [error.field for error in invalid.value.fields] == ["valid_to"]


async def test_version_after_one_that_ends_by_itself_starts_later(helsinki: Organiser) -> None:
    made = await make_product(helsinki)
    week = TOMORROW + timedelta(days=7)
    await products.publish_version(SYSTEM, made.id, _with(version_draft(valid_from=TOMORROW), valid_to=week))
    with pytest.raises(products.Conflict):
        await products.publish_version(SYSTEM, made.id, version_draft(valid_from=week))
    await products.publish_version(SYSTEM, made.id, version_draft(3700, valid_from=week + timedelta(days=1)))
    assert (await products.version_on(made.id, week)).number == 2


async def test_code_is_taken_once_per_organiser(helsinki: Organiser) -> None:
    await make_product(helsinki)
    with pytest.raises(Invalid):
        await make_product(helsinki)
    turku = await make_organiser("Varsinais-Suomi", county_code="05", business_id=BUSINESS_IDS[1])
    assert await make_product(turku)
    assert len(await products.public_products(turku.id)) == 1
    assert len(await products.products_for(helsinki.id, "V-HOMECARE-REG")) == 1


async def test_unknown_service_class_is_refused(helsinki: Organiser) -> None:
    with pytest.raises(Invalid):
        await products.create_product(SYSTEM, helsinki.id, ProductDraft(code="XX", service_class="V-X", name_fi="X"))


async def test_other_organisers_products_are_not_found(helsinki: Organiser) -> None:
    made = await make_product(helsinki)
    stranger = organiser_admin(uuid4())
    for attempt in (
        products.versions_of(stranger, made.id),
        products.publish_draft(stranger, made.id),
        products.draft_version(stranger, made.id, version_draft(valid_from=TOMORROW)),
        products.create_product(stranger, helsinki.id, ProductDraft(code="YY", service_class="V-PA", name_fi="Y")),
        products.product(uuid4()),
        products.version(uuid4()),
        products.publish_draft(SYSTEM, uuid4()),
        products.products_of(SYSTEM),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_own_admin_sees_own_products_and_leaves_a_trail(helsinki: Organiser) -> None:
    admin = organiser_admin(helsinki.id)
    draft = ProductDraft(code="apu", service_class="V-PA", name_fi="Avun seteli", no_own_share=True)
    made = await products.create_product(admin, helsinki.id, draft)
    await products.publish_version(admin, made.id, version_draft())
    assert [each.code for each in await products.products_of(admin)] == ["APU"]
    trail = [entry.action for entry in await audit.history("voucher_product", made.id)]
    assert trail == ["voucher_product.created", "voucher_product.version_drafted", "voucher_product.version_published"]


async def test_nothing_to_publish_is_said(helsinki: Organiser) -> None:
    made = await make_product(helsinki)
    with pytest.raises(Refused) as refused:
        await products.publish_draft(SYSTEM, made.id)
    assert refused.value.code == "nothing_to_publish"


def _with(draft, **changes):
    return products.msgspec.structs.replace(draft, **changes)
