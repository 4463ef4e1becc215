"""What the application and the worker take from vouchers."""

from litestar.types import ControllerRouterHandler

from marketplace.vouchers.api import API_ROUTES
from marketplace.vouchers.closing import HANDLERS, ROUNDS
from marketplace.vouchers.pages import PAGES

__all__ = ["JOB_HANDLERS", "ROUNDS", "ROUTES"]

ROUTES: list[ControllerRouterHandler] = [*API_ROUTES, *PAGES]
JOB_HANDLERS = HANDLERS
