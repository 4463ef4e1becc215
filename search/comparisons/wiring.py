"""What search takes from comparisons."""

from litestar.types import ControllerRouterHandler

from search.comparisons import api, letter_pages, pages, week_pages

ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.ROUTES, *week_pages.ROUTES, *letter_pages.ROUTES]
