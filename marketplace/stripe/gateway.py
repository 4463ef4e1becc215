"""The one door to Stripe: typed values in and out, our own errors, and an idempotency key on everything that creates.

The key comes from our own row (``payout:<id>:<attempt>``), never from chance: a job that is run again, because the
answer was lost, must find what it made the first time. Stripe replays a refusal for the same key too, so a new attempt
after a mended cause (an empty balance) needs a new attempt number.

Facts about the library that shaped this file (stripe-python 16.1): it repeats a request after a connection error or a
5xx but not after 429; its ``fetch_related_object_async`` for thin events sends a stray parameter, so we retrieve the
account ourselves; and ``transfers``/``payouts`` are v1 calls that work on v2 accounts.
"""

import asyncio
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

import httpx
import msgspec
import stripe

from marketplace.kernel.config import Config
from marketplace.stripe.errors import SignatureRefused, StripeRefused, StripeUnavailable
from marketplace.stripe.reading import euros, event, payout, payout_account, transfer
from marketplace.stripe.settings import StripeSettings, stripe_settings
from marketplace.stripe.values import (
    OnboardingLink,
    PayoutAccount,
    StripeBalance,
    StripeEvent,
    StripePayout,
    StripeReversal,
    StripeTransfer,
)
from marketplace.stripe.wire import (
    WireAccount,
    WireBalance,
    WireEvent,
    WireLink,
    WirePayout,
    WireReversal,
    WireTransfer,
)

# Stripe need not learn how fast our requests are, nor keep an identifier in the home folder of the process.
stripe.enable_telemetry = False

_PAGE = 100
_HTTP_CONFLICT, _HTTP_UNAUTHORIZED, _HTTP_TOO_MANY = 409, 401, 429

T = TypeVar("T")


class StripeGateway(Protocol):
    """What the features may ask of Stripe.

    Every method may raise ``StripeUnavailable`` (try again later, same key) and ``StripeRefused`` (final).
    Amounts are cents of euros. Never call one inside a database transaction.
    """

    @property
    def is_double(self) -> bool:
        """True when the local double answers: pages say so."""
        ...

    async def create_recipient_account(
        self, provider_id: UUID, name: str, email: str, country: str, key: str
    ) -> PayoutAccount:
        """An account that can receive money once the provider has been through Stripe's own pages.

        ``country`` is an ISO 3166-1 alpha-2 code in either case.
        """
        ...

    async def account_link(self, account_id: str, return_url: str, refresh_url: str) -> OnboardingLink:
        """Stripe's page for this account. ``refresh_url`` must make a new link: people come back to old ones."""
        ...

    async def retrieve_account(self, account_id: str) -> PayoutAccount: ...

    async def set_manual_payouts(self, account_id: str, key: str) -> None:
        """Money leaves the account's balance only by our ``payout``, so that each bank payment is one statement."""
        ...

    async def transfer(
        self,
        amount_cents: int,
        currency: str,
        destination: str,
        transfer_group: str,
        key: str,
        metadata: Mapping[str, str],
    ) -> StripeTransfer:
        """From the platform's balance to the account ``destination``.

        Raises:
            StripeRefused: ``balance_insufficient``, ``insufficient_capabilities_for_transfer``, ``resource_missing`` …

        """
        ...

    async def reverse_transfer(self, transfer_id: str, amount_cents: int, key: str) -> StripeReversal: ...

    async def find_transfers(self, transfer_group: str) -> list[StripeTransfer]:
        """Every transfer of a group, newest first: what Stripe knows, for reconciliation."""
        ...

    async def payout(
        self, account_id: str, amount_cents: int, key: str, metadata: Mapping[str, str] | None = None
    ) -> StripePayout:
        """From the account's balance to its bank account."""
        ...

    async def retrieve_payout(self, account_id: str, payout_id: str) -> StripePayout: ...

    async def find_payouts(self, account_id: str) -> list[StripePayout]:
        """The account's latest hundred payouts, newest first: what Stripe knows, for a job that was interrupted."""
        ...

    async def balance(self, account_id: str | None = None) -> StripeBalance:
        """Of one account, or of the platform."""
        ...

    async def aclose(self) -> None: ...


