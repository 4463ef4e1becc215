"""The description of the API (OpenAPI 3.1) at ``/api/openapi.json``: pages are left out, access and errors are put in."""

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Litestar, Request, Router
from litestar.enums import OpenAPIMediaType
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, License, SecurityScheme
from litestar.routes import HTTPRoute

from marketplace.kernel.actors import Role
from marketplace.web.problems import PROBLEM_JSON, ProblemDocument
from marketplace.web.security import Access, allow_anyone

PATH = "/api/openapi.json"
BEARER = "bearer"
REF = "#/components/schemas/{name}"

DESCRIPTION = """
Everything that a page does, this interface does. Sign in with a bearer token. Amounts are integer cents.
A write takes the header `Idempotency-Key`: the same key with the same body gives the first answer again.
Every error is a problem document (RFC 9457) that lists every invalid field.
"""


class Document(OpenAPIRenderPlugin):
    """Serves the description as JSON and nothing else: no page that would load a script from another host."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=OpenAPIMediaType.OPENAPI_JSON)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        state = request.app.state
        if "openapi_document" not in state:
            state["openapi_document"] = msgspec.json.encode(describe(request.app, openapi_schema))
        return state["openapi_document"]


def openapi_config(version: str) -> OpenAPIConfig:
    bearer = SecurityScheme(type="http", scheme="bearer", description="An access token of a signed-in person.")
    return OpenAPIConfig(
        title="Setelitori",
        version=version,
        description=DESCRIPTION,
        license=License(name="EUPL-1.2", identifier="EUPL-1.2"),
        components=Components(security_schemes={BEARER: bearer}),
        openapi_router=Router(
            "/api", route_handlers=[], guards=[allow_anyone], before_request=_only_the_document, include_in_schema=False
        ),
        render_plugins=[Document()],
        operation_id_creator=_operation_id,
        use_handler_docstrings=True,
    )


def describe(app: Litestar, schema: dict[str, Any]) -> dict[str, Any]:
    """Adds to the framework's description what it cannot know: who may call, and what an error looks like."""
    _, components = msgspec.json.schema_components([ProblemDocument], ref_template=REF)
    schema["components"].setdefault("schemas", {}).update(components)
    for path, method, handler in api_operations(app):
        operation = schema["paths"][path][method.lower()]
        operation["security"] = [{BEARER: []}] if access_of(handler) != "anyone" else []
        operation["responses"].pop("400", None)
        operation["responses"]["default"] = {
            "description": "Why it was not done",
            "content": {PROBLEM_JSON: {"schema": {"$ref": REF.format(name="ProblemDocument")}}},
        }
        roles = access_of(handler)
        if isinstance(roles, frozenset):
            operation["x-roles"] = sorted(roles)
    return schema


def api_operations(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Path template, method and handler of every operation that is described."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if handler.resolve_include_in_schema():
                    yield route.path_format, method, handler


def access_of(handler: HTTPRouteHandler) -> str | frozenset[Role]:
    """Who may call a route, as its one guard says."""
    (guard,) = [guard for guard in handler.resolve_guards() if isinstance(guard, Access)]
    return guard.access


def _operation_id(handler: HTTPRouteHandler, *_: object) -> str:
    return handler.fn.__name__


def _only_the_document(request: Request[Any, Any, Any]) -> None:
    """The framework answers every address beside the description with a page of its own; we know only the description."""
    if request.url.path != PATH:
        raise NotFoundException
