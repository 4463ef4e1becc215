"""The editor's steps of where, for whom and when: what a provider types, and how it becomes a draft and back. No HTTP here."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Final

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.choices import ReachPoint
from marketplace.catalogue.offers.postal_codes import postal_codes_text, read_postal_codes
from marketplace.catalogue.offers.schemas import MAX_REACH_KM, MAX_SKILL, OfferDraft, Reach
from marketplace.catalogue.offers.skills import is_known, skill_name, tidy_skills
from marketplace.catalogue.prices.time_words import UnreadableTimeError, hours_words, parse_hours
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Language, Message, message
from marketplace.kernel.inputs import YesNo, label, wrong

KEPT: Final = "kept"
"""The choice of a reach that stays as it is, although no unit of the profile has its point any more."""


class PlaceForm(msgspec.Struct, frozen=True, kw_only=True):
    """Where and for whom the service is given. ``reach_from`` is a unit's id, ``kept`` or empty."""

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
    postal_codes: Annotated[str, msgspec.Meta(max_length=4000), label(message("Postal codes"))] = ""
    reach_from: Annotated[str, msgspec.Meta(max_length=40), label(message("Distance from"))] = ""
    reach_km: Annotated[int, msgspec.Meta(ge=1, le=MAX_REACH_KM), label(message("Distance"))] | None = None
    capacity: Annotated[int, msgspec.Meta(ge=0, le=100_000), label(message("How many new clients"))] | None = None
    earliest_start: Annotated[date, label(message("Earliest start"))] | None = None


class ServiceForm(msgspec.Struct, frozen=True, kw_only=True):
    """When the service is given and what its people know. ``hours`` in words such as ``ma–pe 7–18``."""

    hours: Annotated[str, msgspec.Meta(max_length=300), label(message("Hours of service"))] = ""
    known_skills: Annotated[list[str], label(message("Special skills"))] = []
    skills: Annotated[str, msgspec.Meta(max_length=1000), label(message("Other special skills"))] = ""
    self_monitoring_url: Annotated[str, msgspec.Meta(max_length=500), label(message("Self-monitoring plan"))] = ""


def place_form(content: OfferDraft, points: Sequence[ReachPoint]) -> PlaceForm:
    """The step's answers of a draft."""
    return PlaceForm(
        municipality_codes=list(content.municipality_codes),
        languages=list(content.languages),
        accepts_new_clients=content.accepts_new_clients,
        postal_codes=postal_codes_text(content.postal_codes),
        reach_from=_reach_key(content.reach, points),
        reach_km=content.reach.km if content.reach else None,
        capacity=content.details.capacity,
        earliest_start=content.earliest_start,
    )


def _reach_key(reach: Reach | None, points: Sequence[ReachPoint]) -> str:
    if reach is None:
        return ""
    place = (reach.name, reach.lat, reach.lon)
    return next((each.key for each in points if (each.name, each.lat, each.lon) == place), KEPT)


def with_place(content: OfferDraft, form: PlaceForm, points: Sequence[ReachPoint]) -> OfferDraft:
    """The draft with the step's answers.

    Raises:
        Invalid: postal codes or a distance that cannot be read, all at once.
    """
    errors: list[FieldError] = []
    codes: tuple[str, ...] = ()
    try:
        codes = read_postal_codes(form.postal_codes, form.municipality_codes)
    except Invalid as unreadable:
        errors += unreadable.fields
    errors += _reach_errors(form, points, content.reach)
    if errors:
        raise Invalid(errors)
    return replace(
        content,
        municipality_codes=tuple(form.municipality_codes),
        postal_codes=codes,
        reach=_reach(form, points, content.reach),
        languages=tuple(form.languages),
        accepts_new_clients=form.accepts_new_clients,
        earliest_start=form.earliest_start,
        details=replace(content.details, capacity=form.capacity),
    )


def _reach_errors(form: PlaceForm, points: Sequence[ReachPoint], before: Reach | None) -> Iterable[FieldError]:
    known = {each.key for each in points} | ({KEPT} if before else set()) | {""}
    if form.reach_from not in known or (form.reach_km and not form.reach_from):
        yield FieldError("reach_from", message("Choose from where the distance is measured."))
    elif form.reach_from and not form.reach_km:
        yield FieldError("reach_km", message("Give the distance in kilometres."))


def _reach(form: PlaceForm, points: Sequence[ReachPoint], before: Reach | None) -> Reach | None:
    if not form.reach_from or form.reach_km is None:
        return None
    if form.reach_from == KEPT and before:
        return replace(before, km=form.reach_km)
    point = next(each for each in points if each.key == form.reach_from)
    return Reach(name=point.name, lat=point.lat, lon=point.lon, km=form.reach_km)


def service_form(content: OfferDraft, language: Language) -> ServiceForm:
    """The step's answers of a draft."""
    hours = content.details.hours
    return ServiceForm(
        hours=hours_words(hours, language) if hours else "",
        known_skills=[skill_name(skill).fi for skill in content.skills if is_known(skill)],
        skills=", ".join(skill for skill in content.skills if not is_known(skill)),
        self_monitoring_url=content.details.self_monitoring_url,
    )


def with_service(content: OfferDraft, form: ServiceForm) -> OfferDraft:
    """The draft with the step's answers.

    Raises:
        Invalid: hours that cannot be read, or a skill that is too long, all at once.
    """
    errors: list[FieldError] = []
    others = [skill.strip() for skill in form.skills.replace("\n", ",").split(",") if skill.strip()]
    if any(len(skill) > MAX_SKILL for skill in others):
        words = message("Separate the skills by commas: each has at most {most} characters.", most=MAX_SKILL)
        errors.append(FieldError("skills", words))
    hours = content.details.hours
    try:
        hours = parse_hours(form.hours) if form.hours.strip() else ()
    except UnreadableTimeError as unreadable:
        errors.append(FieldError("hours", unreadable.words))
    if errors:
        raise Invalid(errors)
    url = form.self_monitoring_url.strip()
    return replace(
        content,
        skills=tidy_skills([*form.known_skills, *others]),
        details=replace(content.details, hours=hours, self_monitoring_url=url),
    )


def in_step_words(errors: Iterable[FieldError]) -> list[FieldError]:
    """Errors of a draft under the names of the steps' fields; several of one field become one, as a page shows one."""
    by_field: dict[str, Message] = {}
    for error in errors:
        field, before = step_field(error.field), by_field.get(step_field(error.field))
        both = Message("{first} {second}", {"first": before, "second": error.message}) if before else error.message
        by_field[field] = both
    return [FieldError(field, words) for field, words in by_field.items()]


def step_field(field: str) -> str:
    """``postal_codes.3`` is the page's ``postal_codes``, ``details.attributes.pets`` its ``attributes.pets``."""
    parts = field.removeprefix("details.").split(".")
    if parts[0] == "attributes":
        return ".".join(parts[:2])
    if parts[0] == "photo":
        return ".".join(parts[1:]) or "photo"
    return {"reach": "reach_km"}.get(parts[0], parts[0])
