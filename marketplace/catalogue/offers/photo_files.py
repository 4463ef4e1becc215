"""Photos of offers as files: what they may be, whose they are, and when nobody needs them any more.

A photo belongs to its provider, so that a copied offer keeps it.
"""

from typing import Final
from uuid import UUID

import filetype

from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.kernel import files
from marketplace.kernel.db import fetch_value
from marketplace.kernel.errors import FieldError, Invalid, NotFound
from marketplace.kernel.i18n import message

PHOTO_KINDS: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
MAX_PHOTO_BYTES: Final = 5 * 1024 * 1024
OWNER: Final = "offer_photo"
IN_USE: Final = """
select exists (select from offer o join offer_version v on v.offer_id = o.id
    where o.provider_id = $1 and v.details -> 'photo' ->> 'file_id' = $2)
"""


def check_photo(field: str, content: bytes) -> None:
    """Looks at the bytes.

    Raises:
        Invalid: empty, over 5 MB, or not really a JPEG, PNG or WebP picture; ``field`` is named.
    """
    if not content:
        raise Invalid.field(field, message("Choose a picture."), code="file_empty")
    if len(content) > MAX_PHOTO_BYTES:
        text = message("The picture is larger than 5 MB. Choose a smaller one.")
        raise Invalid.field(field, text, code="file_too_large")
    kind = filetype.guess(content)
    if kind is None or kind.mime not in PHOTO_KINDS:
        text = message("The picture must be a JPEG, PNG or WebP file.")
        raise Invalid.field(field, text, code="file_type")


async def photo_problems(provider_id: UUID, draft: OfferDraft) -> list[FieldError]:
    """A draft's photo must be one that its provider has stored."""
    if draft.details.photo is None:
        return []
    try:
        await files.facts_of(draft.details.photo.file_id, owner=OWNER, owner_id=provider_id)
    except NotFound:
        return [FieldError("details.photo.file_id", message("Send the picture again."))]
    return []


async def forget_unused(provider_id: UUID, before: OfferDraft | None) -> None:
    """Deletes the photo of a draft that is gone, where no other version of an offer has it. Within a unit of work."""
    photo = before and before.details.photo
    if photo and not await fetch_value(IN_USE, provider_id, str(photo.file_id)):
        await files.forget([photo.file_id])
