"""What the application and the worker take from vouchers."""

from collections.abc import Mapping
from typing import Any, Final

from litestar.types import ControllerRouterHandler

from marketplace.catalogue.changes.sources import clients_are_counted_by
from marketplace.catalogue.topics import PRICE_CHANGE_SCHEDULED, PRICE_CHANGE_UNDONE
from marketplace.kernel.jobs import Handler, Topic
from marketplace.vouchers import affected_api, price_api
from marketplace.vouchers.affected_notices import tell_case_managers
from marketplace.vouchers.agreed_prices import agree_on_announced, clients_concerned, keep_prices
from marketplace.vouchers.api import API_ROUTES
from marketplace.vouchers.closing import ROUNDS
from marketplace.vouchers.pages import PAGES
from onboarding.topics import APPROVAL_STOPPED

__all__ = ["JOB_HANDLERS", "ROUNDS", "ROUTES"]

ROUTES: list[ControllerRouterHandler] = [*API_ROUTES, *affected_api.API_ROUTES, *price_api.API_ROUTES, *PAGES]
JOB_HANDLERS: Final[Mapping[Topic[Any], Handler]] = {
    APPROVAL_STOPPED: tell_case_managers,
    PRICE_CHANGE_SCHEDULED: agree_on_announced,
    PRICE_CHANGE_UNDONE: keep_prices,
}

clients_are_counted_by(clients_concerned)
