"""Encryption keys renewed: every encrypted column written anew under the newest key, batch by batch."""

from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec

from marketplace.kernel.crypto import rotate
from marketplace.kernel.db import execute_many, fetch, fetch_value, unit_of_work

BATCH = 500


class EncryptedColumn(msgspec.Struct, frozen=True):
    """A column whose texts ``kernel.crypto`` encrypted; the table's key is ``id``."""

    table: str
    column: str


async def rotate_columns(columns: Sequence[EncryptedColumn], progress: Callable[[int, int], None]) -> int:
    """Encrypts every secret again; returns how many. Each batch is a transaction of its own, and a second run is harmless.

    Raises:
        cryptography.fernet.InvalidToken: a secret fits none of the configured keys; nothing of its batch was changed.
    """
    total = sum([await _count(each) for each in columns])
    done = 0
    for each in columns:
        last: UUID | None = None
        while batch := await _rotate_batch(each, last):
            last = batch[-1]
            done += len(batch)
            progress(done, total)
    return done


async def _count(each: EncryptedColumn) -> int:
    return int(await fetch_value(f"select count(*) from {each.table} where {each.column} is not null"))


async def _rotate_batch(each: EncryptedColumn, after: UUID | None) -> list[UUID]:
    """One batch in the order of the ids, locked while it is read and written; gives the ids."""
    async with unit_of_work():
        rows = await fetch(
            f"select id, {each.column} as secret from {each.table} where {each.column} is not null"
            " and ($1::uuid is null or id > $1) order by id limit $2 for update",
            after, BATCH,
        )  # fmt: skip
        await execute_many(
            f"update {each.table} set {each.column} = $2 where id = $1",
            [(row["id"], rotate(row["secret"])) for row in rows],
        )
    return [row["id"] for row in rows]
