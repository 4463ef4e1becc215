"""Looking for malware in files before they are stored: nobody by default, or a ClamAV daemon (``CLAMAV_ADDRESS``).

The daemon speaks its own small protocol (``INSTREAM`` of clamd): the bytes in pieces, each with its length in front, a
piece of length zero, and one line of answer.
"""

import asyncio
import struct
from typing import Protocol
from urllib.parse import unquote, urlsplit

import structlog

from marketplace.kernel.config import get_config
from marketplace.kernel.errors import Unavailable
from marketplace.kernel.i18n import message

log = structlog.get_logger(__name__)
TIMEOUT_SECONDS = 20.0
PIECE_BYTES = 64 * 1024
LONGEST_ANSWER = 4096
DEFAULT_PORT = 3310
NOT_CHECKED = message("The file could not be checked for malware right now. Nothing was stored. Try again in a moment.")


class Scanner(Protocol):
    """Says what is in a file."""

    async def scan(self, content: bytes) -> str | None:
        """The name of the malware that was found, or None.

        Raises:
            Unavailable: the scanner did not answer, or not with a verdict.
        """
        ...


class NoScanner:
    """Nobody looks. Pages say so (``is_scanning``)."""

    async def scan(self, content: bytes) -> str | None:  # noqa: ARG002 - the protocol's
        return None


class ClamAv:
    """A clamd at ``tcp://host:port`` or ``unix:///path/of/its/socket``."""

    def __init__(self, address: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.parts = urlsplit(address)
        self.timeout_seconds = timeout_seconds

    async def scan(self, content: bytes) -> str | None:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                answer = await self._ask(content)
        except (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError) as error:
            log.warning("scanner does not answer", error=type(error).__name__)
            raise Unavailable(NOT_CHECKED, code="scanner_unavailable") from None
        return _verdict(answer)

    async def _ask(self, content: bytes) -> str:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE_BYTES):
                piece = content[start : start + PIECE_BYTES]
                writer.write(struct.pack("!L", len(piece)) + piece)
                await writer.drain()
            writer.write(struct.pack("!L", 0))
            await writer.drain()
            answer = await reader.readuntil(b"\0")
        finally:
            writer.close()
        return answer.rstrip(b"\0").decode("utf-8", "replace")

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.parts.scheme == "unix":
            return await asyncio.open_unix_connection(unquote(self.parts.path), limit=LONGEST_ANSWER)
        host = self.parts.hostname or "localhost"
        return await asyncio.open_connection(host, self.parts.port or DEFAULT_PORT, limit=LONGEST_ANSWER)


def _verdict(answer: str) -> str | None:
    """``stream: OK`` or ``stream: Name FOUND``; whatever else it says is no verdict."""
    said = answer.partition(": ")[2]
    if said == "OK":
        return None
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")[:200]
    log.warning("scanner gave no verdict", answer=answer[:200])
    raise Unavailable(NOT_CHECKED, code="scanner_unavailable")


def scanner() -> Scanner:
    """The scanner that the configuration names."""
    address = get_config().clamav_address
    return ClamAv(address) if address else NoScanner()


def is_scanning() -> bool:
    """Whether files are looked into at all; where they are not, the page that takes them says so."""
    return bool(get_config().clamav_address)
