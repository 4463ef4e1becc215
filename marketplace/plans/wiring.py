"""What the application takes from plans."""

from litestar.types import ControllerRouterHandler

from marketplace.plans.api import API_ROUTES
from marketplace.plans.pages import PAGES

ROUTES: list[ControllerRouterHandler] = [*API_ROUTES, *PAGES]
