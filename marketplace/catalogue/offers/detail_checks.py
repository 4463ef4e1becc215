"""What makes an offer's details right: where within its municipalities, when, and what it is compared by. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from marketplace.catalogue.offers.attributes import Attribute, Value, check_values
from marketplace.catalogue.offers.postal_codes import postal_code_error
from marketplace.catalogue.offers.schemas import MAX_ALT, OfferDetails, OfferDraft, Photo
from marketplace.kernel.calendar import DAY_MINUTES
from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import FORBIDDEN, is_safe
from marketplace.pricing.bands import Hours

_ADDRESS: Final = re.compile(r"https://[^\s\"'<>\\/?#@:]+\.[^\s\"'<>\\/?#@:]+(:[0-9]{1,5})?([/?#][^\s\"'<>\\]*)?")
FIRST_YEAR, LAST_YEAR = 2000, 2100


def check_details(draft: OfferDraft, attributes: Sequence[Attribute]) -> list[FieldError]:
    """Everything wrong beyond words and prices, by the field's name in a draft. ``attributes`` are those of its class."""
    return [*_place_errors(draft), *_detail_errors(draft.details, attributes)]


def _place_errors(draft: OfferDraft) -> Iterator[FieldError]:
    for i, code in enumerate(draft.postal_codes):
        if why := postal_code_error(code, draft.municipality_codes):
            yield FieldError(f"postal_codes.{i}", why)
    if draft.earliest_start and not FIRST_YEAR <= draft.earliest_start.year <= LAST_YEAR:
        yield FieldError("earliest_start", message("Give a day between 2000 and 2100."))
    if draft.reach and not is_safe(draft.reach.name):
        yield FieldError("reach.name", FORBIDDEN)


def _detail_errors(details: OfferDetails, attributes: Sequence[Attribute]) -> Iterator[FieldError]:
    for i, hours in enumerate(details.hours):
        if not _is_time(hours):
            yield FieldError(f"details.hours.{i}", message("Give days and times, for example ma–pe 7–18."))
    if details.self_monitoring_url and not _ADDRESS.fullmatch(details.self_monitoring_url):
        words = message("Write a web address that begins with https://, such as https://www.example.fi/plan.")
        yield FieldError("details.self_monitoring_url", words)
    if details.photo:
        yield from _photo_errors(details.photo)
    for error in check_values(details.attributes, attributes):
        yield FieldError(f"details.{error.field}", error.message)


def _is_time(hours: Hours) -> bool:
    return bool(hours.days) and 0 <= hours.from_minute < hours.to_minute <= DAY_MINUTES


def _photo_errors(photo: Photo) -> Iterator[FieldError]:
    if not photo.alt.fi.strip():
        words = message("Tell in Finnish what the picture shows, for those who do not see it.")
        yield FieldError("details.photo.alt.fi", words)
    for language, text in (("fi", photo.alt.fi), ("sv", photo.alt.sv), ("en", photo.alt.en)):
        if len(text) > MAX_ALT:
            yield FieldError(f"details.photo.alt.{language}", message("Write at most {most} characters.", most=MAX_ALT))
        elif not is_safe(text):
            yield FieldError(f"details.photo.alt.{language}", FORBIDDEN)


def right_values(values: dict[str, Value], attributes: Sequence[Attribute]) -> dict[str, Value]:
    """The values that still fit: an organiser may have changed or removed what they were given for."""
    wrong = {error.field.removeprefix("attributes.") for error in check_values(values, attributes)}
    return {key: value for key, value in values.items() if key[:40] not in wrong}
