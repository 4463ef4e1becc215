"""What the public register tells of prices: those of today as clients pay them, and those announced."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from marketplace.catalogue.offers.register_offers import shown_offers
from marketplace.catalogue.offers.sources import price_news
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import HELSINKI, clock_set_to
from marketplace.kernel.i18n import Text
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.charges import LengthPrice, Surcharge
from marketplace.pricing.prices import BandCoefficient, PriceList, Unit
from onboarding.register.schemas import ShownOffer
from tests.factories.catalogue import approve, band_prices, make_offer, make_provider
from tests.factories.organisers import make_organiser
from tests.factories.price_changes import announced

NEW_YEAR = date(2027, 1, 1)


@pytest.fixture
async def organiser(database: str):
    with clock_set_to(datetime(2026, 11, 2, 12, tzinfo=HELSINKI)):
        yield await make_organiser()


@pytest.fixture
async def provider(organiser: Organiser) -> Actor:
    actor = await make_provider()
    await approve(actor, organiser, service_classes=["V-HOMECARE-REG", "V-SHOPPING"])
    return actor


async def shown(provider: Actor) -> ShownOffer:
    assert provider.provider_id is not None
    [offer] = await shown_offers([provider.provider_id])
    return offer


async def priced(provider: Actor, organiser: Organiser, prices: PriceList, **changes: Any) -> list[int]:
    await make_offer(provider, organiser, prices=prices, **changes)
    return [each.price_cents for each in (await shown(provider)).prices]


async def test_announced_prices_stand_beside_those_of_today(provider: Actor, organiser: Organiser) -> None:
    offer_id = await make_offer(provider, organiser)
    assert (await shown(provider)).coming_from is None
    await announced(provider, offer_id, NEW_YEAR, band_prices(4000))
    offer = await shown(provider)
    assert (offer.coming_from, offer.prices[0].price_cents, offer.coming[0].price_cents) == (NEW_YEAR, 3800, 4000)
    assert [each.band for each in offer.coming] == [band.name for band in STANDARD_BANDS.bands]
    assert await price_news([]) == {}


async def test_surcharges_make_bands_of_one_price(provider: Actor, organiser: Organiser) -> None:
    night = Surcharge(key="n", name=Text("Yölisä"), bands=("night",), percent=Decimal(50))
    prices = PriceList(unit=Unit.HOUR, one_price_cents=4000, surcharges=(night,))
    assert await priced(provider, organiser, prices) == [4000, 4000, 6000, 4000, 4000]


async def test_a_base_price_is_told_with_its_coefficients(provider: Actor, organiser: Organiser) -> None:
    times = tuple(BandCoefficient(key, Decimal(n)) for n, key in enumerate(STANDARD_BANDS.keys, start=1))
    prices = PriceList(unit=Unit.HOUR, one_price_cents=1000, coefficients=times)
    assert await priced(provider, organiser, prices) == [1000, 2000, 3000, 4000, 5000]


async def test_one_price_has_no_name(provider: Actor, organiser: Organiser) -> None:
    assert await priced(provider, organiser, PriceList(unit=Unit.HOUR, one_price_cents=4000)) == [4000]
    assert (await shown(provider)).prices[0].band == Text("")


async def test_prices_by_the_length_of_a_visit_are_told_by_length(provider: Actor, organiser: Organiser) -> None:
    prices = PriceList(unit=Unit.VISIT, length_prices=(LengthPrice(30, 2500), LengthPrice(60, 4200)))
    assert await priced(provider, organiser, prices, service_class="V-SHOPPING") == [2500, 4200]
    assert (await shown(provider)).prices[0].band.fi
