"""What the application takes from search."""

from litestar.types import ControllerRouterHandler

from search import api, pages

ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.ROUTES]
