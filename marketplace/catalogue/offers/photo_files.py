"""Photos of offers as files: what they may be, whose they are, and when nobody needs them any more.

A photo belongs to its provider, so that a copied offer keeps it.
"""

import io
from typing import Final
from uuid import UUID

import filetype
from PIL import Image, ImageOps

from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.kernel import files
from marketplace.kernel.db import fetch_value
from marketplace.kernel.errors import FieldError, Invalid, NotFound
from marketplace.kernel.i18n import message

PHOTO_KINDS: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
MAX_PHOTO_BYTES: Final = 5 * 1024 * 1024
MAX_SIDE: Final = 1_600
MAX_PIXELS: Final = 40_000_000
QUALITY: Final = 85
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


def cleaned_photo(field: str, content: bytes) -> bytes:
    """The picture as everybody may see it, in its own format: upright, at most 1,600 pixels wide and high, and without
    what a camera wrote into it: where it was taken may be somebody's home.

    Raises:
        Invalid: it cannot be drawn, or has more pixels than a camera takes; ``field`` is named.
    """
    try:
        with Image.open(io.BytesIO(content)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise _undrawable(field)
            kind = opened.format or "PNG"
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            bare = upright.convert("RGB" if kind == "JPEG" else "RGBA" if upright.has_transparency_data else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _undrawable(field) from error
    bare.info = {}
    kept = io.BytesIO()
    bare.save(kept, kind, optimize=True, quality=QUALITY)
    return kept.getvalue()


def _undrawable(field: str) -> Invalid:
    text = message("The picture cannot be shown. Open it on your computer, save it again and try with the new file.")
    return Invalid.field(field, text, code="file_unreadable")


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
