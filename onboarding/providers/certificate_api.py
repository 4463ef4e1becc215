"""Certificates of a provider's profile over the API: files come as multipart bodies and leave as downloads."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post, put
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from marketplace.kernel.actors import PROVIDER_ROLES, Role
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import checked_words
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller, allow
from onboarding.downloads import download
from onboarding.providers import certificates
from onboarding.providers.profile import CERTIFICATE_ROWS
from onboarding.providers.profile_schemas import Certificate, CertificateKind, CertificateView
from onboarding.scoping import REVIEWING, acting_provider

TAG = "Provider's profile"
PROVIDER = allow(*sorted(PROVIDER_ROLES))
ADMIN = allow(Role.PROVIDER_ADMIN)
READERS = allow(*sorted(PROVIDER_ROLES | REVIEWING))
BASE = "/api/v1/provider"
LONGEST_TITLE = 200


class CertificateUpload(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate with its file: PDF, JPEG or PNG of at most 10 MB. Dates as ``2026-11-22``, or empty."""

    kind: CertificateKind
    issued_on: str = ""
    expires_on: str = ""
    title: str = ""
    version: int | None = None
    file: UploadFile | None = None


class CertificateList(msgspec.Struct, frozen=True):
    items: list[CertificateView]


@get(f"{BASE}/certificates", guards=[PROVIDER], tags=[TAG])
async def list_certificates(actor: Caller) -> CertificateList:
    """The certificates, newest first within each kind."""
    return CertificateList(await CERTIFICATE_ROWS.of(acting_provider(actor)))


@post(f"{BASE}/certificates", guards=[ADMIN], tags=[TAG], request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def add_certificate(
    actor: Caller, data: Annotated[CertificateUpload, Body(media_type=RequestEncodingType.MULTI_PART)]
) -> CertificateView:
    """Adds a certificate with its file. The same file of the same day is added once."""
    if data.file is None:
        raise Invalid.field("file", message("Choose a file."))
    return await certificates.add_certificate(actor, _edit(data), data.file.filename, await data.file.read())


@put(f"{BASE}/certificates/{{row_id:uuid}}", guards=[ADMIN], tags=[TAG], request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def change_certificate(
    actor: Caller,
    row_id: FromPath[UUID],
    data: Annotated[CertificateUpload, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> CertificateView:
    """Changes a certificate; its file stays where none is sent."""
    name, content = (data.file.filename, await data.file.read()) if data.file else ("", b"")
    return await certificates.replace_certificate(actor, row_id, _edit(data), name, content)


@delete(f"{BASE}/certificates/{{row_id:uuid}}", guards=[ADMIN], tags=[TAG])
async def remove_certificate(actor: Caller, row_id: FromPath[UUID]) -> None:
    """Takes a certificate out. Organisers to whom it was sent with an application can still read it."""
    await certificates.remove_certificate(actor, row_id)


@get("/api/v1/certificates/{certificate_id:uuid}/file", guards=[READERS], tags=[TAG])
async def read_certificate(actor: Caller, certificate_id: FromPath[UUID]) -> Response[bytes]:
    """The file of a certificate, for its provider and for organisers with an application or approval of it."""
    return download(*await certificates.certificate_content(actor, certificate_id))


def _edit(data: CertificateUpload) -> Certificate:
    """Parts of a multipart body are text; the dates among them are read here, all errors at once."""
    days: dict[str, date | None] = {}
    problems: list[FieldError] = []
    for name, text in (("issued_on", data.issued_on), ("expires_on", data.expires_on)):
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            problems.append(FieldError(name, message("Write a date that exists, such as 31.12.2026.")))
    issued_on = days.get("issued_on")
    if issued_on is None and not problems:
        problems.append(FieldError("issued_on", message("This is missing.")))
    if len(data.title) > LONGEST_TITLE:
        problems.append(
            FieldError(
                "title",
                message(
                    "Write at most {most} characters. There are now {count}.", most=LONGEST_TITLE, count=len(data.title)
                ),
            )
        )
    if problems or issued_on is None:
        raise Invalid(problems)
    return Certificate(
        kind=data.kind,
        issued_on=issued_on,
        expires_on=days.get("expires_on"),
        title=checked_words("title", data.title),
        version=data.version,
    )


ROUTES = [list_certificates, add_certificate, change_certificate, remove_certificate, read_certificate]
