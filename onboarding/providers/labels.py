"""The states of a payout account in words."""

from collections.abc import Mapping

from marketplace.kernel.i18n import Message, message
from marketplace.stripe.states import PayoutAccountState

ACCOUNT_WORDS: Mapping[PayoutAccountState, tuple[Message, str, Message]] = {
    PayoutAccountState.NEW: (
        message("Not begun"),
        "wait",
        message("Give the company's bank details on the pages of Stripe. It takes about ten minutes."),
    ),
    PayoutAccountState.INFORMATION_DUE: (
        message("Information missing"),
        "wait",
        message("Stripe needs more information. Go on where you were."),
    ),
    PayoutAccountState.PENDING: (
        message("Being checked"),
        "",
        message(
            "Stripe checks the information. This usually takes from minutes to two days. You need not do anything."
        ),
    ),
    PayoutAccountState.ACTIVE: (message("In order"), "good", message("Money can be paid to you.")),
    PayoutAccountState.RESTRICTED: (
        message("Closed or restricted"),
        "bad",
        message("Stripe does not allow payments to this account. Contact Stripe's support."),
    ),
}
"""What each state is called, its tone, and what to do next."""
