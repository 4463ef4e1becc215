"""The local Stripe double, and gateways that talk to it through the real library over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from marketplace.stripe.double import Double, running_double
from marketplace.stripe.double.control import AccountStage
from marketplace.stripe.gateway import StripeApiGateway, StripeGateway
from marketplace.stripe.settings import DOUBLE_KEY, DOUBLE_SECRETS, StripeSettings

PROVIDER = UUID("01890000-0000-7000-8000-000000000001")


def gateway_to(double: Double, *, api_key: str = DOUBLE_KEY, timeout_seconds: float = 5, retries: int = 0):
    settings = StripeSettings(api_key=api_key, api_url=double.url, is_double=True, webhook_secrets=DOUBLE_SECRETS)
    return StripeApiGateway(settings, timeout_seconds=timeout_seconds, retries=retries)


@asynccontextmanager
async def gateway(double: Double, **settings) -> AsyncIterator[StripeGateway]:
    made = gateway_to(double, **settings)
    try:
        yield made
    finally:
        await made.aclose()


async def active_account(double: Double, gateway: StripeGateway, key: str = "account") -> str:
    """The id of an account that has been through the onboarding."""
    account = await gateway.create_recipient_account(PROVIDER, "Kotihoito Kaisla Oy", "kaisla@example.fi", "FI", key)
    double.advance(AccountStage(account=account.account_id, to="active"))
    return account.account_id


@pytest.fixture
def wait_until():
    """Waits until something becomes true, for at most five seconds."""

    async def wait(true: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not true():  # noqa: ASYNC110 - the other side is another task or process
                await asyncio.sleep(0.01)

    return wait


@pytest.fixture
async def stripe_double() -> AsyncIterator[Double]:
    """A double that sends no webhooks."""
    async with running_double() as double:
        yield double


@pytest.fixture
async def stripe_gateway(stripe_double: Double) -> AsyncIterator[StripeGateway]:
    """The real gateway on the double, without repetitions of its own."""
    async with gateway(stripe_double) as made:
        yield made
