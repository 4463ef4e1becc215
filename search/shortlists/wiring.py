"""What search takes from shortlists."""

from litestar.types import ControllerRouterHandler

from search.shortlists import api, pages

ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.ROUTES]
