"""Whose things an actor may touch. What is somebody else's is not found."""

from typing import Final
from uuid import UUID

from marketplace.kernel.actors import PROVIDER_ROLES, Actor, Role
from marketplace.kernel.scoping import organiser_of, provider_of

REVIEWING: Final = frozenset({Role.REVIEWER, Role.ORGANISER_ADMIN})


def administered_provider(actor: Actor) -> UUID:
    """The provider that the actor administers, or ``NotFound``."""
    return provider_of(actor, Role.PROVIDER_ADMIN)


def acting_provider(actor: Actor) -> UUID:
    """The provider for which the actor works, as administrator or worker, or ``NotFound``."""
    return provider_of(actor, *PROVIDER_ROLES)


def reviewing_organiser(actor: Actor) -> UUID:
    """The organiser for which the actor reviews and decides, or ``NotFound``."""
    return organiser_of(actor, *REVIEWING)
