"""What the application takes from organisers."""

from litestar.types import ControllerRouterHandler

from marketplace.organisers import api, pages

ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.ROUTES]
