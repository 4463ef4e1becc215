"""Reading visits, with the price that each was redeemed at and how it came about."""

from datetime import datetime
from uuid import UUID

import msgspec

from marketplace.kernel.actors import PROVIDER_ROLES, Actor
from marketplace.kernel.db import Row, fetch
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Text, translate
from marketplace.organisers.reference import service_class
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.receipts import Receipt, VisitGiven, formula, from_json
from marketplace.pricing.values import Household, plain_rule
from marketplace.vouchers.schemas import VisitLine, VisitPage, VisitPrice, VisitView
from marketplace.vouchers.scoping import scope_of

PAGE_SIZE = 50
VISITS = """
select t.*, p.name as provider_name, c.given_names || ' ' || c.family_name as client_name, v.service_class
from visit t join voucher v on v.id = t.voucher_id join client c on c.id = v.client_id
    join provider p on p.id = t.provider_id
"""
TABLES = {"provider_id": "t", "organiser_id": "t", "client_id": "v"}


async def visit_for(actor: Actor, visit_id: UUID) -> VisitView:
    """A visit, for its provider, its client and the organiser's staff.

    Raises:
        NotFound: anybody else.
    """
    column, scope_id = scope_of(actor)
    rows = await fetch(f"{VISITS} where t.id = $1 and {TABLES[column]}.{column} = $2", visit_id, scope_id)
    if not rows:
        raise NotFound
    return _view(rows[0], actor)


async def visits_for(
    actor: Actor,
    *,
    agreement_id: UUID | None = None,
    voucher_id: UUID | None = None,
    before: datetime | None = None,
    limit: int = PAGE_SIZE,
) -> VisitPage:
    """The visits that the actor may see, newest first, of one agreement or voucher where named; ``before`` goes on.

    Visits that began at the same moment stand on the same page, even where it gets longer than ``limit`` for that.

    Raises:
        NotFound: the actor sees no visits at all.
    """
    column, scope_id = scope_of(actor)
    where = f"""where {TABLES[column]}.{column} = $1 and ($2::uuid is null or t.agreement_id = $2)
        and ($3::uuid is null or t.voucher_id = $3) and ($4::timestamptz is null or t.starts_at < $4)"""
    sql = f"{VISITS} {where} order by t.starts_at desc fetch first $5 rows with ties"
    rows = await fetch(sql, scope_id, agreement_id, voucher_id, before, limit + 1)
    last = rows[limit - 1]["starts_at"] if len(rows) > limit else None
    shown = sorted((row for row in rows if last is None or row["starts_at"] >= last), key=_place, reverse=True)
    return VisitPage(items=[_view(row, actor) for row in shown], before=last)


def _place(row: Row) -> tuple[datetime, UUID]:
    return row["starts_at"], row["id"]


def price_of(receipt: Receipt, start: datetime, end: datetime, reader: Actor) -> VisitPrice:
    """A calculated price as people and programs read it, in the reader's language.

    A provider is told what the voucher is worth, and not what the client earns.
    """
    told = without_income(receipt) if reader.role in PROVIDER_ROLES else receipt
    return VisitPrice(
        start=start,
        end=end,
        minutes=spent_minutes(receipt),
        billed_minutes=receipt.quote.billed_minutes,
        price_cents=receipt.shares.price_cents,
        payer_cents=receipt.shares.payer_cents,
        own_share_cents=receipt.shares.own_share_cents,
        overrun_cents=receipt.shares.overrun_cents,
        lines=_lines(receipt),
        words=[translate(text, reader.language) for text in formula(told)],
    )


def without_income(receipt: Receipt) -> Receipt:
    """The receipt with an income-tested value as a plain one: for telling its words to those who may not know incomes."""
    terms = receipt.terms
    calendar = terms.value_calendar or terms.calendar
    plain = plain_rule(terms.rule, terms.household, calendar.keys)
    if plain == terms.rule:
        return receipt
    return msgspec.structs.replace(receipt, terms=msgspec.structs.replace(terms, rule=plain, household=Household()))


def spent_minutes(receipt: Receipt) -> int:
    """Minutes that passed in the visit, whatever it is priced by."""
    given = receipt.given
    return sum(s.to_minute - s.from_minute for s in given.stretches) if isinstance(given, VisitGiven) else 0


def _lines(receipt: Receipt) -> list[VisitLine]:
    """Every line of the quote with who pays what of it; each has its share at the same place."""
    return [
        VisitLine(
            kind=line.kind,
            band=_band(line.band, receipt.terms.calendar),
            minutes=line.minutes,
            units=line.units,
            unit_price_cents=quoted.unit_price_cents,
            unit_value_cents=line.unit_value_cents,
            price_cents=line.price_cents,
            payer_cents=line.payer_cents,
            own_share_cents=line.own_share_cents,
            overrun_cents=line.overrun_cents,
        )
        for line, quoted in zip(receipt.shares.lines, receipt.quote.lines, strict=True)
    ]


def _band(key: str | None, calendar: BandCalendar) -> Text | None:
    return calendar.band(key).name if key is not None else None


def _view(row: Row, reader: Actor) -> VisitView:
    price = price_of(from_json(row["receipt"]), row["starts_at"], row["ends_at"], reader)
    same = ("id", "agreement_id", "voucher_id", "provider_id", "provider_name", "client_name", "statement_id", "logged_at",
            "status")  # fmt: skip
    facts = {name: row[name] for name in same}
    known = {"service": service_class(row["service_class"]).name}
    return msgspec.convert({**msgspec.structs.asdict(price), **facts, **known}, VisitView)
