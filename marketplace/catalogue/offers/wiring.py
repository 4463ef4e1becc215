"""What the catalogue takes from offers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar.types import ControllerRouterHandler

from marketplace.catalogue.offers import (
    api,
    attribute_pages,
    attributes_api,
    pages,
    price_pages,
    public_pages,
    step_pages,
    version_pages,
    versions_api,
)
from marketplace.catalogue.offers.offers import provider_changed
from marketplace.catalogue.offers.price_impact import offers_against
from marketplace.catalogue.offers.register_offers import shown_offers
from marketplace.kernel.jobs import Handler, Periodic, Topic
from marketplace.organisers.affected import offers_are_checked_by
from onboarding.register.sources import offers_are_read_by
from onboarding.topics import APPROVAL_CHANGED, ApprovalChanged


async def on_approval_changed(changed: ApprovalChanged) -> None:
    """An approval began, was suspended or ended: search looks at all offers of the provider again."""
    await provider_changed(changed.provider_id)


ROUTES: list[ControllerRouterHandler] = [
    *api.ROUTES,
    *versions_api.ROUTES,
    *attributes_api.ROUTES,
    *pages.ROUTES,
    *step_pages.ROUTES,
    *price_pages.ROUTES,
    *version_pages.ROUTES,
    *attribute_pages.ROUTES,
    *public_pages.ROUTES,
]
HANDLERS: Final[Mapping[Topic[Any], Handler]] = {APPROVAL_CHANGED: on_approval_changed}
ROUNDS: Final[Sequence[Periodic]] = ()

offers_are_read_by(shown_offers)
offers_are_checked_by(offers_against)
