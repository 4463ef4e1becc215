"""Photos of offers: upright, small enough, and without what a camera wrote into them."""

import io

import pytest
from PIL import ExifTags, Image

from marketplace.catalogue.offers.photo_files import MAX_PIXELS, MAX_SIDE, cleaned_photo
from marketplace.kernel.errors import Invalid
from tests.factories.catalogue import PNG, a_picture


def taken_at_home() -> Image.Exif:
    """A phone held upright, which wrote its maker, and north of the equator."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "Phone"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_a_camera_wrote_is_gone_and_the_picture_stands_upright(kind: str) -> None:
    sent = a_picture(kind, exif=taken_at_home())
    assert b"Phone" in sent
    with Image.open(io.BytesIO(cleaned_photo("photo", sent))) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == (kind, (6, 8), {})


def test_a_large_picture_is_made_smaller() -> None:
    with Image.open(io.BytesIO(cleaned_photo("photo", a_picture("JPEG", size=(4_000, 3_000))))) as shown:
        assert shown.size == (MAX_SIDE, MAX_SIDE * 3 // 4)


def test_a_clean_picture_stays_as_it_is() -> None:
    assert cleaned_photo("photo", PNG) == PNG


@pytest.mark.parametrize("content", [PNG[:40], b"\x89PNG\r\n\x1a\n" + b"\x00" * 60])
def test_what_cannot_be_drawn_is_told(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        cleaned_photo("photo", content)
    assert [error.field for error in refused.value.fields] == ["photo"]


def test_more_pixels_than_a_camera_takes_are_not_drawn() -> None:
    with pytest.raises(Invalid) as refused:
        cleaned_photo("photo", a_picture("PNG", size=(MAX_PIXELS // 100 + 1, 100)))
    assert refused.value.fields[0].field == "photo"
