"""Where an import stands, and what became of each thing that it would make or change."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.i18n import message
from marketplace.kernel.states import TransitionTable


class SheetKind(StrEnum):
    """What a sheet holds."""

    PRICES = "prices"
    OFFERS = "offers"


class ImportStatus(StrEnum):
    """A file is read into a dry run, which waits until its sender accepts it or throws it away."""

    READING = "reading"
    READY = "ready"
    IMPORTING = "importing"
    DONE = "done"
    DISCARDED = "discarded"


class ImportAction(StrEnum):
    SHOW = "show"
    ACCEPT = "accept"
    FINISH = "finish"
    DISCARD = "discard"


class ItemAction(StrEnum):
    """What accepting would do with one offer."""

    NEW_DRAFT = "new_draft"
    CHANGED_DRAFT = "changed_draft"
    PRICE_CHANGE = "price_change"
    NOTHING = "nothing"


class ItemStatus(StrEnum):
    """Only what is proposed is ever done. What cannot be done is left out from the start, with the reason."""

    PROPOSED = "proposed"
    LEFT_OUT = "left_out"
    DONE = "done"
    REFUSED = "refused"
    CHANGED_MEANWHILE = "changed_meanwhile"


S, A = ImportStatus, ImportAction

SYSTEM: Final = TransitionTable[ImportStatus, ImportAction](
    "import", {A.SHOW: ({S.READING}, S.READY), A.FINISH: ({S.IMPORTING}, S.DONE)}
)
PROVIDER: Final = TransitionTable[ImportStatus, ImportAction](
    "import", {A.ACCEPT: ({S.READY}, S.IMPORTING), A.DISCARD: ({S.READING, S.READY}, S.DISCARDED)}
)

STATUS_WORDS: Final = {
    S.READING: message("Being read"),
    S.READY: message("Waits for you"),
    S.IMPORTING: message("Being imported"),
    S.DONE: message("Imported"),
    S.DISCARDED: message("Thrown away"),
}
ACTION_WORDS: Final = {
    ItemAction.NEW_DRAFT: message("New draft"),
    ItemAction.CHANGED_DRAFT: message("Changed draft"),
    ItemAction.PRICE_CHANGE: message("Price change"),
    ItemAction.NOTHING: message("Nothing changes"),
}
ITEM_WORDS: Final = {
    ItemStatus.PROPOSED: message("Not imported"),
    ItemStatus.LEFT_OUT: message("Left out"),
    ItemStatus.DONE: message("Imported"),
    ItemStatus.REFUSED: message("Refused"),
    ItemStatus.CHANGED_MEANWHILE: message("The offer was changed after the dry run"),
}
KIND_WORDS: Final = {SheetKind.PRICES: message("Price list"), SheetKind.OFFERS: message("Offers")}
