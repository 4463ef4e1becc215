"""A local double of Stripe for development, demonstrations and tests. It moves no money and is NOT Stripe.

It speaks the parts of Stripe's HTTP interface that ``stripe/gateway.py`` uses, remembers what it is told, refuses what
Stripe refuses, and sends signed webhooks. Production configuration never lets the product talk to it.

    python -m marketplace.stripe.double --port 8012 --webhooks-to http://127.0.0.1:8000 --state .data/stripe.json
"""

from marketplace.stripe.double.server import Double, create_double, running_double

__all__ = ["Double", "create_double", "running_double"]
