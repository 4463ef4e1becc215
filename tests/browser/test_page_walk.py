"""Every page of the product, as it is in the route table, opened by somebody who may: in three languages and three sizes.

Axe reads every page in Finnish, and in Swedish and English those of onboarding, those for everybody and the start pages
of the desks: the rest of the pages have the same skeleton in each language. Colours, and the shape at 200 % zoom, are
those of the Finnish page: what is longer in another language shows on the phone.

A new page is walked without being listed here. Where its address needs something that the world does not have, the
test says so: give it a place in ``tests/browser/world.py``.
"""

import re
from collections.abc import AsyncIterator, Iterator
from functools import cache
from typing import NamedTuple

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from marketplace.app import create_app
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.i18n import Language
from marketplace.web.navigation import Desk, desk_of, own_desk
from marketplace.web.openapi import access_of
from marketplace.web.paths import Kind, kind_of
from marketplace.web.templating import with_query
from tests.browser.accessibility import faults, shape, sideways
from tests.browser.conftest import DESK, Visiting
from tests.browser.visiting import Visitor
from tests.browser.words import english_on
from tests.browser.world import World, make_world
from tests.factories.vouchers import NOW

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NO_PAGES = {
    "go_to_stripe": "leads to Stripe's pages",
    "come_back_from_stripe": "asks Stripe and redirects",
    "go_to_provider": "leads to an identity provider",
    "back_from_provider": "comes from an identity provider",
    "show_code": "needs a sign-in under way; the journeys meet it",
    "second_factor_picture": "an image",
    "show_picture": "an image",
    "show_own_picture": "an image",
    "open_notice": "leads to what the notice tells of",
    "open_saved_search": "leads to the search",
    "show_attachment": "a file",
    "show_certificate": "a file",
    "show_applicants_certificate": "a file",
    "download_organiser_decision": "a file",
    "download_provider_decision": "a file",
    "go_to_organiser_decision": "leads to the decision's own page",
    "go_to_provider_decision": "leads to the decision's own page",
    "download_affected_clients": "a file",
    "download_letter": "a file",
    "use_simple_week": "leads back with the week; the journeys meet it",
    "download_archive": "a file",
    "download_import_errors": "a file",
    "download_export": "a file",
    "download_own_archive": "a file",
    "download_draft": "a file",
    "download_version": "a file",
    "download_organiser_statement": "a file",
    "download_provider_statement": "a file",
}
"""Handlers of GET that answer with no page of ours, and why."""

WALKERS = (None, Role.PROVIDER_ADMIN, Role.PROVIDER_WORKER, Role.REVIEWER, Role.CASE_MANAGER, Role.FINANCE,
           Role.ORGANISER_ADMIN, Role.CLIENT, Role.PROXY)  # fmt: skip
SMALLER = {"200 % zoom": (640, 450), "a phone": (320, 640)}
"""Sizes of the window beside the one in which pages are opened."""
PHONE = ("a phone", SMALLER["a phone"])


class PageRoute(NamedTuple):
    path: str
    handler: str
    access: str | frozenset[Role]
    is_onboarding: bool

    def may_be_seen_by(self, role: Role | None) -> bool:
        if desk_of(self.path) not in {Desk.PUBLIC, own_desk(Actor(role=role))} and role is not None:
            return False
        if self.access == "anyone":
            return role is None or self.is_desk
        return role is not None and (self.access == "signed_in" or role in self.access)

    def is_read_by_axe_in(self, language: Language) -> bool:
        return language is Language.FI or self.is_onboarding or self.access == "anyone" or self.is_desk

    @property
    def is_desk(self) -> bool:
        return self.path in set(Desk) - {Desk.PUBLIC}


@cache
def page_routes() -> tuple[PageRoute, ...]:
    return tuple(_page_routes(create_app()))


def _page_routes(app: Litestar) -> Iterator[PageRoute]:
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        if "GET" not in route.route_handler_map or kind_of(route.path) is not Kind.PAGE:
            continue
        handler = route.route_handler_map["GET"][0]
        name, is_onboarding = handler.fn.__name__, handler.fn.__module__.startswith("onboarding.")
        if name not in NO_PAGES and not route.path_format.startswith("/static"):
            yield PageRoute(route.path_format, name, access_of(handler), is_onboarding)


def walks() -> dict[Role | None, list[PageRoute]]:
    """Who opens what: each page once, by the first who may; a desk's own start page by everybody whose desk it is."""
    left, found = list(page_routes()), dict[Role | None, list[PageRoute]]()
    for role in WALKERS:
        found[role] = [route for route in left if route.may_be_seen_by(role)]
        left = [route for route in left if route not in found[role] or route.is_desk]
    return found


def address(route: PageRoute, world: World) -> str:
    if route.path in world.places:
        return world.places[route.path]
    return re.sub(r"\{.*?\}", lambda place: world.places[place.group()], route.path)


@pytest.fixture(autouse=True)
async def evening() -> AsyncIterator[None]:
    with clock_set_to(NOW):
        yield


@pytest.fixture
async def world(database: str, site: str) -> World:
    return await make_world(database)


class TestTheWalk:
    """That nothing is left out, without a browser."""

    def test_every_page_is_walked_by_somebody(self) -> None:
        walked = {route.path for routes in walks().values() for route in routes}
        assert {route.path for route in page_routes()} - walked == set()

    def test_what_is_left_out_is_still_there(self, app: Litestar) -> None:
        names = {handler.fn.__name__ for route in app.routes if isinstance(route, HTTPRoute)
                 for handler, _ in route.route_handler_map.values()}  # fmt: skip
        assert set(NO_PAGES) - names == set()


class TestInFinnish:
    """A class for each language: parallel runs share out classes."""

    async def test_every_page_is_right_in_every_size(self, visitor: Visiting, world: World) -> None:
        await walk(visitor, world, Language.FI)


class TestInSwedish:
    async def test_every_page_is_right_in_every_size(self, visitor: Visiting, world: World) -> None:
        await walk(visitor, world, Language.SV)


class TestInEnglish:
    async def test_every_page_is_right_in_every_size(self, visitor: Visiting, world: World) -> None:
        await walk(visitor, world, Language.EN)


async def walk(visitor: Visiting, world: World, language: Language) -> None:
    found: list[str] = []
    for role, routes in walks().items():
        person = await visitor(language=language.locale)
        person.looks = False
        if role is not None:
            await person.sign_in(world.people[role])
        for route in routes:
            found += await seen(person, address(route, world), language, axe=route.is_read_by_axe_in(language))
        found += person.watch.problems
    assert not found, "\n".join(found)


async def seen(person: Visitor, path: str, language: Language, *, axe: bool) -> list[str]:
    """What is wrong with a page."""
    await person.page.set_viewport_size(DESK)
    answer = await person.page.goto(with_query(path, lang=language.value))
    assert answer is not None
    if answer.status != 200:
        return [f"{path}: {answer.status}"]
    whole = language is Language.FI
    found = await (faults(person.page, colours=whole) if axe else shape(person.page))
    found += await english_on(person.page, language)
    for size, (width, height) in SMALLER.items() if whole else [PHONE]:
        await person.page.set_viewport_size({"width": width, "height": height})
        found += [f"{path} at {size}: {fault}" for fault in await sideways(person.page)]
    return found
