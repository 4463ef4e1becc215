"""Rulebooks over the API: what is in force for everybody; versions, the draft and files for the organiser's administrator."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import NotFound
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow, allow_anyone
from onboarding.rulebooks import drafts, versions
from onboarding.rulebooks.answers_out import DifferenceList, DraftOut, VersionList, differences_out, draft_out
from onboarding.rulebooks.differences import differences
from onboarding.rulebooks.exchange import FileFormat, export_rulebook, import_rulebook
from onboarding.rulebooks.requirements import RulebookContent
from onboarding.rulebooks.schemas import (
    DraftChange,
    DraftEdit,
    DraftPublication,
    NewRulebook,
    RulebookVersionView,
)

AnyRequest = Request[Any, Any, Any]

TAG = "Rulebooks"
REGISTER_TAG = "Register"
ADMIN = allow(Role.ORGANISER_ADMIN)
OWN = "/api/v1/organiser/rulebook"
SeenEdit = Annotated[int, QueryParameter(ge=0, le=2**62)]
MEDIA_TYPES = {FileFormat.YAML: "application/yaml", FileFormat.JSON: "application/json"}


@post(OWN, guards=[ADMIN], tags=[TAG])
async def publish_own_rulebook(request: AnyRequest, actor: Caller, data: JSONBody[NewRulebook]) -> RulebookVersionView:
    """Publishes the next version of the organiser's rulebook at once, without a draft, in force from a day on."""
    organiser_id = actor.organiser_id
    if organiser_id is None:
        raise NotFound

    async def work() -> RulebookVersionView:
        return await versions.publish_rulebook(actor, organiser_id, data.content, data.valid_from)

    return await idempotent(request, work, RulebookVersionView)


@get(f"{OWN}/versions", guards=[ADMIN], tags=[TAG])
async def list_rulebook_versions(actor: Caller) -> VersionList:
    """Every version of the organiser's rulebook, the newest first: to come, in force, replaced or withdrawn."""
    return VersionList(await versions.rulebook_versions(actor))


@get(f"{OWN}/versions/{{version_id:uuid}}", guards=[ADMIN], tags=[TAG])
async def show_rulebook_version(actor: Caller, version_id: FromPath[UUID]) -> RulebookVersionView:
    """One version, whole."""
    return await versions.own_version(actor, version_id)


@post(f"{OWN}/versions/{{version_id:uuid}}/withdraw", guards=[ADMIN], tags=[TAG], status_code=204)
async def withdraw_rulebook_version(actor: Caller, version_id: FromPath[UUID]) -> None:
    """Takes back a version that is not in force yet and that nobody has applied under."""
    await versions.withdraw_version(actor, version_id)


@get(f"{OWN}/draft", guards=[ADMIN], tags=[TAG])
async def show_rulebook_draft(actor: Caller) -> DraftOut:
    """The open draft, with everything that keeps it from being published."""
    return draft_out(await drafts.draft_of(actor), actor.language)


@post(f"{OWN}/draft", guards=[ADMIN], tags=[TAG], status_code=200)
async def begin_rulebook_draft(actor: Caller) -> DraftOut:
    """The open draft, or a new one: a copy of the version published last."""
    return draft_out(await drafts.begin_draft(actor), actor.language)


@put(f"{OWN}/draft", guards=[ADMIN], tags=[TAG])
async def save_rulebook_draft(request: AnyRequest, actor: Caller, data: JSONBody[DraftChange]) -> DraftOut:
    """Saves the whole draft. ``edit`` is that of the draft it was made from; 409 tells who was faster, and when."""

    async def work() -> DraftOut:
        return draft_out(await drafts.save_draft(actor, data.content, data.edit), actor.language)

    return await idempotent(request, work, DraftOut)


@post(f"{OWN}/draft/discard", guards=[ADMIN], tags=[TAG], status_code=204)
async def discard_rulebook_draft(actor: Caller, data: JSONBody[DraftEdit]) -> None:
    """Gives up the open draft."""
    await drafts.discard_draft(actor, data.edit)


@post(f"{OWN}/draft/publish", guards=[ADMIN], tags=[TAG])
async def publish_rulebook_draft(
    request: AnyRequest, actor: Caller, data: JSONBody[DraftPublication]
) -> RulebookVersionView:
    """Publishes the draft, in force from a day on. A draft that contradicts itself is refused with each place named."""

    async def work() -> RulebookVersionView:
        return await drafts.publish_draft(actor, data.edit, data.valid_from)

    return await idempotent(request, work, RulebookVersionView)


@post(f"{OWN}/draft/import", guards=[ADMIN], tags=[TAG], status_code=200)
async def import_rulebook_draft(request: AnyRequest, actor: Caller, edit: SeenEdit = 0) -> DraftOut:
    """Replaces the draft by the file in the body, YAML or JSON. Every wrong place of the file is named."""
    content = import_rulebook(await request.body())

    async def work() -> DraftOut:
        return draft_out(await drafts.save_draft(actor, content, edit), actor.language)

    return await idempotent(request, work, DraftOut)


@get(f"{OWN}/export", guards=[ADMIN], tags=[TAG])
async def export_own_rulebook(
    actor: Caller, version: FromQuery[UUID | None] = None, file_format: FromQuery[FileFormat] = FileFormat.YAML
) -> Response[bytes]:
    """A version as a file, or the draft where none is named."""
    written = export_rulebook(await _content(actor, version), file_format)
    disposition = f'attachment; filename="rulebook.{file_format}"'
    return Response(written, media_type=MEDIA_TYPES[file_format], headers={"content-disposition": disposition})


@get(f"{OWN}/difference", guards=[ADMIN], tags=[TAG])
async def compare_rulebooks(actor: Caller, old: FromQuery[UUID], new: FromQuery[UUID | None] = None) -> DifferenceList:
    """What changed from one version to another, or to the draft where no second one is named."""
    before, after = await versions.own_version(actor, old), await _content(actor, new)
    return differences_out(differences(before.content, after), actor.language)


async def _content(actor: Actor, version_id: UUID | None) -> RulebookContent:
    """Of one of the organiser's versions; of its draft where none is named."""
    if version_id is None:
        return (await drafts.draft_of(actor)).content
    return (await versions.own_version(actor, version_id)).content


@get("/api/v1/organisers/{organiser_id:uuid}/rulebook", guards=[allow_anyone], tags=[REGISTER_TAG])
async def show_rulebook(organiser_id: FromPath[UUID]) -> RulebookVersionView:
    """What an organiser requires of providers today."""
    return await versions.rulebook_in_force(organiser_id)


ROUTES = [
    publish_own_rulebook,
    list_rulebook_versions,
    show_rulebook_version,
    withdraw_rulebook_version,
    show_rulebook_draft,
    begin_rulebook_draft,
    save_rulebook_draft,
    discard_rulebook_draft,
    publish_rulebook_draft,
    import_rulebook_draft,
    export_own_rulebook,
    compare_rulebooks,
    show_rulebook,
]
