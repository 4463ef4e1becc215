"""The request as our handlers get it: what cannot be read is refused with a clear status, never with a crash."""

from collections.abc import AsyncGenerator, Iterator
from typing import Any, cast

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.exceptions import ClientException, HTTPException, InternalServerException, SerializationException

from marketplace.kernel.errors import FieldError, Invalid
from marketplace.web.wording import FORBIDDEN_CHARACTER

BODY_LIMIT_BYTES = 2_000_000
"""The largest body of a route that takes no files."""

UPLOAD_BODY_LIMIT_BYTES = 25_000_000
"""``request_max_body_size`` of a route that takes files."""

MOST_ANSWERS = 1_000
"""The most answers in one form. Our longest has some four hundred; a hundred thousand would hold the process up."""


class SafeRequest(Request[Any, Any, Any]):
    """Litestar's request with the holes closed through which a broken body became an internal error."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body in pieces.

        Raises:
            ClientException: 400, the sender went away in the middle of it, as in a broken-off upload.
        """
        try:
            async for piece in super().stream():
                yield piece
        except InternalServerException as error:
            if "disconnected" not in error.detail:
                raise
            if self.content_type[0] != "multipart/form-data":
                raise ClientException("broken off") from error
            # The parser of uploads refuses what ends too early, and closes the files that it has begun.

    async def json(self) -> Any:
        """The decoded body.

        Raises:
            HTTPException: 415, the body is not declared to be JSON.
            ClientException: 400, it is not JSON.
            Invalid: a text contains NUL, which PostgreSQL cannot store.
        """
        media_type = self.content_type[0]
        if media_type != "application/json" and not media_type.endswith("+json"):
            raise HTTPException("send application/json", status_code=415)
        try:
            decoded = await super().json()
        except (SerializationException, RecursionError, UnicodeDecodeError) as error:
            raise ClientException("not JSON") from error
        if b"\\u0000" in await self.body():
            _refuse_nul(decoded)
        return decoded

    async def form(self) -> FormMultiDict:
        """The answers of a form.

        Raises:
            ClientException: 400, the text is not in the character set that it claims.
            HTTPException: 413, there are too many answers.
        """
        try:
            answers = await super().form()
        except (UnicodeDecodeError, LookupError) as error:
            raise ClientException("not text") from error
        if sum(1 for _ in answers.multi_items()) > MOST_ANSWERS:
            raise HTTPException("too many answers", status_code=413)
        return answers


def _refuse_nul(decoded: object) -> None:
    fields = [FieldError(path, FORBIDDEN_CHARACTER) for path in _paths_with_nul(decoded, "")]
    if fields:
        raise Invalid(fields)


def _paths_with_nul(value: object, path: str) -> Iterator[str]:
    if isinstance(value, str) and "\x00" in value:
        yield path
    elif isinstance(value, dict):
        for name, inner in cast("dict[str, object]", value).items():
            yield from [path] if "\x00" in name else _paths_with_nul(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[object]", value)):
            yield from _paths_with_nul(inner, f"{path}.{index}".lstrip("."))
