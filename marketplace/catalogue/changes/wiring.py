"""What the catalogue takes from price changes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar.types import ControllerRouterHandler

from marketplace.catalogue.changes import beginning
from marketplace.catalogue.changes.history import price_news
from marketplace.catalogue.changes.increases import refuse_increase_today
from marketplace.catalogue.offers.sources import price_news_is_read_by, publishing_is_checked_by
from marketplace.kernel.jobs import Handler, Periodic, Topic

ROUTES: list[ControllerRouterHandler] = []
HANDLERS: Final[Mapping[Topic[Any], Handler]] = {}
ROUNDS: Final[Sequence[Periodic]] = beginning.ROUNDS

price_news_is_read_by(price_news)
publishing_is_checked_by(refuse_increase_today)
