"""Whose things an actor may touch. What is somebody else's is not found."""

from typing import Final
from uuid import UUID

from marketplace.kernel.actors import PROVIDER_ROLES, Actor, Role
from marketplace.kernel.errors import NotFound

REVIEWING: Final = frozenset({Role.REVIEWER, Role.ORGANISER_ADMIN})


def administered_provider(actor: Actor) -> UUID:
    """The provider that the actor administers.

    Raises:
        NotFound: none.
    """
    if not actor.has_role(Role.PROVIDER_ADMIN) or actor.provider_id is None:
        raise NotFound
    return actor.provider_id


def acting_provider(actor: Actor) -> UUID:
    """The provider for which the actor works, as administrator or worker.

    Raises:
        NotFound: none.
    """
    if actor.role not in PROVIDER_ROLES or actor.provider_id is None:
        raise NotFound
    return actor.provider_id


def reviewing_organiser(actor: Actor) -> UUID:
    """The organiser for which the actor reviews and decides.

    Raises:
        NotFound: none.
    """
    if actor.role not in REVIEWING or actor.organiser_id is None:
        raise NotFound
    return actor.organiser_id
