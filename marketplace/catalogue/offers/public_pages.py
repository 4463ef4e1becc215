"""The public page of one offer, its picture, and the offer as linked data."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from marketplace.catalogue.offers import offers
from marketplace.catalogue.offers.attributes import ComparedRow, side_by_side
from marketplace.catalogue.offers.detail_checks import right_values
from marketplace.catalogue.offers.json_ld import offer_json_ld
from marketplace.catalogue.offers.organiser_attributes import attributes_for
from marketplace.catalogue.offers.photos import public_photo
from marketplace.catalogue.offers.picture import picture_answer
from marketplace.catalogue.offers.postal_codes import postal_codes_text
from marketplace.catalogue.offers.schemas import SERVICE_LANGUAGES, PublishedOffer
from marketplace.catalogue.offers.skills import skill_name
from marketplace.catalogue.offers.sources import own_month, price_news_of
from marketplace.catalogue.offers.week_hours import week_lines
from marketplace.catalogue.prices.price_table import (
    at_a_glance,
    not_served_words,
    price_rows,
    priced_week,
    terms_words,
    unit_words,
)
from marketplace.kernel.clock import today
from marketplace.kernel.config import get_config
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Language
from marketplace.organisers.reference import municipality, service_class
from marketplace.web.language import language_of
from marketplace.web.security import allow_anyone
from marketplace.web.templating import page

AnyRequest = Request[Any, Any, Any]
JSON_LD = "application/ld+json"


@get("/offers/{offer_id:str}", guards=[allow_anyone], include_in_schema=False)
async def show_offer(request: AnyRequest, offer_id: FromPath[str]) -> Response[Any]:
    """A published offer with its prices, for everybody. With ``.jsonld`` after its id, in the words of schema.org."""
    name, _, form = offer_id.partition(".")
    if form not in {"", "jsonld"} or not is_uuid(name):
        raise NotFound
    offer = await offers.published_offer(UUID(name))
    return _linked_data(offer) if form else await _offer_page(request, offer)


async def _offer_page(request: AnyRequest, offer: PublishedOffer) -> Response[str]:
    here = public_address(offer.id)
    facts = await offer_facts(offer, language_of(request), photo=f"{here}/photo?v={offer.version}")
    news = await price_news_of(offer.id)
    later = price_rows(news.prices, news.calendar, language_of(request)) if news else []
    told: dict[str, Any] = {**facts, "news": news, "later": later, "history": f"{here}/prices"}
    month = await own_month(offer, request.query_params, language_of(request))
    return page(request, "offers/offer.html", offer=offer, here=here, month=month, **told)


def _linked_data(offer: PublishedOffer) -> Response[bytes]:
    url = get_config().base_url.rstrip("/") + public_address(offer.id)
    return Response(msgspec.json.encode(offer_json_ld(offer, url=url)), media_type=JSON_LD)


@get("/offers/{offer_id:uuid}/photo", guards=[allow_anyone], include_in_schema=False)
async def show_picture(request: AnyRequest, offer_id: FromPath[UUID]) -> Response[bytes]:
    """The picture of a published offer."""
    facts, content = await public_photo(offer_id)
    return picture_answer(request, facts, content, is_public=True)


def is_uuid(text: str) -> bool:
    """Whether a part of an address is an id as we write them."""
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is not None


def public_address(offer_id: UUID) -> str:
    return f"/offers/{offer_id}"


async def offer_facts(offer: PublishedOffer, language: Language, *, photo: str = "") -> Mapping[str, Any]:
    """What a page tells beside the offer's own texts, made ready for reading. ``photo`` is the picture's address."""
    places = (municipality(code).name.in_language(language) for code in offer.municipality_codes)
    return {
        "rows": price_rows(offer.prices, offer.calendar, language),
        "week": priced_week(offer.prices, offer.calendar),
        "glances": at_a_glance(offer.prices, offer.calendar, today()),
        "not_served": not_served_words(offer.calendar, language),
        "terms": terms_words(offer.prices),
        "unit": unit_words(offer.unit),
        "service": service_class(offer.service_class),
        "municipalities": sorted(places),
        "postal_codes": postal_codes_text(offer.postal_codes),
        "hours": week_lines(offer.details.hours, language),
        "skills": [skill_name(skill).in_language(language) for skill in offer.skills],
        "languages_spoken": [SERVICE_LANGUAGES[code] for code in offer.languages],
        "compared": [(row.attribute.name, row.cells[0].words) for row in await compared_rows(offer)],
        "picture": photo if offer.details.photo else "",
        "history": "",
        "news": None,
        "later": [],
    }


async def compared_rows(offer: PublishedOffer) -> Sequence[ComparedRow]:
    """What the offer tells of that which offers of its class are compared by."""
    attributes = await attributes_for(offer.organiser_id, offer.service_class)
    return side_by_side(attributes, [right_values(offer.details.attributes, attributes)])


ROUTES = [show_offer, show_picture]
