"""What the application and the worker take of this room."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Periodic, Topic
from onboarding.approvals import api, impact_api, impact_pages, own_api, own_pages, pages
from onboarding.approvals.impact_check import IMPACT_WANTED, finish_check

ROUTES: list[ControllerRouterHandler] = [
    *api.ROUTES, *own_api.ROUTES, *impact_api.ROUTES, *pages.PAGES, *own_pages.PAGES, *impact_pages.PAGES,
]  # fmt: skip
HANDLERS: Mapping[Topic[Any], Handler] = {IMPACT_WANTED: finish_check}
ROUNDS: Sequence[Periodic] = ()
