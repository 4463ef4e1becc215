"""What the application and the worker take of this room."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Periodic, Topic
from onboarding.applications import api, bundle_api, bundle_pages, pages, question_pages, request_pages
from onboarding.applications.submission import close_stale_drafts, warn_of_stale_drafts

ROUTES: list[ControllerRouterHandler] = [
    *api.ROUTES, *bundle_api.ROUTES, *pages.PAGES, *bundle_pages.PAGES, *question_pages.PAGES, *request_pages.PAGES,
]  # fmt: skip
HANDLERS: Mapping[Topic[Any], Handler] = {}
ROUNDS: Sequence[Periodic] = (
    Periodic("applications.close_stale_drafts", "30 1 * * *", close_stale_drafts),
    Periodic("applications.warn_of_stale_drafts", "45 1 * * *", warn_of_stale_drafts),
)
