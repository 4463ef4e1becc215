"""Who pays beside the client: a voucher of one's own with what is left of it, or a voucher product to estimate with."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.actors import PROVIDER_ROLES, Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch_one
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.i18n import Text, message
from marketplace.organisers.products import product, version_on
from marketplace.pricing.limits import Cap, CapPeriod, Limits, Overrun, Used
from marketplace.pricing.months import MonthVoucher
from marketplace.pricing.values import Household
from marketplace.vouchers.numbers import read_number, shown
from marketplace.vouchers.scoping import scope_of
from marketplace.vouchers.terms import VoucherTerms, limits_of, read_terms

VOUCHER: Final = """
select v.*, p.name_fi, p.name_sv, p.name_en from voucher v join voucher_product p on p.id = v.product_id
where v.number = $1 and v.{column} = $2
"""
USED: Final = """
select coalesce(sum(coalesce(covered, billed_minutes)) filter (where day >= $2), 0)::bigint as minutes,
    coalesce(sum(coalesce(covered, units)) filter (where day >= $2), 0)::bigint as units,
    coalesce(sum(payer_cents) filter (where day >= $2), 0)::bigint as cents,
    coalesce(sum(coalesce(covered, billed_minutes)) filter (where day < $2), 0)::bigint as minutes_before,
    coalesce(sum(coalesce(covered, units)) filter (where day < $2), 0)::bigint as units_before,
    coalesce(sum(payer_cents) filter (where day < $2), 0)::bigint as cents_before
from visit where voucher_id = $1 and day < $3 and status <> 'reversed'
"""


class Paying(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher as it pays for a month. ``number`` is that of a voucher of one's own; without it this is an estimate."""

    organiser_id: UUID
    service_class: str
    name: Text
    terms: VoucherTerms
    voucher: MonthVoucher
    number: str | None = None

    def pays_for(self, organiser_id: UUID, service_class: str) -> bool:
        return (self.organiser_id, self.service_class) == (organiser_id, service_class)


async def paying_product(product_id: UUID, month: date, household: Household) -> Paying:
    """A voucher of a public product as its version of the month would be for a household.

    Raises:
        NotFound: no such product, or one that is not shown to everybody.
        Refused: the product has no value in that month (``product_not_in_force``).
    """
    found = await product(product_id)
    if not found.public:
        raise NotFound
    version = await version_on(found.id, max(month, today()))
    terms = VoucherTerms(
        rule=version.value_rule,
        rule_version=f"{found.code} {version.label}",
        calendar=version.calendar,
        household=household,
        no_own_share=found.no_own_share,
    )
    return Paying(
        organiser_id=found.organiser_id,
        service_class=found.service_class,
        name=found.name,
        terms=terms,
        voucher=_month_voucher(terms, version.caps.limits),
    )


async def paying_voucher(actor: Actor, number: str, month: date) -> Paying:
    """A voucher by its number on its own terms, with what visits of the month and before it have left.

    Raises:
        NotFound: the actor may not see such a voucher: they are not its client, act not for that client and do not work
            for its organiser.
        Invalid: the number has a typing error (``number_mistyped``).
        Refused: the voucher pays for no day of the month (``voucher_not_in_month``).
    """
    column, scope_id = scope_of(actor)
    if actor.role in PROVIDER_ROLES:
        raise NotFound
    row = await fetch_one(VOUCHER.format(column=column), read_number(number, "voucher"), scope_id)
    if row is None:
        raise NotFound
    days = _days(row, month)
    terms = read_terms(row["terms"])
    limits = _limits(row, terms, await _used(row["id"], month))
    return Paying(
        organiser_id=row["organiser_id"],
        service_class=row["service_class"],
        name=Text(row["name_fi"], row["name_sv"], row["name_en"]),
        terms=terms,
        voucher=msgspec.structs.replace(_month_voucher(terms, limits), days=days),
        number=shown(row["number"]),
    )


def _month_voucher(terms: VoucherTerms, limits: Limits) -> MonthVoucher:
    return MonthVoucher(
        rule=terms.rule,
        household=terms.household,
        limits=limits,
        calendar=terms.calendar if terms.has_own_bands else None,
        no_own_share=terms.no_own_share,
    )


def _days(row: Row, month: date) -> tuple[date, date] | None:
    """The days for which the voucher pays; ``None`` where it pays for all of the month."""
    last = next_month(month) - timedelta(days=1)
    if row["closed_at"] is not None or row["last_day"] < month or row["valid_from"] > last:
        text = message(
            "The voucher pays from {first} to {last}, and for no day of this month.",
            first=row["valid_from"],
            last=row["last_day"],
        )
        raise Refused(text, code="voucher_not_in_month")
    if row["valid_from"] <= month and row["last_day"] >= last:
        return None
    return row["valid_from"], row["last_day"]


def next_month(month: date) -> date:
    """The first day of the month that follows."""
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1, day=1)


async def _used(voucher_id: UUID, month: date) -> tuple[Used, Used]:
    """What was used in the month, and in the voucher's days before it."""
    row = await fetch_one(USED, voucher_id, month, next_month(month)) or {}
    used, before = (
        Used(minutes=row[f"minutes{when}"], units=row[f"units{when}"], cents=row[f"cents{when}"])
        for when in ("", "_before")
    )
    return used, before


def _limits(row: Row, terms: VoucherTerms, used: tuple[Used, Used]) -> Limits:
    """The voucher's caps less what is used. Weeks are counted as if none had begun.

    Where the product does not say what happens beyond them, the overrun is shown as the client's.
    """
    in_month, before = used
    own = {"minutes": row["minutes_per_month"], "units": row["units_per_month"], "cents": row["cents_per_month"]}
    kept = limits_of(terms, **own)
    caps = tuple(_left(cap, in_month) if cap.period is CapPeriod.MONTH else cap for cap in kept.caps)
    both = Used(
        minutes=before.minutes + in_month.minutes,
        units=before.units + in_month.units,
        cents=before.cents + in_month.cents,
    )
    overrun = Overrun.CLIENT_PAYS if terms.limits is None else kept.overrun
    return Limits(caps=caps, overrun=overrun, used=both)


def _left(cap: Cap, used: Used) -> Cap:
    def rest(name: str) -> int | None:
        most = getattr(cap, name)
        return None if most is None else max(most - getattr(used, name), 0)

    return Cap(period=cap.period, minutes=rest("minutes"), units=rest("units"), cents=rest("cents"))
