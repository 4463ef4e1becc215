"""What was made of the register lately, kept in the process under the state that it was made from.

The state is asked for each time; what stands under an older one is never given out.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

MOST: Final = 200


class Kept(Generic[T]):
    """The answers that were asked for last, at most ``MOST``."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        found = self._found.get(key)
        if found is not None:
            self._found.move_to_end(key)
        return found

    def put(self, key: Hashable, made: T) -> T:
        self._found[key] = made
        while len(self._found) > self._most:
            self._found.popitem(last=False)
        return made
