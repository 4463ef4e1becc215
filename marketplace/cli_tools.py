"""What every command of ``marketplace`` shares: the configuration, the database for a while, results as lines."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import click
import msgspec
import structlog

from marketplace.kernel import db
from marketplace.kernel.config import Config, ConfigProblems, get_config
from marketplace.kernel.errors import DomainError, Invalid
from marketplace.kernel.i18n import Language, translate

T = TypeVar("T")

as_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")


def settings_now() -> Config:
    """The configuration; what is wrong with it becomes one clear message."""
    try:
        return get_config()
    except ConfigProblems as problems:
        raise click.ClickException("The configuration is wrong:\n  " + "\n  ".join(problems.problems)) from problems


def with_data_dir(settings: Config, data_dir: Path | None) -> Config:
    return settings if data_dir is None else msgspec.structs.replace(settings, data_dir=str(data_dir))


def require_database(settings: Config) -> None:
    if not settings.database_url:
        raise click.ClickException("DATABASE_URL is not set. `marketplace run` starts a database of its own.")


def with_database(work: Callable[[], Awaitable[T]], *, pool: bool = True) -> T:
    """Runs a piece of work with the configured database and gives its connections back. Errors become one clear line."""
    settings = settings_now()
    require_database(settings)
    # The terminal belongs to the command; what the use cases tell of themselves is for servers' logs.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))

    async def within() -> T:
        db.use_database(settings.database_url)
        if pool:
            await db.start_pool(settings.database_pool_size)
        try:
            return await work()
        finally:
            await db.stop_pool()

    try:
        return asyncio.run(within())
    except DomainError as error:
        raise click.ClickException(_in_words(error)) from error
    except BrokenPipeError:
        raise
    except (*db.CONNECTION_LOST, asyncpg.PostgresError, OSError) as error:
        raise click.ClickException(f"The database did not do it: {error or type(error).__name__}") from error


def _in_words(error: DomainError) -> str:
    wrong = error.fields if isinstance(error, Invalid) else ()
    lines = [f"{each.field}: {translate(each.message, Language.EN)}" for each in wrong]
    return "\n  ".join([translate(error.message, Language.EN), *lines])


def tell(line: Mapping[str, Any], *, as_json: bool) -> None:
    """One result on standard output."""
    if as_json:
        click.echo(msgspec.json.encode(line).decode())
        return
    facts = msgspec.to_builtins(line)
    click.echo("  ".join(f"{name}: {value}" for name, value in facts.items()))
