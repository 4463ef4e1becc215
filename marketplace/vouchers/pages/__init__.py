"""Pages of vouchers at the three desks."""

from typing import Final

from litestar.types import ControllerRouterHandler

from marketplace.vouchers.pages import affected, client, organiser, prices, provider

PAGES: Final[list[ControllerRouterHandler]] = [
    *organiser.PAGES,
    *affected.PAGES,
    *provider.PAGES,
    *client.PAGES,
    *prices.PAGES,
]
