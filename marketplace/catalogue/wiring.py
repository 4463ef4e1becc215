"""What the application and the worker take from the catalogue: of each of its rooms, in the order of an offer's life."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar.types import ControllerRouterHandler

from marketplace.catalogue.changes import wiring as changes
from marketplace.catalogue.exchange import wiring as exchange
from marketplace.catalogue.offers import wiring as offers
from marketplace.catalogue.sheets import wiring as sheets
from marketplace.kernel.jobs import Handler, Periodic, Topic

ROOMS = (offers, changes, sheets, exchange)

ROUTES: list[ControllerRouterHandler] = [route for room in ROOMS for route in room.ROUTES]

HANDLERS: Final[Mapping[Topic[Any], Handler]] = {
    topic: handler for room in ROOMS for topic, handler in room.HANDLERS.items()
}

ROUNDS: Sequence[Periodic] = [each for room in ROOMS for each in room.ROUNDS]
