"""What the application takes from organisers."""

from litestar.types import ControllerRouterHandler

from marketplace.organisers import api, own_service_api, own_service_pages, pages, rule_api, rule_pages, value_api

ROUTES: list[ControllerRouterHandler] = [
    *api.ROUTES,
    *value_api.ROUTES,
    *rule_api.ROUTES,
    *own_service_api.ROUTES,
    *pages.ROUTES,
    *rule_pages.ROUTES,
    *own_service_pages.ROUTES,
]
