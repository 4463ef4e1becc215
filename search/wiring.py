"""What the application and the worker take from search."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar.types import ControllerRouterHandler

from marketplace.catalogue.offers.sources import own_month_is_told_by
from marketplace.kernel.jobs import Handler, Periodic, Topic
from search import api, indexer, pages
from search.comparisons import wiring as comparisons
from search.finding.offer_month import month_of_offer
from search.shortlists import wiring as shortlists

ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.ROUTES, *comparisons.ROUTES, *shortlists.ROUTES]
HANDLERS: Final[Mapping[Topic[Any], Handler]] = indexer.HANDLERS
ROUNDS: Final[Sequence[Periodic]] = (
    Periodic("search.mend", "5-59/10 * * * *", indexer.mend),
    Periodic("search.deal_anew", "20 22 * * *", indexer.deal_anew),
)

own_month_is_told_by(month_of_offer)
