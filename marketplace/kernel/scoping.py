"""Whom an actor acts for, in one of some roles. Whatever is another's is not found: it must not even be known."""

from uuid import UUID

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import NotFound


def provider_of(actor: Actor, *roles: Role) -> UUID:
    """The provider that the actor works for in one of ``roles``.

    Raises:
        NotFound: the actor wears another hat, or none.
    """
    return _scope(actor, actor.provider_id, roles)


def organiser_of(actor: Actor, *roles: Role) -> UUID:
    """The organiser that the actor works for in one of ``roles``.

    Raises:
        NotFound: the actor wears another hat, or none.
    """
    return _scope(actor, actor.organiser_id, roles)


def client_of(actor: Actor, *roles: Role) -> UUID:
    """The client that the actor is, or acts for, in one of ``roles``.

    Raises:
        NotFound: the actor wears another hat, or none.
    """
    return _scope(actor, actor.client_id, roles)


def _scope(actor: Actor, scope_id: UUID | None, roles: tuple[Role, ...]) -> UUID:
    if scope_id is None or actor.role not in roles:
        raise NotFound
    return scope_id
