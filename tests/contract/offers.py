"""A handful of offers to search, and searching them by number."""

from uuid import UUID

from search.places import place_of
from search.schemas import SearchQuery
from tests.factories.search import DAYTIME, published

CARE, CLEANING, MEALS, WINDOWS = "V-HOMECARE-REG", "V-CLEANING", "V-MEAL", "V-WINDOW"
HELSINKI, TURKU, TAMPERE = "091", "853", "837"


def offer(number: int, service_class: str = CARE, **changes):
    return published(service_class, offer_id=UUID(int=number), **changes)


OFFERS = [
    offer(1, provider="Kotiapu Oy", municipality_codes=(HELSINKI,), price_cents=4200, languages=("fi", "sv")),
    offer(2, provider="Hoivatiimi Ky", municipality_codes=(TURKU,), price_cents=3900, calendar=DAYTIME),
    offer(3, CLEANING, name="Kotisiivous", provider="Kiilto ry", municipality_codes=(TURKU, HELSINKI), price_cents=3500),
    offer(4, CLEANING, name="Siivouspalvelu", municipality_codes=(TAMPERE,), price_cents=3300, accepts_new_clients=False),
    offer(5, MEALS, name="Ateriat kotiin", municipality_codes=(TURKU,), price_cents=1200),
    offer(6, WINDOWS, name="Ikkunat kirkkaiksi", municipality_codes=(HELSINKI,), organiser_id=UUID(int=2), price_cents=5000,
          description="Palvelemme myös muistisairaita."),
]  # fmt: skip


async def numbers(engine, text: str = "", **filters) -> list[int]:
    if isinstance(place := filters.get("place"), str):
        filters["place"] = place_of(place)
    result = await engine.query(SearchQuery(text=text, **filters))
    return sorted(card.id.int for card in result.cards())
