"""Every error becomes an answer: a problem document (RFC 9457) for the API, a page in plain words for people.

What went wrong inside is logged once, with the request's id; the answer shows the id and never the cause.
"""

from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException, PermissionDeniedException, ValidationException
from litestar.response import Redirect

from marketplace.kernel.config import get_config
from marketplace.kernel.db import RETRYABLE
from marketplace.kernel.errors import (
    Conflict,
    DomainError,
    Invalid,
    NotSignedIn,
    TooManyAttempts,
    Unavailable,
)
from marketplace.kernel.i18n import Message, message, translate
from marketplace.web.language import language_of
from marketplace.web.paths import Kind, kind_of
from marketplace.web.request_errors import fields_of
from marketplace.web.security import CHOOSE_ROLE_PATH, SIGN_IN_PATH, NoRoleChosen, csrf_cookie_name, sign_in_address
from marketplace.web.templating import page

log = structlog.get_logger(__name__)
AnyRequest = Request[Any, Any, Any]

PROBLEM_JSON = "application/problem+json"
RETRY_SECONDS = 5
LOST_RACES = (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError, *RETRYABLE)
"""The same thing was written twice at once, or what it belongs to went away meanwhile; nothing was done."""

UNEXPECTED = 500

TITLES = {
    400: message("The request could not be read"),
    401: message("Sign in first"),
    403: message("You do not have the right to this"),
    404: message("Page not found"),
    405: message("This cannot be done here"),
    409: message("This cannot be done now"),
    413: message("This is too large"),
    415: message("This kind of content is not understood"),
    422: message("Check the answers"),
    429: message("Too many attempts"),
    500: message("Something went wrong on our side"),
    503: message("The service is briefly unavailable"),
}

DETAILS = {
    400: ("bad_request", message("What was sent could not be understood. Go back and try again.")),
    401: ("not_signed_in", message("Sign in first.")),
    403: ("forbidden", message("You do not have the right to do this.")),
    404: ("not_found", message("Nothing is found at this address. It may be mistyped, or the thing may be gone.")),
    405: ("method_not_allowed", message("This address does not take this kind of request.")),
    413: ("too_large", message("What was sent is too large. Shorten the text or choose a smaller file.")),
    415: ("unsupported_media_type", message("Send JSON with the header Content-Type: application/json.")),
    429: ("too_many_attempts", message("Too many attempts. Wait a while and try again.")),
    503: ("unavailable", message("The service does not answer right now. Try again in a moment.")),
}

FORM_EXPIRED = message(
    "This form was open for too long, or cookies are turned off. Nothing was saved. Go back, reload the page and try again."
)
INTERNAL = message("The error has been written down and nothing was half done. Try again in a moment.")
UNSTORABLE = message("Something in the answers cannot be stored: a number that is too large, or a strange character.")


class InvalidField(msgspec.Struct, frozen=True):
    """One invalid field of the request: its name, with dots and indexes for nested ones, and what is wrong."""

    field: str
    message: str


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every error of the API (RFC 9457). ``code`` is stable; ``errors`` lists every invalid field."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[InvalidField]


def answer(request: AnyRequest, error: Exception) -> Response[Any]:
    """The answer to an error, in the reader's language and in the form that the address calls for."""
    known = _as_domain_error(request, error)
    if known is None:
        _log_unexpected(request, error)
        known = DomainError(INTERNAL, code="internal_error")
        known.status = UNEXPECTED
    if kind_of(request.scope["path"]) is not Kind.PAGE:
        response = _document(request, known)
    else:
        response = _detour(request, known) or _error_page(request, known)
    response.headers.update(_headers(known, error))
    if known.code == "form_expired":
        response.cookies.append(Cookie(key=csrf_cookie_name(get_config()), value="", max_age=0, path="/"))
    return response


