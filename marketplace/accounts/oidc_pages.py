"""The way to an identity provider and back."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.accounts.browser_session import remember_outside, take_outside
from marketplace.accounts.external_identities import sign_in_identity
from marketplace.accounts.oidc import OidcFailed, finish_sign_in, provider_of, start_sign_in
from marketplace.accounts.pages import enter
from marketplace.web.language import language_of
from marketplace.web.security import allow_anyone, safe_next
from marketplace.web.templating import page, redirect

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect


@get("/sign-in/oidc/{key:str}", guards=[allow_anyone], include_in_schema=False)
async def go_to_provider(request: AnyRequest, key: FromPath[str]) -> Page:
    """Sends the browser to the provider, and remembers what its answer must match."""
    try:
        address, pending = await start_sign_in(key, safe_next(request.query_params.get("next"), ""))
    except OidcFailed as error:
        return _failed(request, key, error)
    remember_outside(request, pending)
    return redirect(address)


@get("/sign-in/oidc/{key:str}/callback", guards=[allow_anyone], include_in_schema=False)
async def back_from_provider(request: AnyRequest, key: FromPath[str]) -> Page:
    """Verifies the provider's answer and signs the person in."""
    pending = take_outside(request)
    try:
        claims = await finish_sign_in(key, pending, dict(request.query_params))
        signed_in = await sign_in_identity(claims, language_of(request))
    except OidcFailed as error:
        return _failed(request, key, error)
    return await enter(request, signed_in, pending.next if pending else "")


def _failed(request: AnyRequest, key: str, error: OidcFailed) -> Response[str]:
    return page(
        request, "accounts/oidc_failed.html", status_code=error.status, text=error.message, key=key,
        label=provider_of(key).label,
    )  # fmt: skip


PAGES = [go_to_provider, back_from_provider]
