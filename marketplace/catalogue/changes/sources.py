"""What price changes take from above: how many clients an offer's prices concern. Agreements are a layer above this one."""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

ClientCounter = Callable[[UUID], Awaitable[int]]

_counters: Final[list[ClientCounter]] = []


def clients_are_counted_by(counter: ClientCounter) -> None:
    """Names the one function that counts the clients with an agreement on an offer; a second call replaces the first."""
    _counters[:] = [counter]


async def clients_of(offer_id: UUID) -> int:
    """How many clients have an agreement on an offer that goes on."""
    for counter in _counters:
        return await counter(offer_id)
    return 0
