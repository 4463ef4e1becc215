"""The ``marketplace`` command: serve, migrate, settle, verify, demonstrate.

Long work shows a progress bar on a terminal and plain lines elsewhere; ``--json`` prints one JSON object per
line; the exit status is 0 only on success.
"""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import FrameType
from typing import TypeVar

import click
import msgspec

from marketplace.kernel import db
from marketplace.kernel.config import Config, ConfigProblems, get_config

T = TypeVar("T")


@click.group()
def main() -> None:
    """The provider marketplace for personal budgets and service vouchers."""


@main.command()
def config() -> None:
    """List every setting, its meaning and whether it is set; secrets are never shown."""
    settings = _config()
    for field in msgspec.structs.fields(Config):
        about = next((m for m in getattr(field.type, "__metadata__", ()) if m.description), None)
        value = getattr(settings, field.name)
        hidden = about is not None and about.extra is not None and about.extra.get("secret")
        shown = ("(set)" if value else "(not set)") if hidden else str(value)
        click.echo(f"{field.name.upper():32} {shown:40} {about.description if about else ''}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option(
    "--data-dir", type=click.Path(path_type=Path), default=None, help="Folder of the database, files and logs."
)
@click.option("--no-demo", is_flag=True, help="Start empty, without the demo data.")
def run(host: str, port: int, data_dir: Path | None, *, no_demo: bool) -> None:
    """Serve the whole product on this machine: database, web, worker and the doubles of outside systems."""
    from marketplace.run import Stack, StackError

    settings = _config()
    if settings.is_production:
        raise click.ClickException("`run` is for development and demonstrations. In production run `web` and `worker`.")
    if data_dir is not None:
        settings = msgspec.structs.replace(settings, data_dir=str(data_dir))
    _stop_on_signals()
    try:
        with Stack(settings, host=host, port=port) as stack:
            stack.run("migrate")
            if not no_demo:
                stack.run("seed")
            stack.serve()
            _greet(stack.base_url, stack.environment, demo=not no_demo)
            stack.watch()
    except StackError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("\nStopped. The data is kept; run again to go on.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes of this web server.")
def web(host: str, port: int, workers: int) -> None:
    """Serve HTTP. Needs DATABASE_URL; run `migrate` first."""
    from granian.constants import Interfaces
    from granian.server import Server

    _config()
    Server(
        "marketplace.app:create_app", factory=True, interface=Interfaces.ASGI, address=host, port=port, workers=workers,
        websockets=False,
    ).serve()  # fmt: skip


@main.command()
def worker() -> None:
    """Run the jobs. Needs DATABASE_URL; start as many as you like."""
    from marketplace.worker import work

    asyncio.run(work(_config()))


@main.command()
def migrate() -> None:
    """Bring the database up to date. Safe to start several times at once: one runs, the others wait."""
    from marketplace.kernel.migrations import migrate as apply

    count = _with_database(apply, pool=False)
    click.echo(f"{count} migrations applied." if count else "The database is up to date.", err=True)


@main.command()
def seed() -> None:
    """Load the demo data (skips what is there already)."""
    from marketplace.demo.seed import seed as load

    _with_database(load)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def demo(*, as_json: bool) -> None:
    """Walk the main job end to end on a scratch database through the HTTP API."""
    from marketplace.demo.journey import run_demo

    sys.exit(run_demo(_config(), as_json=as_json))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def reindex(*, as_json: bool) -> None:
    """Build the search index anew beside the live one, then swap."""
    from search.indexer import rebuild

    from marketplace.kernel.progress import progress

    with progress("Indexing offers", as_json=as_json) as bar:
        count = _with_database(lambda: rebuild(bar.advance))
    _tell({"indexed": count}, as_json=as_json)


@main.command()
@click.argument("organiser")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Last day of the visits; today if left out."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def settle(organiser: str, until: object, *, as_json: bool) -> None:
    """Make the statements of ORGANISER (its business id) and hand them to payment."""
    from marketplace.settling import settle_organiser

    for line in _with_database(lambda: settle_organiser(organiser, until)):
        _tell(line, as_json=as_json)


@main.group()
def ledger() -> None:
    """Prove and export the books."""


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def verify(*, as_json: bool) -> None:
    """Prove that every transaction balances and that no entry was changed, added or removed afterwards."""
    from marketplace.ledger.proof import verify as prove

    proof = _with_database(prove)
    _tell(msgspec.to_builtins(proof), as_json=as_json)
    sys.exit(0 if proof.ok else 1)


@ledger.command()
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def export(kind: str) -> None:
    """Write every entry of the books to standard output."""
    from marketplace.ledger.export import write

    _with_database(lambda: write(sys.stdout, kind))


# --- shared ----------------------------------------------------------------------------------------------------------


def _config() -> Config:
    try:
        return get_config()
    except ConfigProblems as problems:
        raise click.ClickException("The configuration is wrong:\n  " + "\n  ".join(problems.problems)) from problems


def _with_database(work: Callable[[], Awaitable[T]], *, pool: bool = True) -> T:
    """Runs a piece of work with the configured database and gives its connections back."""
    settings = _config()
    if not settings.database_url:
        raise click.ClickException("DATABASE_URL is not set. `marketplace run` starts a database of its own.")

    async def within() -> T:
        db.use_database(settings.database_url)
        if pool:
            await db.start_pool(settings.database_pool_size)
        try:
            return await work()
        finally:
            await db.stop_pool()

    return asyncio.run(within())


def _tell(line: object, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(line).decode())
        return
    facts = msgspec.to_builtins(line)
    click.echo(
        "  ".join(f"{name}: {value}" for name, value in facts.items()) if isinstance(facts, dict) else str(facts)
    )


def _stop_on_signals() -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _greet(base_url: str, environment: dict[str, str], *, demo: bool) -> None:
    from marketplace.demo.people import sign_ins

    click.echo(f"\nSetelitori serves on {base_url}   (Ctrl-C stops)\n")
    click.echo("Doubles in use: Stripe (no real money moves), YTJ, e-mail (kept in the data folder).")
    engine = "Meilisearch" if environment.get("MEILISEARCH_URL") else "PostgreSQL"
    click.echo(f"Search engine: {engine}\n")
    if demo:
        click.echo("Demo sign-ins:")
        for line in sign_ins():
            click.echo(f"  {line}")
