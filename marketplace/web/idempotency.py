"""Doing what was asked once, however often it was sent: the HTTP side of ``kernel.idempotency``.

The API takes a header ``Idempotency-Key``; a page's form carries a key of its own in a hidden field, made anew each
time the form is shown, so that a double click and a reloaded answer do nothing twice.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from litestar import Request
from litestar.datastructures import UploadFile

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message
from marketplace.kernel.idempotency import MAX_KEY_LENGTH, once
from marketplace.web.forms import CSRF_FIELD, KEY_FIELD
from marketplace.web.paths import Kind, kind_of
from marketplace.web.security import actor_of

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]
HEADER = "Idempotency-Key"

BAD_KEY = message(
    "Use a key of 1 to {most} visible ASCII characters, made anew for each thing to do.", most=MAX_KEY_LENGTH
)


async def idempotent(request: AnyRequest, work: Callable[[], Awaitable[T]], result_type: type[T]) -> T:
    """Runs ``work`` once per key of this caller and address; a repeated request gets the first answer again.

    Without a key the work simply runs. What ``work`` returns must be JSON that ``result_type`` reads back.

    Raises:
        KeyReused: the key came with other input before.
        Invalid: the key is too long or not plain ASCII.
    """
    is_api = kind_of(request.scope["path"]) is Kind.API
    key = _header_key(request) if is_api else await _form_key(request)
    fingerprint = await request.body() if is_api else await _fingerprint(request)
    return await once(_scope(request), key, fingerprint, work, result_type)


def _header_key(request: AnyRequest) -> str | None:
    key = request.headers.get(HEADER)
    if key is not None and not (0 < len(key) <= MAX_KEY_LENGTH and key.isascii() and key.isprintable()):
        raise Invalid.field(HEADER, BAD_KEY)
    return key


async def _form_key(request: AnyRequest) -> str | None:
    key = (await request.form()).get(KEY_FIELD)
    return key[:MAX_KEY_LENGTH] if isinstance(key, str) and key and "\x00" not in key else None


def _scope(request: AnyRequest) -> str:
    """Whose keys these are: the person under their present hat (or nobody), at one address."""
    actor = actor_of(request)
    wearer = f"{actor.person_id}/{actor.organiser_id or actor.provider_id or actor.client_id}"
    return f"{hashlib.sha256(f'{request.method} {request.url.path}'.encode()).hexdigest()}/{wearer}"


async def _fingerprint(request: AnyRequest) -> bytes:
    """The answers of a form without its tokens; of a file its name and its bytes."""
    digest = hashlib.sha256()
    for name, answer in (await request.form()).multi_items():
        if name in {CSRF_FIELD, KEY_FIELD}:
            continue
        digest.update(repr(name).encode())
        digest.update(await _of_file(answer) if isinstance(answer, UploadFile) else repr(answer).encode())
    return digest.digest()


async def _of_file(upload: UploadFile) -> bytes:
    content = await upload.read()
    await upload.seek(0)
    return repr(upload.filename).encode() + hashlib.sha256(content).digest()
