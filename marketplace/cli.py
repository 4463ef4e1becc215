"""The ``marketplace`` command: serve, migrate, settle, verify, demonstrate.

Long work shows a progress bar on a terminal, else plain lines; ``--json`` prints JSON lines; 0 is success and only that.
"""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click
import msgspec
from cryptography.fernet import InvalidToken

from marketplace.cli_import import export_group, import_group
from marketplace.cli_rulebook import rulebook
from marketplace.cli_tools import as_json_option, require_database, settings_now, tell, with_data_dir, with_database
from marketplace.kernel.config import Config
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import message
from marketplace.kernel.progress import progress

if TYPE_CHECKING:
    from marketplace.payouts.schemas import SettlementResult
    from marketplace.run import Stack

WORKER_STOP_SECONDS = 20

data_dir_option = click.option(
    "--data-dir", type=click.Path(path_type=Path), default=None, help="Folder of the database, files and logs."
)


@click.group()
def main() -> None:
    """The provider marketplace for personal budgets and service vouchers."""


for group in (rulebook, import_group, export_group):
    main.add_command(group)


@main.command()
@as_json_option
def config(*, as_json: bool) -> None:
    """List every setting, its meaning and whether it is set; secrets are never shown."""
    settings = settings_now()
    for field in msgspec.structs.fields(Config):
        about = next((m for m in getattr(field.type, "__metadata__", ()) if m.description), None)
        value = getattr(settings, field.name)
        hidden = about is not None and about.extra is not None and about.extra.get("secret")
        shown = ("(set)" if value else "(not set)") if hidden else str(value)
        description = about.description if about else ""
        if as_json:
            tell({"setting": field.name.upper(), "value": shown, "meaning": description}, as_json=True)
        else:
            click.echo(f"{field.name.upper():32} {shown:40} {description}")


# --- serving ---------------------------------------------------------------------------------------------------------


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@data_dir_option
@click.option("--no-demo", is_flag=True, help="Start empty, without the demo data.")
def run(host: str, port: int, data_dir: Path | None, *, no_demo: bool) -> None:
    """Serve the whole product on this machine: database, web, worker and the doubles of outside systems."""
    from marketplace.run import Stack, StackError

    settings = with_data_dir(settings_now(), data_dir)
    if settings.is_production:
        raise click.ClickException("`run` is for development and demonstrations. In production run `web` and `worker`.")
    _stop_on_signals()
    try:
        with Stack(settings, host=host, port=port) as stack:
            stack.run("migrate") if no_demo else stack.run("seed", "--migrate")
            stack.serve()
            _greet(stack, demo=not no_demo)
            stack.watch()
    except StackError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("\nStopped. The data is kept; run again to go on.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes of this server.")
def web(host: str, port: int, workers: int) -> None:
    """Serve HTTP. Needs DATABASE_URL; run `migrate` first."""
    from granian.constants import Interfaces, Loops
    from granian.log import LogLevels
    from granian.server import Server

    require_database(settings_now())
    with _shared_figures(workers):
        Server(
            "marketplace.app:create_app", factory=True, interface=Interfaces.ASGI, loop=Loops.auto, address=host,
            port=port, workers=workers, websockets=False, log_level=LogLevels.warning,
            workers_kill_timeout=WORKER_STOP_SECONDS,
        ).serve()  # fmt: skip


@contextmanager
def _shared_figures(workers: int) -> Generator[None]:
    """Several web processes write their figures into one folder, so that any of them can answer for all."""
    if workers == 1 or "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="setelitori-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


@main.command()
def worker() -> None:
    """Run the jobs. Needs DATABASE_URL; start as many as you like."""
    from marketplace.worker import work

    settings = settings_now()
    require_database(settings)
    asyncio.run(work(settings))


@main.command()
@as_json_option
def migrate(*, as_json: bool) -> None:
    """Bring the database up to date. Safe to start several times at once: one runs, the others wait."""
    _migrate(as_json=as_json)


def _migrate(*, as_json: bool) -> None:
    from marketplace.kernel.migrations import MigrationFailed
    from marketplace.kernel.migrations import migrate as apply

    try:
        count = with_database(apply, pool=False)
    except MigrationFailed as failure:
        raise click.ClickException(f"A migration failed; what ran before it is kept.\n{failure}") from failure
    if as_json:
        tell({"migrations_applied": count}, as_json=True)
    else:
        click.echo(f"{count} migrations applied." if count else "The database is up to date.", err=True)


# --- demonstration ---------------------------------------------------------------------------------------------------


@main.command()
@click.option("--migrate", "migrates", is_flag=True, help="Bring the database up to date first.")
def seed(*, migrates: bool) -> None:
    """Load the demo data (skips what is there already). Never in production."""
    from marketplace.demo.seed import seed as load

    if settings_now().is_production:
        raise click.ClickException("Demo data is not for production.")
    if migrates:
        _migrate(as_json=False)
    with progress("Loading demo data") as bar:
        made = with_database(lambda: load(bar.advance))
    if not made:
        click.echo("The demo data is there.", err=True)


@main.command()
@as_json_option
def demo(*, as_json: bool) -> None:
    """Walk the main job end to end on a scratch database through the HTTP API."""
    from marketplace.demo.journey import run_demo

    _stop_on_signals()
    sys.exit(run_demo(settings_now(), as_json=as_json))


@main.command()
@click.argument("email")
@data_dir_option
def code(email: str, data_dir: Path | None) -> None:
    """Print the six digits that the authenticator app of the demo person EMAIL would show now."""
    from marketplace.demo.people import code_now

    settings = with_data_dir(settings_now(), data_dir)
    if settings.is_production:
        raise click.ClickException("There are no demo people in production.")
    digits = code_now(settings.data_path, email)
    if digits is None:
        raise click.ClickException(f"No demo person with a second factor is called {email}.")
    click.echo(digits)


