"""Clients concerned as a file for a spreadsheet. Amounts are integer cents, minutes and units are this month's rest."""

import csv
import io

from marketplace.kernel.i18n import Language
from marketplace.kernel.spreadsheets import harmless
from marketplace.organisers.reference import municipality
from marketplace.vouchers.affected_schemas import AffectedPage

FIELDS = (
    "client", "phone", "municipality", "service", "voucher_number", "last_day", "left_cents", "left_minutes", "left_units",
    "last_visit_on", "case_manager", "other_providers", "taking_clients",
)  # fmt: skip


def affected_csv(page: AffectedPage, language: Language) -> str:
    """The text of the file, with a head."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(FIELDS)
    for each in page.items:
        rows.writerow(
            (
                harmless(each.client_name), harmless(each.phone), municipality(each.municipality).name.in_language(language),
                each.service.in_language(language), each.number, each.last_day.isoformat(), each.left_cents,
                each.left_minutes, each.left_units, each.last_visit_on.isoformat() if each.last_visit_on else "",
                harmless(each.case_manager), each.other_providers, each.taking_clients,
            )
        )  # fmt: skip
    return written.getvalue()
