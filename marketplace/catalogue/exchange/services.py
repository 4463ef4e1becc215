"""Use cases with the Finnish Service Catalogue: a service becomes a draft, a published offer a service."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.exchange.ptv import PtvImport, UnreadablePtvError, offer_from_ptv, offer_to_ptv
from marketplace.catalogue.offers.offers import published_offer, save_draft
from marketplace.catalogue.offers.own import own_provider
from marketplace.catalogue.offers.schemas import SavedOffer
from marketplace.kernel.actors import Actor
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import message
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import is_service_class

MAX_BYTES: Final = 1_000_000


def document_in(content: bytes) -> object:
    """The document of a file.

    Raises:
        Invalid: too large, or no JSON; the field is ``file``.
    """
    if len(content) > MAX_BYTES:
        raise Invalid.field("file", message("The file is larger than 1 MB. Send one service at a time."))
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid.field(
            "file", message("The file is not JSON as the Finnish Service Catalogue gives it.")
        ) from None


async def read_service(
    actor: Actor, document: object, organiser_id: UUID, service_class: str | None = None
) -> PtvImport:
    """What a service would be as an offer; nothing is stored. Places that the organiser does not serve are left out.

    Raises:
        Forbidden: the actor does not manage a provider.
        Invalid: no service of the catalogue, no such organiser, or none of our service classes fits.
    """
    own_provider(actor)
    if service_class is not None and not is_service_class(service_class):
        raise Invalid.field("service_class", message("Choose a service class from the list."))
    try:
        organiser = await get_organiser(organiser_id)
        read = offer_from_ptv(document, organiser_id, service_class_code=service_class)
    except NotFound:
        raise Invalid.field("organiser_id", message("Choose an organiser from the list.")) from None
    except UnreadablePtvError as error:
        raise Invalid.field("file", error.words, code="not_a_ptv_service") from error
    served = tuple(code for code in read.draft.municipality_codes if organiser.serves(code))
    if served == read.draft.municipality_codes:
        return read
    words = message("Left out: places that {organiser} does not serve.", organiser=organiser.name)
    return replace(read, draft=replace(read.draft, municipality_codes=served), left_out=(words, *read.left_out))


async def import_service(
    actor: Actor, document: object, organiser_id: UUID, service_class: str | None = None
) -> tuple[SavedOffer, PtvImport]:
    """Makes a draft of a service, with what was left out.

    Raises:
        Forbidden, Invalid: as ``read_service``, and whatever is wrong with it as a draft.
    """
    read = await read_service(actor, document, organiser_id, service_class)
    return await save_draft(actor, None, read.draft), read


async def service_of(offer_id: UUID, base_url: str) -> Mapping[str, Any]:
    """A public offer in the shape of the catalogue.

    Raises:
        NotFound: nothing of the offer is public.
    """
    offer = await published_offer(offer_id)
    return offer_to_ptv(offer, url=f"{base_url.rstrip('/')}/offers/{offer_id}", modified=offer.published_at)
