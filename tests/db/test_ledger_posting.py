"""Posting: once per reference, balanced or not at all, chained without forks and gaps, never changed."""

import asyncio

import asyncpg
import pytest

from marketplace.kernel import db
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch, fetch_value, new_id, transactional, unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.ledger import chart
from marketplace.ledger.posting import AlreadyReversed, ReferenceReused, post, post_many, reverse
from marketplace.ledger.proof import verify
from marketplace.ledger.queries import balance, balances, trial_balance
from marketplace.ledger.schemas import Posting, TransactionKind, credit, debit, move
from tests.factories import ledger

ORGANISER, VOUCHER, PROVIDER = new_id(), new_id(), new_id()
SEQUENCES = "select array_agg(sequence order by sequence) from ledger_link where journal_id = $1"


async def test_money_walks_from_budget_to_provider(database: str) -> None:
    await ledger.post(ledger.granted(ORGANISER, VOUCHER, 10_000))
    await ledger.post(ledger.redeemed(ORGANISER, VOUCHER, PROVIDER, 4_000, own_share_cents=1_500))
    assert await balance(chart.voucher(ORGANISER, VOUCHER)) == 6_000
    assert await balance(chart.payable(ORGANISER, PROVIDER)) == 4_000
    assert await balance(chart.own_share_due(ORGANISER, VOUCHER)) == 1_500
    books = await trial_balance(ORGANISER)
    assert books.is_balanced
    assert books.debits_cents == 15_500


async def test_balance_counts_what_this_unit_of_work_posted(database: str) -> None:
    async with unit_of_work():
        await post(ledger.granted(ORGANISER, VOUCHER, 700))
        assert await balance(chart.voucher(ORGANISER, VOUCHER)) == 700


async def test_many_balances_at_once(database: str) -> None:
    used, unused = chart.voucher(ORGANISER, VOUCHER), chart.voucher(ORGANISER, new_id())
    await ledger.post(ledger.granted(ORGANISER, VOUCHER, 700))
    assert await balances([used, unused]) == {used: 700, unused: 0}


async def test_posting_needs_a_unit_of_work(database: str) -> None:
    with pytest.raises(RuntimeError, match="unit of work"):
        await post(ledger.granted(ORGANISER, VOUCHER))


async def test_same_reference_and_legs_is_posted_once(database: str) -> None:
    granted = ledger.granted(ORGANISER, VOUCHER, 700, reference="grant:1")
    [first] = await ledger.post(granted)
    [second] = await ledger.post(granted)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.transaction_id == second.transaction_id
    assert await balance(chart.voucher(ORGANISER, VOUCHER)) == 700


async def test_same_reference_with_other_legs_is_refused(database: str) -> None:
    await ledger.post(ledger.granted(ORGANISER, VOUCHER, 700, reference="grant:1"))
    with pytest.raises(ReferenceReused):
        await ledger.post(ledger.granted(ORGANISER, VOUCHER, 701, reference="grant:1"))
    assert await balance(chart.voucher(ORGANISER, VOUCHER)) == 700


async def test_another_journal_has_its_own_references(database: str) -> None:
    other = new_id()
    posted = await ledger.post(
        ledger.granted(ORGANISER, VOUCHER, reference="grant:1"), ledger.granted(other, VOUCHER, reference="grant:1")
    )
    assert [p.is_new for p in posted] == [True, True]
    assert await fetch_value(SEQUENCES, ORGANISER) == await fetch_value(SEQUENCES, other) == [1]


async def test_batch_keeps_its_order_and_mixes_new_and_known(database: str) -> None:
    known = ledger.granted(ORGANISER, VOUCHER, 500)
    [first] = await ledger.post(known)
    posted = await ledger.post(ledger.granted(ORGANISER, VOUCHER, 1), known, ledger.granted(ORGANISER, VOUCHER, 2))
    assert [p.is_new for p in posted] == [True, False, True]
    assert posted[1].transaction_id == first.transaction_id
    assert await fetch_value(SEQUENCES, ORGANISER) == [1, 2, 3]


async def test_empty_batch_is_no_work(database: str) -> None:
    assert await ledger.post() == []


async def test_batch_with_a_reference_twice_is_a_defect(database: str) -> None:
    granted = ledger.granted(ORGANISER, VOUCHER)
    with pytest.raises(ValueError, match="same reference"):
        await ledger.post(granted, granted)


@pytest.mark.parametrize(
    "legs",
    [
        [],
        [debit(chart.budget(ORGANISER), 5)],
        [debit(chart.budget(ORGANISER), 5), credit(chart.voucher(ORGANISER, VOUCHER), 4)],
        [debit(chart.budget(ORGANISER), 5), credit(chart.own_share_income(ORGANISER, PROVIDER), 5)],
    ],
)
async def test_unbalanced_legs_are_a_defect(database: str, legs: list) -> None:
    with pytest.raises(ValueError, match="does not balance"):
        await ledger.post(ledger.posting_of(legs))


async def test_journals_do_not_mix(database: str) -> None:
    with pytest.raises(ValueError, match="mixes journals"):
        await ledger.post(ledger.posting_of(move(chart.budget(ORGANISER), chart.voucher(new_id(), VOUCHER), 5)))


