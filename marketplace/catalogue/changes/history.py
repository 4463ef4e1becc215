"""What an offer has cost, costs and will cost: public for every published offer."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from marketplace.catalogue.changes.increases import prices_of
from marketplace.catalogue.changes.schemas import PricePeriod
from marketplace.catalogue.offers.published import is_public
from marketplace.catalogue.offers.sources import PriceNews
from marketplace.kernel.clock import HELSINKI
from marketplace.kernel.db import Row, fetch
from marketplace.kernel.errors import NotFound

VERSIONS: Final = """
select v.prices, v.calendar, v.status, coalesce(c.valid_from, (v.published_at at time zone 'Europe/Helsinki')::date) as first_day,
    v.ended_at
from offer_version v left join price_change c on c.version_id = v.id
where v.offer_id = $1 and v.status <> 'draft' order by v.number
"""
SCHEDULED: Final = """
select offer_id, prices, calendar, valid_from from price_change
where offer_id = any($1::uuid[]) and status = 'scheduled'
"""
ONE_DAY: Final = timedelta(days=1)


async def price_history(offer_id: UUID) -> list[PricePeriod]:
    """The price lists of a public offer, oldest first; the last may be one that is announced for a day to come.

    Versions that differ in words only are one period. Days on which the offer was withdrawn are in none.

    Raises:
        NotFound: nothing of the offer is public today.
    """
    if not await is_public(offer_id):
        raise NotFound
    periods = _periods(await fetch(VERSIONS, offer_id))
    coming = await scheduled_change(offer_id)
    if coming is None:
        return periods
    until = [
        replace(each, valid_to=coming.valid_from - ONE_DAY)
        for each in periods[-1:]
        if each.valid_from < coming.valid_from
    ]
    return [*periods[:-1], *until, coming]


async def scheduled_change(offer_id: UUID) -> PricePeriod | None:
    """The prices that are announced, accepted and not yet in force."""
    news = (await price_news([offer_id])).get(offer_id)
    if news is None:
        return None
    return PricePeriod(
        valid_from=news.valid_from, valid_to=None, prices=news.prices, calendar=news.calendar, is_scheduled=True
    )


async def price_news(offer_ids: Sequence[UUID]) -> Mapping[UUID, PriceNews]:
    """The same of many offers, for the rooms below, which show them."""
    found: dict[UUID, PriceNews] = {}
    for row in await fetch(SCHEDULED, list(offer_ids)):
        prices, calendar = prices_of(row)
        found[row["offer_id"]] = PriceNews(valid_from=row["valid_from"], prices=prices, calendar=calendar)
    return found


def _periods(rows: Sequence[Row]) -> list[PricePeriod]:
    """A list that was replaced on its first day was never the price of a day, and is left out."""
    found: list[tuple[Row, date, date | None]] = []
    for row in rows:
        first = row["first_day"]
        if found and _goes_on(found[-1], row):
            before, since, _ = found.pop()
            found.append((before, since, _last_day(row)))
            continue
        if found:
            before, since, until = found.pop()
            until = first - ONE_DAY if until is None or until >= first else until
            found += [(before, since, until)] if until >= since else []
        found.append((row, first, _last_day(row)))
    return [_period(row, since, until) for row, since, until in found]


def _goes_on(last: tuple[Row, date, date | None], row: Row) -> bool:
    """Whether a version has the prices of the one before it and came without a gap."""
    before, _, until = last
    same = (before["prices"], before["calendar"]) == (row["prices"], row["calendar"])
    return same and (until is None or until >= row["first_day"] - ONE_DAY)


def _last_day(row: Row) -> date | None:
    return row["ended_at"].astimezone(HELSINKI).date() if row["status"] == "withdrawn" else None


def _period(row: Row, since: date, until: date | None) -> PricePeriod:
    prices, calendar = prices_of(row)
    return PricePeriod(valid_from=since, valid_to=until, prices=prices, calendar=calendar)
