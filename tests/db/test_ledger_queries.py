"""Reading the books: an account's statement, the trial balance, the export."""

import hashlib
import io
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import new_id
from marketplace.ledger import chart
from marketplace.ledger.chart import AccountKind
from marketplace.ledger.export import FIELDS, export, write
from marketplace.ledger.queries import balance_of_owner, statement, trial_balance
from tests.factories import ledger

ORGANISER, OTHER, VOUCHER, PROVIDER = new_id(), new_id(), new_id(), new_id()
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


async def three_days() -> None:
    with clock_set_to(MONDAY):
        await ledger.post(ledger.granted(ORGANISER, VOUCHER, 10_000))
    for day, cents in ((1, 1_000), (2, 500)):
        with clock_set_to(MONDAY + day * DAY):
            await ledger.post(ledger.redeemed(ORGANISER, VOUCHER, PROVIDER, cents, own_share_cents=7))


async def test_statement_opens_moves_and_closes(database: str) -> None:
    await three_days()
    found = await statement(chart.voucher(ORGANISER, VOUCHER), MONDAY + DAY, MONDAY + 2 * DAY)
    assert (found.opening_cents, found.closing_cents) == (10_000, 9_000)
    [line] = found.lines
    assert (line.change_cents, line.balance_cents, line.sequence, line.kind) == (-1_000, 9_000, 2, "redemption")


async def test_statement_of_a_debit_account_counts_upwards(database: str) -> None:
    await three_days()
    found = await statement(chart.own_share_due(ORGANISER, VOUCHER), MONDAY, MONDAY + 9 * DAY)
    assert [line.balance_cents for line in found.lines] == [7, 14]


async def test_trial_balance_tells_where_the_money_is(database: str) -> None:
    await three_days()
    await ledger.post(ledger.granted(OTHER, new_id(), 1))
    books = await trial_balance(ORGANISER)
    assert books.is_balanced
    assert [row.kind.value for row in books.rows] == [
        "budget",
        "voucher",
        "payable",
        "own_share_due",
        "own_share_income",
    ]
    assert books.balance_of(AccountKind.BUDGET) == 10_000
    assert books.balance_of(AccountKind.VOUCHER) + books.balance_of(AccountKind.PAYABLE) == 10_000
    assert books.balance_of(AccountKind.PAID_OUT) == 0


async def test_trial_balance_of_all_journals(database: str) -> None:
    await ledger.post(ledger.granted(ORGANISER, VOUCHER, 2), ledger.granted(OTHER, new_id(), 3))
    books = await trial_balance()
    assert (books.debits_cents, books.credits_cents) == (5, 5)
    assert [row.accounts for row in books.rows] == [2, 2]


async def test_export_has_every_entry_in_order_of_the_chain(database: str) -> None:
    await three_days()
    await ledger.post(ledger.granted(OTHER, VOUCHER, 5))
    rows = [row async for row in export(ORGANISER)]
    assert [(row.sequence, row.position) for row in rows] == [
        (1, 0),
        (1, 1),
        *((s, p) for s in (2, 3) for p in range(4)),
    ]
    assert sum(row.debit_cents for row in rows) == sum(row.credit_cents for row in rows) == 10_000 + 1_507 + 7
    assert rows[0].account == f"budget:{ORGANISER}"
    assert len([row async for row in export()]) == 12


async def test_hashes_can_be_computed_again_from_the_export_alone(database: str) -> None:
    await three_days()
    rows = [row async for row in export(ORGANISER)]
    first = [row for row in rows if row.sequence == 1]
    head = first[0]
    micro = [int(moment.timestamp()) * 1_000_000 + moment.microsecond for moment in (head.happened_at, head.posted_at)]
    lines = ["ledger 1", "0" * 64, ORGANISER, 1, head.transaction_id, head.kind, head.reference, "-", *micro]
    lines += [f"{row.position} {row.account_id} {row.debit_cents - row.credit_cents} {row.currency}" for row in first]
    recipe = "\n".join(str(line) for line in [*lines, head.facts])
    assert hashlib.sha256(recipe.encode()).hexdigest() == head.hash
    assert FIELDS[0] == "journal_id"


@pytest.mark.parametrize(
    "moment", [datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, 0, 1, tzinfo=UTC)]
)
async def test_odd_moments_hash_alike_here_and_there(database: str, moment: datetime) -> None:
    with clock_set_to(moment):
        await ledger.post(ledger.granted(ORGANISER, VOUCHER))
    from marketplace.ledger.proof import verify

    assert (await verify()).ok


async def test_export_is_written_as_csv_or_json_lines(database: str) -> None:
    await three_days()
    for form, lines in (("csv", 11), ("json", 10)):
        stream = io.StringIO()
        assert await write(stream, form) == 10
        assert len(stream.getvalue().splitlines()) == lines
        assert f"voucher:{VOUCHER}" in stream.getvalue()
    with pytest.raises(ValueError, match="xml"):
        await write(io.StringIO(), "xml")


async def test_what_an_owner_has_in_every_journal(database: str) -> None:
    for organiser in (ORGANISER, OTHER):
        await ledger.post(ledger.granted(organiser, VOUCHER), ledger.redeemed(organiser, VOUCHER, PROVIDER, 400))
    assert await balance_of_owner(AccountKind.PAYABLE, PROVIDER) == 800
