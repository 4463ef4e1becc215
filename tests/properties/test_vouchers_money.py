"""Whatever is logged, cancelled, revoked and closed in whatever order: no cent is lost, and none comes twice."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from marketplace.kernel import db
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.errors import DomainError
from marketplace.ledger import chart
from marketplace.ledger.proof import verify
from marketplace.ledger.queries import balance, trial_balance
from marketplace.vouchers.agreements import open_voucher
from marketplace.vouchers.closing import expire_due, revoke
from marketplace.vouchers.granting import grant
from marketplace.vouchers.queries import voucher_for
from marketplace.vouchers.schemas import OpenVoucher, Revocation, VisitView
from marketplace.vouchers.visits import cancel_visit, log_visit
from tests.factories.plans import make_client, make_plan, plan_draft
from tests.factories.vouchers import NOW, Setting, a_setting, at, grant_of, hourly

T = TypeVar("T")
FIRST = at("2026-11-28 00:00")
MONTHS_MINUTES = 600
REFUSALS = {
    "duplicate_visit", "overlapping_visit", "month_minutes_exceeded", "after_validity", "agreement_not_active",
    "voucher_closed",
}  # fmt: skip


class OneVoucher(RuleBasedStateMachine):
    """One client's voucher of 34.87 €/h at a price of 41.99 €/h, beside a list of its visits in memory."""

    url = ""
    setting: Setting

    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        db.use_database(self.url)
        self.moment = NOW
        self.visits: list[VisitView] = []
        self.run(db.start_pool(2))
        self.voucher_id, self.agreement_id = self.run(self.granted())

    async def granted(self) -> tuple[UUID, UUID]:
        client = await make_client(self.setting.manager)
        plan = await make_plan(self.setting.manager, client, plan_draft(MONTHS_MINUTES))
        voucher = await grant(self.setting.manager, grant_of(client, self.setting.product, plan))
        asked = OpenVoucher(voucher_number=voucher.number, offer_id=self.setting.offer_id, starts_on=FIRST.date())
        return voucher.id, (await open_voucher(self.setting.provider, asked)).id

    def run(self, work: Awaitable[T]) -> T:
        with clock_set_to(self.moment):
            return self.loop.run_until_complete(work)

    @rule(begin=st.integers(0, 400), minutes=st.integers(1, 190))
    def log(self, begin: int, minutes: int) -> None:
        start = FIRST + timedelta(minutes=7 * begin)
        try:
            end = start + timedelta(minutes=minutes)
            self.visits.append(self.run(log_visit(self.setting.provider, self.agreement_id, start, end)))
        except DomainError as error:
            assert error.code in REFUSALS

    @rule(which=st.integers(0, 50))
    def cancel(self, which: int) -> None:
        if self.visits:
            visit = self.visits.pop(which % len(self.visits))
            self.run(cancel_visit(self.setting.provider, visit.id))

    @rule()
    def revoke(self) -> None:
        try:
            self.run(revoke(self.setting.manager, self.voucher_id, Revocation(reasons="Tarve muuttui.")))
        except DomainError as error:
            assert "not_allowed" in error.code

    @rule()
    def close(self) -> None:
        self.moment = at("2027-02-01 12:00")
        self.run(expire_due())
        self.moment = NOW

    @invariant()
    def every_cent_is_somewhere(self) -> None:
        if not hasattr(self, "voucher_id"):
            return
        voucher = self.run(voucher_for(self.setting.manager, self.voucher_id))
        assert voucher.reserved_cents == voucher.used_cents + voucher.left_cents + voucher.returned_cents
        assert voucher.used_cents == sum(visit.payer_cents for visit in self.visits)
        assert sum(visit.billed_minutes for visit in self.visits) <= MONTHS_MINUTES
        due = self.run(balance(chart.own_share_due(self.setting.organiser.id, voucher.client_id)))
        assert due == sum(visit.own_share_cents for visit in self.visits)
        assert self.run(trial_balance()).is_balanced

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            proof = self.run(verify())
            self.run(db.stop_pool())
            self.loop.close()
            assert proof.ok


async def test_no_cent_is_lost_and_none_comes_twice(database: str) -> None:
    with clock_set_to(NOW):
        OneVoucher.setting = await a_setting(value_cents=3487, prices=hourly(4199, minimum_minutes=15))
    await db.stop_pool()
    OneVoucher.url = database
    limits = settings(max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    await asyncio.to_thread(run_state_machine_as_test, OneVoucher, settings=limits)
    db.use_database(database)
    await db.start_pool(size=2)
