"""Talks to identity providers: OpenID Connect, authorization code with PKCE, state and nonce.

Every call leaves the house, so nothing here runs within a unit of work. What a provider says is believed only after
its ID token was verified: signature by the provider's published keys, issuer, audience, expiry and our own nonce.
"""

import secrets
import warnings
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

import httpx
import msgspec
import structlog
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from marketplace.accounts.schemas import IdentityClaims
from marketplace.kernel.clock import now
from marketplace.kernel.config import OidcProvider, get_config
from marketplace.kernel.errors import DomainError, NotFound
from marketplace.kernel.i18n import Message, message

with warnings.catch_warnings():
    # Authlib would rather see httpx2, which nothing else here uses; with httpx it works as before.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.httpx_client import AsyncOAuth2Client

log = structlog.get_logger(__name__)

ALGORITHMS = ("RS256", "ES256")
TIMEOUT_SECONDS = 5.0
KNOWN_FOR = timedelta(minutes=10)
KEYS_ASKED_AGAIN_AFTER = timedelta(seconds=30)
PENDING_FOR = timedelta(minutes=15)
ERRORS_OF_THE_PROVIDER = frozenset({"server_error", "temporarily_unavailable"})
LEEWAY_SECONDS = 60
"""How far the clocks of two houses may be apart."""


class Reason(StrEnum):
    """Why a sign-in with an identity provider failed."""

    DENIED = "denied"
    STALE = "stale"
    CODE_REFUSED = "code_refused"
    NOT_BELIEVED = "not_believed"
    DOWN = "down"
    NOT_INVITED = "not_invited"


WORDS: Mapping[Reason, Message] = {
    Reason.DENIED: message("The sign-in was cancelled, or the sign-in service refused it. You can try again."),
    Reason.STALE: message("The sign-in took too long, or was started in another window. Start it again from here."),
    Reason.CODE_REFUSED: message(
        "The sign-in service no longer knows this sign-in: it was used already, or it is too old."
    ),
    Reason.NOT_BELIEVED: message("The answer of the sign-in service could not be verified, so nobody was signed in."),
    Reason.DOWN: message("The sign-in service does not answer right now. Try again in a moment."),
    Reason.NOT_INVITED: message(
        "You are not yet a user of this service. Ask the administrator of your organisation to invite your work e-mail."
    ),
}


class OidcFailed(DomainError):
    """A sign-in with an identity provider came to nothing; ``reason`` says why, and nobody is signed in."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        self.status = 503 if reason is Reason.DOWN else 403 if reason is Reason.NOT_INVITED else 400
        super().__init__(WORDS[reason], code=f"oidc_{reason}")


class PendingSignIn(msgspec.Struct, frozen=True, kw_only=True):
    """What the visitor's session remembers while they are at the provider. Used once."""

    provider_key: str
    state: str
    nonce: str
    verifier: str
    next: str
    started_at: datetime


class _Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a provider's discovery document that we use."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = msgspec.field(default_factory=lambda: ["client_secret_basic"])


class _Cached(msgspec.Struct):
    """A provider's documents, and when they were fetched."""

    metadata: _Metadata
    keys: KeySet
    fetched_at: datetime


_cache: dict[str, _Cached] = {}


def provider_of(key: str) -> OidcProvider:
    """A configured provider.

    Raises:
        NotFound: there is none of that key.
    """
    found = next((provider for provider in get_config().oidc() if provider.key == key), None)
    if found is None:
        raise NotFound
    return found


async def start_sign_in(key: str, next_path: str) -> tuple[str, PendingSignIn]:
    """Where to send the visitor's browser, and what to remember meanwhile.

    Raises:
        NotFound: no such provider.
        OidcFailed: it does not answer.
    """
    provider = provider_of(key)
    known = await _known(provider)
    pending = PendingSignIn(
        provider_key=key, state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48), next=next_path, started_at=now(),
    )  # fmt: skip
    async with _client(provider, known.metadata) as client:
        url, _ = client.create_authorization_url(
            known.metadata.authorization_endpoint,
            state=pending.state,
            nonce=pending.nonce,
            code_verifier=pending.verifier,
        )
    return cast("str", url), pending


async def finish_sign_in(key: str, pending: PendingSignIn | None, answer: Mapping[str, str]) -> IdentityClaims:
    """Turns the provider's answer into verified claims. ``pending`` was taken out of the session before.

    Raises:
        NotFound: no such provider.
        OidcFailed: for each way in which it can fail, a reason.
    """
    provider = provider_of(key)
    if pending is None or pending.provider_key != key or now() - pending.started_at > PENDING_FOR:
        raise OidcFailed(Reason.STALE)
    if "error" in answer:  # Signs nobody in, so that it counts also from providers that leave out the state.
        raise OidcFailed(Reason.DOWN if answer["error"] in ERRORS_OF_THE_PROVIDER else Reason.DENIED)
    if not secrets.compare_digest(answer.get("state", "").encode(), pending.state.encode()):
        raise OidcFailed(Reason.STALE)
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise OidcFailed(Reason.NOT_BELIEVED)
    if not answer.get("code"):
        raise OidcFailed(Reason.NOT_BELIEVED)
    known = await _known(provider)
    tokens = await _exchange(provider, known.metadata, answer["code"], pending.verifier)
    claims = await _verified(provider, known, str(tokens.get("id_token", "")), pending.nonce)
    more = await _userinfo(provider, known.metadata, tokens, claims)
    return _identity(provider, {**more, **claims})


