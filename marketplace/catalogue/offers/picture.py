"""A picture on its way out: shown, never run, and not sent twice to a browser that has it."""

from typing import Any

from litestar import Request, Response
from litestar.status_codes import HTTP_304_NOT_MODIFIED

from marketplace.kernel.files import FileFacts

PUBLIC_SECONDS = 3_600
"""How long anybody may keep a picture without asking again: a withdrawn one is gone from everywhere within the hour."""


def picture_answer(
    request: Request[Any, Any, Any], facts: FileFacts, content: bytes, *, is_public: bool
) -> Response[bytes]:
    """The picture with its type and its mark; 304 to who has it already. One of a draft is kept by nobody else."""
    mark = f'"{facts.sha256[:32]}"'
    keeping = f"public, max-age={PUBLIC_SECONDS}" if is_public else "private, no-cache"
    headers = {"etag": mark, "cache-control": keeping, "content-security-policy": "default-src 'none'; sandbox"}
    if mark in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(content, media_type=facts.media_type, headers={**headers, "content-disposition": "inline"})
