"""The proof: it holds for honest books and names the first row of tampered ones."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from marketplace.kernel.db import execute, fetch_value, new_id, unit_of_work
from marketplace.ledger import chart
from marketplace.ledger.posting import reverse
from marketplace.ledger.proof import Head, Problem, verify
from tests.factories import ledger

ORGANISER, VOUCHER, PROVIDER = (UUID(int=n) for n in (1, 2, 3))  # Fixed: they name test cases.


async def honest_books() -> None:
    """Four transactions: a grant, two redemptions and the reversal of the second."""
    await ledger.post(ledger.granted(ORGANISER, VOUCHER, 10_000))
    await ledger.post(ledger.redeemed(ORGANISER, VOUCHER, PROVIDER, 1_000, own_share_cents=300))
    [wrong] = await ledger.post(ledger.redeemed(ORGANISER, VOUCHER, PROVIDER, 2_000))
    async with unit_of_work():
        await reverse(wrong.transaction_id, "correction:1", "wrong_visit")


async def tamper(*statements: str) -> None:
    """As somebody who owns the database could: with every trigger switched off."""
    async with unit_of_work():
        await execute("set local session_replication_role = replica")
        for statement in statements:
            await execute(statement)


async def test_empty_books_are_proven(database: str) -> None:
    proof = await verify()
    assert (proof.ok, proof.transactions, proof.heads) == (True, 0, {})


async def test_honest_books_are_proven_and_counted(database: str) -> None:
    await honest_books()
    seen: list[tuple[int, int]] = []
    proof = await verify(lambda done, total: seen.append((done, total)))
    assert proof.ok
    assert (proof.transactions, proof.entries) == (4, 10)
    assert proof.debits_cents == proof.credits_cents == 10_000 + 1_300 + 2_000 + 2_000
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


@dataclass
class Case:
    statement: str
    problem: Problem
    sequence: int | None


NTH = "(select transaction_id from ledger_link where sequence = {n})"
SECOND, FOURTH = NTH.format(n=2), NTH.format(n=4)
CASES = [
    Case(f"update ledger_entry set amount_cents = amount_cents + 1 where transaction_id = {SECOND} and position = 0", Problem.UNBALANCED, 2),
    Case(f"update ledger_entry set amount_cents = amount_cents * 2 where transaction_id = {SECOND}", Problem.WRONG_HASH, 2),
    Case(f"update ledger_transaction set happened_at = happened_at - interval '1 us' where id = {SECOND}", Problem.WRONG_HASH, 2),
    Case(f"update ledger_transaction set reference = 'other' where id = {SECOND}", Problem.WRONG_HASH, 2),
    Case(f"update ledger_transaction set facts = '{{\"a\":1}}' where id = {SECOND}", Problem.WRONG_HASH, 2),
    Case(f"update ledger_transaction set journal_id = '{VOUCHER}' where id = {SECOND}", Problem.MISSING, 2),
    Case(f"delete from ledger_transaction where id = {SECOND}", Problem.MISSING, 2),
    Case(f"delete from ledger_entry where transaction_id = {SECOND}", Problem.UNBALANCED, 2),
    Case("delete from ledger_link where sequence = 2", Problem.GAP, 3),
    Case("delete from ledger_link where sequence = 4", Problem.WRONG_HEAD, 4 - 1),
    Case("update ledger_link set previous_hash = repeat('f', 64) where sequence = 2", Problem.WRONG_LINK, 2),
    Case(f"update ledger_account set owner_id = '{ORGANISER}' where kind = 'payable'", Problem.WRONG_ACCOUNT, 2),
    Case("update ledger_account set kind = 'nonsense' where kind = 'payable'", Problem.WRONG_ACCOUNT, 2),
    Case("delete from ledger_account where kind = 'payable'", Problem.WRONG_ACCOUNT, 2),
    Case(f"update ledger_transaction set reverses = {SECOND} where id = {FOURTH}", Problem.WRONG_HASH, 4),
    Case(f"update ledger_transaction set reverses = null where id = {FOURTH}", Problem.WRONG_HASH, 4),
    Case("delete from ledger_link; delete from ledger_journal", Problem.NOT_CHAINED, None),
    Case("delete from ledger_journal", Problem.WRONG_HEAD, None),
    Case("delete from ledger_link; delete from ledger_journal; delete from ledger_transaction", Problem.MISSING, None),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.problem}: {case.statement[:60]}")
async def test_tampering_is_found_at_its_first_row(database: str, case: Case) -> None:
    await honest_books()
    await tamper(*case.statement.split("; "))
    broken = (await verify()).broken
    assert broken is not None
    assert (broken.problem, broken.sequence) == (case.problem, case.sequence)


async def rechain() -> None:
    """Computes the whole chain anew, as the cleverest forger would."""
    for sequence in range(1, 5):
        await tamper(
            "update ledger_link l set previous_hash = coalesce((select p.hash from ledger_link p"
            f" where p.sequence = {sequence - 1}), repeat('0', 64)) where l.sequence = {sequence}",
            "update ledger_link l set hash = ledger_hash(t, l.sequence, l.previous_hash)"
            f" from ledger_transaction t where t.id = l.transaction_id and l.sequence = {sequence}",
        )
    await tamper("update ledger_journal set hash = (select hash from ledger_link where sequence = 4)")


async def test_rewritten_chain_is_found_by_a_head_that_was_written_down(database: str) -> None:
    await honest_books()
    anchors = (await verify()).heads
    await tamper(f"update ledger_entry set amount_cents = amount_cents * 2 where transaction_id = {SECOND}")
    await rechain()
    assert (await verify()).ok
    broken = (await verify(anchors=anchors)).broken
    assert broken is not None
    assert (broken.problem, broken.sequence) == (Problem.WRONG_ANCHOR, 4)


@pytest.mark.parametrize("change", [f"reverses = {SECOND}", "reverses = null"])
async def test_false_reversal_is_found_in_a_rewritten_chain(database: str, change: str) -> None:
    await honest_books()
    await tamper(f"update ledger_transaction set {change} where id = {FOURTH}")
    await rechain()
    broken = (await verify()).broken
    assert broken is not None
    assert (broken.problem, broken.sequence) == (Problem.WRONG_REVERSAL, 4)


async def test_overdrawn_account_is_found_in_a_rewritten_chain(database: str) -> None:
    await honest_books()
    await tamper(f"update ledger_entry set amount_cents = amount_cents * 20 where transaction_id = {SECOND}")
    await rechain()
    broken = (await verify()).broken
    assert broken is not None
    assert (broken.problem, broken.reference) == (Problem.BELOW_ZERO, f"voucher:{VOUCHER}")


async def test_chain_that_ends_before_its_anchor_is_found(database: str) -> None:
    await honest_books()
    head = (await verify()).heads[ORGANISER]
    longer = {ORGANISER: Head(head.sequence + 1, head.hash)}
    for anchors in (longer, {VOUCHER: head}):
        broken = (await verify(anchors=anchors)).broken
        assert broken is not None
        assert broken.problem is Problem.WRONG_HEAD


async def test_books_grow_on_from_a_proven_head(database: str) -> None:
    await honest_books()
    anchors = (await verify()).heads
    await ledger.post(ledger.granted(ORGANISER, new_id()))
    assert (await verify(anchors=anchors)).ok


async def test_longer_chains_are_read_page_by_page(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.ledger.chain.PAGE", 3)
    await ledger.post(*(ledger.granted(ORGANISER, VOUCHER, 1) for _ in range(10)))
    assert (await verify()).transactions == 10
    assert await fetch_value("select sequence from ledger_journal where id = $1", ORGANISER) == 10
    assert chart.budget(ORGANISER).name.startswith("budget")
