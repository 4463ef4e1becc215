"""A voucher with everybody around it: organiser, case manager, client, approved provider, offer and agreement."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import HELSINKI
from marketplace.kernel.db import new_id
from marketplace.organisers.products import create_product, publish_version
from marketplace.organisers.schemas import Caps, Organiser, Product, ProductDraft, VersionDraft
from marketplace.plans.schemas import ClientView, PlanDraft, PlannedService, PlanView
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList, Unit
from marketplace.pricing.values import FlatValue, ValueRule
from marketplace.vouchers.agreements import open_voucher
from marketplace.vouchers.granting import grant
from marketplace.vouchers.schemas import AgreementCard, Grant, OpenVoucher, VoucherView
from tests.factories.catalogue import approve, make_offer, make_provider
from tests.factories.organisers import make_organiser
from tests.factories.plans import a_case_manager, client_of, make_client, make_plan, plan_draft

NOW = datetime(2026, 11, 30, 18, 0, tzinfo=HELSINKI)
"""A Monday evening; the clock of tests that log visits."""


NO_CAPS = Caps()


def at(text: str, fold: int = 0) -> datetime:
    """A moment on a Finnish clock: ``2026-11-30 08:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI, fold=fold)


def hourly(cents: int, **changes: Any) -> PriceList:
    return PriceList(**{"unit": Unit.HOUR, "one_price_cents": cents, **changes})


@dataclass(frozen=True)
class Setting:
    """Everybody whom a voucher needs. ``voucher`` and ``agreement`` are there once made."""

    organiser: Organiser
    manager: Actor
    client: ClientView
    plan: PlanView
    product: Product
    provider: Actor
    offer_id: UUID
    approval_id: UUID
    voucher: VoucherView
    agreement: AgreementCard

    @property
    def person(self) -> Actor:
        """The client, signed in."""
        return client_of(self.client)

    @property
    def worker(self) -> Actor:
        return Actor(person_id=new_id(), role=Role.PROVIDER_WORKER, provider_id=self.provider.provider_id)


def grant_of(client: ClientView, product: Product, plan: PlanView, **changes: Any) -> Grant:
    """November and December 2026, as much a month as the plan says."""
    facts = {
        "client_id": client.id,
        "product_id": product.id,
        "plan_service_id": plan.services[0].id,
        "valid_from": date(2026, 11, 1),
        "valid_to": date(2026, 12, 31),
        "reasons": "Tarvitsee apua aamutoimiin.",
    }
    return Grant(**{**facts, **changes})


async def a_setting(
    *,
    value_cents: int = 3300,
    rule: ValueRule | None = None,
    prices: PriceList | None = None,
    minutes: int = 1200,
    no_own_share: bool = False,
    calendar: BandCalendar | None = None,
    caps: Caps | None = None,
    service_class: str = "V-HOMECARE-REG",
    plan: PlanDraft | None = None,
    starts_on: date | None = date(2026, 11, 17),
    client: dict[str, Any] | None = None,
    grant_changes: dict[str, Any] | None = None,
    weekly_visits: int | None = None,
) -> Setting:
    """A voucher opened by a provider, by default 33 €/h paid for a price of 38 €/h, 20 hours a month."""
    organiser = await make_organiser()
    manager = a_case_manager(organiser)
    product = await a_product(
        organiser, rule or FlatValue(value_cents=value_cents), service_class, no_own_share=no_own_share, calendar=calendar,
        caps=caps or NO_CAPS,
    )  # fmt: skip
    person = await make_client(manager, **(client or {}))
    agreed = await make_plan(manager, person, plan or plan_draft(minutes))
    provider = await make_provider()
    approval_id = await approve(provider, organiser, service_classes=[service_class])
    offer_id = await make_offer(provider, organiser, prices=prices or hourly(3800), service_class=service_class)
    voucher = await grant(manager, grant_of(person, product, agreed, **(grant_changes or {})))
    asked = OpenVoucher(
        voucher_number=voucher.number, offer_id=offer_id, starts_on=starts_on, weekly_visits=weekly_visits
    )
    agreement = await open_voucher(provider, asked)
    return Setting(organiser, manager, person, agreed, product, provider, offer_id, approval_id, voucher, agreement)


async def a_product(
    organiser: Organiser,
    rule: ValueRule,
    service_class: str = "V-HOMECARE-REG",
    *,
    no_own_share: bool = False,
    calendar: BandCalendar | None = None,
    caps: Caps = NO_CAPS,
    code: str = "KOTIHOITO",
) -> Product:
    """A voucher product with one published version from 2025 on."""
    draft = ProductDraft(code=code, service_class=service_class, name_fi="Kotihoidon seteli", no_own_share=no_own_share)
    made = await create_product(SYSTEM, organiser.id, draft)
    version = VersionDraft(value_rule=rule, valid_from=date(2025, 1, 1), calendar=calendar, caps=caps)
    await publish_version(SYSTEM, made.id, version)
    return made


async def a_visit_setting(times: int) -> Setting:
    """A voucher for errands that are priced by the visit: worth 50 euros each, sold for 68."""
    services = (PlannedService(service_class="V-SHOPPING", units_per_month=times),)
    return await a_setting(
        rule=FlatValue(value_cents=5000, unit=Unit.VISIT),
        prices=PriceList(unit=Unit.VISIT, one_price_cents=6800),
        service_class="V-SHOPPING",
        plan=PlanDraft(valid_from=date(2026, 1, 1), services=services),
    )


async def another_provider(setting: Setting, **offer: Any) -> Setting:
    """The same voucher with a second approved provider and its offer in place of the first."""
    provider = await make_provider("Toinen Hoiva Oy", business_id="3456789-0")
    approval_id = await approve(provider, setting.organiser)
    offer_id = await make_offer(provider, setting.organiser, **{"prices": hourly(4000), **offer})
    return replace(setting, provider=provider, approval_id=approval_id, offer_id=offer_id)
