"""The few pages that belong to no feature: what we promise about accessibility, privacy and the order of results."""

from typing import Any

from litestar import Request, Response, get

from marketplace.web.security import allow_anyone
from marketplace.web.templating import page

AnyRequest = Request[Any, Any, Any]


@get("/accessibility", guards=[allow_anyone], include_in_schema=False)
async def show_accessibility(request: AnyRequest) -> Response[str]:
    """The accessibility statement that the Act on digital services (306/2019) asks for."""
    return page(request, "pages/accessibility.html")


@get("/privacy", guards=[allow_anyone], include_in_schema=False)
async def show_privacy(request: AnyRequest) -> Response[str]:
    """What is kept about whom, why and for how long."""
    return page(request, "pages/privacy.html")


@get("/how-results-are-ordered", guards=[allow_anyone], include_in_schema=False)
async def show_order_of_results(request: AnyRequest) -> Response[str]:
    """What decides the order of search results, and what never does."""
    return page(request, "pages/order_of_results.html")


handlers = [show_accessibility, show_privacy, show_order_of_results]
