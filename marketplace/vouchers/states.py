"""Where vouchers, agreements and visits stand, and who may move them."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.i18n import message
from marketplace.kernel.states import TransitionTable


class VoucherStatus(StrEnum):
    """Granted until a provider opens it, open from then on. Ended and expired: its days are over, used or never opened."""

    GRANTED = "granted"
    OPEN = "open"
    ENDED = "ended"
    REVOKED = "revoked"
    EXPIRED = "expired"


class VoucherAction(StrEnum):
    OPEN = "open"
    REVOKE = "revoke"
    END = "end"
    EXPIRE = "expire"


class AgreementStatus(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"


class AgreementAction(StrEnum):
    END = "end"


class VisitStatus(StrEnum):
    """Redeemed visits wait for the next settlement; a settled one is on a statement."""

    REDEEMED = "redeemed"
    REVERSED = "reversed"
    SETTLED = "settled"


class VisitAction(StrEnum):
    REVERSE = "reverse"
    SETTLE = "settle"


V, VA = VoucherStatus, VoucherAction
_IN_USE: Final = frozenset({V.GRANTED, V.OPEN})

PARTIES: Final = TransitionTable[VoucherStatus, VoucherAction]("voucher", {VA.OPEN: (_IN_USE, V.OPEN)})
"""The provider who opens a voucher by its number, or the client who chooses a provider."""

CASE_MANAGER: Final = TransitionTable[VoucherStatus, VoucherAction]("voucher", {VA.REVOKE: (_IN_USE, V.REVOKED)})

SYSTEM: Final = TransitionTable[VoucherStatus, VoucherAction](
    "voucher", {VA.EXPIRE: ({V.GRANTED}, V.EXPIRED), VA.END: ({V.OPEN}, V.ENDED)}
)

AGREEMENT: Final = TransitionTable[AgreementStatus, AgreementAction](
    "agreement", {AgreementAction.END: ({AgreementStatus.ACTIVE}, AgreementStatus.ENDED)}
)

PROVIDER_OF_VISIT: Final = TransitionTable[VisitStatus, VisitAction](
    "visit", {VisitAction.REVERSE: ({VisitStatus.REDEEMED}, VisitStatus.REVERSED)}
)

SETTLEMENT: Final = TransitionTable[VisitStatus, VisitAction](
    "visit", {VisitAction.SETTLE: ({VisitStatus.REDEEMED}, VisitStatus.SETTLED)}
)

VOUCHER_WORDS: Final = {
    V.GRANTED: message("Waiting for a provider"),
    V.OPEN: message("In use"),
    V.ENDED: message("Ended"),
    V.REVOKED: message("Revoked"),
    V.EXPIRED: message("Expired unused"),
}
VOUCHER_TONES: Final = {V.GRANTED: "wait", V.OPEN: "good", V.ENDED: "quiet", V.REVOKED: "bad", V.EXPIRED: "quiet"}
AGREEMENT_WORDS: Final = {AgreementStatus.ACTIVE: message("In force"), AgreementStatus.ENDED: message("Ended")}
VISIT_WORDS: Final = {
    VisitStatus.REDEEMED: message("Logged"),
    VisitStatus.REVERSED: message("Cancelled"),
    VisitStatus.SETTLED: message("Settled"),
}
VISIT_TONES: Final = {VisitStatus.REDEEMED: "good", VisitStatus.REVERSED: "quiet", VisitStatus.SETTLED: ""}
