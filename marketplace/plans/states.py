"""Where a plan stands: written, in force, over."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.i18n import message
from marketplace.kernel.states import TransitionTable


class PlanStatus(StrEnum):
    """Vouchers are granted from an active plan only."""

    DRAFT = "draft"
    ACTIVE = "active"
    ENDED = "ended"


class PlanAction(StrEnum):
    ACTIVATE = "activate"
    END = "end"


S, A = PlanStatus, PlanAction

CASE_MANAGER: Final = TransitionTable[PlanStatus, PlanAction](
    "plan", {A.ACTIVATE: ({S.DRAFT}, S.ACTIVE), A.END: ({S.ACTIVE}, S.ENDED)}
)

STATUS_WORDS: Final = {
    S.DRAFT: message("Draft"),
    S.ACTIVE: message("In force"),
    S.ENDED: message("Ended"),
}