def _client(provider: OidcProvider, metadata: _Metadata) -> Any:
    """An ``AsyncOAuth2Client``. Its base class is unknown to type checkers, for Authlib looks for httpx2 first."""
    is_basic = "client_secret_basic" in metadata.token_endpoint_auth_methods_supported
    return AsyncOAuth2Client(
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        token_endpoint_auth_method="client_secret_basic" if is_basic else "client_secret_post",
        scope=provider.scope,
        redirect_uri=callback_address(provider.key),
        code_challenge_method="S256",
        timeout=TIMEOUT_SECONDS,
    )


def callback_address(key: str) -> str:
    """Where the provider sends the browser back to; registered with the provider to the letter."""
    return f"{get_config().base_url.rstrip('/')}/sign-in/oidc/{key}/callback"


async def _known(provider: OidcProvider) -> _Cached:
    cached = _cache.get(provider.issuer)
    if cached is None or now() - cached.fetched_at > KNOWN_FOR:
        cached = _cache[provider.issuer] = await _fetch(provider)
    return cached


async def _fetch(provider: OidcProvider) -> _Cached:
    address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            answer = (await client.get(address)).raise_for_status()
            metadata = msgspec.json.decode(answer.content, type=_Metadata)
            keys = (await client.get(metadata.jwks_uri)).raise_for_status()
        key_set = KeySet.import_key_set(keys.json())
    except (httpx.HTTPError, ValueError, JoseError) as error:
        log.warning("identity provider does not answer", provider=provider.key, error=type(error).__name__)
        raise OidcFailed(Reason.DOWN) from error
    if metadata.issuer != provider.issuer:
        log.error("identity provider calls itself something else", provider=provider.key)
        raise OidcFailed(Reason.NOT_BELIEVED)
    return _Cached(metadata=metadata, keys=key_set, fetched_at=now())


async def _exchange(provider: OidcProvider, metadata: _Metadata, code: str, verifier: str) -> dict[str, Any]:
    try:
        async with _client(provider, metadata) as client:
            tokens = await client.fetch_token(
                metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
            )
    except OAuthError as error:
        log.warning("identity provider refused the code", provider=provider.key, error=error.error)
        raise OidcFailed(Reason.CODE_REFUSED) from error
    except (httpx.HTTPError, ValueError) as error:
        log.warning("identity provider does not answer", provider=provider.key, error=type(error).__name__)
        raise OidcFailed(Reason.DOWN) from error
    return cast("dict[str, Any]", tokens)


async def _verified(provider: OidcProvider, known: _Cached, id_token: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core 3.1.3.7)."""
    try:
        claims = (await _decoded(provider, known, id_token)).claims
        checks = jwt.JWTClaimsRegistry(
            now=lambda: int(now().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        checks.validate(claims)
    except (JoseError, ValueError) as error:
        log.warning("ID token refused", provider=provider.key, error=type(error).__name__)
        raise OidcFailed(Reason.NOT_BELIEVED) from error
    is_for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if is_for_several else provider.client_id) != provider.client_id:
        raise OidcFailed(Reason.NOT_BELIEVED)
    return claims


async def _decoded(provider: OidcProvider, known: _Cached, id_token: str) -> jwt.Token:
    """Decodes with the known keys; a key that we have not heard of makes us look again, not more than now and then."""
    try:
        return jwt.decode(id_token, known.keys, algorithms=ALGORITHMS)
    except InvalidKeyIdError:
        if now() - known.fetched_at < KEYS_ASKED_AGAIN_AFTER:
            raise
        fresh = _cache[provider.issuer] = await _fetch(provider)
        return jwt.decode(id_token, fresh.keys, algorithms=ALGORITHMS)


async def _userinfo(
    provider: OidcProvider, metadata: _Metadata, tokens: Mapping[str, Any], claims: Mapping[str, Any]
) -> dict[str, Any]:
    """Name and address from the userinfo endpoint, for providers that keep the ID token short."""
    if metadata.userinfo_endpoint is None or {"name", "email"} <= claims.keys():
        return {}
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            headers = {"authorization": f"Bearer {tokens.get('access_token', '')}"}
            answer = (await client.get(metadata.userinfo_endpoint, headers=headers)).raise_for_status()
        more = msgspec.json.decode(answer.content, type=dict[str, Any])
    except (httpx.HTTPError, ValueError) as error:
        log.warning("identity provider tells no more of the person", provider=provider.key, error=type(error).__name__)
        return {}
    return more if more.get("sub") == claims["sub"] else {}


def _identity(provider: OidcProvider, claims: Mapping[str, Any]) -> IdentityClaims:
    subject = str(claims["sub"])
    if not 0 < len(subject) <= 255:
        raise OidcFailed(Reason.NOT_BELIEVED)
    names = [str(claims.get(part) or "") for part in ("given_name", "family_name")]
    email = claims.get("email") if claims.get("email_verified") is True else None
    return IdentityClaims(
        provider_key=provider.key,
        audience=provider.audience,
        subject=subject,
        name=str(claims.get("name") or " ".join(names).strip())[:200],
        email=email if isinstance(email, str) and email else None,
    )
