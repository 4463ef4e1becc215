"""Makes PNG pictures smaller without losing anything: browsers write them in a hurry."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEPT = (b"IHDR", b"PLTE", b"tRNS")


def smaller(picture: bytes) -> bytes:
    """The same picture, packed as tightly as zlib can."""
    chunks = list(_chunks(picture))
    data = b"".join(content for kind, content in chunks if kind == b"IDAT")
    packed = zlib.compressobj(9, zlib.DEFLATED, 15, 9)
    tight = packed.compress(zlib.decompress(data)) + packed.flush()
    head = b"".join(_chunk(kind, content) for kind, content in chunks if kind in KEPT)
    return SIGNATURE + head + _chunk(b"IDAT", tight) + _chunk(b"IEND", b"")


def _chunks(picture: bytes):
    place = len(SIGNATURE)
    while place < len(picture):
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        yield kind, picture[place + 8 : place + 8 + length]
        place += length + 12


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content), kind) + content + struct.pack(">I", zlib.crc32(kind + content))
