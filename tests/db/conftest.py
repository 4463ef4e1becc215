"""What several suites over the database share."""

import pytest

from marketplace.stripe.current import gateway_set_to
from marketplace.stripe.double import Double
from marketplace.stripe.gateway import StripeGateway


@pytest.fixture
def stripe(stripe_gateway: StripeGateway):
    """The double as the Stripe of this process, for jobs."""
    with gateway_set_to(stripe_gateway):
        yield stripe_gateway


@pytest.fixture
async def debt(database: str, stripe_double: Double, stripe: StripeGateway):
    """33 euros owed to a provider whose account is active."""
    from tests.factories.payouts import a_debt, an_account

    made = await a_debt(3_300)
    await an_account(stripe_double, stripe, made.provider_id)
    return made
