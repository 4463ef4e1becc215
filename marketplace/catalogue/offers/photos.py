"""Use cases of an offer's photo: a provider adds and removes it, everybody sees that of a published version."""

import asyncio
from uuid import UUID

from msgspec.structs import replace

from marketplace.catalogue.offers.offers import change_draft, published_offer
from marketplace.catalogue.offers.own import known_offer, my_offer, own_provider
from marketplace.catalogue.offers.photo_files import OWNER, PHOTO_KINDS, check_photo, cleaned_photo
from marketplace.catalogue.offers.schemas import OfferDraft, Photo, SavedOffer
from marketplace.kernel import files
from marketplace.kernel.actors import Actor
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.files import FileFacts
from marketplace.kernel.i18n import Text, message
from marketplace.kernel.inputs import checked_words


async def set_photo(actor: Actor, offer_id: UUID, name: str, content: bytes, alt: Text) -> SavedOffer:
    """Stores the picture and puts it into the offer's draft. Without bytes only its words are changed.

    Raises:
        Forbidden: the actor does not manage a provider.
        NotFound: another provider's offer.
        Invalid: no picture, no words in Finnish, the wrong kind of file, too large, or infected.
        Unavailable: the scanner or the store does not answer.
    """
    provider_id = own_provider(actor)
    await known_offer(provider_id, offer_id)
    words = Text(*(checked_words(f"alt.{language}", text) for language, text in (("fi", alt.fi), ("sv", alt.sv), ("en", alt.en))))  # fmt: skip
    if not words.fi:
        raise Invalid.field("alt.fi", message("Tell in Finnish what the picture shows, for those who do not see it."))
    if not content:
        return await change_draft(actor, offer_id, lambda draft: _with_words(draft, words))
    check_photo("photo", content)
    shown = await asyncio.to_thread(cleaned_photo, "photo", content)
    facts = await files.put(
        actor, "photo", name, shown, owner=OWNER, owner_id=provider_id, accepted=PHOTO_KINDS
    )  # fmt: skip
    try:
        return await change_draft(actor, offer_id, lambda draft: _with(draft, Photo(file_id=facts.id, alt=words)))
    except Invalid:
        async with unit_of_work():
            await files.forget([facts.id])
        raise


async def remove_photo(actor: Actor, offer_id: UUID) -> SavedOffer:
    """Takes the picture out of the draft.

    Raises:
        Forbidden, NotFound: as ``set_photo``.
    """
    return await change_draft(actor, offer_id, lambda draft: _with(draft, None))


async def public_photo(offer_id: UUID) -> tuple[FileFacts, bytes]:
    """The picture of a published offer.

    Raises:
        NotFound: the offer is not public, or has no picture.
        Unavailable: the store does not answer.
    """
    offer = await published_offer(offer_id)
    return await _read(offer.provider_id, offer.details.photo)


async def own_photo(actor: Actor, offer_id: UUID) -> tuple[FileFacts, bytes]:
    """The picture of the provider's own draft, or of the newest version.

    Raises:
        Forbidden, NotFound: as ``set_photo``, or there is no picture.
        Unavailable: the store does not answer.
    """
    own = await my_offer(actor, offer_id)
    return await _read(own_provider(actor), own.content.details.photo)


async def _read(provider_id: UUID, photo: Photo | None) -> tuple[FileFacts, bytes]:
    if photo is None:
        raise NotFound
    facts = await files.facts_of(photo.file_id, owner=OWNER, owner_id=provider_id)
    return facts, await files.content_of(photo.file_id, owner=OWNER, owner_id=provider_id)


def _with(draft: OfferDraft, photo: Photo | None) -> OfferDraft:
    return replace(draft, details=replace(draft.details, photo=photo))


def _with_words(draft: OfferDraft, words: Text) -> OfferDraft:
    if draft.details.photo is None:
        raise Invalid.field("photo", message("Choose a picture."))
    return _with(draft, replace(draft.details.photo, alt=words))
