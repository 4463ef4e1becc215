"""Runs the double: ``python -m marketplace.stripe.double --port 8012 --webhooks-to http://127.0.0.1:8000``."""

import asyncio
import signal
from pathlib import Path

import click

from marketplace.stripe.double.server import running_double
from marketplace.stripe.settings import DOUBLE_KEY, DOUBLE_PORT, DOUBLE_SECRETS
from marketplace.stripe.values import WebhookEndpoint


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=DOUBLE_PORT, show_default=True)
@click.option("--webhooks-to", help="Address of the product, e.g. http://127.0.0.1:8000")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="File that keeps the state")
@click.option(
    "--payout-seconds",
    default=1.0,
    show_default=True,
    help="Payouts take their next step after so many seconds; a negative number waits for POST /_double/advance",
)
@click.option("--api-key", envvar="STRIPE_API_KEY", default=DOUBLE_KEY)
@click.option("--platform-secret", envvar="STRIPE_WEBHOOK_SECRET", default=DOUBLE_SECRETS[WebhookEndpoint.PLATFORM])
@click.option(
    "--connect-secret", envvar="STRIPE_CONNECT_WEBHOOK_SECRET", default=DOUBLE_SECRETS[WebhookEndpoint.CONNECT]
)
@click.option(
    "--accounts-secret", envvar="STRIPE_ACCOUNT_WEBHOOK_SECRET", default=DOUBLE_SECRETS[WebhookEndpoint.ACCOUNTS]
)
def main(
    host: str,
    port: int,
    webhooks_to: str | None,
    state: Path | None,
    payout_seconds: float,
    api_key: str,
    platform_secret: str,
    connect_secret: str,
    accounts_secret: str,
) -> None:
    """A local double of Stripe. It moves no money."""
    secrets = {"platform": platform_secret, "connect": connect_secret, "accounts": accounts_secret}
    asyncio.run(
        _serve(
            host,
            port,
            api_key=api_key,
            webhooks_to=webhooks_to,
            secrets=secrets,
            state_path=state,
            payout_seconds=payout_seconds if payout_seconds >= 0 else None,
        )
    )


async def _serve(host: str, port: int, **settings: object) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with running_double(host, port, **settings) as double:
        click.echo(f"Stripe test double (not the real Stripe) on {double.url}")
        await stopped.wait()


if __name__ == "__main__":
    main()
