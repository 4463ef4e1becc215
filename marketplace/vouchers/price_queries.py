"""Reading the prices of agreements, and what a price change means for a client or for an organiser's clients."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from marketplace.kernel.actors import PROVIDER_ROLES, Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch, fetch_one, fetch_value
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.organisers.reference import service_class
from marketplace.vouchers.agreed_prices import prices_on
from marketplace.vouchers.price_comparison import Comparison, MonthsPrice
from marketplace.vouchers.price_notices import comparison_of
from marketplace.vouchers.price_schemas import (
    AgreedPeriod,
    AgreementPrices,
    MonthAtPrice,
    PriceEffect,
    RepricedClient,
    RepricedPage,
)
from marketplace.vouchers.queries import agreement_for
from marketplace.vouchers.scoping import organiser_of_actor
from marketplace.vouchers.states import AgreementStatus
from marketplace.vouchers.terms import AgreedPrices, read_prices

PAGE: Final = 100
ONE_DAY: Final = timedelta(days=1)
AGREEMENT: Final = """
select a.id, a.prices, a.starts_on, a.ends_on, v.terms, v.minutes_per_month, v.units_per_month, v.cents_per_month,
    c.municipality_code
from agreement a join voucher v on v.id = a.voucher_id join client c on c.id = a.client_id where a.id = $1
"""
ANNOUNCED: Final = """
select valid_from, prices from agreement_price where agreement_id = $1 and cancelled_at is null
order by valid_from, announced_at
"""
CHANGE: Final = """
select c.id, c.valid_from, o.organiser_id, o.service_class, p.name as provider_name, n.name_fi, n.name_sv, n.name_en
from price_change c join offer o on o.id = c.offer_id join provider p on p.id = o.provider_id
    join lateral (select * from offer_version v where v.offer_id = o.id and v.status <> 'draft'
        order by v.number desc limit 1) n on true
where c.id = $1
"""
REPRICED: Final = """
from agreement_price t join agreement a on a.id = t.agreement_id join voucher v on v.id = a.voucher_id
    join client c on c.id = a.client_id
where t.price_change_id = $1 and t.cancelled_at is null
"""
ROWS: Final = f"""
select a.id, a.voucher_id, a.client_id, c.given_names || ' ' || c.family_name as client_name, t.valid_from,
    t.prices as new_prices, {prices_on("t.valid_from - 1")} as prices, v.terms, v.minutes_per_month, v.units_per_month,
    v.cents_per_month
{REPRICED} order by lower(c.family_name), lower(c.given_names), a.id offset $2 limit $3
"""


async def prices_of_agreement(actor: Actor, agreement_id: UUID) -> AgreementPrices:
    """An agreement's prices from day to day, for its provider, its client and the organiser's staff.

    Raises:
        NotFound: anybody else.
    """
    known = await agreement_for(actor, agreement_id)
    row = await fetch_one(AGREEMENT, agreement_id) or {}
    periods = _periods(row, await fetch(ANNOUNCED, agreement_id))
    now_and_next = _now_and_next(periods)
    effect = None
    if now_and_next is not None and actor.role not in PROVIDER_ROLES:
        current, coming = now_and_next
        compared = await comparison_of(row, _agreed(current), _agreed(coming), coming.valid_from)
        effect = _effect(compared, actor.language)
    return AgreementPrices(
        agreement_id=agreement_id,
        voucher_id=known.voucher_id,
        provider_name=known.provider_name,
        offer_id=known.offer_id,
        offer_name=known.offer_name,
        service_class=known.service_class,
        service=known.service,
        municipality_code=row["municipality_code"],
        unit=known.unit,
        is_active=known.status is AgreementStatus.ACTIVE,
        periods=periods,
        next_from=now_and_next[1].valid_from if now_and_next else None,
        effect=effect,
    )


def _periods(agreement: Row, announced: list[Row]) -> list[AgreedPeriod]:
    """Of prices that begin on the same day the last announced ones hold; one that begins before the agreement is its first."""
    by_day: dict[date, AgreedPrices] = {agreement["starts_on"]: read_prices(agreement["prices"])}
    for row in announced:
        by_day[max(row["valid_from"], agreement["starts_on"])] = read_prices(row["prices"])
    edges = [(day, agreed) for day, agreed in sorted(by_day.items()) if _is_within(day, agreement["ends_on"])]
    lasts = [after - ONE_DAY for (_, _), (after, _) in pairwise(edges)] + [agreement["ends_on"]]
    return [
        AgreedPeriod(
            valid_from=day,
            valid_to=last,
            prices_version=agreed.prices_version,
            prices=agreed.prices,
            calendar=agreed.calendar,
        )
        for (day, agreed), last in zip(edges, lasts, strict=True)
    ]


def _is_within(day: date, ends_on: date | None) -> bool:
    return ends_on is None or day <= ends_on


def _now_and_next(periods: list[AgreedPeriod]) -> tuple[AgreedPeriod, AgreedPeriod] | None:
    return next((pair for pair in pairwise(periods) if pair[1].valid_from > today()), None)


def _agreed(period: AgreedPeriod) -> AgreedPrices:
    return AgreedPrices(prices=period.prices, prices_version=period.prices_version, calendar=period.calendar)


def _effect(compared: Comparison | None, language: Language) -> PriceEffect | None:
    if compared is None:
        return None
    return PriceEffect(
        month=compared.month,
        is_real=compared.is_real,
        visits=compared.visits,
        before=_month(compared.before, language),
        after=_month(compared.after, language),
    )


def _month(price: MonthsPrice, language: Language) -> MonthAtPrice:
    return MonthAtPrice(
        price_cents=price.price_cents,
        payer_cents=price.payer_cents,
        client_cents=price.client_cents,
        words=[translate(text, language) for text in price.words],
    )


async def repriced_clients(actor: Actor, change_id: UUID, page: int = 1) -> RepricedPage:
    """The clients whose agreements have taken a price change, with what each pays for a month before and after it.

    Raises:
        NotFound: not a change of an offer to the clients of the actor's organiser.
    """
    change = await fetch_one(CHANGE, change_id)
    if change is None or change["organiser_id"] != organiser_of_actor(actor):
        raise NotFound
    total: int = await fetch_value(f"select count(*) {REPRICED}", change_id)
    rows = await fetch(ROWS, change_id, (page - 1) * PAGE, PAGE)
    return RepricedPage(
        provider_name=change["provider_name"],
        offer_name=Text(change["name_fi"], change["name_sv"], change["name_en"]),
        service=service_class(change["service_class"]).name,
        valid_from=change["valid_from"],
        items=[await _client(row) for row in rows],
        total=total,
        page=page,
        pages=max(-(-total // PAGE), 1),
    )


async def _client(row: Row) -> RepricedClient:
    before, after = read_prices(row["prices"]), read_prices(row["new_prices"])
    compared = await comparison_of(row, before, after, row["valid_from"])
    same = ("voucher_id", "client_id", "client_name", "valid_from")
    return RepricedClient(
        **{name: row[name] for name in same},
        agreement_id=row["id"],
        is_real=compared is not None and compared.is_real,
        before_cents=compared.before.client_cents if compared else None,
        after_cents=compared.after.client_cents if compared else None,
    )
