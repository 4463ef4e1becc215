"""Where a price change stands, and who may move it."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.i18n import message
from marketplace.kernel.states import TransitionTable


class ChangeStatus(StrEnum):
    """Scheduled prices are public and begin on their day. What is in force, rejected or cancelled stays so."""

    AWAITING_APPROVAL = "awaiting_approval"
    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class ChangeAction(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    BEGIN = "begin"
    DROP = "drop"


S, A = ChangeStatus, ChangeAction
WAITING: Final = frozenset({S.AWAITING_APPROVAL, S.SCHEDULED})

PROVIDER: Final = TransitionTable[ChangeStatus, ChangeAction]("price_change", {A.CANCEL: (WAITING, S.CANCELLED)})

ORGANISER: Final = TransitionTable[ChangeStatus, ChangeAction](
    "price_change",
    {A.APPROVE: ({S.AWAITING_APPROVAL}, S.SCHEDULED), A.REJECT: ({S.AWAITING_APPROVAL}, S.REJECTED)},
)

SYSTEM: Final = TransitionTable[ChangeStatus, ChangeAction](
    "price_change", {A.BEGIN: ({S.SCHEDULED}, S.IN_FORCE), A.DROP: (WAITING, S.CANCELLED)}
)

STATUS_WORDS: Final = {
    S.AWAITING_APPROVAL: message("Waits for the organiser"),
    S.SCHEDULED: message("Coming"),
    S.IN_FORCE: message("Has begun"),
    S.REJECTED: message("Not accepted"),
    S.CANCELLED: message("Cancelled"),
}
STATUS_TONES: Final = {
    S.AWAITING_APPROVAL: "wait",
    S.SCHEDULED: "",
    S.IN_FORCE: "good",
    S.REJECTED: "bad",
    S.CANCELLED: "quiet",
}


class Dropped(StrEnum):
    """Why the service itself gave a change up; kept in place of an organiser's reasons."""

    WITHDRAWN = "withdrawn"
    NOT_DECIDED = "not_decided"
    AGAINST_RULES = "against_rules"
    DEARER_BY_NOW = "dearer_by_now"


DROPPED_WORDS: Final = {
    Dropped.WITHDRAWN: message("The offer was not published any more when the day came."),
    Dropped.NOT_DECIDED: message("The organiser did not decide before the day. Announce the prices again for a later day."),
    Dropped.AGAINST_RULES: message("The organiser's rules had changed, and the prices are against them. Change the prices and announce them again."),
    Dropped.DEARER_BY_NOW: message("You had lowered your prices meanwhile, and these would be an increase. Announce them again."),
}  # fmt: skip
