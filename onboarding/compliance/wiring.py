"""What the application and the worker take of this room."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Periodic, Topic
from onboarding.compliance import api, pages, rounds
from onboarding.topics import FACTS_RECHECK, LOOK_AGAIN

ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.PAGES]
HANDLERS: Mapping[Topic[Any], Handler] = {FACTS_RECHECK: rounds.ask_register, LOOK_AGAIN: rounds.look_again}
ROUNDS: Sequence[Periodic] = [Periodic("compliance.morning", "15 3-16 * * *", rounds.morning_round)]
"""A quarter past five or six in Finland; the later hours go on with what was broken off, and catch up."""
