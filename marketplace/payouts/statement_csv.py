"""A statement as a file for a spreadsheet or bookkeeping: one line for each visit. Amounts are integer cents."""

import csv
import io

from marketplace.payouts.schemas import StatementView

FIELDS = ("statement", "visited_on", "voucher_number", "payer_cents", "own_share_cents", "redemption_id")


def statement_csv(statement: StatementView) -> str:
    """The text of the file, with a head."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(FIELDS)
    for line in statement.lines:
        rows.writerow(
            (
                statement.summary.number, line.visited_on.isoformat(), line.voucher_number, line.payer_cents,
                line.own_share_cents, line.redemption_id,
            )
        )  # fmt: skip
    return written.getvalue()


def file_name(statement: StatementView) -> str:
    return f"statement-{statement.summary.number}.csv"
