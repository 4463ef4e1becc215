"""What the application and the worker take of this room."""

from collections.abc import Mapping
from typing import Any

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Topic
from onboarding.notices import send_notice
from onboarding.review import api, pages
from onboarding.topics import NOTICE

ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.PAGES]
HANDLERS: Mapping[Topic[Any], Handler] = {NOTICE: send_notice}
