"""The gateway of this process, for jobs: made at first use, one for each event loop, replaced in tests."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from weakref import WeakKeyDictionary

from marketplace.kernel.config import get_config
from marketplace.stripe.gateway import StripeGateway, gateway_from

_gateways: "WeakKeyDictionary[asyncio.AbstractEventLoop, StripeGateway]" = WeakKeyDictionary()
_replaced: ContextVar[StripeGateway | None] = ContextVar("replaced_stripe_gateway", default=None)


def current_gateway() -> StripeGateway:
    """Stripe as this process is configured to reach it. Connections are kept: they belong to the running loop."""
    replaced = _replaced.get()
    if replaced is not None:
        return replaced
    loop = asyncio.get_running_loop()
    if loop not in _gateways:
        _gateways[loop] = gateway_from(get_config())
    return _gateways[loop]


@contextmanager
def gateway_set_to(gateway: StripeGateway) -> Generator[None]:
    """Puts another gateway in its place, in this context and the tasks started from it."""
    token = _replaced.set(gateway)
    try:
        yield
    finally:
        _replaced.reset(token)


async def close_gateway() -> None:
    """Closes the connections of the running loop's gateway, when the process ends."""
    gateway = _gateways.pop(asyncio.get_running_loop(), None)
    if gateway is not None:
        await gateway.aclose()
