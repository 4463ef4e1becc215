"""What can go wrong with Stripe, in two families: try again later, or never again with this request."""

from marketplace.kernel.errors import DomainError, Refused, Unavailable
from marketplace.kernel.i18n import message


class StripeUnavailable(Unavailable):
    """Stripe did not answer, or not in a way that settles anything; it MAY have acted.

    Trying again with the same idempotency key is safe and finds out. ``retry_after_seconds`` is set when Stripe asked for
    a pause (HTTP 429).
    """

    code = "stripe_unavailable"
    default_message = message("The payment service does not answer right now. Try again in a moment.")

    def __init__(self, reason: str = "", *, retry_after_seconds: int | None = None) -> None:
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds
        super().__init__()


class StripeRefused(Refused):
    """Stripe said no. The answer is final for this idempotency key: Stripe replays it, even after the cause is mended.

    ``code`` is ``stripe.`` and Stripe's own code (``stripe.balance_insufficient``), ``reason`` Stripe's own English text.
    """

    def __init__(self, stripe_code: str, reason: str) -> None:
        self.stripe_code = stripe_code
        self.reason = reason
        super().__init__(
            message("The payment service refused this: {reason}", reason=reason), code=f"stripe.{stripe_code}"
        )


class SignatureRefused(DomainError):
    """A webhook whose sender cannot be proven, or whose content cannot be read. Says no more than that to the sender."""

    status = 400
    code = "webhook_refused"
    default_message = message("The webhook was refused.")
