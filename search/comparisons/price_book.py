"""Published prices by offer, read once for each version: what thousands of offers are priced from in one request.

A published version never changes, so that an entry is as good as the database; which version is public is asked each time.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from marketplace.kernel.db import CONNECTION_LOST, connection, fetch
from marketplace.kernel.errors import Unavailable
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList

MOST_KEPT: Final = 200_000
READ_AT_ONCE: Final = 1_000
"""More rows at a time would set off the search of the whole process for garbage, which takes longer than reading them."""

PUBLIC: Final = """
select o.id, v.id as version_id, c.id as change_id from offer o
join offer_version v on v.offer_id = o.id and v.status = 'published'
left join price_change c on c.offer_id = o.id and c.status = 'scheduled' and c.valid_from <= $2::date
where o.id = any($1::uuid[])
"""
WITHIN: Final = """
select offer_id, min(valid_from) as day from price_change
where status = 'scheduled' and valid_from > $2::date and valid_from < $3::date and offer_id = any($1::uuid[]) group by offer_id
"""
OF_VERSIONS: Final = """
select v.id as key, o.id, o.organiser_id, o.service_class, v.prices, v.calendar, v.published_at::date as since, v.number
from offer_version v join offer o on o.id = v.offer_id where v.id = any($1::uuid[])
"""
OF_CHANGES: Final = """
select c.id as key, o.id, o.organiser_id, o.service_class, c.prices, c.calendar, c.valid_from as since, 0 as number
from price_change c join offer o on o.id = c.offer_id where c.id = any($1::uuid[])
"""


class Priced(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An offer's prices and bands. ``since`` is the day from which they hold; ``number`` 0: announced, not yet a version."""

    offer_id: UUID
    organiser_id: UUID
    service_class: str
    prices: PriceList
    calendar: BandCalendar
    since: date
    number: int


_PRICES: Final = msgspec.json.Decoder(PriceList)
_CALENDAR: Final = msgspec.json.Decoder(BandCalendar)
_kept: dict[UUID, Priced] = {}
_calendars: dict[str, BandCalendar] = {}
_organisers: dict[UUID, UUID] = {}


async def prices_of(offer_ids: Sequence[UUID], month: date) -> dict[UUID, Priced]:
    """The prices of public offers on the first day of a month, in the order asked for; others are left out.

    A price that is announced for that day or an earlier one, and allowed, counts already.
    """
    found: dict[UUID, Priced] = {}
    for start in range(0, len(offer_ids), READ_AT_ONCE):
        found |= await _some_prices(offer_ids[start : start + READ_AT_ONCE], month)
    return found


async def _some_prices(offer_ids: Sequence[UUID], month: date) -> dict[UUID, Priced]:
    rows = await _records(PUBLIC, list(offer_ids), month)
    keys = {offer_id: change_id or version_id for offer_id, version_id, change_id in rows}
    await _read(OF_CHANGES, [change_id for _, _, change_id in rows if change_id is not None])
    await _read(OF_VERSIONS, [version_id for _, version_id, change_id in rows if change_id is None])
    found = ((offer_id, _kept.get(keys[offer_id])) for offer_id in offer_ids if offer_id in keys)
    return {offer_id: priced for offer_id, priced in found if priced is not None}


async def _read(sql: str, keys: Sequence[UUID]) -> None:
    missing = [key for key in keys if key not in _kept]
    if not missing:
        return
    if len(_kept) + len(missing) > MOST_KEPT:
        forget()
    for key, *columns in await _records(sql, missing):
        _kept[key] = _priced(*columns)


async def _records(sql: str, *args: object) -> Sequence[asyncpg.Record]:
    """As they come: thousands of dictionaries would be made to be thrown away."""
    try:
        async with connection() as link:
            return await link.fetch(sql, *args)
    except CONNECTION_LOST as error:
        raise Unavailable from error


def _priced(
    offer_id: UUID, organiser_id: UUID, service_class: str, prices: str, calendar: str, since: date, number: int
) -> Priced:
    return Priced(
        offer_id=offer_id,
        organiser_id=_organisers.setdefault(organiser_id, organiser_id),
        service_class=service_class,
        prices=_PRICES.decode(prices),
        calendar=_calendar(calendar),
        since=since,
        number=number,
    )


def _calendar(text: str) -> BandCalendar:
    """One object for equal calendars: thousands of offers share their organiser's."""
    if (known := _calendars.get(text)) is None:
        known = _calendars[text] = _CALENDAR.decode(text)
    return known


async def changes_within(offer_ids: Sequence[UUID], month: date, following: date) -> dict[UUID, date]:
    """The days after a month's first, and before ``following``, from which announced prices of offers hold."""
    return {row["offer_id"]: row["day"] for row in await fetch(WITHIN, list(offer_ids), month, following)}


def forget() -> None:
    """Empties the book; what is asked for next is read again."""
    _kept.clear()
    _calendars.clear()
    _organisers.clear()
