"""Whose vouchers, agreements and visits an actor may know of: those of their organiser, provider or client."""

from uuid import UUID

from marketplace.kernel.actors import CLIENT_ROLES, PROVIDER_ROLES, Actor, Role
from marketplace.kernel.scoping import client_of, organiser_of, provider_of

ORGANISER_READERS = frozenset({Role.CASE_MANAGER, Role.FINANCE, Role.ORGANISER_ADMIN})
"""Reviewers approve providers; clients' vouchers are none of their business."""


def provider_of_actor(actor: Actor) -> UUID:
    """The provider that the actor works for, or ``NotFound``."""
    return provider_of(actor, *PROVIDER_ROLES)


def client_of_actor(actor: Actor) -> UUID:
    """The client that the actor is or acts for, or ``NotFound``."""
    return client_of(actor, *CLIENT_ROLES)


def organiser_of_actor(actor: Actor) -> UUID:
    """The organiser whose vouchers the actor may read, or ``NotFound``."""
    return organiser_of(actor, *ORGANISER_READERS)


def scope_of(actor: Actor) -> tuple[str, UUID]:
    """The column (``provider_id``, ``client_id`` or ``organiser_id``) that limits what the actor reads, and its value.

    Raises:
        NotFound: the actor reads no vouchers at all.
    """
    if actor.role in PROVIDER_ROLES:
        return "provider_id", provider_of_actor(actor)
    if actor.role in CLIENT_ROLES:
        return "client_id", client_of_actor(actor)
    return "organiser_id", organiser_of_actor(actor)
