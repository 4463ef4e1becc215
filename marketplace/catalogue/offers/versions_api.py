"""Versions, copies, pictures and changes of several offers, over the API."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, delete, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, JSONBody

from marketplace.catalogue.offers import bulk, copying, offers, photos, versions
from marketplace.catalogue.offers.choices import ReachPoint, reach_points
from marketplace.catalogue.offers.own import own_provider
from marketplace.catalogue.offers.plain_language import hints_of
from marketplace.catalogue.offers.schemas import SavedOffer
from marketplace.kernel.actors import Role
from marketplace.kernel.i18n import Text, translate
from marketplace.web.idempotency import idempotent
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller, allow

AnyRequest = Request[Any, Any, Any]
TAG = "Offers"
PROVIDER = allow(Role.PROVIDER_ADMIN)
OWN = "/api/v1/provider/offers"
OFFER = OWN + "/{offer_id:uuid}"


class VersionList(msgspec.Struct, frozen=True):
    items: list[versions.VersionSummary]


class BulkRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Offers by id, and what to change in each of them."""

    offers: Annotated[list[UUID], msgspec.Meta(max_length=bulk.MOST_AT_ONCE)]
    change: bulk.BulkChange


class BulkResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one offer; ``why`` in words where it was refused."""

    id: UUID
    name: Text
    outcome: bulk.BulkOutcome
    why: str | None


class BulkResults(msgspec.Struct, frozen=True):
    items: list[BulkResult]


class HintShown(msgspec.Struct, frozen=True):
    """Something that might be said more plainly, and the field in which it stands."""

    field: str
    hint: str


class HintList(msgspec.Struct, frozen=True):
    items: list[HintShown]


class ReachPointList(msgspec.Struct, frozen=True):
    items: list[ReachPoint]


class PhotoUpload(msgspec.Struct, frozen=True, kw_only=True):
    """A picture (JPEG, PNG or WebP of at most 5 MB) and what it shows. Without a picture only the words are changed."""

    alt_fi: str = ""
    alt_sv: str = ""
    alt_en: str = ""
    photo: UploadFile | None = None


@get(f"{OFFER}/versions", guards=[PROVIDER], tags=[TAG])
async def list_offer_versions(actor: Caller, offer_id: FromPath[UUID]) -> VersionList:
    """All versions of an offer, the newest first. Replaced and withdrawn ones are its archive."""
    return VersionList(await versions.versions_of(actor, offer_id))


@get(f"{OFFER}/versions/{{number:int}}", guards=[PROVIDER], tags=[TAG])
async def read_offer_version(
    actor: Caller, offer_id: FromPath[UUID], number: FromPath[int]
) -> versions.OfferVersionView:
    """What one version said."""
    return await versions.version_of(actor, offer_id, number)


@post(f"{OFFER}/versions/{{number:int}}/use", guards=[PROVIDER], tags=[TAG], status_code=200)
async def use_offer_version(
    request: AnyRequest, actor: Caller, offer_id: FromPath[UUID], number: FromPath[int]
) -> SavedOffer:
    """Makes the draft say what a version said."""

    async def work() -> SavedOffer:
        return await versions.use_version(actor, offer_id, number)

    return await idempotent(request, work, SavedOffer)


@delete(f"{OFFER}/draft", guards=[PROVIDER], tags=[TAG], status_code=200)
async def delete_offer_draft(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> versions.DraftDeleted:
    """Deletes the draft; an offer that was never published goes with it."""

    async def work() -> versions.DraftDeleted:
        return await versions.delete_draft(actor, offer_id)

    return await idempotent(request, work, versions.DraftDeleted)


@post(f"{OFFER}/copy", guards=[PROVIDER], tags=[TAG])
async def copy_own_offer(
    request: AnyRequest, actor: Caller, offer_id: FromPath[UUID], data: JSONBody[copying.CopyTarget]
) -> copying.CopiedOffer:
    """Begins a new offer, as a draft, that says what this one says. Refused where no approval covers it."""

    async def work() -> copying.CopiedOffer:
        return await copying.copy_offer(actor, offer_id, data)

    return await idempotent(request, work, copying.CopiedOffer)


@post(f"{OWN}/bulk", guards=[PROVIDER], tags=[TAG], status_code=200)
async def change_many_offers(request: AnyRequest, actor: Caller, data: JSONBody[BulkRequest]) -> BulkResults:
    """Changes several offers, each by itself. Published ones without a draft are published anew at once."""

    async def work() -> BulkResults:
        return BulkResults([_result(line) for line in await bulk.change_offers(actor, data.offers, data.change)])

    def _result(line: bulk.BulkLine) -> BulkResult:
        why = translate(line.why, actor.language) if line.why else None
        return BulkResult(id=line.id, name=line.name, outcome=line.outcome, why=why)

    return await idempotent(request, work, BulkResults)


@get(f"{OFFER}/hints", guards=[PROVIDER], tags=[TAG])
async def show_plain_language_hints(actor: Caller, offer_id: FromPath[UUID]) -> HintList:
    """Hints for plainer language in the draft's name and description. They never stand in the way of publishing."""
    own = await offers.my_offer(actor, offer_id)
    return HintList([HintShown(each.field, translate(each.words, actor.language)) for each in hints_of(own.content)])


@get("/api/v1/provider/reach-points", guards=[PROVIDER], tags=[TAG])
async def show_reach_points(actor: Caller) -> ReachPointList:
    """The units of the caller's provider from which an offer's ``reach`` may be measured, as points (WGS 84)."""
    return ReachPointList(await reach_points(own_provider(actor)))


@post(f"{OFFER}/photo", guards=[PROVIDER], tags=[TAG], request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def add_offer_photo(
    actor: Caller,
    offer_id: FromPath[UUID],
    data: Annotated[PhotoUpload, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> SavedOffer:
    """Stores the picture and puts it into the draft. Everybody sees it once the draft is published."""
    name, content = (data.photo.filename, await data.photo.read()) if data.photo else ("", b"")
    return await photos.set_photo(actor, offer_id, name, content, Text(data.alt_fi, data.alt_sv, data.alt_en))


@delete(f"{OFFER}/photo", guards=[PROVIDER], tags=[TAG], status_code=200)
async def remove_offer_photo(actor: Caller, offer_id: FromPath[UUID]) -> SavedOffer:
    """Takes the picture out of the draft."""
    return await photos.remove_photo(actor, offer_id)


ROUTES = [
    list_offer_versions,
    read_offer_version,
    use_offer_version,
    delete_offer_draft,
    copy_own_offer,
    change_many_offers,
    show_plain_language_hints,
    show_reach_points,
    add_offer_photo,
    remove_offer_photo,
]
