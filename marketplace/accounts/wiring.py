"""What the application and the worker take from accounts."""

from collections.abc import Mapping
from typing import Any

from litestar.types import ControllerRouterHandler

from marketplace.accounts import api, limits, link_pages, links, oidc_pages, own_pages, pages, people_pages, tokens
from marketplace.accounts.letters import send_link_mail
from marketplace.accounts.principals import AccountPrincipals
from marketplace.kernel.jobs import Handler, Topic

ROUTES: list[ControllerRouterHandler] = [
    *api.API_ROUTES,
    *pages.PAGES,
    *own_pages.PAGES,
    *link_pages.PAGES,
    *people_pages.PAGES,
    *oidc_pages.PAGES,
]
PRINCIPALS = AccountPrincipals()
JOB_HANDLERS: Mapping[Topic[Any], Handler] = {links.MAIL: send_link_mail}


async def forget_old_traces() -> int:
    """Removes attempts, links and tokens that no longer matter; returns how many. For a periodic job."""
    return await limits.forget_old_attempts() + await links.forget_old_links() + await tokens.forget_old_tokens()
