"""What the application and the worker take of this room."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Periodic, Topic
from onboarding.applications import api, pages
from onboarding.applications.submission import close_stale_drafts

ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.PAGES]
HANDLERS: Mapping[Topic[Any], Handler] = {}
ROUNDS: Sequence[Periodic] = (Periodic("applications.close_stale_drafts", "30 1 * * *", close_stale_drafts),)
