"""Time bands and price rules over the API: what holds is open to everybody, versions and trials are the organiser's."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import translate
from marketplace.organisers import rules
from marketplace.organisers.affected import affected_offers
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import is_service_class
from marketplace.organisers.schemas import BandsFrom, NewPriceRules, PriceRulesFrom, ServiceRules
from marketplace.web.language import language_of
from marketplace.web.security import Caller, allow, allow_anyone

AnyRequest = Request[Any, Any, Any]
TAG = "Organisers"
ADMIN = allow(Role.ORGANISER_ADMIN)


class BandHistory(msgspec.Struct, frozen=True):
    """Every set of bands that was set, the newest first."""

    items: list[BandsFrom]


class PriceRuleHistory(msgspec.Struct, frozen=True):
    """Every version of price rules, by service class, the newest first."""

    items: list[PriceRulesFrom]


class AffectedItem(msgspec.Struct, frozen=True, kw_only=True):
    """A published offer that the rules would not allow, with the reasons in the language of the request."""

    offer_id: UUID
    name: str
    provider: str
    reasons: list[str]


class RuleTrial(msgspec.Struct, frozen=True, kw_only=True):
    """How many offers of the class are published, how many the rules would not allow, and the first hundred of these."""

    published: int
    total: int
    items: list[AffectedItem]


@get("/api/v1/organisers/{organiser_id:uuid}/price-rules/{service_class_code:str}", guards=[allow_anyone], tags=[TAG])
async def show_service_price_rules(organiser_id: FromPath[UUID], service_class_code: FromPath[str]) -> ServiceRules:
    """What an organiser asks of the prices of a service today: its time bands, its price rules and the unit."""
    await get_organiser(organiser_id)
    if not is_service_class(service_class_code):
        raise NotFound
    return await rules.service_rules_on(organiser_id, service_class_code, today())


@get("/api/v1/organiser/bands/history", guards=[ADMIN], tags=[TAG])
async def list_band_versions(actor: Caller) -> BandHistory:
    """Every set of time bands of the caller's organiser, those to come among them."""
    return BandHistory(await rules.band_history(_own(actor)))


@get("/api/v1/organiser/price-rules", guards=[ADMIN], tags=[TAG])
async def list_price_rules(actor: Caller, service_class: FromQuery[str] = "") -> PriceRuleHistory:
    """Every version of the price rules of the caller's organiser, of all service classes or of one."""
    return PriceRuleHistory(await rules.price_rule_history(_own(actor), service_class))


@post("/api/v1/organiser/price-rules/trial", guards=[ADMIN], tags=[TAG], status_code=200)
async def try_price_rules(request: AnyRequest, actor: Caller, data: JSONBody[NewPriceRules]) -> RuleTrial:
    """Which published offers price rules would not allow. Nothing is written, so no key is needed."""
    found = await affected_offers(actor, _own(actor), data.service_class, data.rules, data.valid_from)
    language = language_of(request)
    items = [
        AffectedItem(
            offer_id=each.offer_id,
            name=each.name.in_language(language),
            provider=each.provider_name,
            reasons=[translate(reason, language) for reason in each.reasons],
        )
        for each in found.items
    ]
    return RuleTrial(published=found.published, total=found.total, items=items)


def _own(actor: Actor) -> UUID:
    if actor.organiser_id is None:
        raise NotFound
    return actor.organiser_id


ROUTES = [show_service_price_rules, list_band_versions, list_price_rules, try_price_rules]
