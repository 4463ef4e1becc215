"""Whose vouchers, agreements and visits an actor may know of: those of their organiser, provider or client."""

from uuid import UUID

from marketplace.kernel.actors import CLIENT_ROLES, PROVIDER_ROLES, Actor, Role
from marketplace.kernel.errors import NotFound

ORGANISER_READERS = frozenset({Role.CASE_MANAGER, Role.FINANCE, Role.ORGANISER_ADMIN})
"""Reviewers approve providers; clients' vouchers are none of their business."""


def provider_of_actor(actor: Actor) -> UUID:
    """The provider that the actor works for.

    Raises:
        NotFound: none.
    """
    if actor.role not in PROVIDER_ROLES or actor.provider_id is None:
        raise NotFound
    return actor.provider_id


def client_of_actor(actor: Actor) -> UUID:
    """The client that the actor is or acts for.

    Raises:
        NotFound: none.
    """
    if actor.role not in CLIENT_ROLES or actor.client_id is None:
        raise NotFound
    return actor.client_id


def organiser_of_actor(actor: Actor) -> UUID:
    """The organiser whose vouchers the actor may read.

    Raises:
        NotFound: none.
    """
    if actor.role not in ORGANISER_READERS or actor.organiser_id is None:
        raise NotFound
    return actor.organiser_id


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
