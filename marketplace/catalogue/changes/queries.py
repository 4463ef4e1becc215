"""Reading price changes: a provider those of its offers, an organiser those that it decides on or that are coming."""

from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.changes.schemas import PriceChangeView
from marketplace.catalogue.changes.states import DROPPED_WORDS, ChangeStatus, Dropped
from marketplace.catalogue.offers.own import known_offer, own_provider
from marketplace.kernel.actors import ORGANISER_ROLES, PROVIDER_ROLES, Actor
from marketplace.kernel.db import Row, fetch, fetch_value
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.kernel.scoping import organiser_of, provider_of
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList

PAGE: Final = 100
# Before a change in force stands the version that it replaced; before any other one, what is or was published last.
CHANGES: Final = """
select c.*, o.service_class, o.provider_id, p.name as provider_name, o.organiser_id,
    g.name_fi as organiser_fi, g.name_sv as organiser_sv, g.name_en as organiser_en,
    b.name_fi, b.name_sv, b.name_en, b.prices as before_prices, b.calendar as before_calendar
from price_change c join offer o on o.id = c.offer_id join provider p on p.id = o.provider_id
    join organiser g on g.id = o.organiser_id left join offer_version w on w.id = c.version_id
    join lateral (select * from offer_version v where v.offer_id = o.id and v.status <> 'draft'
        and (w.number is null or v.number < w.number) order by v.number desc limit 1) b on true
"""


async def change_for(actor: Actor, change_id: UUID) -> PriceChangeView:
    """A price change, for the offer's provider and the organiser's staff.

    Raises:
        NotFound: anybody else.
    """
    column, scope_id = _scope(actor)
    rows = await fetch(f"{CHANGES} where c.id = $1 and o.{column} = $2", change_id, scope_id)
    if not rows:
        raise NotFound
    return view(rows[0], actor.language)


async def changes_of_offer(actor: Actor, offer_id: UUID) -> list[PriceChangeView]:
    """All price changes of an offer, the last announced first.

    Raises:
        Forbidden, NotFound: not an offer of a provider that the actor manages.
    """
    await known_offer(own_provider(actor), offer_id)
    rows = await fetch(f"{CHANGES} where c.offer_id = $1 order by c.announced_at desc, c.id desc", offer_id)
    return [view(row, actor.language) for row in rows]


async def organiser_changes(actor: Actor, status: ChangeStatus, page: int = 1) -> list[PriceChangeView]:
    """The price changes of an organiser's offers that stand so, those that begin first before the others.

    Raises:
        NotFound: the actor works for no organiser.
    """
    organiser_id = organiser_of(actor, *ORGANISER_ROLES)
    order = "order by c.valid_from, c.id offset $3 limit $4"
    if status not in {ChangeStatus.AWAITING_APPROVAL, ChangeStatus.SCHEDULED}:
        order = "order by c.valid_from desc, c.id desc offset $3 limit $4"
    sql = f"{CHANGES} where o.organiser_id = $1 and c.status = $2 {order}"
    rows = await fetch(sql, organiser_id, status.value, (page - 1) * PAGE, PAGE)
    return [view(row, actor.language) for row in rows]


async def waiting_count(organiser_id: UUID) -> int:
    """How many price changes wait for the organiser's decision."""
    return await fetch_value(
        "select count(*) from price_change c join offer o on o.id = c.offer_id"
        " where o.organiser_id = $1 and c.status = 'awaiting_approval'",
        organiser_id,
    )


def _scope(actor: Actor) -> tuple[str, UUID]:
    if actor.role in PROVIDER_ROLES:
        return "provider_id", provider_of(actor, *PROVIDER_ROLES)
    return "organiser_id", organiser_of(actor, *ORGANISER_ROLES)


def view(row: Row, language: Language) -> PriceChangeView:
    same = ("id", "offer_id", "service_class", "provider_id", "provider_name", "organiser_id", "is_increase",
            "valid_from", "announced_at", "decided_at")  # fmt: skip
    prices = msgspec.json.decode(row["prices"], type=PriceList)
    return PriceChangeView(
        **{name: row[name] for name in same},
        offer_name=Text(row["name_fi"], row["name_sv"], row["name_en"]),
        unit=prices.unit,
        organiser_name=Text(row["organiser_fi"], row["organiser_sv"], row["organiser_en"]),
        status=ChangeStatus(row["status"]),
        prices=prices,
        calendar=msgspec.json.decode(row["calendar"], type=BandCalendar),
        before_prices=msgspec.json.decode(row["before_prices"], type=PriceList),
        before_calendar=msgspec.json.decode(row["before_calendar"], type=BandCalendar),
        reasons=_reasons(row, language),
    )


def _reasons(row: Row, language: Language) -> str:
    if row["status"] == ChangeStatus.CANCELLED and row["reasons"]:
        return translate(DROPPED_WORDS[Dropped(row["reasons"])], language)
    return row["reasons"]
