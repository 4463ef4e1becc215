"""Random histories: the ledger and a plain dictionary agree after every step, and the proof holds at the end."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from typing import TypeVar

import asyncpg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from marketplace.kernel import db
from marketplace.kernel.db import new_id, unit_of_work
from marketplace.ledger import chart, posting
from marketplace.ledger.chart import Account
from marketplace.ledger.posting import AlreadyReversed, ReferenceReused
from marketplace.ledger.proof import verify
from marketplace.ledger.queries import balances, trial_balance
from marketplace.ledger.schemas import Posted, Posting
from tests.factories import ledger

T = TypeVar("T")
CENTS = st.integers(1, 5_000)


class Books(RuleBasedStateMachine):
    """Grants, redemptions, repeats, clashes, reversals, rolled back units of work: beside a model in memory."""

    url = ""
    transactions = Bundle("transactions")

    @initialize()
    def open_books(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.organiser, self.provider = new_id(), new_id()
        self.vouchers = [new_id(), new_id()]
        self.model: dict[Account, int] = defaultdict(int)
        self.count = 0
        db.use_database(self.url)
        self.run(db.start_pool(2))

    def run(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)

    def expect(self, wanted: Posting, sign: int = 1) -> None:
        for leg in wanted.legs:
            self.model[leg.account] += sign * leg.amount_cents
        self.count += 1

    @rule(target=transactions, which=st.integers(0, 1), cents=CENTS)
    def grant(self, which: int, cents: int) -> tuple[Posting, Posted]:
        wanted = ledger.granted(self.organiser, self.vouchers[which], cents)
        [posted] = self.run(ledger.post(wanted))
        self.expect(wanted)
        return wanted, posted

    @rule(target=transactions, which=st.integers(0, 1), cents=CENTS, own=st.integers(0, 300))
    def redeem(self, which: int, cents: int, own: int) -> tuple[Posting, Posted] | None:
        wanted = ledger.redeemed(self.organiser, self.vouchers[which], self.provider, cents, own)
        left = -self.model[chart.voucher(self.organiser, self.vouchers[which])]
        try:
            [posted] = self.run(ledger.post(wanted))
        except asyncpg.CheckViolationError:
            assert cents > left
            return None
        assert cents <= left
        self.expect(wanted)
        return wanted, posted

    @rule(known=transactions)
    def repeat(self, known: tuple[Posting, Posted] | None) -> None:
        if known is not None:
            [again] = self.run(ledger.post(known[0]))
            assert not again.is_new
            assert again.transaction_id == known[1].transaction_id

    @rule(known=transactions)
    def clash(self, known: tuple[Posting, Posted] | None) -> None:
        if known is None:
            return
        other = ledger.granted(self.organiser, new_id(), 1, reference=known[0].reference)
        try:
            self.run(ledger.post(other))
        except ReferenceReused:
            return
        raise AssertionError("another transaction took a used reference")

    @rule(known=consumes(transactions))
    def undo(self, known: tuple[Posting, Posted] | None) -> None:
        if known is None:
            return
        undone, posted = known
        overdraws = any(
            leg.account.kind.is_bounded
            and (self.model[leg.account] - leg.amount_cents) * leg.account.kind.normal_side.sign < 0
            for leg in undone.legs
        )
        try:
            self.run(self.reverse(posted, f"reversal:{posted.transaction_id}"))
        except asyncpg.CheckViolationError:
            assert overdraws
            return
        assert not overdraws
        self.expect(undone, sign=-1)
        try:
            self.run(self.reverse(posted, "reversal:other"))
        except AlreadyReversed:
            return
        raise AssertionError("reversed twice")

    async def reverse(self, posted: Posted, reference: str) -> None:
        async with unit_of_work():
            await posting.reverse(posted.transaction_id, reference, "test")

    @rule(cents=CENTS)
    def give_up_half_way(self, cents: int) -> None:
        async def fail() -> None:
            async with unit_of_work():
                await posting.post(ledger.granted(self.organiser, self.vouchers[0], cents))
                raise ZeroDivisionError

        try:
            self.run(fail())
        except ZeroDivisionError:
            return

    @invariant()
    def agree(self) -> None:
        if not hasattr(self, "model"):
            return
        found = self.run(balances(list(self.model)))
        assert found == {account: account.kind.normal_side.sign * cents for account, cents in self.model.items()}
        assert self.run(trial_balance(self.organiser)).is_balanced

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            proof = self.run(verify())
            self.run(db.stop_pool())
            self.loop.close()
            assert proof.ok
            if self.count:
                assert proof.heads[self.organiser].sequence == self.count


async def test_random_histories_agree_with_a_dictionary(database: str) -> None:
    await db.stop_pool()
    Books.url = database
    limits = settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    await asyncio.to_thread(run_state_machine_as_test, Books, settings=limits)
    db.use_database(database)
    await db.start_pool(size=2)
