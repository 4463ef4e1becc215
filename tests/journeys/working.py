"""Jobs of a journey, run in between by a worker of its own until nothing is left to do."""

import asyncpg

from marketplace.kernel.jobs import build_worker, run_until_idle
from marketplace.worker import HANDLERS


async def jobs_done(database: str) -> None:
    """Runs every job that is due, with all that follow from it."""
    connection = await asyncpg.connect(database)
    try:
        await run_until_idle(build_worker(connection, HANDLERS))
    finally:
        await connection.close()
