"""What search takes from comparisons."""

from litestar.types import ControllerRouterHandler

from search.comparisons import api, pages

ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.ROUTES]
