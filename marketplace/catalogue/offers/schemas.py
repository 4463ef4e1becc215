"""Offers as their provider writes them and as everybody else reads them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.attributes import Value
from marketplace.catalogue.offers.states import OfferStatus
from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.inputs import label
from marketplace.pricing.bands import BandCalendar, Hours
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

MAX_POSTAL_CODES = 300
MAX_REACH_KM = 300
MAX_ALT = 300

OfferName = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]
Description = Annotated[str, msgspec.Meta(max_length=MAX_DESCRIPTION)]
Skill = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_SKILL)]
MunicipalityCode = Annotated[str, msgspec.Meta(min_length=3, max_length=3)]
PostalAreaCode = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{5}$")]


class Reach(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far from one of its units a provider goes: whole kilometres from a point (WGS 84) that has a name."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    km: Annotated[int, msgspec.Meta(ge=1, le=MAX_REACH_KM)]


class Photo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A picture of the service, with what it shows in words for those who do not see it."""

    file_id: UUID
    alt: Text


class OfferDetails(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What else an offer tells. ``attributes`` are values by the key of the class's template (``attributes.py``).

    ``hours`` are those in which the service is given or the provider answers; ``capacity`` is how many new clients
    are taken now.
    """

    attributes: dict[str, Value] = msgspec.field(default_factory=dict)
    hours: Annotated[tuple[Hours, ...], msgspec.Meta(max_length=60)] = ()
    capacity: Annotated[int, msgspec.Meta(ge=0, le=100_000)] | None = None
    self_monitoring_url: Annotated[str, msgspec.Meta(max_length=500)] = ""
    photo: Photo | None = None


class OfferDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a provider says of an offer. A draft may lack texts and prices; publishing asks for them.

    ``postal_codes`` and ``reach`` narrow the municipalities where they are given: the service is for those places only.
    Amounts are integer cents. Without a ``calendar`` the prices go by the organiser's time bands.
    """

    organiser_id: UUID
    service_class: Annotated[str, msgspec.Meta(max_length=40), label(message("Service class"))]
    municipality_codes: Annotated[tuple[MunicipalityCode, ...], msgspec.Meta(max_length=400)] = ()
    postal_codes: Annotated[tuple[PostalAreaCode, ...], msgspec.Meta(max_length=MAX_POSTAL_CODES)] = ()
    reach: Reach | None = None
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
    details: OfferDetails = msgspec.field(default_factory=OfferDetails)
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
    postal_codes: tuple[str, ...] = ()
    reach: Reach | None = None
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    accepts_new_clients: bool
    earliest_start: date | None
    details: OfferDetails = msgspec.field(default_factory=OfferDetails)
    calendar: BandCalendar
    prices: PriceList
    published_at: datetime
