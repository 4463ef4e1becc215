"""Who is told that an agreement's prices change: its client and who acts for the client, and case managers of increases.

A notice goes out as an e-mail as well: it tells amounts and days, and how they came about stands on the page behind it.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from marketplace.kernel.actors import Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch, transactional
from marketplace.kernel.i18n import Message, counted, message
from marketplace.kernel.money import Money
from marketplace.notices.receivers import client_people, organiser_staff
from marketplace.notices.schemas import Notice
from marketplace.notices.writing import notify
from marketplace.organisers.reference import service_class
from marketplace.vouchers.price_comparison import Comparison, Granted, Times, compare
from marketplace.vouchers.terms import AgreedPrices, read_terms

VISITS: Final = """
select starts_at, ends_at from visit
where agreement_id = $1 and status <> 'reversed' and day >= $2 and day < $3 order by starts_at
"""
MANAGERS: Final = """
select coalesce(n.case_manager_id, v.granted_by) as person, count(distinct v.client_id) as clients
from agreement_price p join agreement a on a.id = p.agreement_id join voucher v on v.id = a.voucher_id
    left join plan_service s on s.id = v.plan_service_id left join plan n on n.id = s.plan_id
where p.price_change_id = $1 and p.cancelled_at is null group by 1
"""


async def comparison_of(agreement: Row, before: AgreedPrices, after: AgreedPrices, coming: date) -> Comparison | None:
    """The client's visits of last month at both prices, or a usual month of the voucher where there were none."""
    month = (today().replace(day=1) - timedelta(days=1)).replace(day=1)
    rows = await fetch(VISITS, agreement["id"], month, today().replace(day=1))
    given: list[Times] = [(row["starts_at"], row["ends_at"]) for row in rows]
    granted = Granted(
        terms=read_terms(agreement["terms"]),
        minutes_per_month=agreement["minutes_per_month"],
        units_per_month=agreement["units_per_month"],
        cents_per_month=agreement["cents_per_month"],
    )
    return compare(granted, before, after, given, month, coming)


async def tell_client_of_prices(
    agreement: Row, change: Row, before: AgreedPrices, after: AgreedPrices, day: date
) -> None:
    """The client hears of the new prices with the own new own share; in the unit of work that writes them."""
    compared = await comparison_of(agreement, before, after, day)
    service = service_class(change["service_class"]).name
    announced = message(
        "{provider} has announced new prices for {service}. They begin on {day}.",
        provider=change["provider_name"], service=service, day=day,
    )  # fmt: skip
    way = message("If the new price does not suit you, you can choose another provider or end the agreement. The page shows how the amounts come about, and who else gives the service.")  # fmt: skip
    notice = Notice(
        kind="agreement.prices_announced",
        subject=message("The price of your service changes on {day}", day=day),
        paragraphs=[announced, *_amounts(compared), way],
        path=f"/client/agreements/{agreement['id']}/prices", about="agreement", about_id=agreement["id"],
        once=f"price_change.announced:{change['id']}:{agreement['id']}",
    )  # fmt: skip
    await notify(await client_people(agreement["client_id"]), notice)


def _amounts(compared: Comparison | None) -> Sequence[Message]:
    """Both prices of the usual visits and what the client pays of them."""
    if compared is None:
        return ()
    price = {"old": Money(compared.before.price_cents), "new": Money(compared.after.price_cents)}
    own = {"old": Money(compared.before.client_cents), "new": Money(compared.after.client_cents)}
    if compared.is_real:
        first = counted(
            "Last month you had {count} visit. It would cost {new} in all at the new price, {old} at the old one.",
            "Last month you had {count} visits. They would cost {new} in all at the new price, {old} at the old one.",
            count=compared.visits, **price,
        )  # fmt: skip
        return first, message("Of that you would pay {new} yourself; now you pay {old}.", **own)
    first = message(
        "A month in which you use all that your voucher covers would cost {new} at the new price, {old} at the old one.",
        **price,
    )
    return first, message("Of that you would pay {new} yourself; now you pay {old}.", **own)


async def tell_client_of_undone(agreement_id: UUID, client_id: UUID, change: Row) -> None:
    """The client hears that the announced prices do not come."""
    told = message(
        "The prices that {provider} had announced for {day} do not begin. You pay as before.",
        provider=change["provider_name"],
        day=change["valid_from"],
    )
    notice = Notice(
        kind="agreement.prices_undone",
        subject=message("The price of your service does not change after all"),
        paragraphs=[told],
        path=f"/client/agreements/{agreement_id}/prices",
        about="agreement",
        about_id=agreement_id,
        once=f"price_change.undone:{change['id']}:{agreement_id}",
    )
    await notify(await client_people(client_id), notice)


@transactional()
async def tell_managers(change: Row, day: date) -> None:
    """Each case manager hears how many clients of theirs a price increase concerns.

    Clients whose case manager does not work here any more are every case manager's.
    """
    rows = await fetch(MANAGERS, change["id"])
    clients = {row["person"]: row["clients"] for row in rows}
    at_work = await organiser_staff(change["organiser_id"], Role.CASE_MANAGER)
    orphans = sum(count for person, count in clients.items() if person not in at_work)
    for person in at_work:
        if count := clients.get(person, 0) + orphans:
            await notify([person], _for_manager(change, day, count))


def _for_manager(change: Row, day: date, count: int) -> Notice:
    return Notice(
        kind="agreement.prices_announced_for_clients",
        subject=message("A provider raises its prices: see what it means for your clients"),
        paragraphs=[
            message("Provider: {name}", name=change["provider_name"]),
            message("The new prices begin on {day}.", day=day),
            counted("They concern {count} client of yours.", "They concern {count} clients of yours.", count=count),
        ],
        path=f"/organiser/price-changes/{change['id']}/clients", about="price_change", about_id=change["id"],
        organiser_id=change["organiser_id"], once=f"price_change.for_clients:{change['id']}",
    )  # fmt: skip
