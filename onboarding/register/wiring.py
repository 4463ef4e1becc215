"""What the application and the worker take of this room."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Periodic, Topic
from onboarding.approvals.changes import note_days_passed
from onboarding.register import api, pages

ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.PAGES]
HANDLERS: Mapping[Topic[Any], Handler] = {}
ROUNDS: Sequence[Periodic] = (Periodic("register.days_passed", "5 21,22 * * *", note_days_passed),)
"""Soon after midnight in Finland, in summer and in winter."""