class _Connection(stripe.HTTPClient):
    """The library's HTTP, over our own httpx client.

    The library's own httpx client sends bodies in a way that httpx has deprecated, and would take a machine's proxy to
    reach a double on loopback.
    """

    name = "httpx"

    def __init__(self, timeout_seconds: float, *, use_proxy: bool) -> None:
        super().__init__()
        self._httpx = httpx.AsyncClient(timeout=timeout_seconds, trust_env=use_proxy)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        try:
            response = await self._httpx.request(method.upper(), url, headers=dict(headers), content=post_data)
        except httpx.HTTPError as error:
            raise stripe.APIConnectionError(type(error).__name__, should_retry=True) from error
        return response.content, response.status_code, response.headers

    async def sleep_async(self, secs: float) -> None:
        await asyncio.sleep(secs)

    async def close_async(self) -> None:
        await self._httpx.aclose()


class StripeApiGateway:
    """``StripeGateway`` over the official library. One per process; its connections belong to one event loop."""

    def __init__(self, settings: StripeSettings, *, timeout_seconds: float = 20, retries: int = 2) -> None:
        self._http = _Connection(timeout_seconds, use_proxy=not settings.is_double)
        self._is_double = settings.is_double
        self._client = stripe.StripeClient(
            settings.api_key,
            base_addresses={"api": settings.api_url},
            http_client=self._http,
            max_network_retries=retries,
        )

    @property
    def is_double(self) -> bool:
        return self._is_double

    async def create_recipient_account(
        self, provider_id: UUID, name: str, email: str, country: str, key: str
    ) -> PayoutAccount:
        with _our_errors():
            made = await self._client.v2.core.accounts.create_async(
                {
                    "display_name": name,
                    "contact_email": email,
                    "dashboard": "express",
                    "identity": {
                        "country": country.upper(),
                        "entity_type": "company",
                        "business_details": {"registered_name": name},
                    },
                    "configuration": {
                        "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
                    },
                    "defaults": {
                        "currency": "eur",
                        "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
                    },
                    "metadata": {"provider_id": str(provider_id)},
                    "include": ["configuration.recipient", "requirements", "identity"],
                },
                {"idempotency_key": key},
            )
        return payout_account(_read(made, WireAccount))

    async def account_link(self, account_id: str, return_url: str, refresh_url: str) -> OnboardingLink:
        with _our_errors():
            made = await self._client.v2.core.account_links.create_async(
                {
                    "account": account_id,
                    "use_case": {
                        "type": "account_onboarding",
                        "account_onboarding": {
                            "return_url": return_url,
                            "refresh_url": refresh_url,
                        },
                    },
                }
            )
        link = _read(made, WireLink)
        return OnboardingLink(link.url, datetime.fromisoformat(link.expires_at))

    async def retrieve_account(self, account_id: str) -> PayoutAccount:
        with _our_errors():
            found = await self._client.v2.core.accounts.retrieve_async(
                account_id, {"include": ["configuration.recipient", "requirements", "identity"]}
            )
        return payout_account(_read(found, WireAccount))

    async def set_manual_payouts(self, account_id: str, key: str) -> None:
        with _our_errors():
            await self._client.v1.balance_settings.update_async(
                {"payments": {"payouts": {"schedule": {"interval": "manual"}}}},
                {"stripe_account": account_id, "idempotency_key": key},
            )

    async def transfer(
        self,
        amount_cents: int,
        currency: str,
        destination: str,
        transfer_group: str,
        key: str,
        metadata: Mapping[str, str],
    ) -> StripeTransfer:
        with _our_errors():
            made = await self._client.v1.transfers.create_async(
                {
                    "amount": amount_cents,
                    "currency": currency.lower(),
                    "destination": destination,
                    "transfer_group": transfer_group,
                    "metadata": dict(metadata),
                },
                {"idempotency_key": key},
            )
        return transfer(_read(made, WireTransfer))

    async def reverse_transfer(self, transfer_id: str, amount_cents: int, key: str) -> StripeReversal:
        with _our_errors():
            made = await self._client.v1.transfers.reversals.create_async(
                transfer_id, {"amount": amount_cents}, {"idempotency_key": key}
            )
        reversal = _read(made, WireReversal)
        return StripeReversal(reversal_id=reversal.id, transfer_id=reversal.transfer, amount_cents=reversal.amount)

    async def find_transfers(self, transfer_group: str) -> list[StripeTransfer]:
        with _our_errors():
            first = await self._client.v1.transfers.list_async({"transfer_group": transfer_group, "limit": _PAGE})
            pages = cast("AsyncIterator[stripe.Transfer]", first.auto_paging_iter())
            return [transfer(_read(found, WireTransfer)) async for found in pages]

    async def payout(
        self, account_id: str, amount_cents: int, key: str, metadata: Mapping[str, str] | None = None
    ) -> StripePayout:
        with _our_errors():
            made = await self._client.v1.payouts.create_async(
                {"amount": amount_cents, "currency": "eur", "metadata": dict(metadata or {})},
                {"stripe_account": account_id, "idempotency_key": key},
            )
        return payout(_read(made, WirePayout), account_id)

    async def retrieve_payout(self, account_id: str, payout_id: str) -> StripePayout:
        with _our_errors():
            found = await self._client.v1.payouts.retrieve_async(payout_id, None, {"stripe_account": account_id})
        return payout(_read(found, WirePayout), account_id)

    async def find_payouts(self, account_id: str) -> list[StripePayout]:
        with _our_errors():
            found = await self._client.v1.payouts.list_async({"limit": _PAGE}, {"stripe_account": account_id})
        return [payout(_read(each, WirePayout), account_id) for each in found.data]

    async def balance(self, account_id: str | None = None) -> StripeBalance:
        with _our_errors():
            found = await self._client.v1.balance.retrieve_async(
                None, {"stripe_account": account_id} if account_id else None
            )
        balance = _read(found, WireBalance)
        return StripeBalance(euros(balance.available), euros(balance.pending))

    async def aclose(self) -> None:
        await self._http.close_async()


