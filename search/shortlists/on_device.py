"""The list of somebody without an account: in the browser's session, gone when the browser is closed. Pure."""

from collections.abc import Mapping, MutableMapping
from typing import Any, Final
from uuid import UUID

from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import message
from search.shortlists.schemas import MOST_KEPT

KEY: Final = "shortlist"
CHOSEN_LIST: Final = "shortlist_chosen"
"""Under this key stands the list on which a case manager keeps what is found next."""

Session = MutableMapping[str, Any]


def notes_on_device(session: Mapping[str, Any]) -> dict[UUID, str]:
    """The kept offers with their notes, oldest first."""
    return {UUID(offer_id): note for offer_id, note in session.get(KEY, {}).items()}


def keep_on_device(session: Session, offer_id: UUID, note: str | None = None) -> None:
    """Keeps an offer, or writes its note anew.

    Raises:
        Refused: the list is full.
    """
    kept = dict(session.get(KEY, {}))
    if str(offer_id) not in kept and len(kept) >= MOST_KEPT:
        raise full()
    kept[str(offer_id)] = kept.get(str(offer_id), "") if note is None else note
    session[KEY] = kept


def forget_on_device(session: Session, offer_id: UUID) -> None:
    """Takes an offer off; nothing is left of an empty list."""
    kept = {key: note for key, note in session.get(KEY, {}).items() if key != str(offer_id)}
    session[KEY] = kept
    if not kept:
        forget_all_on_device(session)


def forget_all_on_device(session: Session) -> None:
    session.pop(KEY, None)


def chosen_list(session: Mapping[str, Any]) -> UUID | None:
    """The list that was chosen for what is found next."""
    chosen = session.get(CHOSEN_LIST)
    return UUID(chosen) if chosen else None


def choose_list(session: Session, list_id: UUID | None) -> None:
    if list_id is None:
        session.pop(CHOSEN_LIST, None)
    else:
        session[CHOSEN_LIST] = str(list_id)


def full() -> Refused:
    """What is said when a list holds as many offers as it may."""
    text = message("The list is full: it holds {most} offers. Take some off first.", most=MOST_KEPT)
    return Refused(text, code="shortlist_full")
