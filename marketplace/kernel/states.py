"""Statuses change only through a transition table: one table per actor, one method that decides."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from marketplace.kernel.errors import IllegalTransition
from marketplace.kernel.i18n import message

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


class TransitionTable(Generic[S, A]):
    """What one kind of actor may do to a thing in each status.

    ``moves`` maps an action to the statuses it may start from and the status it leads to.
    """

    def __init__(self, name: str, moves: Mapping[A, tuple[Collection[S], S]]) -> None:
        self.name = name
        self._moves: dict[A, tuple[frozenset[S], S]] = {a: (frozenset(f), t) for a, (f, t) in moves.items()}

    def after(self, status: S, action: A) -> S:
        """The status that ``action`` leads to.

        Raises:
            IllegalTransition: the action is not allowed in this status, or not to this actor at all.
        """
        move = self._moves.get(action)
        if move is None or status not in move[0]:
            text = message("This cannot be done now: somebody may already have done it. Look at the page again.")
            raise IllegalTransition(text, code=f"{self.name}.{action}_not_allowed_when_{status}")
        return move[1]

    def allows(self, status: S, action: A) -> bool:
        move = self._moves.get(action)
        return move is not None and status in move[0]

    def actions(self, status: S) -> frozenset[A]:
        """Every action that is open in this status: what a page offers as buttons."""
        return frozenset(a for a, (sources, _) in self._moves.items() if status in sources)

    @property
    def moves(self) -> Mapping[A, tuple[frozenset[S], S]]:
        return self._moves
