"""The prices of an agreement from day to day: those it was made at, and those that its provider has announced since.

An announced price holds for a client from its day on, and never before the day on which the client is told of it. Two
kinds of agreement keep what was agreed: where a decrease of the offer would raise it, and where the client may have no
own share and the voucher does not cover the new price.
"""

from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.topics import OfPriceChange
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.price_changes import is_increase
from marketplace.pricing.prices import PriceList
from marketplace.pricing.shares import check_prices_fit_voucher
from marketplace.vouchers.price_notices import tell_client_of_prices, tell_client_of_undone, tell_managers
from marketplace.vouchers.terms import AgreedPrices, VoucherTerms, as_json, read_prices, read_terms, value_calendar

COMING: Final = frozenset({"scheduled", "in_force"})


def prices_on(day: str) -> str:
    """SQL for the JSON of an agreement's (``a``) prices on a day, which is SQL as well."""
    return f"""coalesce((select p.prices from agreement_price p where p.agreement_id = a.id and p.cancelled_at is null
        and p.valid_from <= {day} order by p.valid_from desc, p.announced_at desc limit 1), a.prices)"""


CHANGE: Final = """
select c.id, c.offer_id, c.status, c.is_increase, c.valid_from, c.prices, c.calendar, o.provider_id, o.organiser_id,
    o.service_class, p.name as provider_name, v.name_fi
from price_change c join offer o on o.id = c.offer_id join provider p on p.id = o.provider_id
    join lateral (select name_fi from offer_version n where n.offer_id = o.id and n.status <> 'draft'
        order by n.number desc limit 1) v on true
"""
# Whoever still has visits to come on the day: an agreement with a last day before it is not concerned.
CONCERNED: Final = """
from agreement a join voucher v on v.id = a.voucher_id
where a.offer_id = $1 and v.closed_at is null and v.last_day >= $2 and (a.ends_on is null or a.ends_on >= $2)
"""
AGREEMENT: Final = f"""
select a.id, a.client_id, a.voucher_id, a.starts_on, {prices_on("$2::date")} as prices, v.terms,
    v.minutes_per_month, v.units_per_month, v.cents_per_month
from agreement a join voucher v on v.id = a.voucher_id where a.id = $1
"""
INSERT: Final = """
insert into agreement_price (id, agreement_id, price_change_id, prices, valid_from, announced_at)
values ($1, $2, $3, $4::jsonb, $5, $6) on conflict (agreement_id, price_change_id) do nothing returning id
"""
UNDO: Final = """
update agreement_price p set cancelled_at = $2 from agreement a
where p.price_change_id = $1 and p.cancelled_at is null and a.id = p.agreement_id and a.id = $3
returning a.client_id
"""


async def agree_on_announced(job: OfPriceChange) -> None:
    """Handles ``price_change.scheduled``: every agreement concerned takes the prices, and its client is told, once each."""
    change = await fetch_one(f"{CHANGE} where c.id = $1", job.change_id)
    if change is None or change["status"] not in COMING:
        return
    day = max(change["valid_from"], today())
    concerned = await fetch(f"select a.id {CONCERNED} order by a.id", change["offer_id"], day)
    taken = [each["id"] for each in concerned if await _take_and_tell(each["id"], job.change_id)]
    if taken and change["is_increase"]:
        await tell_managers(change, day)


@transactional()
async def _take_and_tell(agreement_id: UUID, change_id: UUID) -> bool:
    """Under a lock that a cancellation waits for: what is undone afterwards finds the agreement's row."""
    change = await fetch_one(f"{CHANGE} where c.id = $1 for share of c", change_id)
    if change is None or change["status"] not in COMING:
        return False
    agreement = await fetch_one(AGREEMENT, agreement_id, change["valid_from"])
    if agreement is None:
        return False
    before = read_prices(agreement["prices"])
    day = max(change["valid_from"], today())
    after = await _take(agreement, change, day)
    if after is None:
        return False
    await tell_client_of_prices(agreement, change, before, after, day)
    return True


async def agree_on_coming(agreement_id: UUID, offer_id: UUID) -> None:
    """An agreement that is made while its offer has prices to come takes them as well: its client saw them before choosing.

    The caller made the agreement in this unit of work and so holds the offer: nothing is announced meanwhile.
    """
    change = await fetch_one(f"{CHANGE} where c.offer_id = $1 and c.status = 'scheduled'", offer_id)
    agreement = await fetch_one(AGREEMENT, agreement_id, today())
    if change is not None and agreement is not None:
        await _take(agreement, change, max(change["valid_from"], today()))


async def _take(agreement: Row, change: Row, day: date) -> AgreedPrices | None:
    """Writes the agreement's new prices from a day on; None where it keeps its own, or has them already."""
    before = read_prices(agreement["prices"])
    after = msgspec.structs.replace(announced_prices(change), weekly_visits=before.weekly_visits)
    if not _applies(before, after, read_terms(agreement["terms"]), change):
        return None
    made = await fetch_value(INSERT, new_id(), agreement["id"], change["id"], as_json(after), day, now())
    return None if made is None else after


def announced_prices(change: Row) -> AgreedPrices:
    """A change's prices as an agreement keeps them. Receipts name the offer and the day from which they hold."""
    return AgreedPrices(
        prices=msgspec.json.decode(change["prices"], type=PriceList),
        prices_version=f"{change['name_fi']} / {change['valid_from'].isoformat()}",
        calendar=msgspec.json.decode(change["calendar"], type=BandCalendar),
    )


def _applies(before: AgreedPrices, after: AgreedPrices, terms: VoucherTerms, change: Row) -> bool:
    if (before.prices, before.calendar) == (after.prices, after.calendar):
        return False
    if not change["is_increase"] and is_increase(before.prices, before.calendar, after.prices, after.calendar):
        return False
    return not check_prices_fit_voucher(
        after.prices, after.calendar, terms.rule, no_own_share=terms.no_own_share, household=terms.household,
        value_calendar=value_calendar(terms, after.calendar),
    )  # fmt: skip


async def keep_prices(job: OfPriceChange) -> None:
    """Handles ``price_change.undone``: agreements that had taken the prices keep their own, and clients are told."""
    change = await fetch_one(f"{CHANGE} where c.id = $1", job.change_id)
    if change is None or change["status"] in COMING:
        return
    taken = await fetch(
        "select agreement_id from agreement_price where price_change_id = $1 and cancelled_at is null", job.change_id
    )
    for each in taken:
        await _undo(each["agreement_id"], change)


@transactional()
async def _undo(agreement_id: UUID, change: Row) -> None:
    row = await fetch_one(UNDO, change["id"], now(), agreement_id)
    if row is not None:
        await tell_client_of_undone(agreement_id, row["client_id"], change)


async def clients_concerned(offer_id: UUID) -> int:
    """How many clients have an agreement on an offer that goes on."""
    return await fetch_value(f"select count(distinct a.client_id) {CONCERNED}", offer_id, today())
