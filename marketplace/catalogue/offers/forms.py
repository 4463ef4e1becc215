"""The editor's forms: what a provider types on each step, and how it becomes a draft and back. No HTTP here."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.schemas import MAX_DESCRIPTION, MAX_NAME, OfferDraft
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import label, wrong


class ScopeForm(msgspec.Struct, frozen=True, kw_only=True):
    """The first step of a new offer: for whom and what. ``scope`` is ``organiser-id/service-class``."""

    scope: Annotated[
        str,
        msgspec.Meta(pattern=r"^[0-9a-f-]{36}/[A-Z0-9-]{2,40}$"),
        label(message("Service")),
        wrong(message("Choose one of the services that you are approved for.")),
    ]

    @property
    def organiser_id(self) -> UUID:
        return UUID(self.scope.partition("/")[0])

    @property
    def service_class(self) -> str:
        return self.scope.partition("/")[2]


class DescriptionForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the offer is called and what it is, in three languages."""

    name_fi: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME), label(message("Name in Finnish"))]
    description_fi: Annotated[
        str, msgspec.Meta(min_length=1, max_length=MAX_DESCRIPTION), label(message("Description in Finnish"))
    ]
    name_sv: Annotated[str, msgspec.Meta(max_length=MAX_NAME), label(message("Name in Swedish"))] = ""
    description_sv: Annotated[
        str, msgspec.Meta(max_length=MAX_DESCRIPTION), label(message("Description in Swedish"))
    ] = ""
    name_en: Annotated[str, msgspec.Meta(max_length=MAX_NAME), label(message("Name in English"))] = ""
    description_en: Annotated[
        str, msgspec.Meta(max_length=MAX_DESCRIPTION), label(message("Description in English"))
    ] = ""


def description_form(content: OfferDraft) -> DescriptionForm:
    """The step's answers of a draft."""
    return DescriptionForm(**{name: getattr(content, name) for name in DescriptionForm.__struct_fields__})


def with_description(content: OfferDraft, form: DescriptionForm) -> OfferDraft:
    """The draft with the step's answers."""
    return replace(content, **msgspec.structs.asdict(form))
