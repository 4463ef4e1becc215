"""What several suites over the database share."""

import pytest

from marketplace.kernel.clock import clock_set_to
from marketplace.stripe.current import gateway_set_to
from marketplace.stripe.double import Double
from marketplace.stripe.gateway import StripeGateway


@pytest.fixture
async def turku(database: str):
    """The organiser of the catalogue's tests."""
    from tests.factories.organisers import make_organiser

    return await make_organiser("Varsinais-Suomi", county_code="05")


@pytest.fixture
async def clock():
    """The evening on which the vouchers of ``tests.factories.vouchers`` are in use."""
    from tests.factories.vouchers import NOW

    with clock_set_to(NOW):
        yield


@pytest.fixture
async def setting(database: str, clock: None):
    """A client with an open voucher and a provider who may log visits."""
    from tests.factories.vouchers import a_setting

    return await a_setting()


@pytest.fixture
def stripe(stripe_gateway: StripeGateway):
    """The double as the Stripe of this process, for jobs."""
    with gateway_set_to(stripe_gateway):
        yield stripe_gateway


@pytest.fixture
async def debt(database: str, stripe_double: Double, stripe: StripeGateway, clock: None):
    """33 euros owed to a provider whose account is active."""
    from tests.factories.payouts import a_debt, an_account

    made = await a_debt(3_300)
    await an_account(stripe_double, stripe, made.provider_id)
    return made
