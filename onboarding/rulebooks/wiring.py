"""What the application and the worker take of this room."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Periodic, Topic
from onboarding.rulebooks import api, pages

ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.PAGES]
HANDLERS: Mapping[Topic[Any], Handler] = {}
ROUNDS: Sequence[Periodic] = ()
