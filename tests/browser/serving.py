"""Serves an application over real HTTP in the test's own event loop, so that it shares the test's database."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@asynccontextmanager
async def served(app: Litestar) -> AsyncIterator[str]:
    """The address at which ``app`` answers, until the block ends."""
    port = free_port()
    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, log_enabled=False)
    running = asyncio.create_task(server.serve())
    address = f"http://127.0.0.1:{port}"
    try:
        await _answering(address)
        yield address
    finally:
        server.stop()
        await running


async def _answering(address: str) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(100):
            try:
                await client.get(f"{address}/health/live")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return
    raise TimeoutError(address)
