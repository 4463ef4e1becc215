"""Certificates of a provider with their files: kept once, sent with every application, read by those whom they concern."""

from typing import Final
from uuid import UUID

from marketplace.kernel import files
from marketplace.kernel.actors import PROVIDER_ROLES, Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch, fetch_one, fetch_value, transactional
from marketplace.kernel.errors import NotFound
from marketplace.kernel.files import FileFacts
from onboarding.providers.profile import CERTIFICATE_ROWS
from onboarding.providers.profile_checks import checked
from onboarding.providers.profile_editing import add_row, change_row, locked_provider, refuse_more, remove_row
from onboarding.providers.profile_schemas import Certificate, CertificateView
from onboarding.scoping import REVIEWING, administered_provider

OWNER: Final = "provider"

SAME = """
select c.id from provider_certificate c join stored_file f on f.id = c.file_id
where c.provider_id = $1 and c.removed_at is null and c.kind = $2 and c.issued_on = $3 and f.sha256 = $4
"""
NEVER_SENT = """
delete from provider_certificate c where c.id = $1
    and not exists (select from application_attachment t where t.file_id = c.file_id)
returning file_id
"""
UNUSED = """
select f.id from stored_file f where f.id = any($1::uuid[])
    and not exists (select from provider_certificate c where c.file_id = f.id)
    and not exists (select from application_attachment t where t.file_id = f.id)
"""
# Applications and approvals lie above this room; their tables are only asked what the organiser has to do with the provider.
READABLE = """
select c.provider_id, c.file_id from provider_certificate c
where c.id = $1 and ((c.removed_at is null and (c.provider_id = $2
        or exists (select from application a where a.provider_id = c.provider_id and a.organiser_id = $3
            and a.submitted_at is not null and a.decided_at is null and a.status <> 'withdrawn')
        or exists (select from approval v where v.provider_id = c.provider_id and v.organiser_id = $3
            and v.status <> 'ended' and (v.valid_to is null or v.valid_to >= $4))))
    or exists (select from application_attachment t join application a on a.id = t.application_id
        where t.file_id = c.file_id and a.organiser_id = $3 and a.submitted_at is not null))
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
    try:
        return await _add(actor, edit, facts)
    finally:
        await forget_unused(facts.id)  # The same file was there already, or it could not be added.


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
    provider_id = administered_provider(actor)
    checked(edit)
    before = await CERTIFICATE_ROWS.one(provider_id, certificate_id)
    facts = await files.put(actor, "file", name, content, owner=OWNER, owner_id=provider_id)
    try:
        return await change_row(actor, CERTIFICATE_ROWS, certificate_id, edit, file_id=facts.id)
    finally:
        await forget_unused(before.file_id, facts.id)  # Whichever of the two is not the certificate's now.


@transactional()
async def _may_add(actor: Actor, edit: Certificate) -> UUID:
    """Before the bytes are stored: what is refused later would lie there for nobody."""
    provider_id = await locked_provider(actor)
    checked(edit)
    await refuse_more(provider_id, CERTIFICATE_ROWS)
    return provider_id


@transactional()
async def remove_certificate(actor: Actor, certificate_id: UUID) -> None:
    """Takes a certificate out. What was never sent to anybody is erased; else its file stays with the applications.

    Raises:
        NotFound: the actor's provider has no such certificate.
    """
    await remove_row(actor, CERTIFICATE_ROWS, certificate_id)
    file_id = await fetch_value(NEVER_SENT, certificate_id)
    if file_id is not None:
        await forget_unused(file_id)


@transactional()
async def forget_unused(*file_ids: UUID) -> None:
    """Erases those of a provider's files that neither its profile nor any application has."""
    await files.forget([row["id"] for row in await fetch(UNUSED, list(file_ids))])


async def certificate_content(actor: Actor, certificate_id: UUID) -> tuple[FileFacts, bytes]:
    """The file of a certificate, for its provider's people and the organisers that it concerns.

    These were sent it with an application, or have an open application or an approval of the provider.

    Raises:
        NotFound: there is none, or it is not for this reader.
    """
    provider_id = actor.provider_id if actor.role in PROVIDER_ROLES else None
    organiser_id = actor.organiser_id if actor.role in REVIEWING else None
    row = await fetch_one(READABLE, certificate_id, provider_id, organiser_id, today())
    if row is None:
        raise NotFound
    facts = await files.facts_of(row["file_id"], owner=OWNER, owner_id=row["provider_id"])
    return facts, await files.content_of(facts.id, owner=OWNER, owner_id=row["provider_id"])
