"""A small market for comparing: one organiser, its voucher and own service, four providers of home care."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from marketplace.catalogue.offers.attributes import Value
from marketplace.catalogue.offers.schemas import OfferDetails
from marketplace.kernel.actors import SYSTEM
from marketplace.organisers.own_service import set_own_service
from marketplace.organisers.own_service_schemas import NewOwnService
from marketplace.organisers.schemas import Organiser, Product
from marketplace.pricing.own_service import UnitFee
from marketplace.pricing.prices import Unit
from marketplace.pricing.values import FlatValue
from tests.factories.catalogue import approve, band_prices, make_offer, make_provider
from tests.factories.organisers import make_organiser
from tests.factories.vouchers import a_product

PROVIDERS = ("Kotiapu Aurinko Oy", "Hoivapalvelu Lehto Oy", "Stadin Arkiapu Ky", "Omahoiva Sara Tmi")


@dataclass(frozen=True)
class Market:
    """``offers`` stand in the order of their price, the cheapest first: 30, 35, 40 and 45 euros an hour."""

    organiser: Organiser
    product: Product
    offers: tuple[UUID, ...]


async def a_market() -> Market:
    """The voucher is worth 33 euros an hour; the organiser's own service costs five."""
    organiser = await make_organiser()
    product = await a_product(organiser, FlatValue(value_cents=3300))
    fee = NewOwnService(
        service_class="V-HOMECARE-REG", rule=UnitFee(unit=Unit.HOUR, cents=500), valid_from=date(2026, 1, 1)
    )
    await set_own_service(SYSTEM, organiser.id, fee)
    offers = [await _offer(organiser, number, name) for number, name in enumerate(PROVIDERS)]
    return Market(organiser, product, tuple(offers))


async def _offer(organiser: Organiser, number: int, name: str) -> UUID:
    provider = await make_provider(name, business_id=f"234567{number}-9")
    await approve(provider, organiser)
    attributes: dict[str, Value] = (
        {"medicines": number != 1, "dementia": number > 1, "same_carer": "always"} if number else {}
    )
    return await make_offer(
        provider, organiser, prices=band_prices(day=3000 + 500 * number), accepts_new_clients=number != 1,
        languages=("fi", "sv") if number % 2 else ("fi",), name_fi="Säännöllistä kotihoitoa",
        name_sv="Regelbunden hemvård", name_en="Regular home care", details=OfferDetails(attributes=attributes),
    )  # fmt: skip
