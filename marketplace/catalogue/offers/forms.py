"""The editor's forms: what a provider types on each step, and how it becomes a draft and back. No HTTP here."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.schemas import MAX_DESCRIPTION, MAX_NAME, MAX_SKILL, OfferDraft
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import YesNo, label, wrong


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


class PlaceForm(msgspec.Struct, frozen=True, kw_only=True):
    """Where, in which languages and for whom the service is given."""

    municipality_codes: Annotated[
        list[str],
        msgspec.Meta(min_length=1),
        label(message("Municipalities")),
        wrong(message("Choose at least one municipality.")),
    ]
    languages: Annotated[
        list[str],
        msgspec.Meta(min_length=1),
        label(message("Languages")),
        wrong(message("Choose at least one language in which the service is given.")),
    ]
    accepts_new_clients: Annotated[YesNo, label(message("New clients"))]
    earliest_start: Annotated[date, label(message("Earliest start"))] | None = None
    skills: Annotated[str, msgspec.Meta(max_length=1000), label(message("Special skills"))] = ""


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


def place_form(content: OfferDraft) -> PlaceForm:
    """The step's answers of a draft."""
    return PlaceForm(
        municipality_codes=list(content.municipality_codes),
        languages=list(content.languages),
        accepts_new_clients=content.accepts_new_clients,
        earliest_start=content.earliest_start,
        skills=", ".join(content.skills),
    )


def with_place(content: OfferDraft, form: PlaceForm) -> OfferDraft:
    """The draft with the step's answers.

    Raises:
        Invalid: a skill that is too long.
    """
    skills = tuple(dict.fromkeys(skill.strip() for skill in form.skills.replace("\n", ",").split(",") if skill.strip()))
    if any(len(skill) > MAX_SKILL for skill in skills):
        raise Invalid.field(
            "skills", message("Separate the skills by commas: each has at most {most} characters.", most=MAX_SKILL)
        )
    return replace(
        content,
        municipality_codes=tuple(form.municipality_codes),
        languages=tuple(form.languages),
        accepts_new_clients=form.accepts_new_clients,
        earliest_start=form.earliest_start,
        skills=skills,
    )


def description_form(content: OfferDraft) -> DescriptionForm:
    """The step's answers of a draft."""
    return DescriptionForm(**{name: getattr(content, name) for name in DescriptionForm.__struct_fields__})


def with_description(content: OfferDraft, form: DescriptionForm) -> OfferDraft:
    """The draft with the step's answers."""
    return replace(content, **msgspec.structs.asdict(form))
