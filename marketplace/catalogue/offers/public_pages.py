"""The public page of one offer."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from marketplace.catalogue.offers import offers
from marketplace.catalogue.offers.schemas import SERVICE_LANGUAGES, PublishedOffer
from marketplace.catalogue.prices.price_table import at_a_glance, not_served_words, price_rows, terms_words, unit_words
from marketplace.kernel.clock import today
from marketplace.kernel.i18n import Language
from marketplace.organisers.reference import municipality, service_class
from marketplace.web.language import language_of
from marketplace.web.security import allow_anyone
from marketplace.web.templating import page

AnyRequest = Request[Any, Any, Any]


@get("/offers/{offer_id:uuid}", guards=[allow_anyone], include_in_schema=False)
async def show_offer(request: AnyRequest, offer_id: FromPath[UUID]) -> Response[str]:
    """A published offer with its prices, for everybody."""
    offer = await offers.published_offer(offer_id)
    return page(request, "offers/offer.html", offer=offer, **offer_facts(offer, language_of(request)))


def public_address(offer_id: UUID) -> str:
    return f"/offers/{offer_id}"


def offer_facts(offer: PublishedOffer, language: Language) -> dict[str, Any]:
    """What the page tells beside the offer's own texts, made ready for reading."""
    places = (municipality(code).name.in_language(language) for code in offer.municipality_codes)
    return {
        "rows": price_rows(offer.prices, offer.calendar, language),
        "glances": at_a_glance(offer.prices, offer.calendar, today()),
        "not_served": not_served_words(offer.calendar, language),
        "terms": terms_words(offer.prices),
        "unit": unit_words(offer.unit),
        "service": service_class(offer.service_class),
        "municipalities": sorted(places),
        "languages_spoken": [SERVICE_LANGUAGES[code] for code in offer.languages],
    }


ROUTES = [show_offer]
