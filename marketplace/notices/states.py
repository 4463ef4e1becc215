"""How e-mails of notices leave, and where each of them stands."""

from collections.abc import Mapping
from enum import StrEnum

from marketplace.kernel.i18n import Message, message
from marketplace.kernel.states import TransitionTable


class Delivery(StrEnum):
    """When a person wants the e-mails. Every notice is in the service at once, whatever was chosen."""

    AT_ONCE = "at_once"
    DAILY = "daily"


class MailState(StrEnum):
    """The e-mail of one notice. ``failed`` is tried again; ``given_up`` is not: the address takes no mail."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    DIGEST = "digest"
    NONE = "none"


class MailEvent(StrEnum):
    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    REFUSED = "refused"
    READ = "read"


S, E = MailState, MailEvent
OPEN = frozenset({S.WAITING, S.FAILED, S.DIGEST})
"""The e-mail is still to be sent."""

POST = TransitionTable[MailState, MailEvent](
    "notice_mail",
    {
        E.TAKEN: (OPEN, S.SENT),
        E.NOT_TAKEN: (OPEN, S.FAILED),
        E.REFUSED: (OPEN, S.GIVEN_UP),
        E.READ: ({S.DIGEST}, S.NONE),
    },
)
"""What becomes of an e-mail. One that was read here before the day's mail left need not be sent."""

MAIL_WORDS: Mapping[MailState, tuple[Message, str]] = {
    S.WAITING: (message("The e-mail is being sent."), ""),
    S.SENT: (message("The e-mail was sent."), "good"),
    S.FAILED: (message("The e-mail could not be sent yet: we try again."), "wait"),
    S.GIVEN_UP: (message("The e-mail could not be sent: the address does not take it."), "bad"),
    S.DIGEST: (message("The e-mail goes out with the day's summary."), ""),
    S.NONE: (message("No e-mail was sent. The notice is in the service."), "quiet"),
}
"""What each state is called on a page, and its tone."""
