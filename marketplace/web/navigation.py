"""The links of the header: a few for everybody, and a row for each desk that its features add to.

A feature's ``pages`` module calls ``add_to_navigation`` once, when it is imported. Which links a person sees
follows from the hat they wear; what they may do is decided by the guards, never here.
"""

from enum import StrEnum

import msgspec

from marketplace.kernel.actors import CLIENT_ROLES, ORGANISER_ROLES, PROVIDER_ROLES, Actor, Role
from marketplace.kernel.i18n import Message, message


class Desk(StrEnum):
    """A part of the site with its own row of links. The value is the path that it begins with."""

    PUBLIC = "/"
    PROVIDER = "/provider"
    ORGANISER = "/organiser"
    CLIENT = "/client"


DESK_NAMES = {
    Desk.PROVIDER: message("Provider's desk"),
    Desk.ORGANISER: message("Organiser's desk"),
    Desk.CLIENT: message("My services"),
}

ROLE_NAMES = {
    Role.PROVIDER_ADMIN: message("Provider, administrator"),
    Role.PROVIDER_WORKER: message("Provider, worker"),
    Role.REVIEWER: message("Organiser, reviewer"),
    Role.CASE_MANAGER: message("Organiser, case manager"),
    Role.FINANCE: message("Organiser, finance"),
    Role.ORGANISER_ADMIN: message("Organiser, administrator"),
    Role.CLIENT: message("Client"),
    Role.PROXY: message("Acting for a client"),
    Role.SYSTEM: message("The system"),
}


class NavigationLink(msgspec.Struct, frozen=True):
    """One link of a desk's row. No ``roles`` means that everybody at that desk sees it."""

    order: int
    href: str
    text: Message
    roles: frozenset[Role] = frozenset()

    def is_current(self, path: str) -> bool:
        """True on the page itself and on the pages below it; a desk's own start page has none below."""
        if self.href in {desk.value for desk in Desk}:
            return path == self.href
        return path == self.href or path.startswith(self.href + "/")


_links: dict[Desk, dict[str, NavigationLink]] = {desk: {} for desk in Desk}


def add_to_navigation(
    desk: Desk, text: Message, href: str, *, order: int = 100, roles: frozenset[Role] = frozenset()
) -> None:
    """Adds a link to a desk's row. Calling it again with the same address replaces the link."""
    _links[desk][href] = NavigationLink(order, href, text, roles)


add_to_navigation(Desk.PUBLIC, message("Find care"), "/", order=10)
add_to_navigation(Desk.PUBLIC, message("Approved providers"), "/register", order=20)
add_to_navigation(Desk.PUBLIC, message("For providers"), "/provider", order=30)


def desk_of(path: str) -> Desk:
    """The desk that a page belongs to."""
    for desk in (Desk.PROVIDER, Desk.ORGANISER, Desk.CLIENT):
        if path == desk.value or path.startswith(desk.value + "/"):
            return desk
    return Desk.PUBLIC


def own_desk(actor: Actor) -> Desk | None:
    """The desk of the hat that is being worn, if any."""
    for desk, roles in (
        (Desk.PROVIDER, PROVIDER_ROLES), (Desk.ORGANISER, ORGANISER_ROLES), (Desk.CLIENT, CLIENT_ROLES),
    ):  # fmt: skip
        if actor.role in roles:
            return desk
    return None


def navigation(actor: Actor, path: str) -> list[NavigationLink]:
    """The links to show at ``path`` to ``actor``, in order. A desk's row is shown only to those whose desk it is."""
    desk = desk_of(path)
    if desk is not own_desk(actor):
        desk = Desk.PUBLIC
    seen = [link for link in _links[desk].values() if not link.roles or actor.role in link.roles]
    return sorted(seen, key=lambda link: (link.order, link.href))
