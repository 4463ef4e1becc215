"""Prices within all that limits them, each reason with the rule, the limit and its source."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from marketplace.catalogue.offers import offers
from marketplace.catalogue.offers.price_checks import price_limits, price_problems
from marketplace.catalogue.offers.price_impact import offers_against
from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.kernel.actors import SYSTEM, Actor
from marketplace.kernel.db import execute, fetch_value
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.organisers import rules
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.bands import Band, BandCalendar, Hours
from marketplace.pricing.charges import Surcharge
from marketplace.pricing.prices import BandCoefficient, BandPrice, PriceList, PriceRules, Unit
from marketplace.pricing.values import HouseholdLimit, IncomeTestedValue
from onboarding.register.ceilings import approved_ceilings
from onboarding.rulebooks.language import ServiceTerms
from tests.factories.catalogue import NO_QUESTIONS, approve, band_prices, make_offer, make_provider, offer_draft
from tests.factories.organisers import make_product

CARE = "V-HOMECARE-REG"
EARLIER, TODAY = date(2026, 1, 1), date(2026, 8, 3)
LESS_INCOME = IncomeTestedValue(
    max_cents=36_00, lowest_cents=7_00, highest_cents=36_00, limits=(HouseholdLimit(1, 588_00, Decimal(35)),)
)


@pytest.fixture
async def provider(turku: Organiser) -> Actor:
    actor = await make_provider()
    await approve(actor, turku)
    return actor


async def rulebook_with_ceiling(cents: int) -> None:
    """Every rulebook gets a ceiling for home care, before anybody reads it."""
    terms = ServiceTerms(service_class=CARE, ceiling_cents=cents)
    content = msgspec.json.encode(replace(NO_QUESTIONS, terms=(terms,))).decode()
    await execute("alter table rulebook_version disable trigger user")
    await execute("update rulebook_version set content = $1::jsonb", content)
    await execute("alter table rulebook_version enable trigger user")


async def said(draft: OfferDraft, provider_id: UUID | None = None) -> dict[str, str]:
    found = await price_problems(draft, provider_id)
    return {error.field: translate(error.message, Language.EN) for error in found}


def one(cents: int, **changes: Any) -> PriceList:
    return PriceList(unit=Unit.HOUR, one_price_cents=cents, **changes)


async def test_the_rulebook_of_the_approval_is_a_ceiling(turku: Organiser, provider: Actor) -> None:
    await rulebook_with_ceiling(60_00)
    (ceiling,) = await approved_ceilings(provider.provider_id, turku.id, CARE, TODAY)
    assert (ceiling.cents, ceiling.rulebook_number) == (60_00, 1)
    draft = offer_draft(turku)
    assert await said(draft) == {}
    reason = "€76.00 is over the price ceiling €60.00 (rulebook of Varsinais-Suomi, version 1)."
    assert await said(draft, provider.provider_id) == {"prices.band_prices.4.price_cents": reason}
    with pytest.raises(Invalid):
        await offers.save_draft(provider, None, draft)


async def test_a_rulebook_of_other_places_or_days_says_nothing(turku: Organiser, provider: Actor) -> None:
    await rulebook_with_ceiling(60_00)
    assert provider.provider_id is not None
    for day, places in ((date(2020, 1, 1), ()), (TODAY, ("091",))):
        assert await approved_ceilings(provider.provider_id, turku.id, CARE, day, places) == []
    assert await approved_ceilings(provider.provider_id, turku.id, "V-PA", TODAY) == []


async def test_the_lowest_of_several_ceilings_is_named(turku: Organiser) -> None:
    product = await make_product(turku)
    await execute("alter table voucher_product_version disable trigger user")
    await execute("update voucher_product_version set price_ceiling_cents = 4000 where product_id = $1", product.id)
    await rules.set_price_rules(SYSTEM, turku.id, CARE, PriceRules(ceiling_cents=50_00), EARLIER)
    assert await said(offer_draft(turku, prices=one(52_00))) == {
        "prices.one_price_cents": "€52.00 is over the price ceiling €40.00 (voucher Kotihoidon seteli, 2026)."
    }


async def test_a_band_ceiling_holds_for_bands_of_the_providers_own(turku: Organiser) -> None:
    ceilings = (BandPrice("sunday_holiday", 80_00), BandPrice("night", 60_00))
    await rules.set_price_rules(
        SYSTEM, turku.id, CARE, PriceRules(ceiling_cents=50_00, band_ceilings=ceilings), EARLIER
    )
    week = (Hours(("weekday",), 0, 1440), Hours(("saturday",), 0, 1440))  # pyright: ignore[reportArgumentType]
    rest = (Hours(("sunday", "holiday"), 0, 1440),)  # pyright: ignore[reportArgumentType]
    own = BandCalendar(version="own", bands=(Band("w", Text("Viikko"), week), Band("r", Text("Pyhä"), rest)))
    own = msgspec.convert(msgspec.to_builtins(own), BandCalendar)
    prices = PriceList(unit=Unit.HOUR, band_prices=(BandPrice("w", 55_00), BandPrice("r", 79_00)))
    assert set(await said(offer_draft(turku, calendar=own, prices=prices))) == {"prices.band_prices.0.price_cents"}


async def test_what_the_bill_shows_is_compared(turku: Organiser) -> None:
    await rules.set_price_rules(SYSTEM, turku.id, CARE, PriceRules(ceiling_cents=50_00), EARLIER)
    dearer = (Surcharge(key="s", name=Text("Ilta"), bands=("night",), percent=Decimal(50)),)
    by_surcharge = await said(offer_draft(turku, prices=one(40_00, surcharges=dearer)))
    assert by_surcharge == {
        "prices.surcharges": "Weekday night: with surcharges and tax €60.00 is over the price ceiling €50.00 "
        "(price rules of Varsinais-Suomi)."
    }
    taxed = one(45_00, vat_added=True, vat_percent=Decimal("25.5"))
    assert set(await said(offer_draft(turku, prices=taxed))) == {"prices.vat_percent"}
    times = tuple(BandCoefficient(key, Decimal(2)) for key in rules.STANDARD_BANDS.keys)
    doubled = await said(offer_draft(turku, prices=one(30_00, coefficients=times)))
    assert {field.rpartition(".")[2] for field in doubled} == {"coefficient"}


async def test_free_for_the_client_means_the_lowest_value_of_every_voucher(turku: Organiser) -> None:
    await make_product(turku, rule=LESS_INCOME)
    await make_product(turku, value_cents=40_00, code="TOINEN")
    draft = offer_draft(turku, prices=one(7_01))
    assert await said(draft) == {}
    await rules.set_price_rules(SYSTEM, turku.id, CARE, PriceRules(free_for_client=True), EARLIER)
    (reason,) = (await said(draft)).values()
    assert "at most the voucher's value €7.00" in reason
    assert await said(offer_draft(turku, prices=one(7_00))) == {}


async def test_coefficients_are_the_organisers_where_it_has_some(turku: Organiser) -> None:
    own = tuple(BandCoefficient(key, Decimal(2)) for key in rules.STANDARD_BANDS.keys)
    await rules.set_bands(SYSTEM, turku.id, rules.STANDARD_BANDS, EARLIER, coefficients=own)
    assert await said(offer_draft(turku, prices=one(30_00, coefficients=own))) == {}
    other = tuple(replace(each, coefficient=Decimal(3)) for each in own)
    assert set(await said(offer_draft(turku, prices=one(30_00, coefficients=other)))) == {"prices.coefficients"}


async def test_faults_of_bands_and_shape_are_told_before_limits(turku: Organiser) -> None:
    await rules.set_price_rules(SYSTEM, turku.id, CARE, PriceRules(ceiling_cents=10_00), EARLIER)
    broken = replace(rules.STANDARD_BANDS, bands=rules.STANDARD_BANDS.bands[1:], version="own")
    assert "calendar.bands" in await said(offer_draft(turku, calendar=broken))
    assert await said(offer_draft(turku, prices=None)) == {}
    assert "prices.unit" in await said(offer_draft(turku, prices=PriceList(unit=Unit.DAY, one_price_cents=1)))


async def test_limits_are_those_of_the_day(turku: Organiser) -> None:
    await rules.set_price_rules(SYSTEM, turku.id, CARE, PriceRules(ceiling_cents=10_00), date(2027, 1, 1))
    assert (await price_limits(turku.id, CARE, TODAY)).ceilings == ()
    (ceiling,) = (await price_limits(turku.id, CARE, date(2027, 1, 1))).ceilings
    assert ceiling.cents == 10_00
    draft = offer_draft(turku)
    assert len(await price_problems(draft, None, date(2027, 1, 1))) == 5


async def test_rules_tried_on_published_offers(turku: Organiser, provider: Actor) -> None:
    offer_id = await make_offer(provider, turku, prices=replace(band_prices(), visit_fee_cents=5_00))
    cheap = await make_offer(provider, turku, prices=one(20_00))
    trial = PriceRules(ceiling_cents=50_00, max_visit_fee_cents=0)
    published, found = await offers_against(turku.id, CARE, trial, TODAY)
    assert (published, [each.offer_id for each in found]) == (2, [offer_id])
    assert cheap not in {each.offer_id for each in found}
    assert translate(found[0].reasons[0], Language.EN).startswith("The fee is over the limit €0.00")
    assert await fetch_value("select count(*) from price_rule_version") == 0
    assert (await get_organiser(turku.id)).name.fi == "Varsinais-Suomi"