def gateway_from(config: Config) -> StripeGateway:
    """The gateway of this process: Stripe itself, or the local double where no key is configured."""
    return StripeApiGateway(stripe_settings(config))


def verify_event(payload: bytes, signature: str | None, secret: str) -> StripeEvent:
    """Proves that Stripe sent this, with this endpoint's secret and within five minutes, and reads it.

    Snapshot and thin events alike.

    Raises:
        SignatureRefused: wrong or missing signature, another endpoint's secret, an old timestamp, an unreadable body.

    """
    try:
        stripe.WebhookSignature.verify_header(payload, signature, secret, stripe.Webhook.DEFAULT_TOLERANCE)
        read = msgspec.json.decode(payload, type=WireEvent)
    except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError, msgspec.MsgspecError) as error:
        raise SignatureRefused from error
    return event(read)


@contextmanager
def _our_errors() -> Generator[None]:
    try:
        yield
    except stripe.StripeError as error:
        raise _ours(error) from error


def _ours(error: stripe.StripeError) -> StripeUnavailable | StripeRefused:
    """Only a clear 4xx answer about this very request is final; anything else leaves open whether Stripe acted.

    A wrong API key (401) is our own fault and no verdict on the request: it can be tried again once mended.
    """
    status = error.http_status or 0
    is_about_the_request = 400 <= status < 500 and status not in {_HTTP_CONFLICT, _HTTP_UNAUTHORIZED, _HTTP_TOO_MANY}
    reason = error.user_message or type(error).__name__
    if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError) or not is_about_the_request:
        return StripeUnavailable(reason, retry_after_seconds=_asked_pause(error))
    kind = "idempotency_error" if isinstance(error, stripe.IdempotencyError) else "invalid_request"
    return StripeRefused(error.code or _code_in_the_body(error) or kind, reason)


def _code_in_the_body(error: stripe.StripeError) -> str | None:
    """Some of the library's errors (403 among them) drop the code that Stripe sent."""
    return getattr(error.error, "code", None)


def _asked_pause(error: stripe.StripeError) -> int | None:
    asked = (error.headers or {}).get("retry-after", "")
    return int(asked) if asked.isdecimal() else None


def _read(found: stripe.StripeObject, type_: type[T]) -> T:
    """The library's object as one of our wire Structs. An answer that we cannot read settles nothing."""
    try:
        return msgspec.convert(found.to_dict(), type=type_)
    except msgspec.ValidationError as error:
        raise StripeUnavailable(str(error)) from error
