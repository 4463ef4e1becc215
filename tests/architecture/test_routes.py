"""Every route says who may call it, and holds to it. New routes are walked without being listed here."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar, Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from openapi_spec_validator import validate

from marketplace.app import assemble, create_app, feature_handlers
from marketplace.kernel.actors import CLIENT_ROLES, ORGANISER_ROLES, PROVIDER_ROLES, Actor, Role
from marketplace.kernel.config import get_config
from marketplace.kernel.db import new_id
from marketplace.web.openapi import access_of, api_operations
from marketplace.web.paths import Kind, kind_of
from marketplace.web.security import Access, allow_anyone
from marketplace.web.sessions import start_session
from tests.web.browser import Browser, browser_of

PERSON = new_id()
SOMEWHERE = new_id()
ROLES = [role for role in Role if role is not Role.SYSTEM]


class Door(NamedTuple):
    """One method of one address."""

    path: str
    method: str
    handler: HTTPRouteHandler

    @property
    def access(self) -> str | frozenset[Role]:
        return access_of(self.handler)

    @property
    def is_api(self) -> bool:
        return kind_of(self.path) is not Kind.PAGE

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def doors(app: Litestar) -> Iterator[Door]:
    """Every door with an address to try: parameters are filled with things that do not exist."""
    for route in app.routes:
        assert isinstance(route, HTTPRoute), "only HTTP here"
        for method, (handler, _) in route.route_handler_map.items():
            if method != "OPTIONS":  # Made by the framework; it names the methods and nothing else.
                yield Door("/" + "/".join(_filled(part) for part in route.path_components), method, handler)


def _filled(part: Any) -> str:
    if isinstance(part, str):
        return part
    return {UUID: str(SOMEWHERE), int: "1"}.get(part.type, "nothing")


def actor_with(role: Role) -> Actor:
    scopes = {"organiser_id": ORGANISER_ROLES, "provider_id": PROVIDER_ROLES, "client_id": CLIENT_ROLES}
    return Actor(person_id=PERSON, role=role, **{name: SOMEWHERE for name, roles in scopes.items() if role in roles})


class AnyRole:
    """Signs in anybody as the role that their token or session names, for an organisation that does not exist."""

    async def of_session(self, session: Mapping[str, Any]) -> Actor | None:
        return actor_with(Role(session["role"])) if "role" in session else None

    async def of_token(self, token: str) -> Actor | None:
        return actor_with(Role(token))


@get("/walk-in", guards=[allow_anyone], include_in_schema=False)
async def hall() -> None:
    """Hands out the token that forms carry."""


@post("/walk-in", guards=[allow_anyone], include_in_schema=False)
async def walk_in(request: Request[Any, Any, Any]) -> Response[None]:
    start_session(request, PERSON, {"role": (await request.form())["role"]})
    return Response(None, status_code=303)


@pytest.fixture(scope="session")
def app() -> Litestar:
    return assemble(get_config(), [*feature_handlers(), hall, walk_in], AnyRole(), {})


@pytest.fixture
async def walker(app: Litestar, database: str) -> AsyncIterator[Browser]:
    async with browser_of(app) as browser:
        await browser.get("/walk-in")
        yield browser


async def knock(walker: Browser, door: Door, token: str = "") -> httpx.Response:
    headers = {"x-csrftoken": walker.cookies.get("csrf", "")} | ({"authorization": f"Bearer {token}"} if token else {})
    return await walker.request(door.method, door.path, headers=headers)


def test_every_route_has_exactly_one_guard(app):
    for door in doors(app):
        guards = [guard for guard in door.handler.resolve_guards() if isinstance(guard, Access)]
        assert len(guards) == 1, f"{door}: {len(guards)} guards"


def test_pages_stay_out_of_the_description_and_the_api_is_in_it(app):
    described = {id(handler) for _, _, handler in api_operations(app)}
    for door in doors(app):
        is_described = id(door.handler) in described
        assert is_described == door.path.startswith("/api/v1"), f"{door}: include_in_schema={is_described}"


def test_operations_have_names_of_their_own(app):
    named = Counter(handler.fn.__name__ for _, _, handler in api_operations(app))
    assert not [name for name, count in named.items() if count > 1]


def test_bounds_of_parameters_are_given_where_the_framework_reads_them(app):
    """``msgspec.Meta`` on a query or path parameter is silently ignored; ``QueryParameter(ge=…)`` is not."""
    for door in doors(app):
        for name, parameter in door.handler.parsed_fn_signature.parameters.items():
            assert not any(isinstance(mark, msgspec.Meta) for mark in parameter.metadata), f"{door}: {name}"


async def test_the_description_is_valid_openapi(database):
    async with browser_of(create_app()) as browser:
        described = (await browser.get("/api/openapi.json")).json()
    validate(described)
    assert described["paths"]


async def test_a_stranger_passes_no_guard(app, walker):
    for door in doors(app):
        if door.access == "anyone":
            continue
        response = await knock(walker, door)
        if door.is_api:
            assert response.status_code == 401, str(door)
        else:
            assert response.status_code == 303, str(door)
            assert response.headers["location"].startswith("/sign-in"), str(door)


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_passes_its_own_doors_and_no_other(app, walker, role):
    await sign_in(walker, role)
    for door in doors(app):
        if door.handler.fn.__name__ == "walk_in" or is_ending(door):
            continue
        response = await knock(walker, door, role.value if door.is_api else "")
        if isinstance(door.access, frozenset) and role not in door.access:
            assert response.status_code in {403, 404}, f"{door}: {response.status_code}"
        assert response.status_code < 500, f"{door}: {response.text}"


def is_ending(door: Door) -> bool:
    """Signing out would make the rest of the walk a stranger's."""
    return door.path == "/sign-out"


async def sign_in(walker: Browser, role: Role) -> None:
    response = await walker.submit("/walk-in", {"role": role.value})
    assert response.status_code == 303
