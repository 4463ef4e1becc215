"""Voucher products from files: every wrong place named, all of it or nothing, versions that follow."""

from datetime import UTC, date, datetime

import pytest

from marketplace.kernel.actors import SYSTEM
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import fetch_value, new_id
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.organisers.product_files import MAX_BYTES, read_products, take_in, try_out
from marketplace.organisers.products import version_on
from tests.factories.organisers import make_organiser, organiser_admin

FLAT = "{kind: flat, value_cents: 3300}"
GOOD = f"""
products:
  - {{code: koti-1, service_class: V-HOMECARE-REG, name_fi: Koti, version: {{valid_from: 2026-01-01, value_rule: {FLAT}}}}}
own_services:
  - {{service_class: V-HOMECARE-REG, valid_from: 2026-01-01, rule: {{kind: per_unit, unit: hour, cents: 1000}}}}
"""
NEXT = GOOD.replace("2026-01-01, value_rule", "2027-01-01, value_rule").replace("3300", "3500")


@pytest.fixture
async def organiser(database):
    with clock_set_to(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        yield await make_organiser()


def wrong(text: str | bytes) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        read_products(text if isinstance(text, bytes) else text.encode())
    return {each.field: each.message.text for each in error.value.fields}


async def test_a_later_version_follows(organiser):
    first = await take_in(SYSTEM, organiser.id, read_products(GOOD.encode()))
    assert (first.added, first.own_services) == (("koti-1",), ("V-HOMECARE-REG",))
    second = await take_in(SYSTEM, organiser.id, read_products(NEXT.encode()))
    assert (second.added, second.versions, second.own_services) == ((), ("koti-1",), ())
    product_id = await fetch_value("select id from voucher_product")
    assert (await version_on(product_id, date(2027, 1, 1))).value_rule.value_cents == 3500


async def test_a_dry_run_keeps_nothing(organiser):
    tried = await try_out(SYSTEM, organiser.id, read_products(GOOD.encode()))
    assert tried.added == ("koti-1",)
    assert await fetch_value("select count(*) from voucher_product") == 0


async def test_all_or_nothing_with_every_place_named(organiser):
    bad = """
products:
  - {code: ok-1, service_class: V-MEAL, name_fi: Ateria, version: {valid_from: 2026-01-01, value_rule: {kind: flat, unit: piece, value_cents: 1}}}
  - {code: bad-1, service_class: V-HOMECARE-REG, name_fi: A, version: {valid_from: 2026-01-01, value_rule: {kind: flat, value_cents: -1}}}
  - {code: bad-2, service_class: V-NONE, name_fi: B}
own_services:
  - {service_class: V-NONE, valid_from: 2026-01-01, rule: {kind: per_unit, unit: hour, cents: -1}}
"""
    with pytest.raises(Invalid) as error:
        await take_in(SYSTEM, organiser.id, read_products(bad.encode()))
    assert {each.field for each in error.value.fields} == {
        "products.1.version.value_rule.value_cents", "products.2.service_class", "own_services.0.rule.cents",
        "own_services.0.service_class",
    }  # fmt: skip
    assert await fetch_value("select count(*) from voucher_product") == 0


async def test_a_wrong_next_version_is_named_by_its_place(organiser):
    await take_in(SYSTEM, organiser.id, read_products(GOOD.encode()))
    with pytest.raises(Invalid) as error:
        await take_in(SYSTEM, organiser.id, read_products(NEXT.replace("3500", "-5").encode()))
    assert [each.field for each in error.value.fields] == ["products.0.version.value_rule.value_cents"]


async def test_a_product_without_a_version_stays_as_it_is(organiser):
    bare = b"- {code: koti-2, service_class: V-MEAL, name_fi: Ateria}"
    assert (await take_in(SYSTEM, organiser.id, read_products(bare))).added == ("koti-2",)
    assert (await take_in(SYSTEM, organiser.id, read_products(bare))).known == ("koti-2",)


async def test_only_the_organisers_own_administrator_may(organiser):
    with pytest.raises(NotFound):
        await take_in(organiser_admin(new_id()), organiser.id, read_products(GOOD.encode()))


def test_every_wrong_field_of_the_form_is_named():
    text = """
products:
  - {code: x, name_fi: "", surprise: 1, version: {valid_from: soon, value_rule: {kind: flat, value_cents: yes please}}}
  - {code: ok-1, service_class: V-MEAL, name_fi: Ateria, version: 7}
other: 1
"""
    assert set(wrong(text)) == {
        "products.0.code", "products.0.service_class", "products.0.name_fi", "products.0.surprise",
        "products.0.version.valid_from", "products.0.version.value_rule.value_cents", "products.1.version", "other",
    }  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [b"a: [", b"\xff\xfe\xff", b"42", b"{}", b"x" * (MAX_BYTES + 1), b"a: !!python/object:os.system {}"],
    ids=["broken", "not text", "number", "empty", "large", "code"],
)
def test_what_is_no_file_of_products(data):
    assert set(wrong(data)) == {"file"}


def test_a_mapping_where_a_list_should_be():
    assert set(wrong(b"products: {code: x}")) == {"products"}
