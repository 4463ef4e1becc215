"""A clamd on loopback or a unix socket that speaks INSTREAM: it reads every piece, and finds EICAR's test text."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class Clamd:
    """``says`` replaces the verdict; ``waits_seconds`` makes it slow; ``hangs_up`` closes without a word."""

    address: str = ""
    says: bytes = b""
    waits_seconds: float = 0
    hangs_up: bool = False
    scanned: list[bytes] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await reader.readuntil(b"\0") == b"zINSTREAM\0" and not self.hangs_up:
                content = b"".join([piece async for piece in self._pieces(reader)])
                self.scanned.append(content)
                await asyncio.sleep(self.waits_seconds)
                writer.write((self.says or self._verdict(content)) + b"\0")
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _pieces(self, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
        while length := struct.unpack("!L", await reader.readexactly(4))[0]:
            yield await reader.readexactly(length)

    def _verdict(self, content: bytes) -> bytes:
        return b"stream: Eicar-Signature FOUND" if EICAR in content else b"stream: OK"


@asynccontextmanager
async def clamd(socket: Path | None = None) -> AsyncIterator[Clamd]:
    double = Clamd()
    if socket is None:
        server = await asyncio.start_server(double.talk, "127.0.0.1", 0)
        double.address = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    else:
        server = await asyncio.start_unix_server(double.talk, socket)
        double.address = f"unix://{socket}"
    async with server:
        yield double