async def test_voucher_is_never_overspent_even_by_a_careless_caller(database: str) -> None:
    await ledger.post(ledger.granted(ORGANISER, VOUCHER, 1_000))
    with pytest.raises(asyncpg.CheckViolationError, match="ledger_below_zero"):
        await ledger.post(ledger.redeemed(ORGANISER, VOUCHER, PROVIDER, 1_001))
    assert await balance(chart.voucher(ORGANISER, VOUCHER)) == 1_000


async def test_two_careless_callers_cannot_overspend_together(database: str) -> None:
    await ledger.post(ledger.granted(ORGANISER, VOUCHER, 1_000))
    spend = [ledger.post(ledger.redeemed(ORGANISER, VOUCHER, PROVIDER, 600)) for _ in range(4)]
    results = await asyncio.gather(*spend, return_exceptions=True)
    assert sum(isinstance(result, list) for result in results) == 1
    assert await balance(chart.voucher(ORGANISER, VOUCHER)) == 400


async def test_corrections_may_overdraw_a_provider(database: str) -> None:
    await ledger.post(ledger.granted(ORGANISER, VOUCHER, 1_000))
    statement = chart.statement(ORGANISER, new_id())
    [redemption] = await ledger.post(ledger.redeemed(ORGANISER, VOUCHER, PROVIDER, 600))
    await ledger.post(ledger.posting_of(move(chart.payable(ORGANISER, PROVIDER), statement, 600)))
    async with unit_of_work():
        await reverse(redemption.transaction_id, "correction:1", "wrong_visit")
    assert await balance(chart.payable(ORGANISER, PROVIDER)) == -600
    assert (await verify()).ok


async def test_reversal_mirrors_and_names_what_it_reverses(database: str) -> None:
    [granted] = await ledger.post(ledger.granted(ORGANISER, VOUCHER, 700))
    async with unit_of_work():
        first = await reverse(granted.transaction_id, "reversal:1", "wrong_client", {"by": "case_manager"})
    async with unit_of_work():
        again = await reverse(granted.transaction_id, "reversal:1", "wrong_client")
    assert first.transaction_id == again.transaction_id
    assert await balance(chart.voucher(ORGANISER, VOUCHER)) == 0
    row = (await fetch("select * from ledger_transaction where id = $1", first.transaction_id))[0]
    assert (row["reverses"], row["kind"]) == (granted.transaction_id, "reversal")
    assert '"reason":"wrong_client"' in row["facts"]


async def test_nothing_is_reversed_twice(database: str) -> None:
    [granted] = await ledger.post(ledger.granted(ORGANISER, VOUCHER))
    async with unit_of_work():
        reversal = await reverse(granted.transaction_id, "reversal:1", "wrong_client")
    for transaction_id in (granted.transaction_id, reversal.transaction_id):
        with pytest.raises(AlreadyReversed):
            async with unit_of_work():
                await reverse(transaction_id, "reversal:2", "wrong_client")


async def test_two_reversals_at_once_leave_one(database: str) -> None:
    [granted] = await ledger.post(ledger.granted(ORGANISER, VOUCHER))

    async def undo(reference: str) -> None:
        async with unit_of_work():
            await reverse(granted.transaction_id, reference, "wrong_client")

    results = await asyncio.gather(undo("reversal:1"), undo("reversal:2"), return_exceptions=True)
    assert sum(result is None for result in results) == 1
    assert await balance(chart.voucher(ORGANISER, VOUCHER)) == 0


async def test_unknown_transaction_cannot_be_reversed(database: str) -> None:
    with pytest.raises(NotFound):
        async with unit_of_work():
            await reverse(new_id(), "reversal:1", "wrong_client")


async def test_rolled_back_posting_leaves_neither_trace_nor_gap(database: str) -> None:
    await ledger.post(ledger.granted(ORGANISER, VOUCHER))
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work():
            await post(ledger.granted(ORGANISER, VOUCHER))
            raise ZeroDivisionError
    await ledger.post(ledger.granted(ORGANISER, VOUCHER))
    assert await fetch_value(SEQUENCES, ORGANISER) == [1, 2]
    assert (await verify()).ok


async def test_killed_connection_leaves_neither_trace_nor_gap(database: str) -> None:
    await ledger.post(ledger.granted(ORGANISER, VOUCHER))
    with pytest.raises(Exception):  # noqa: B017 - how a lost connection shows is not the ledger's business
        async with unit_of_work():
            await post(ledger.granted(ORGANISER, VOUCHER))
            transaction = db.ENGINE.current_transaction.get()
            assert transaction is not None
            transaction.connection.terminate()
            await fetch_value("select 1")
    await ledger.post(ledger.granted(ORGANISER, VOUCHER))
    assert await fetch_value(SEQUENCES, ORGANISER) == [1, 2]
    assert (await verify()).transactions == 2


