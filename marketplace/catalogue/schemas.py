"""Offers as their provider writes them and as everybody else reads them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.catalogue.states import OfferStatus
from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.inputs import label
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList, Unit

MAX_DESCRIPTION = 5_000
MAX_NAME = 200
MAX_SKILL = 100
MAX_BANDS = 30
MAX_SKILLS = 30

SERVICE_LANGUAGES = {
    "fi": message("Finnish"),
    "sv": message("Swedish"),
    "en": message("English"),
    "se": message("Sámi"),
    "fse": message("Finnish Sign Language"),
    "ru": message("Russian"),
    "et": message("Estonian"),
    "ar": message("Arabic"),
    "so": message("Somali"),
    "uk": message("Ukrainian"),
}
"""Languages in which a service may be given, by their code, in the order in which they are offered."""

OfferName = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]
Description = Annotated[str, msgspec.Meta(max_length=MAX_DESCRIPTION)]
Skill = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_SKILL)]
MunicipalityCode = Annotated[str, msgspec.Meta(min_length=3, max_length=3)]


class OfferDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a provider says of an offer. A draft may lack texts and prices; publishing asks for them.

    Amounts are integer cents. Without a ``calendar`` the prices go by the organiser's time bands.
    """

    organiser_id: UUID
    service_class: Annotated[str, msgspec.Meta(max_length=40), label(message("Service class"))]
    municipality_codes: Annotated[tuple[MunicipalityCode, ...], msgspec.Meta(max_length=400)] = ()
    languages: tuple[str, ...] = ("fi",)
    skills: tuple[Skill, ...] = ()
    accepts_new_clients: bool = True
    earliest_start: date | None = None
    name_fi: Annotated[OfferName, label(message("Name in Finnish"))] = ""
    name_sv: Annotated[OfferName, label(message("Name in Swedish"))] = ""
    name_en: Annotated[OfferName, label(message("Name in English"))] = ""
    description_fi: Annotated[Description, label(message("Description in Finnish"))] = ""
    description_sv: Annotated[Description, label(message("Description in Swedish"))] = ""
    description_en: Annotated[Description, label(message("Description in English"))] = ""
    calendar: BandCalendar | None = None
    prices: PriceList | None = None


class SavedOffer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a write: which offer, which version of it, and where that version now stands."""

    id: UUID
    version: int
    status: OfferStatus


class OfferSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the provider's own list. ``is_public`` is false where an approval ended under a published version."""

    id: UUID
    name: Text
    organiser_id: UUID
    organiser_name: Text
    service_class: str
    draft_version: int | None
    published_version: int | None
    published_at: datetime | None
    is_public: bool
    withdrawn_at: datetime | None


class OwnOffer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer as its own provider sees it: what would be edited next, and what the public sees now."""

    id: UUID
    content: OfferDraft
    draft_version: int | None
    published_version: int | None
    published_at: datetime | None
    is_public: bool
    obstacles: tuple[Message, ...]


class PublishedOffer(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that search, comparison and agreements need of an offer, in one piece. ``business_id`` is the public one.

    ``municipality_codes`` are those of the offer that the approval covers today. Prices are in cents per ``unit`` and
    go by ``calendar``, the bands that the list was made with.
    """

    id: UUID
    version_id: UUID
    version: int
    provider_id: UUID
    provider_name: str
    business_id: str
    organiser_id: UUID
    organiser_name: Text
    service_class: str
    unit: Unit
    name: Text
    description: Text
    municipality_codes: tuple[str, ...]
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    accepts_new_clients: bool
    earliest_start: date | None
    calendar: BandCalendar
    prices: PriceList
    published_at: datetime
