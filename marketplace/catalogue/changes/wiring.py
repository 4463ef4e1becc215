"""What the catalogue takes from price changes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar.types import ControllerRouterHandler

from marketplace.catalogue.changes import api, beginning, pages
from marketplace.catalogue.changes.history import price_news
from marketplace.catalogue.changes.increases import refuse_increase_today
from marketplace.catalogue.changes.queries import waiting_count
from marketplace.catalogue.offers.sources import price_news_is_read_by, publishing_is_checked_by
from marketplace.kernel.actors import Actor
from marketplace.kernel.i18n import message
from marketplace.kernel.jobs import Handler, Periodic, Topic
from onboarding.desks.organiser import waiting_is_also_told_by
from onboarding.review.schemas import Waiting
from onboarding.scoping import reviewing_organiser


async def waiting_for(actor: Actor) -> list[Waiting]:
    """What the organiser's desk says: price increases that wait for a decision."""
    count = await waiting_count(reviewing_organiser(actor))
    return [Waiting(title=message("Price increases to decide on"), count=count, path=pages.DESK, tone="wait")]


ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.ROUTES]
HANDLERS: Final[Mapping[Topic[Any], Handler]] = {}
ROUNDS: Final[Sequence[Periodic]] = beginning.ROUNDS

price_news_is_read_by(price_news)
publishing_is_checked_by(refuse_increase_today)
waiting_is_also_told_by(waiting_for)
