"""What makes an offer right: known places and languages. Prices: ``price_checks``. Pure."""

from collections.abc import Iterator

from marketplace.catalogue.offers.schemas import (
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_SKILL,
    MAX_SKILLS,
    SERVICE_LANGUAGES,
    OfferDraft,
)
from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import safe_text
from marketplace.organisers.reference import is_municipality, is_service_class, municipality
from marketplace.organisers.schemas import Organiser

MISSING_PRICES = message("Give the prices.")


def check_words(draft: OfferDraft) -> list[FieldError]:
    """Texts within their lengths, languages and the service class from our lists."""
    return [*_length_errors(draft), *_language_errors(draft), *_service_errors(draft)]


def _length_errors(draft: OfferDraft) -> Iterator[FieldError]:
    for language in ("fi", "sv", "en"):
        for name, most in ((f"name_{language}", MAX_NAME), (f"description_{language}", MAX_DESCRIPTION)):
            yield from _text_errors(name, getattr(draft, name), most)
    if len(draft.skills) > MAX_SKILLS:
        yield FieldError("skills", message("Name at most {most} special skills.", most=MAX_SKILLS))
    for i, skill in enumerate(draft.skills):
        yield from _text_errors(f"skills.{i}", skill, MAX_SKILL)


def _text_errors(field: str, text: str, most: int) -> Iterator[FieldError]:
    if len(text) > most:
        yield FieldError(field, message("Write at most {most} characters.", most=most))
        return
    try:
        safe_text(text)
    except ValueError:
        yield FieldError(
            field, message("The text contains a character that cannot be used. Write it again without it.")
        )


def _language_errors(draft: OfferDraft) -> Iterator[FieldError]:
    if not draft.languages:
        yield FieldError("languages", message("Choose at least one language in which the service is given."))
    for i, code in enumerate(draft.languages):
        if code not in SERVICE_LANGUAGES:
            yield FieldError(f"languages.{i}", message("Choose languages from the list."))


def _service_errors(draft: OfferDraft) -> Iterator[FieldError]:
    if not is_service_class(draft.service_class):
        yield FieldError("service_class", message("Choose a service class from the list."))


def check_places(draft: OfferDraft, organiser: Organiser) -> list[FieldError]:
    """Municipalities that exist and that the organiser serves."""
    errors: list[FieldError] = []
    for i, code in enumerate(draft.municipality_codes):
        if not is_municipality(code):
            errors.append(
                FieldError(
                    f"municipality_codes.{i}", message("There is no municipality with the code {code}.", code=code)
                )
            )
        elif not organiser.serves(code):
            text = message(
                "{organiser} does not serve {municipality}.",
                organiser=organiser.name,
                municipality=municipality(code).name,
            )
            errors.append(FieldError(f"municipality_codes.{i}", text))
    return errors


def what_is_missing(draft: OfferDraft) -> list[FieldError]:
    """What a draft still needs before it can be published."""
    errors: list[FieldError] = []
    if not draft.municipality_codes:
        errors.append(FieldError("municipality_codes", message("Choose at least one municipality.")))
    if not draft.name_fi.strip():
        errors.append(FieldError("name_fi", message("Give the offer a name in Finnish.")))
    if not draft.description_fi.strip():
        errors.append(FieldError("description_fi", message("Describe the service in Finnish.")))
    if draft.prices is None:
        errors.append(FieldError("prices", MISSING_PRICES))
    return errors
