"""One Piccolo app over the tables of every feature, with one migration history in ``migrations/``."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

TABLE_MODULES = [
    "marketplace.kernel.tables",
    "marketplace.web.tables",
    "marketplace.accounts.tables",
    "marketplace.notices.tables",
    "marketplace.organisers.tables",
    "marketplace.ledger.tables",
    "marketplace.stripe.tables",
    "onboarding.providers.tables",
    "onboarding.rulebooks.tables",
    "onboarding.applications.tables",
    "onboarding.approvals.tables",
    "onboarding.compliance.tables",
    "onboarding.review.tables",
    "onboarding.archive.tables",
    "marketplace.catalogue.offers.tables",
    "marketplace.catalogue.changes.tables",
    "marketplace.catalogue.sheets.tables",
    "search.shortlists.tables",
    "marketplace.plans.tables",
    "marketplace.vouchers.tables",
    "marketplace.payouts.tables",
    "search.tables",
]

APP_CONFIG = AppConfig(
    app_name="marketplace",
    migrations_folder_path=str(Path(__file__).parents[1] / "migrations"),
    table_classes=table_finder(modules=TABLE_MODULES, exclude_imported=True),
)
