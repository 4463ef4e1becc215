"""Granting: a case manager turns a service of the client's plan into a voucher, with its amount set aside at once."""

from datetime import date
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import execute, fetch_one, new_id, transactional
from marketplace.kernel.errors import FieldError, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Message, message, show_minutes
from marketplace.organisers import products
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.schemas import Caps, Product, ProductVersion
from marketplace.plans.clients import case_manager_of, client_for
from marketplace.plans.plans import active_service
from marketplace.plans.schemas import ClientView, PlanServiceView, PlanView
from marketplace.pricing.needs import needs_of
from marketplace.pricing.prices import UNIT_WORDS, Unit
from marketplace.pricing.values import Household
from marketplace.vouchers import money, numbers
from marketplace.vouchers.decisions import keep_decision, words_of_grant
from marketplace.vouchers.queries import voucher_for
from marketplace.vouchers.schemas import Grant, VoucherView
from marketplace.vouchers.states import VoucherStatus
from marketplace.vouchers.terms import GRANTABLE_UNITS, VoucherTerms, amount_to_reserve, as_json

MOST_MONTHS = 36

INSERT = """
insert into voucher (id, number, organiser_id, client_id, plan_service_id, product_id, product_version_id, service_class,
    terms, valid_from, valid_to, last_day, minutes_per_month, units_per_month, cents_per_month, reserved_cents, status,
    granted_by, granted_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $11, $12, $13, $14, $15, $16, $17, $18)
on conflict (number) do nothing
"""
GRANTED_ALREADY = """
select coalesce(sum(minutes_per_month), 0)::bigint as minutes, coalesce(sum(units_per_month), 0)::bigint as units
from voucher v where client_id = $1 and service_class = $2 and valid_from <= $4 and last_day >= $3
    and (closed_at is null or exists (select from agreement where voucher_id = v.id))
"""
"""Of whatever plan they were granted from: a voucher outlives its plan, and a revoked one pays until its last day."""


class _Basis(msgspec.Struct, frozen=True, kw_only=True):
    """All that a grant rests on, read under the plan's lock."""

    client: ClientView
    product: Product
    version: ProductVersion
    plan: PlanView
    service: PlanServiceView
    minutes: int | None
    units: int | None


@transactional()
async def grant(actor: Actor, asked: Grant) -> VoucherView:
    """Grants a voucher and reserves its amount: the highest unit value × the month's amount × calendar months.

    The client's plan must be in force and hold the service; value and limits come from the product's version of the first
    day. The decision is kept in words, for the client to appeal against.

    Raises:
        NotFound: not a client of the actor's organiser.
        Invalid: everything that is wrong with product, service, days or amount, by field.
        Refused: the product has no value on the first day, or is not redeemed by visits (``unit_not_by_visits``).
    """
    organiser = await get_organiser(case_manager_of(actor))
    client = await client_for(actor, asked.client_id)
    basis = await _basis(client, asked)
    terms = _terms(basis)
    reserved = _reserved(basis.version.caps, terms, basis, _months(asked.valid_from, asked.valid_to))
    if reserved <= 0:
        raise Refused(message("The voucher would be worth nothing."), code="worth_nothing")
    voucher_id = await _insert(actor, asked, basis, terms, reserved)
    await money.reserve(organiser.id, voucher_id, reserved)
    words = words_of_grant(organiser, basis.product, asked, terms, (basis.minutes, basis.units), reserved)
    await keep_decision(actor, voucher_id, "granted", asked.reasons, words)
    after = {"client_id": client.id, "product_version_id": basis.version.id, "reserved_cents": reserved,
             "valid_from": asked.valid_from, "valid_to": asked.valid_to}  # fmt: skip
    await audit.record(actor, "voucher.granted", "voucher", voucher_id, after=after)
    return await voucher_for(actor, voucher_id)


async def _basis(client: ClientView, asked: Grant) -> _Basis:
    product = await _product(client, asked)
    found = await active_service(client.id, asked.plan_service_id)
    if found is None:
        text = message("The client has no plan in force with this service. Put a plan into force first.")
        raise Invalid.field("plan_service_id", text)
    plan, service = found
    errors = [*_day_errors(asked, plan), *_service_errors(product, service)]
    if errors:
        raise Invalid(errors)
    version = await products.version_on(product.id, asked.valid_from)
    unit = version.value_rule.unit
    if unit not in GRANTABLE_UNITS:
        text = message("Services priced by the {unit} are not paid visit by visit, and no voucher can be granted for them.",
                       unit=UNIT_WORDS[unit])  # fmt: skip
        raise Refused(text, code="unit_not_by_visits")
    minutes, units = _limits(asked, service, unit)
    basis = _Basis(
        client=client, product=product, version=version, plan=plan, service=service, minutes=minutes, units=units
    )
    if errors := await _amount_errors(asked, basis):
        raise Invalid(errors)
    return basis


