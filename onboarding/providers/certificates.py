"""Certificates of a provider with their files: kept once, sent with every application, read by those it applied to."""

from typing import Final
from uuid import UUID

from marketplace.kernel import files
from marketplace.kernel.actors import PROVIDER_ROLES, Actor
from marketplace.kernel.db import fetch_one, fetch_value, transactional
from marketplace.kernel.errors import NotFound
from marketplace.kernel.files import FileFacts
from onboarding.providers.profile import CERTIFICATE_ROWS
from onboarding.providers.profile_checks import checked
from onboarding.providers.profile_editing import add_row, change_row, locked_provider, refuse_more
from onboarding.providers.profile_schemas import Certificate, CertificateView
from onboarding.scoping import REVIEWING

OWNER: Final = "provider"

SAME = """
select c.id from provider_certificate c join stored_file f on f.id = c.file_id
where c.provider_id = $1 and c.removed_at is null and c.kind = $2 and c.issued_on = $3 and f.sha256 = $4
"""
# Applications lie above this room; their table is only asked whether the organiser was ever applied to.
READABLE = """
select c.provider_id, c.file_id from provider_certificate c
where c.id = $1 and ((c.provider_id = $2 and c.removed_at is null) or exists (
    select from application a
    where a.provider_id = c.provider_id and a.organiser_id = $3 and a.submitted_at is not null))
"""


async def add_certificate(actor: Actor, edit: Certificate, name: str, content: bytes) -> CertificateView:
    """Adds a certificate with its file (PDF, JPEG or PNG of at most 10 MB). Sent twice (a double click), it is added once.

    Raises:
        NotFound: the actor administers no provider.
        Invalid: a date or the file cannot be so; ``file`` or the field is named.
        Refused: there are too many certificates already.
    """
    provider_id = await _may_add(actor, edit)
    # The bytes go to the file store outside of any transaction: the store may be slow, and no lock waits for it.
    facts = await files.put(actor, "file", name, content, owner=OWNER, owner_id=provider_id)
    return await _add(actor, edit, facts)


@transactional()
async def _add(actor: Actor, edit: Certificate, facts: FileFacts) -> CertificateView:
    provider_id = await locked_provider(actor)
    known = await fetch_value(SAME, provider_id, edit.kind.value, edit.issued_on, facts.sha256)
    if known is not None:
        return await CERTIFICATE_ROWS.one(provider_id, known)
    return await add_row(actor, CERTIFICATE_ROWS, edit, file_id=facts.id)


async def replace_certificate(
    actor: Actor, certificate_id: UUID, edit: Certificate, name: str = "", content: bytes = b""
) -> CertificateView:
    """Changes what is said of a certificate and, where ``content`` is given, its file.

    Raises:
        NotFound: the actor's provider has no such certificate.
        Invalid: a date or the file cannot be so.
        ChangedMeanwhile: a colleague was faster.
    """
    if not content:
        return await change_row(actor, CERTIFICATE_ROWS, certificate_id, edit)
    provider_id = await _may_add(actor, edit)
    await CERTIFICATE_ROWS.one(provider_id, certificate_id)
    facts = await files.put(actor, "file", name, content, owner=OWNER, owner_id=provider_id)
    return await change_row(actor, CERTIFICATE_ROWS, certificate_id, edit, file_id=facts.id)


@transactional()
async def _may_add(actor: Actor, edit: Certificate) -> UUID:
    """Before the bytes are stored: what is refused later would lie there for nobody."""
    provider_id = await locked_provider(actor)
    checked(edit)
    await refuse_more(provider_id, CERTIFICATE_ROWS)
    return provider_id


async def certificate_content(actor: Actor, certificate_id: UUID) -> tuple[FileFacts, bytes]:
    """The file of a certificate, for its provider's people and the organisers that the provider has applied to.

    Raises:
        NotFound: there is none, or it is not for this reader.
    """
    provider_id = actor.provider_id if actor.role in PROVIDER_ROLES else None
    organiser_id = actor.organiser_id if actor.role in REVIEWING else None
    row = await fetch_one(READABLE, certificate_id, provider_id, organiser_id)
    if row is None:
        raise NotFound
    facts = await files.facts_of(row["file_id"], owner=OWNER, owner_id=row["provider_id"])
    return facts, await files.content_of(facts.id, owner=OWNER, owner_id=row["provider_id"])
