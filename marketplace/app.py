"""The web application: the only place that knows every feature.

``create_app`` touches neither network nor database; the pool opens when a server starts the application.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp, ControllerRouterHandler

from marketplace.accounts import wiring as accounts
from marketplace.catalogue import wiring as catalogue
from marketplace.kernel import db
from marketplace.kernel.calendar import public_holidays
from marketplace.kernel.clock import today
from marketplace.kernel.config import Config, Environment, get_config
from marketplace.kernel.errors import DomainError
from marketplace.notices import wiring as notices
from marketplace.organisers import wiring as organisers
from marketplace.payouts import wiring as payouts
from marketplace.plans import wiring as plans
from marketplace.stripe.api import receive_stripe_event
from marketplace.vouchers import wiring as vouchers
from marketplace.web import site
from marketplace.web.envelope import Envelope
from marketplace.web.health import Check, health_routes
from marketplace.web.language import Languages, change_language
from marketplace.web.logs import Trail, configure_logs
from marketplace.web.metrics import metrics
from marketplace.web.openapi import openapi_config
from marketplace.web.problems import answer
from marketplace.web.request import BODY_LIMIT_BYTES, SafeRequest
from marketplace.web.security import (
    Authentication,
    Principals,
    allow_anyone,
    csrf_config,
    provide_actor,
)
from marketplace.web.sessions import Sessions
from marketplace.web.templating import STATIC
from onboarding import wiring as onboarding
from search import wiring as search
from search.engines import preferred_is_well, search_engines


def feature_handlers() -> list[ControllerRouterHandler]:
    """Pages and API of every feature, in the order of the main job. Each feature adds its own line."""
    return [
        *site.handlers,
        *accounts.ROUTES,
        *notices.ROUTES,
        *organisers.ROUTES,
        *onboarding.ROUTES,
        *catalogue.ROUTES,
        *plans.ROUTES,
        *vouchers.ROUTES,
        *search.ROUTES,
        *payouts.ROUTES,
        receive_stripe_event,
    ]


def optional_parts() -> Mapping[str, Check]:
    """What readiness tells of beside the database: parts whose absence stops nothing."""
    return {"search": preferred_is_well}


def principals() -> Principals:
    """Who a session or a token is: accounts know."""
    return accounts.PRINCIPALS


def create_app(config: Config | None = None) -> Litestar:
    """Builds the application for one process. Reads the environment unless given a configuration."""
    config = config or get_config()
    if config.environment is not Environment.TEST:
        configure_logs(config)
    return assemble(config, feature_handlers(), principals(), optional_parts())


def assemble(
    config: Config, features: Sequence[ControllerRouterHandler], who: Principals, checks: Mapping[str, Check]
) -> Litestar:
    """The application around any features: what tests of the ground use with features of their own."""
    app = Litestar(
        route_handlers=[
            *features,
            change_language,
            metrics,
            *health_routes(checks),
            create_static_files_router(path="/static", directories=[STATIC], guards=[allow_anyone]),
        ],
        lifespan=[_database(config), _public_holidays, search_engines],
        before_request=notices.count_for_header,
        dependencies={"actor": Provide(provide_actor, sync_to_thread=False)},
        exception_handlers={DomainError: answer, HTTPException: answer, Exception: answer},
        request_class=SafeRequest,
        request_max_body_size=BODY_LIMIT_BYTES,
        csrf_config=csrf_config(config),
        openapi_config=openapi_config(_version()),
        logging_config=None,
    )
    app.asgi_handler = _wrapped(app.asgi_handler, config, who)
    return app


def _wrapped(router: ASGIApp, config: Config, who: Principals) -> ASGIApp:
    """The middleware around the router, innermost first. Unlike the framework's own it sees every answer, 404s too."""
    secure = config.secure_cookies
    handled = Languages(router, secure=secure)
    handled = Authentication(handled, principals=who)
    handled = Sessions(handled, secure=secure)
    return Trail(Envelope(handled, config=config))


def _database(config: Config) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def pool(_: Litestar) -> AsyncGenerator[None, None]:
        if config.database_url:
            db.use_database(config.database_url)
        await db.start_pool(config.database_pool_size)
        try:
            yield
        finally:
            await db.stop_pool()

    return pool


@asynccontextmanager
async def _public_holidays(_: Litestar) -> AsyncGenerator[None, None]:
    """Their source takes a tenth of a second to load: not while the first client waits for a price."""
    await asyncio.to_thread(public_holidays, today().year)
    yield


def _version() -> str:
    try:
        return version("setelitori")
    except PackageNotFoundError:
        return "0"
