"""What the application and the worker take of this room."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Periodic, Topic
from onboarding.review import (
    api,
    decision_api,
    decision_pages,
    document_api,
    document_pages,
    message_pages,
    pages,
    proposal_pages,
    queue_pages,
)
from onboarding.review.documents import make_document
from onboarding.topics import DECISION_MADE

ROUTES: list[ControllerRouterHandler] = [
    *api.ROUTES,
    *decision_api.ROUTES,
    *document_api.ROUTES,
    *queue_pages.PAGES,
    *pages.PAGES,
    *message_pages.PAGES,
    *decision_pages.PAGES,
    *proposal_pages.PAGES,
    *document_pages.PAGES,
]
HANDLERS: Mapping[Topic[Any], Handler] = {DECISION_MADE: make_document}
ROUNDS: Sequence[Periodic] = ()
