"""Which offers of a service serve a place: municipality covered by an approval, postal code and reach of the offer fitting."""

from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import Reach
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch
from search.places import Place, distance_km

SERVING: Final = """
select o.id, v.reach from offer o join offer_version v on v.offer_id = o.id and v.status = 'published'
where o.service_class = $2 and v.municipality_codes @> array[$3]::varchar[]
    and (v.postal_codes = '{}' or $4::varchar is null or $4 = any(v.postal_codes))
    and exists (
        select from approval_covers c
        where c.provider_id = o.provider_id and c.organiser_id = o.organiser_id and c.service_class = o.service_class
        and c.municipality_code = $3 and $1::date between c.first_day and c.last_day
    )
order by o.id
"""


async def offers_serving(service_class: str, place: Place) -> list[UUID]:
    """The public offers of a service class that serve a place today, by id."""
    rows = await fetch(SERVING, today(), service_class, place.municipality, place.postal_code)
    return [row["id"] for row in rows if row["reach"] is None or _reaches(row["reach"], place)]


def _reaches(text: str, place: Place) -> bool:
    reach = msgspec.json.decode(text, type=Reach)
    return distance_km(reach.lat, reach.lon, place.lat, place.lon) <= reach.km
