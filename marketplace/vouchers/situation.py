"""All that decides whether a voucher pays for a visit, read in one query under the voucher's lock."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from marketplace.kernel.db import Row, fetch_one
from marketplace.kernel.errors import NotFound
from marketplace.ledger import chart
from marketplace.ledger.queries import balance
from marketplace.pricing.limits import Used
from marketplace.vouchers.agreed_prices import prices_on
from marketplace.vouchers.covering import AgreementFacts, Clash, UseFacts, VoucherFacts, days_of
from marketplace.vouchers.states import AgreementStatus
from marketplace.vouchers.terms import AgreedPrices, VoucherTerms, limits_of, read_prices, read_terms

SPANS = {
    "week": "day >= $9::date and day < $9::date + 7",
    "month": "day >= $5::date and day < $6::date",
    "period": "true",
}
AMOUNTS = {"minutes": "coalesce(covered, billed_minutes)", "units": "coalesce(covered, units)", "cents": "payer_cents"}
USED = ", ".join(
    f"coalesce(sum({amount}) filter (where {days}), 0)::bigint as {span}_{name}"
    for span, days in SPANS.items()
    for name, amount in AMOUNTS.items()
)
SITUATION = f"""
select a.status, a.starts_on, a.ends_on, {prices_on("$4::date")} as prices, a.client_id,
    exists (
        select from approval_covers c join client k on k.id = a.client_id
        where c.provider_id = a.provider_id and c.organiser_id = $2 and c.service_class = $3
            and c.municipality_code = k.municipality_code and $4::date between c.first_day and c.last_day
    ) as is_approved,
    u.*,
    x.starts_at as clash_start, x.ends_at as clash_end, x.is_own as clash_is_own
from agreement a
cross join lateral (
    select count(*)::int as visits, {USED}
    from visit where voucher_id = a.voucher_id and status <> 'reversed'
) u
left join lateral (
    select t.starts_at, t.ends_at, t.voucher_id = a.voucher_id as is_own
    from voucher w join visit t on t.voucher_id = w.id and t.status <> 'reversed'
        and tstzrange(t.starts_at, t.ends_at) && tstzrange($7::timestamptz, $8::timestamptz)
    where w.client_id = a.client_id and w.service_class = $3
    order by t.voucher_id = a.voucher_id desc, (t.starts_at, t.ends_at) = ($7::timestamptz, $8::timestamptz) desc,
        t.starts_at limit 1
) x on true
where a.id = $1
"""


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """A visit's circumstances: voucher and agreement with their terms, what was used, and what it may clash with."""

    client_id: UUID
    voucher: VoucherFacts
    agreement: AgreementFacts
    use: UseFacts
    clash: Clash | None
    terms: VoucherTerms
    prices: AgreedPrices


async def situation_of(voucher: Row, agreement_id: UUID, start: datetime, end: datetime) -> Situation:
    """The circumstances of a visit on an agreement's voucher.

    Raises:
        NotFound: there is no such agreement.
    """
    day, _ = days_of(start, end)
    month = day.replace(day=1)
    next_month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    monday = day - timedelta(days=day.weekday())
    row = await fetch_one(
        SITUATION, agreement_id, voucher["organiser_id"], voucher["service_class"], day, month, next_month, start, end,
        monday,
    )  # fmt: skip
    if row is None:
        raise NotFound
    terms = read_terms(voucher["terms"])
    left_cents = await balance(chart.voucher(voucher["organiser_id"], voucher["id"]))
    return Situation(
        client_id=row["client_id"],
        voucher=_voucher_facts(voucher, terms, left_cents),
        agreement=_agreement_facts(row),
        use=UseFacts(
            week=_used(row, "week"), month=_used(row, "month"), period=_used(row, "period"), visits=row["visits"]
        ),
        clash=_clash(row),
        terms=terms,
        prices=read_prices(row["prices"]),
    )


def _used(row: Row, span: str) -> Used:
    return Used(minutes=row[f"{span}_minutes"], units=row[f"{span}_units"], cents=row[f"{span}_cents"])


def _clash(row: Row) -> Clash | None:
    if row["clash_start"] is None:
        return None
    return Clash(row["clash_start"], row["clash_end"], is_own=row["clash_is_own"])


def _voucher_facts(voucher: Row, terms: VoucherTerms, left_cents: int) -> VoucherFacts:
    a_month = {name: voucher[f"{name}_per_month"] for name in ("minutes", "units", "cents")}
    return VoucherFacts(
        valid_from=voucher["valid_from"],
        last_day=voucher["last_day"],
        is_closed=voucher["closed_at"] is not None,
        limits=limits_of(terms, **a_month),
        left_cents=left_cents,
    )


def _agreement_facts(row: Row) -> AgreementFacts:
    return AgreementFacts(
        status=AgreementStatus(row["status"]),
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        is_approved=row["is_approved"],
    )
