"""Where a version of an offer stands, and what its provider may do with it."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.i18n import message
from marketplace.kernel.states import TransitionTable


class OfferStatus(StrEnum):
    """A draft is its provider's own; of the others one at most is public, the rest is history."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


class OfferAction(StrEnum):
    PUBLISH = "publish"
    REPLACE = "replace"
    WITHDRAW = "withdraw"


S, A = OfferStatus, OfferAction

PROVIDER: Final = TransitionTable[OfferStatus, OfferAction](
    "offer",
    {
        A.PUBLISH: ({S.DRAFT}, S.PUBLISHED),
        A.REPLACE: ({S.PUBLISHED}, S.REPLACED),
        A.WITHDRAW: ({S.PUBLISHED}, S.WITHDRAWN),
    },
)

STATUS_WORDS: Final = {
    S.DRAFT: message("Draft"),
    S.PUBLISHED: message("Published"),
    S.WITHDRAWN: message("Withdrawn"),
    S.REPLACED: message("Replaced"),
}
