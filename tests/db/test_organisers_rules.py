"""Organisers, their time bands and their price rules."""

from datetime import date
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from marketplace.kernel.actors import SYSTEM, Actor
from marketplace.kernel.db import execute
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.organisers import organisers, rules
from marketplace.organisers.schemas import NewOrganiser, Organiser
from marketplace.organisers.states import OrganiserKind
from marketplace.pricing.bands import ANY_TIME, BandCalendar
from marketplace.pricing.prices import NO_RULES, BandPrice, PriceRules, Unit
from tests.factories.organisers import BUSINESS_IDS, make_organiser, organiser_admin

MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)


@pytest.fixture
async def helsinki(database: str) -> Organiser:
    return await make_organiser()


async def test_organiser_serves_all_of_its_county_unless_told_otherwise(helsinki: Organiser) -> None:
    turku = await make_organiser("Varsinais-Suomi", county_code="05", business_id=BUSINESS_IDS[1])
    assert helsinki.municipality_codes == ("091",)
    assert len(turku.municipality_codes) == 27
    assert turku.serves("853")
    assert await organisers.organiser_serving("853") == turku
    assert await organisers.organiser_serving("020") is None
    assert await organisers.list_organisers() == [helsinki, turku]


async def test_county_comes_before_a_single_municipality(helsinki: Organiser) -> None:
    await make_organiser(
        "Vantaa", county_code="04", municipality_codes=("091", "092"), business_id=BUSINESS_IDS[1],
        kind=OrganiserKind.MUNICIPALITY,
    )  # fmt: skip
    assert await organisers.organiser_serving("091") == helsinki


async def test_organiser_is_found_by_id_or_not_at_all(helsinki: Organiser) -> None:
    assert await organisers.get_organiser(helsinki.id) == helsinki
    with pytest.raises(NotFound):
        await organisers.get_organiser(uuid4())


async def test_wrong_facts_of_an_organiser_are_all_named(database: str) -> None:
    wrong = NewOrganiser(
        business_id="0201256-5",
        name_fi="X",
        kind=OrganiserKind.CITY,
        county_code="77",
        municipality_codes=("091", "999"),
    )
    with pytest.raises(Invalid) as invalid:
        await organisers.create_organiser(SYSTEM, wrong)
    assert [error.field for error in invalid.value.fields] == ["business_id", "county_code", "municipality_codes.1"]


async def test_organiser_is_taken_in_once_and_by_the_system_only(helsinki: Organiser) -> None:
    with pytest.raises(Conflict):
        await make_organiser()
    new = NewOrganiser(business_id=BUSINESS_IDS[1], name_fi="X", kind=OrganiserKind.CITY, county_code="90")
    with pytest.raises(NotFound):
        await organisers.create_organiser(Actor(), new)


async def test_bands_are_standard_until_set_and_then_kept_by_day(helsinki: Organiser) -> None:
    assert (await rules.bands_on(helsinki.id, MARCH)).calendar == rules.STANDARD_BANDS
    await rules.set_bands(organiser_admin(helsinki.id), helsinki.id, ANY_TIME, MAY, own_bands_allowed=False)
    assert (await rules.bands_on(helsinki.id, MARCH)).own_bands_allowed
    in_may = await rules.bands_on(helsinki.id, MAY)
    assert in_may == rules.BandRules(calendar=ANY_TIME, own_bands_allowed=False)


async def test_bands_with_holes_are_refused(helsinki: Organiser) -> None:
    holes = BandCalendar(version="x", bands=rules.STANDARD_BANDS.bands[:2])
    with pytest.raises(Invalid) as invalid:
        await rules.set_bands(SYSTEM, helsinki.id, holes, MAY)
    assert len(invalid.value.fields) >= 4


async def test_price_rules_hold_for_one_service_from_their_day(helsinki: Organiser) -> None:
    ceiling = PriceRules(ceiling_cents=4200, band_ceilings=(BandPrice("sunday_holiday", 8400),))
    await rules.set_price_rules(SYSTEM, helsinki.id, "V-PA", ceiling, MARCH)
    assert await rules.price_rules_on(helsinki.id, "V-PA", MAY) == ceiling
    assert await rules.price_rules_on(helsinki.id, "V-HOMECARE-REG", MAY) == NO_RULES
    all_rules = await rules.service_rules_on(helsinki.id, "V-PA", MAY)
    assert (all_rules.unit, all_rules.prices, all_rules.bands.calendar) == (Unit.HOUR, ceiling, rules.STANDARD_BANDS)


async def test_rules_start_once_a_day(helsinki: Organiser) -> None:
    for _ in range(2):
        outcome = rules.set_price_rules(SYSTEM, helsinki.id, "V-PA", NO_RULES, MARCH)
        if _:
            with pytest.raises(Conflict):
                await outcome
        else:
            await outcome


async def test_bad_price_rules_are_all_named(helsinki: Organiser) -> None:
    bad = PriceRules(ceiling_cents=-1, max_visit_fee_cents=-1, band_ceilings=(BandPrice("x", -5),))
    with pytest.raises(Invalid) as invalid:
        await rules.set_price_rules(SYSTEM, helsinki.id, "V-X", bad, MARCH)
    fields = [error.field for error in invalid.value.fields]
    assert fields == [
        "service_class",
        "ceiling_cents",
        "max_visit_fee_cents",
        "band_ceilings.0.price_cents",
        "band_ceilings.0.band",
    ]


async def test_only_the_own_administrator_sets_rules(helsinki: Organiser) -> None:
    for actor in (organiser_admin(uuid4()), Actor(organiser_id=helsinki.id)):
        with pytest.raises(NotFound):
            await rules.set_bands(actor, helsinki.id, ANY_TIME, MAY)
        with pytest.raises(NotFound):
            await rules.set_price_rules(actor, helsinki.id, "V-PA", NO_RULES, MAY)


async def test_database_keeps_rules_as_they_were(helsinki: Organiser) -> None:
    await rules.set_bands(SYSTEM, helsinki.id, ANY_TIME, MAY)
    with pytest.raises(asyncpg.RestrictViolationError):
        await execute("update band_calendar_version set valid_from = $1", MARCH)
    assert msgspec.json.encode((await rules.bands_on(helsinki.id, MAY)).calendar)