async def _product(client: ClientView, asked: Grant) -> Product:
    try:
        product = await products.product(asked.product_id)
    except NotFound:
        product = None
    if product is None or product.organiser_id != client.organiser_id:
        raise Invalid.field("product_id", message("Choose a voucher product of your own organisation."))
    return product


def _day_errors(asked: Grant, plan: PlanView) -> list[FieldError]:
    if asked.valid_to < asked.valid_from:
        return [FieldError("valid_to", message("The last day cannot be before the first day."))]
    errors: list[FieldError] = []
    if asked.valid_to < today():
        errors.append(FieldError("valid_to", message("The last day is already past.")))
    if _months(asked.valid_from, asked.valid_to) > MOST_MONTHS:
        text = message("A voucher can be granted for at most {count} calendar months at a time.", count=MOST_MONTHS)
        errors.append(FieldError("valid_to", text))
    if asked.valid_from < plan.valid_from:
        text = message("The client's plan begins on {day}. Choose a later first day.", day=plan.valid_from)
        errors.append(FieldError("valid_from", text))
    if plan.valid_to is not None and asked.valid_to > plan.valid_to:
        text = message("The client's plan ends on {day}. Choose an earlier last day.", day=plan.valid_to)
        errors.append(FieldError("valid_to", text))
    return errors


def _service_errors(product: Product, service: PlanServiceView) -> list[FieldError]:
    if product.service_class == service.service_class:
        return []
    text = message("This product does not pay for the service {service}. Choose another one.", service=service.name)
    return [FieldError("product_id", text)]


def _limits(asked: Grant, service: PlanServiceView, unit: Unit) -> tuple[int | None, int | None]:
    """Minutes or units a month, of which exactly one counts."""
    if unit is Unit.HOUR:
        return asked.minutes_per_month or service.minutes_per_month, None
    return None, asked.units_per_month or service.units_per_month


async def _amount_errors(asked: Grant, basis: _Basis) -> list[FieldError]:
    """The plan and the product's cap are held to; vouchers of the same days share the plan's amount."""
    known = (basis.client.id, basis.service.service_class)
    row = await fetch_one(GRANTED_ALREADY, *known, asked.valid_from, asked.valid_to) or {}
    if basis.minutes is not None:
        left = (basis.service.minutes_per_month or 0) - row.get("minutes", 0)
        errors = _over("minutes_per_month", basis.minutes, left, show_minutes(max(left, 0)))
        cap = basis.version.caps.minutes_per_month
        if cap is not None and basis.minutes > cap:
            errors.append(FieldError("minutes_per_month", _over_cap(show_minutes(cap))))
        return errors
    left = (basis.service.units_per_month or 0) - row.get("units", 0)
    return _over("units_per_month", basis.units or 0, left, str(max(left, 0)))


def _over(field: str, asked: int, left: int, shown: str) -> list[FieldError]:
    if 0 < asked <= left:
        return []
    text = message("The plan has {left} in a month left to grant for these days.", left=shown)
    return [FieldError(field, text)]


def _over_cap(shown: str) -> Message:
    return message("The product pays for at most {cap} in a month.", cap=shown)


def _terms(basis: _Basis) -> VoucherTerms:
    return VoucherTerms(
        rule=basis.version.value_rule,
        rule_version=f"{basis.product.code} {basis.version.label}",
        calendar=basis.version.calendar,
        household=_household(basis),
        no_own_share=basis.product.no_own_share,
        limits=basis.version.caps.limits if basis.version.caps.overrun else None,
    )


def _household(basis: _Basis) -> Household:
    """The client's household, with the hours granted where the value goes by them."""
    if not needs_of(basis.version.value_rule).hours:
        return basis.client.household
    return msgspec.structs.replace(basis.client.household, minutes_per_month=basis.minutes)


def _reserved(caps: Caps, terms: VoucherTerms, basis: _Basis, months: int) -> int:
    amount = amount_to_reserve(terms, basis.minutes, basis.units, months)
    return amount if caps.cents_per_month is None else min(amount, caps.cents_per_month * months)


def _months(first: date, last: date) -> int:
    """Calendar months that two days and all between them touch: each has its own limit."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


async def _insert(actor: Actor, asked: Grant, basis: _Basis, terms: VoucherTerms, reserved: int) -> UUID:
    """Writes the voucher under a fresh number; see ``numbers`` for why a few draws are more than enough."""
    voucher_id = new_id()
    for _ in range(numbers.MAX_DRAWS):
        if await execute(
            INSERT, voucher_id, numbers.new_number(), basis.client.organiser_id, basis.client.id, basis.service.id,
            basis.product.id, basis.version.id, basis.product.service_class, as_json(terms), asked.valid_from,
            asked.valid_to, basis.minutes, basis.units, basis.version.caps.cents_per_month, reserved,
            VoucherStatus.GRANTED.value, actor.person_id, now(),
        ):  # fmt: skip
            return voucher_id
    msg = "the random source keeps drawing voucher numbers that are taken"
    raise RuntimeError(msg)