def _as_domain_error(request: AnyRequest, error: Exception) -> DomainError | None:
    """None for what nobody foresaw."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, ValidationException):
        return Invalid(fields_of(request, error))
    if isinstance(error, PermissionDeniedException):
        return _http_error(403, "form_expired", FORM_EXPIRED)
    if isinstance(error, HTTPException) and error.status_code in DETAILS:
        return _http_error(error.status_code, *DETAILS[error.status_code])
    return _as_late_refusal(request, error)


def _as_late_refusal(request: AnyRequest, error: Exception) -> DomainError | None:
    """What nobody saw before: a value that cannot be held or counted with (a day in the year 9999), or a lost race."""
    if isinstance(error, asyncpg.DataError | OverflowError):
        log.warning("unstorable_value", error=type(error).__name__, request_id=request_id(request))
        return Invalid((), UNSTORABLE)
    if isinstance(error, LOST_RACES):
        log.warning("lost_race", constraint=_constraint(error), request_id=request_id(request))
        return Conflict()
    return None


def _constraint(error: Exception) -> str | None:
    """Its name says which rule was broken and holds no value; asyncpg sets it while it reads the answer."""
    return getattr(error, "constraint_name", None)


def _http_error(status: int, code: str, text: Message) -> DomainError:
    error = DomainError(text, code=code)
    error.status = status
    return error


def _document(request: AnyRequest, error: DomainError) -> Response[Any]:
    language = language_of(request)
    document = ProblemDocument(
        type=f"urn:setelitori:problem:{error.code}",
        title=translate(TITLES.get(error.status, TITLES[400]), language),
        status=error.status,
        detail=translate(error.message, language),
        code=error.code,
        request_id=request_id(request),
        errors=_errors(request, error),
    )
    return Response(document, status_code=error.status, media_type=PROBLEM_JSON)


def _errors(request: AnyRequest, error: DomainError) -> list[InvalidField]:
    if not isinstance(error, Invalid):
        return []
    return [InvalidField(field.field, translate(field.message, language_of(request))) for field in error.fields]


def _detour(request: AnyRequest, error: DomainError) -> Response[Any] | None:
    """Where a page sends the reader instead of showing them an error."""
    if isinstance(error, NotSignedIn):
        return Redirect(sign_in_address(request, SIGN_IN_PATH), status_code=303)
    if isinstance(error, NoRoleChosen):
        return Redirect(sign_in_address(request, CHOOSE_ROLE_PATH), status_code=303)
    return None


def _error_page(request: AnyRequest, error: DomainError) -> Response[Any]:
    language = language_of(request)
    title = translate(TITLES.get(error.status, TITLES[400]), language)
    detail = translate(error.message, language)
    try:
        return page(
            request, "errors/error.html", status_code=error.status, status=error.status, title=title, detail=detail,
            code=error.code, request_id=request_id(request), errors=_errors(request, error),
        )  # fmt: skip
    except Exception as broken:
        _log_unexpected(request, broken)
        return Response(f"{title}\n{detail}\n", status_code=error.status, media_type="text/plain")


def _headers(known: DomainError, error: Exception) -> dict[str, str]:
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if isinstance(known, TooManyAttempts):
        headers["retry-after"] = str(known.retry_after_seconds)
    elif isinstance(known, Unavailable):
        headers["retry-after"] = str(RETRY_SECONDS)
    if known.status == 401:
        headers["www-authenticate"] = "Bearer"
    return headers


def request_id(request: AnyRequest) -> str:
    return str(request.scope["state"].get("request_id", ""))


def _log_unexpected(request: AnyRequest, error: Exception) -> None:
    """The error's own words may quote a person's data, so that they are written outside production only."""
    words = {} if get_config().is_production else {"words": str(error)}
    log.error(
        "unexpected_error", error=type(error).__name__, where=_where(error), request_id=request_id(request), **words
    )


def _where(error: Exception) -> list[str]:
    """The innermost calls, nearest last, as ``file:line function``; no values."""
    steps: list[str] = []
    frame = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        steps.append(f"{code.co_filename}:{frame.tb_lineno} {code.co_name}")
        frame = frame.tb_next
    return steps[-12:]
