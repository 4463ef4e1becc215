"""The demonstration's clients: plans, vouchers, agreements, the visits of the last weeks, and one settlement."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from uuid import UUID

import msgspec

from marketplace.accounts.memberships import grant_membership
from marketplace.catalogue.offers.offers import published_offers_of
from marketplace.demo.organisers import organiser_id_of, organisers, read_data, staff_actor
from marketplace.demo.people import make_person
from marketplace.demo.providers import Somebody, moment_of, provider_actor
from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import HELSINKI, clock_set_to, now, today
from marketplace.kernel.db import fetch_value
from marketplace.payouts.settlements import run_settlement
from marketplace.plans.clients import add_client
from marketplace.plans.identity import identity_hash
from marketplace.plans.plans import activate_plan, save_plan
from marketplace.plans.schemas import ClientDetails, ClientView, PlanDraft, PlannedService, PlanView
from marketplace.vouchers.agreements import open_voucher
from marketplace.vouchers.granting import grant
from marketplace.vouchers.schemas import AgreementCard, Grant, OpenVoucher, VoucherView
from marketplace.vouchers.visits import log_visit

VOUCHER_MONTHS = 6
AGREED_AFTER_DAYS = 10
SETTLED_ORGANISER = "helsinki"


class VisitData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Visits on one day of the week (0 is Monday), on a Finnish clock; ``every`` is in weeks."""

    weekday: int
    start: str
    end: str
    every: int = 1


class VoucherData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A voucher; with a ``provider`` (its business id) it was opened ten days later and used since then."""

    product: str
    reasons: str
    provider: str = ""
    logged_by: str = ""
    visits: tuple[VisitData, ...] = ()


class ClientData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client's story. ``since_days``: how many days ago the plan began."""

    organiser: str
    client: ClientDetails
    since_days: int
    goals: str
    services: tuple[PlannedService, ...]
    vouchers: tuple[VoucherData, ...]
    client_email: str = ""
    proxy: Somebody | None = None


@cache
def clients() -> tuple[ClientData, ...]:
    """The clients of the demonstration."""
    return msgspec.convert(read_data("clients.yaml"), tuple[ClientData, ...])


async def is_made(told: ClientData) -> bool:
    organiser_id = await organiser_id_of(told.organiser)
    if organiser_id is None:
        return False
    hashed = identity_hash(organiser_id, told.client.identity_code)
    return bool(await fetch_value("select exists (select from client where identity_hash = $1)", hashed))


async def make_client(told: ClientData, password_hash: str) -> None:
    """The whole story of one client, within the caller's unit of work."""
    manager = await staff_actor(told.organiser, Role.CASE_MANAGER)
    with clock_set_to(moment_of(told.since_days)):
        client = await add_client(manager, told.client)
        await _let_in(told, client, password_hash)
        plan = await _plan(manager, client, told)
        granted = [(each, await _grant(manager, client, plan, told, each)) for each in told.vouchers]
    for each, voucher in granted:
        if each.provider:
            await _use(told, each, voucher)


async def _let_in(told: ClientData, client: ClientView, password_hash: str) -> None:
    if told.client_email:
        person_id = await make_person(told.client_email, client.name, password_hash, client.language)
        await grant_membership(SYSTEM, person_id, Role.CLIENT, name=client.name, client_id=client.id)
    if told.proxy is not None:
        person_id = await make_person(told.proxy.email, told.proxy.name, password_hash, client.language)
        next_year = today() + timedelta(days=365)
        await grant_membership(
            SYSTEM, person_id, Role.PROXY, name=client.name, client_id=client.id, valid_to=next_year
        )  # fmt: skip


async def _plan(manager: Actor, client: ClientView, told: ClientData) -> PlanView:
    draft = PlanDraft(goals=told.goals, valid_from=today(), services=told.services)
    return await activate_plan(manager, (await save_plan(manager, client.id, draft)).id)


async def _grant(
    manager: Actor, client: ClientView, plan: PlanView, told: ClientData, each: VoucherData
) -> VoucherView:
    code, service = each.product, _service_of(told.organiser, each.product)
    product_id: UUID = await fetch_value(
        "select id from voucher_product where organiser_id = $1 and code = $2", client.organiser_id, code
    )
    planned = next(one for one in plan.services if one.service_class == service)
    last = today().replace(day=1) + timedelta(days=31 * VOUCHER_MONTHS)
    asked = Grant(
        client_id=client.id, product_id=product_id, plan_service_id=planned.id, valid_from=today(),
        valid_to=last.replace(day=1) - timedelta(days=1), reasons=each.reasons,
    )  # fmt: skip
    return await grant(manager, asked)


def _service_of(organiser: str, code: str) -> str:
    return next(each.product.service_class for each in organisers()[organiser].products if each.product.code == code)


async def _use(told: ClientData, each: VoucherData, voucher: VoucherView) -> None:
    """The provider opens the voucher and logs its visits, each soon after it was given."""
    opened = moment_of(told.since_days - AGREED_AFTER_DAYS)
    actor = await provider_actor(each.provider, each.logged_by)
    with clock_set_to(opened):
        agreement = await _open(actor, voucher)
    for start, end in visits_of(each, agreement.starts_on, voucher.minutes_per_month):
        with clock_set_to(min(end + timedelta(minutes=20), now())):
            await log_visit(actor, agreement.id, start, end)


async def _open(actor: Actor, voucher: VoucherView) -> AgreementCard:
    assert actor.provider_id is not None, "providers open vouchers"
    offers = await published_offers_of(actor.provider_id)
    offer = next(each for each in offers if each.service_class == voucher.service_class)
    return await open_voucher(actor, OpenVoucher(voucher_number=voucher.number, offer_id=offer.id))


def visits_of(each: VoucherData, first: date, minutes_per_month: int | None) -> list[tuple[datetime, datetime]]:
    """The visits from the first day until yesterday, in order, as far as the month's minutes reach."""
    kept: list[tuple[datetime, datetime]] = []
    used: dict[tuple[int, int], int] = {}
    for start, end in sorted(moments for visit in each.visits for moments in _repeated(visit, first)):
        month, minutes = (start.year, start.month), int((end - start).total_seconds()) // 60
        if minutes_per_month is None or used.get(month, 0) + minutes <= minutes_per_month:
            used[month] = used.get(month, 0) + minutes
            kept.append((start, end))
    return kept


def _repeated(visit: VisitData, first: date) -> Iterator[tuple[datetime, datetime]]:
    day = first + timedelta(days=(visit.weekday - first.weekday()) % 7)
    while day < today():
        yield _at(day, visit.start), _at(day, visit.end)
        day += timedelta(weeks=visit.every)


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), HELSINKI)


async def is_settled() -> bool:
    organiser_id = await organiser_id_of(SETTLED_ORGANISER)
    return bool(await fetch_value("select exists (select from settlement_run where organiser_id = $1)", organiser_id))


async def settle() -> None:
    """The settlement of everything up to the end of last month, made on the first of this month."""
    finance = await staff_actor(SETTLED_ORGANISER, Role.FINANCE)
    assert finance.organiser_id is not None, "finance belongs to an organiser"
    first = today().replace(day=1)
    with clock_set_to(min(_at(first, "09:00"), now())):
        await run_settlement(finance, finance.organiser_id, first - timedelta(days=1))
