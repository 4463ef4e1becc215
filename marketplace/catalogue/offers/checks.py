"""What makes an offer right: known places and languages, whole time bands, prices within the organiser's rules. Pure."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from marketplace.catalogue.offers.schemas import (
    MAX_BANDS,
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
from marketplace.organisers.schemas import Organiser, Product, ProductVersion, ServiceRules
from marketplace.pricing.bands import BandCalendar, check_bands
from marketplace.pricing.prices import UNIT_WORDS, PriceList, check_price_list
from marketplace.pricing.shares import check_prices_fit_voucher

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


def check_prices(prices: PriceList, calendar: BandCalendar, rules: ServiceRules) -> list[FieldError]:
    """The bands without gap or overlap, and the prices as the organiser allows them. Fields are named as in a draft."""
    return [*_calendar_errors(calendar, rules), *_within("prices", _price_errors(prices, calendar, rules))]


def _calendar_errors(calendar: BandCalendar, rules: ServiceRules) -> list[FieldError]:
    if calendar == rules.bands.calendar:
        return []
    if not rules.bands.own_bands_allowed:
        return [FieldError("calendar", message("This organiser decides the time bands. Give your prices by them."))]
    if len(calendar.bands) > MAX_BANDS:
        return [FieldError("calendar", message("Use at most {most} time bands.", most=MAX_BANDS))]
    return _within("calendar", check_bands(calendar))


def _price_errors(prices: PriceList, calendar: BandCalendar, rules: ServiceRules) -> list[FieldError]:
    if prices.unit is not rules.unit:
        text = message(
            "This service is priced by the {unit}. Give the price for that unit.", unit=UNIT_WORDS[rules.unit]
        )
        return [FieldError("unit", text)]
    return check_price_list(prices, calendar, rules.prices)


def with_ceilings_of(rules: ServiceRules, products: Sequence[tuple[Product, ProductVersion]]) -> ServiceRules:
    """The organiser's price rules with the lowest price ceiling of its voucher products for the service."""
    ceilings = [version.price_ceiling_cents for _, version in products] + [rules.prices.ceiling_cents]
    lowest = min((ceiling for ceiling in ceilings if ceiling is not None), default=None)
    return replace(rules, prices=replace(rules.prices, ceiling_cents=lowest))


def check_against_products(
    prices: PriceList, calendar: BandCalendar, products: Sequence[tuple[Product, ProductVersion]]
) -> list[FieldError]:
    """A service that is free for the client by law may not cost more than its voucher is worth (Act 569/2009)."""
    errors: list[FieldError] = []
    for product, version in products:
        if product.no_own_share:
            errors += check_prices_fit_voucher(
                prices, calendar, version.value_rule, no_own_share=True, value_calendar=version.calendar
            )
    return _within("prices", [error for i, error in enumerate(errors) if error not in errors[:i]])


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


def _within(name: str, errors: Sequence[FieldError]) -> list[FieldError]:
    return [FieldError(f"{name}.{error.field}", error.message) for error in errors]
