"""What the application and the worker take of this room."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Periodic, Topic
from onboarding.desks import organiser, provider

ROUTES: list[ControllerRouterHandler] = [*organiser.PAGES, *provider.PAGES]
HANDLERS: Mapping[Topic[Any], Handler] = {}
ROUNDS: Sequence[Periodic] = ()
