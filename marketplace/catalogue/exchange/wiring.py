"""What the catalogue takes from the exchange with the Finnish Service Catalogue."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar.types import ControllerRouterHandler

from marketplace.catalogue.exchange import api, pages
from marketplace.kernel.jobs import Handler, Periodic, Topic

ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.ROUTES]
HANDLERS: Final[Mapping[Topic[Any], Handler]] = {}
ROUNDS: Final[Sequence[Periodic]] = ()
