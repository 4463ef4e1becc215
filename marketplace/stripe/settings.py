"""How Stripe is reached: Stripe itself when there is a key, the local double otherwise."""

from collections.abc import Mapping

import msgspec

from marketplace.kernel.config import Config
from marketplace.stripe.values import WebhookEndpoint

DOUBLE_PORT = 8012
DOUBLE_URL = f"http://127.0.0.1:{DOUBLE_PORT}"
DOUBLE_KEY = "sk_test_double"
DOUBLE_SECRETS: Mapping[str, str] = {endpoint: f"whsec_double_{endpoint}" for endpoint in WebhookEndpoint}
"""Known to everybody, and used only between the double and a development or test process."""

STRIPE_URL = "https://api.stripe.com"


class StripeSettings(msgspec.Struct, frozen=True, kw_only=True):
    api_key: str
    api_url: str
    is_double: bool
    webhook_secrets: Mapping[str, str]


def stripe_settings(config: Config) -> StripeSettings:
    """The settings of this process. The configuration itself refuses a double in production."""
    configured: dict[str, str] = {
        WebhookEndpoint.PLATFORM: config.stripe_webhook_secret,
        WebhookEndpoint.CONNECT: config.stripe_connect_webhook_secret,
        WebhookEndpoint.ACCOUNTS: config.stripe_account_webhook_secret,
    }
    if not config.uses_stripe_double:
        return StripeSettings(
            api_key=config.stripe_api_key, api_url=STRIPE_URL, is_double=False, webhook_secrets=configured
        )
    return StripeSettings(
        api_key=config.stripe_api_key or DOUBLE_KEY,
        api_url=(config.stripe_api_url or DOUBLE_URL).rstrip("/"),
        is_double=True,
        webhook_secrets={endpoint: secret or DOUBLE_SECRETS[endpoint] for endpoint, secret in configured.items()},
    )