# --- looking after it ------------------------------------------------------------------------------------------------


@main.command()
@as_json_option
def reindex(*, as_json: bool) -> None:
    """Build the search index anew beside the live one, then swap."""
    from search.indexer import rebuild

    with progress("Indexing offers", as_json=as_json) as bar:
        count = with_database(lambda: rebuild(bar.advance))
    tell({"indexed": count}, as_json=as_json)


@main.command()
@click.argument("organiser")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Last day of the visits; today if left out."
)
@as_json_option
def settle(organiser: str, until: datetime | None, *, as_json: bool) -> None:
    """Make the statements of ORGANISER (its business ID) and hand them to payment."""
    result = with_database(lambda: _settle(organiser, until.date() if until else None))
    for statement in result.statements:
        told = {"statement": statement.number, "provider": statement.provider_name, "visits": statement.line_count}
        cents = {"amount_cents": statement.amount_cents, "own_share_cents": statement.own_share_cents}
        tell({**told, **cents}, as_json=as_json)
    totals = {"statements": len(result.statements), "total_cents": result.total_cents, "until_day": result.until_day}
    tell(totals, as_json=as_json)


async def _settle(business_id: str, until: date | None) -> "SettlementResult":
    from marketplace.kernel.actors import SYSTEM
    from marketplace.kernel.clock import today
    from marketplace.organisers.organisers import list_organisers
    from marketplace.payouts.settlements import run_settlement

    found = next((each for each in await list_organisers() if each.business_id == business_id.strip()), None)
    if found is None:
        raise NotFound(message("No organiser has the business ID {business_id}.", business_id=business_id))
    return await run_settlement(SYSTEM, found.id, until or today())


@main.command()
@click.option("--dry-run", is_flag=True, help="Only list what would be erased, and why.")
@as_json_option
def retention(*, dry_run: bool, as_json: bool) -> None:
    """Erase the content of applications that their organisers need not keep any longer. The worker does it every night."""
    from onboarding.archive.retention import due_applications, in_words, run_retention

    if dry_run:
        found, failed = with_database(due_applications), 0
    else:
        with progress("Erasing", as_json=as_json) as bar:
            found, failed = with_database(lambda: run_retention(bar.advance))
    for each in found:
        tell(in_words(each), as_json=as_json)
    tell({"would_erase" if dry_run else "erased": len(found), "failed": failed}, as_json=as_json)
    sys.exit(1 if failed else 0)


@main.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done and change nothing.")
@as_json_option
def compliance(*, dry_run: bool, as_json: bool) -> None:
    """Look at every approved provider today: reminders, what is overdue, proposals to suspend. Goes on where it stopped."""
    from onboarding.compliance.rounds import run_round

    with progress("Looking at approved providers", as_json=as_json) as bar:
        result = with_database(lambda: run_round(is_dry_run=dry_run, advance=bar.advance))
    tell(msgspec.structs.asdict(result), as_json=as_json)
    sys.exit(1 if result.failed else 0)


@main.group()
def ledger() -> None:
    """Prove and export the books."""


@ledger.command()
@as_json_option
def verify(*, as_json: bool) -> None:
    """Prove that every transaction balances and that no entry was changed, added or removed afterwards."""
    from marketplace.ledger.proof import verify as prove

    with progress("Proving the ledger", as_json=as_json) as bar:
        proof = with_database(lambda: prove(bar.advance))
    if as_json:
        tell({"ok": proof.ok, **msgspec.to_builtins(proof, str_keys=True)}, as_json=True)
    else:
        sums = f"{proof.transactions} transactions, {proof.entries} entries, debits {proof.debits_cents} cents, credits {proof.credits_cents} cents"  # fmt: skip
        click.echo(f"The ledger holds: {sums}." if proof.ok else f"THE LEDGER DOES NOT HOLD: {proof.broken}\n{sums}")
    sys.exit(0 if proof.ok else 1)


@ledger.command()
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def export(kind: str, *, as_json: bool) -> None:
    """Write every entry of the books to standard output."""
    from marketplace.ledger.export import write

    try:
        with_database(lambda: write(sys.stdout, "json" if as_json else kind))
    except BrokenPipeError:
        sys.exit(1)  # The reader wanted no more, such as `head`.


@main.command(name="rotate-keys")
@as_json_option
def rotate_keys(*, as_json: bool) -> None:
    """Encrypt every secret column anew with the first of ENCRYPTION_KEYS. Afterwards the old keys may be taken out."""
    from marketplace.kernel.rotation import EncryptedColumn, rotate_columns

    columns = [EncryptedColumn("second_factor", "secret"), EncryptedColumn("client", "identity_code")]
    try:
        with progress("Encrypting anew", as_json=as_json) as bar:
            count = with_database(lambda: rotate_columns(columns, bar.advance))
    except InvalidToken as error:
        raise click.ClickException("A secret fits none of ENCRYPTION_KEYS. Add the key it was made with.") from error
    tell({"encrypted_anew": count}, as_json=as_json)


# --- shared ----------------------------------------------------------------------------------------------------------


def _stop_on_signals() -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)


def _greet(stack: "Stack", *, demo: bool) -> None:
    from marketplace.demo.people import sign_ins

    click.echo(f"\nSetelitori serves on {stack.local_url}   (Ctrl-C stops)\n")
    for line in stack.parts_in_words():
        click.echo(f"  {line}")
    if demo:
        click.echo("\nDemo sign-ins:")
        for line in sign_ins(stack.data):
            click.echo(f"  {line}")
    click.echo("")
