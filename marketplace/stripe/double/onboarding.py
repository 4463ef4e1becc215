"""The page that stands in for Stripe's onboarding pages: one button instead of twenty questions."""

import secrets
import time
from html import escape

from marketplace.stripe.double import accounts, events
from marketplace.stripe.double.errors import missing
from marketplace.stripe.double.http import Request, Response
from marketplace.stripe.double.routing import Call
from marketplace.stripe.double.world import Json, LinkRecord, World

PATH = "/_double/onboarding/"
_LINK_LASTS_SECONDS = 600

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stripe test double</title></head>
<body><main>
<h1>Stripe test double — not the real Stripe</h1>
<p>Here {name} would tell Stripe who owns it and which bank account it uses. This page is part of a development
installation: nothing that happens here moves money.</p>
<form method="post"><button type="submit">Complete</button></form>
<p><a href="{return_url}">Go back without completing</a></p>
</main></body>
</html>
"""


def create_link(call: Call) -> Json:
    use_case = call.params["use_case"]
    record = accounts.known(call.world, call.params["account"])
    pages = use_case["account_onboarding"]
    expires = time.time() + _LINK_LASTS_SECONDS
    refresh_url = pages["refresh_url"]
    link = LinkRecord(secrets.token_urlsafe(24), record.id, pages.get("return_url", refresh_url), refresh_url, expires)
    call.world.links[link.token] = link
    return {
        "object": "v2.core.account_link",
        "account": record.id,
        "created": events.rfc3339_now(),
        "expires_at": events.rfc3339(expires),
        "livemode": False,
        "url": f"{call.base_url}{PATH}{link.token}",
        "use_case": use_case,
    }


def page(world: World, request: Request) -> Response:
    """Shows the page, or completes the onboarding. A used or old link leads to the refresh address, as at Stripe."""
    link = world.links.get(request.path.removeprefix(PATH))
    if link is None:
        raise missing("account_link", request.path)
    if link.used or link.expires < time.time():
        return _redirect(link.refresh_url)
    record = accounts.known(world, link.account)
    if request.method != "POST":
        name = record.parameters.get("display_name") or record.id
        text = _PAGE.format(name=escape(name), return_url=escape(link.return_url))
        return Response(200, text.encode(), {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"})
    link.used = True
    accounts.move_to(world, record, "active")
    return _redirect(link.return_url)


def _redirect(url: str) -> Response:
    return Response(303, b"", {"Location": url.replace("\r", "").replace("\n", "")})
