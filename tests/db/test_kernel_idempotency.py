"""The same key does a thing once; a key for other input is refused; a failed attempt leaves no trace."""

import asyncio

import pytest

from marketplace.kernel.db import execute, fetch_value
from marketplace.kernel.idempotency import KeyReused, once


async def add() -> int:
    await execute("insert into note values (1)")
    return 42


async def test_repeated_request_gets_the_same_answer_and_works_once(database: str) -> None:
    await execute("create table note (n int)")
    answers = await asyncio.gather(*(once("me", "k", b"input", add, int) for _ in range(6)))
    assert answers == [42] * 6
    assert await fetch_value("select count(*) from note") == 1


async def test_same_key_with_other_input_is_a_conflict(database: str) -> None:
    await execute("create table note (n int)")
    await once("me", "k", b"input", add, int)
    with pytest.raises(KeyReused):
        await once("me", "k", b"other", add, int)


async def test_two_callers_may_use_the_same_key(database: str) -> None:
    await execute("create table note (n int)")
    await once("me", "k", b"input", add, int)
    await once("you", "k", b"input", add, int)
    assert await fetch_value("select count(*) from note") == 2


async def test_failed_attempt_may_be_repeated(database: str) -> None:
    await execute("create table note (n int)")

    async def fail() -> int:
        await add()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await once("me", "k", b"input", fail, int)
    assert await once("me", "k", b"input", add, int) == 42
    assert await fetch_value("select count(*) from note") == 1
