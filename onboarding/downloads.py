"""Attachments on their way out: always a download, never a page of ours that somebody else wrote."""

from urllib.parse import quote

from litestar import Response

from marketplace.kernel.files import FileFacts


def download(facts: FileFacts, content: bytes) -> Response[bytes]:
    """The file under its own name, in whatever alphabet."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in facts.name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(facts.name, safe='')}"
    return Response(content, media_type=facts.media_type, headers={"content-disposition": disposition})
