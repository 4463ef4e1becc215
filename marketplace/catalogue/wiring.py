"""What the application and the worker take from the catalogue."""

from collections.abc import Mapping
from typing import Any, Final

from litestar.types import ControllerRouterHandler

from marketplace.catalogue import api, offer_pages, pages
from marketplace.catalogue.offers import provider_changed
from marketplace.catalogue.register_offers import shown_offers
from marketplace.kernel.jobs import Handler, Topic
from onboarding.register.sources import offers_are_read_by
from onboarding.topics import APPROVAL_CHANGED, ApprovalChanged


async def on_approval_changed(changed: ApprovalChanged) -> None:
    """An approval began, was suspended or ended: search looks at all offers of the provider again."""
    await provider_changed(changed.provider_id)


ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.ROUTES, *offer_pages.ROUTES]
JOB_HANDLERS: Final[Mapping[Topic[Any], Handler]] = {APPROVAL_CHANGED: on_approval_changed}

offers_are_read_by(shown_offers)