async def test_many_writers_to_one_journal_neither_fork_nor_deadlock(database: str) -> None:
    async def spend(n: int) -> None:
        await ledger.post(
            ledger.granted(ORGANISER, VOUCHER, 100), ledger.redeemed(ORGANISER, VOUCHER, PROVIDER, 1 + n % 7)
        )

    await asyncio.gather(*(spend(n) for n in range(60)))
    assert await fetch_value(SEQUENCES, ORGANISER) == list(range(1, 121))
    proof = await verify()
    assert proof.ok
    assert proof.heads[ORGANISER].sequence == 120


async def test_writers_to_two_journals_in_opposite_order_all_succeed(database: str) -> None:
    other = new_id()

    @transactional(attempts=20)
    async def write(first: object, second: object) -> None:
        await post(ledger.granted(first, VOUCHER))  # type: ignore[arg-type]
        await post(ledger.granted(second, VOUCHER))  # type: ignore[arg-type]

    await asyncio.gather(*(write(*pair) for pair in [(ORGANISER, other), (other, ORGANISER)] * 4))
    assert await fetch_value(SEQUENCES, ORGANISER) == list(range(1, 9))
    assert (await verify()).ok


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_entry set amount_cents = 1",
        "delete from ledger_entry",
        "update ledger_transaction set kind = 'grant'",
        "delete from ledger_transaction",
        "update ledger_account set is_bounded = false",
        "update ledger_link set sequence = 9",
        "delete from ledger_link",
        "delete from ledger_journal",
        "truncate ledger_entry",
        "truncate ledger_journal",
        "truncate ledger_link, ledger_transaction, ledger_entry, ledger_account",
    ],
)
async def test_database_refuses_to_change_the_books(database: str, statement: str) -> None:
    await ledger.post(ledger.granted(ORGANISER, VOUCHER))
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await execute(statement)


async def test_database_refuses_an_entry_that_comes_late(database: str) -> None:
    await ledger.post(ledger.granted(ORGANISER, VOUCHER))
    with pytest.raises(asyncpg.RestrictViolationError, match="already in the chain"):
        await execute(
            "insert into ledger_entry (transaction_id, position, account_id, amount_cents, currency)"
            " select transaction_id, position + 2, account_id, -amount_cents, currency from ledger_entry"
        )


BARE = """
insert into ledger_transaction (id, journal_id, kind, reference, reverses, happened_at, posted_at, facts)
values ($1, $2, 'grant', 'bare', $3, now(), now(), '{}')
"""
LEG = "insert into ledger_entry (transaction_id, position, account_id, amount_cents, currency) values ($1, $2, $3, $4, $5)"


@pytest.mark.parametrize(
    ("legs", "reason"),
    [
        ([], "ledger_too_few_entries"),
        ([(ORGANISER, 5, "EUR"), (ORGANISER, -4, "EUR")], "ledger_unbalanced"),
        ([(ORGANISER, 5, "EUR"), (ORGANISER, -5, "SEK")], "ledger_unbalanced"),
        ([(VOUCHER, 5, "EUR"), (VOUCHER, -5, "EUR")], "ledger_foreign_account"),
    ],
)
async def test_database_refuses_false_transactions_however_written(database: str, legs: list, reason: str) -> None:
    await ledger.post(ledger.granted(ORGANISER, VOUCHER), ledger.granted(VOUCHER, VOUCHER))
    with pytest.raises(asyncpg.CheckViolationError, match=reason):
        async with unit_of_work():
            transaction_id = new_id()
            await execute(BARE, transaction_id, ORGANISER, None)
            for position, (journal_id, cents, currency) in enumerate(legs):
                await execute(LEG, transaction_id, position, chart.budget(journal_id).id, cents, currency)


async def test_database_refuses_a_reversal_that_is_no_mirror(database: str) -> None:
    [granted] = await ledger.post(ledger.granted(ORGANISER, VOUCHER, 700))
    legs = move(chart.voucher(ORGANISER, VOUCHER), chart.budget(ORGANISER), 699)
    wrong = Posting(
        kind=TransactionKind.REVERSAL,
        reference="reversal:1",
        legs=legs,
        happened_at=now(),
        reverses=granted.transaction_id,
    )
    with pytest.raises(asyncpg.CheckViolationError, match="ledger_reversal_differs"):
        await ledger.post(wrong)


async def test_transaction_written_by_hand_is_chained_all_the_same(database: str) -> None:
    await ledger.post(ledger.granted(ORGANISER, VOUCHER))
    async with unit_of_work():
        transaction_id = new_id()
        await execute(BARE, transaction_id, ORGANISER, None)
        await execute(LEG, transaction_id, 0, chart.budget(ORGANISER).id, 5, "EUR")
        await execute(LEG, transaction_id, 1, chart.voucher(ORGANISER, VOUCHER).id, -5, "EUR")
    proof = await verify()
    assert (proof.ok, proof.transactions) == (True, 2)


async def test_batch_is_all_or_nothing(database: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        async with unit_of_work():
            await post_many([ledger.granted(ORGANISER, VOUCHER, 5), ledger.redeemed(ORGANISER, VOUCHER, PROVIDER, 6)])
    assert await fetch_value("select count(*) from ledger_transaction") == 0
