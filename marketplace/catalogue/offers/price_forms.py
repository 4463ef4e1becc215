"""The fields of a price list on any page: the draft's step and a price change ask alike.

A page shows ``prices_form``, reads what was sent with ``checked`` and makes prices of it with ``read_prices``; faults
of the prices come back under the page's own fields by ``in_page_words``. ``price_fields`` is what the fields' macro
(``offers/_price_fields.html``) needs.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from marketplace.catalogue.offers.price_checks import PriceLimits
from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.catalogue.prices.forms import PricesForm, Pricing
from marketplace.catalogue.prices.price_table import is_banded, unit_words
from marketplace.catalogue.prices.time_words import UnreadableTimeError, parse_hours
from marketplace.catalogue.prices.typed_prices import (
    Before,
    shown_prices,
    typed_calendar,
    typed_prices,
    unreadable_hours,
)
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Language, Message, Text
from marketplace.organisers.schemas import ServiceRules
from marketplace.pricing.bands import Band, BandCalendar
from marketplace.pricing.prices import PriceList, Unit
from marketplace.pricing.week_picture import WeekPicture, week_picture
from marketplace.web.forms import Form, Sent

__all__ = ["PricesForm", "Pricing", "checked", "in_page_words", "price_fields", "prices_form", "read_prices"]

BLANK_ROWS: Final[Mapping[str, int]] = {"bands": 3, "surcharges": 1, "packages": 1, "length_prices": 3}
ADDED_ROWS: Final = 3
ADD: Final = "add"
"""The button that asks for more blank rows sends this, with the group's name; nothing is saved then."""

GROUPS: Final = ("bands", "surcharges", "packages", "length_prices")
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "waiver": ("waived_visits", "waived_minutes"),
    "travel": ("travel_per_km_cents", "travel_free_km", "travel_per_visit_cents", "travel_minimum_cents"),
    "surcharges": ("surcharges",),
    "packages": ("packages",),
    "invoice": ("invoice_fee_cents",),
    "tax": ("vat_percent", "vat"),
}
"""What is folded away until it is wanted, and open where it says something or is wrong."""

PAGE_FIELDS: Final = {
    "band_prices": "bands",
    "calendar": "bands",
    "coefficients": "one_price_cents",
    "unit": "pricing",
    "vat_added": "vat",
    "travel.cents_per_km": "travel_per_km_cents",
    "travel.free_metres": "travel_free_km",
    "travel.per_visit_cents": "travel_per_visit_cents",
    "travel.minimum_cents": "travel_minimum_cents",
    "surcharges.key": "name",
    "surcharges.percent": "amount",
    "surcharges.cents": "amount",
    "packages.over_minutes": "over_hours",
    "packages.up_to_minutes": "up_to_hours",
}


def prices_form(content: OfferDraft, rules: ServiceRules, language: Language) -> Form[PricesForm]:
    """A form that shows the draft's prices, or the organiser's bands still without prices."""
    shown = shown_prices(_before(content, rules), rules.bands, language)
    sent: Sent = {name: [*values] for name, values in shown.items() if values}
    if not is_banded(rules.unit):
        sent["pricing"] = [Pricing.ONE]
    return Form(PricesForm, sent)


def _before(content: OfferDraft, rules: ServiceRules) -> Before:
    usual = rules.bands.calendar
    prices = content.prices if content.prices is not None and content.prices.unit is rules.unit else None
    return Before((content.calendar or usual) if rules.bands.own_bands_allowed else usual, prices)


def checked(form: Form[PricesForm]) -> Form[PricesForm]:
    """The form without what the chosen kind of price does not ask; the form itself gets the errors and loses nothing."""
    idle = _idle_groups(form)
    kept: Sent = {name: values for name, values in form.sent.items() if name.split(".")[0] not in idle}
    reading = Form(PricesForm, kept, key=form.key)
    reading.read()
    fields = ["not_served", *(f"bands.{i}.hours" for i in band_rows(form))] if "bands" not in idle else []
    if errors := unreadable_hours({field: form.value(field) for field in fields}):
        reading.failed(Invalid(errors))
    form.errors = dict(reading.errors)
    return reading


def _idle_groups(form: Form[PricesForm]) -> set[str]:
    pricing = form.value("pricing")
    by_band = pricing == Pricing.BANDS or any(form.all(f"surcharges.{i}.bands") for i in form.rows("surcharges"))
    idle = set() if by_band else {"bands", "not_served"}
    return idle if pricing == Pricing.LENGTH else idle | {"length_prices"}


def read_prices(
    form: Form[PricesForm], content: OfferDraft, rules: ServiceRules, language: Language
) -> tuple[PriceList, BandCalendar | None]:
    """The prices of a form that ``checked`` found readable, and their bands where they are not the organiser's own.

    Raises:
        Invalid: what the form's fields cannot hold; whether the prices are allowed is for ``price_checks``.
    """
    reading, before = checked(form), _before(content, rules)
    calendar = typed_calendar(reading.data, rules.bands, before.calendar, language)
    prices = typed_prices(reading.data, rules.unit, rules.bands, calendar, before, band_rows(form), language)
    return prices, None if calendar == rules.bands.calendar else calendar


def with_prices(content: OfferDraft, form: Form[PricesForm], rules: ServiceRules, language: Language) -> OfferDraft:
    """The draft with the prices of a form.

    Raises:
        Invalid: as ``read_prices``.
    """
    prices, calendar = read_prices(form, content, rules, language)
    return replace(content, prices=prices, calendar=calendar)


# ---- For the page -------------------------------------------------------------------------------------------------


def price_fields(form: Form[PricesForm], limits: PriceLimits) -> dict[str, Any]:
    """All that the macro of the fields asks for: which rows, what is open, the week as it was typed, the limits."""
    rules = limits.rules
    return {
        "rows": {group: answered_rows(form, group) for group in GROUPS},
        "blank_rows": {group: _blank_rows(form, group) for group in GROUPS},
        "open": {name for name, fields in SECTIONS.items() if _says_something(form, fields)},
        "picture": _picture(form, rules) if is_banded(rules.unit) else None,
        "own_bands": rules.bands.own_bands_allowed,
        "coefficients": [(rules.bands.calendar.band(e.band).name, e.coefficient) for e in rules.bands.coefficients],
        "banded": is_banded(rules.unit),
        "unit_key": rules.unit.value,
        "unit": unit_words(rules.unit),
        "other_units": [(unit.value, unit_words(unit)) for unit in rules.other_units],
        "by_length": rules.unit is Unit.VISIT,
        "ceilings": limits.ceilings,
        "calendar": rules.bands.calendar,
        "free": bool(limits.free_by),
    }


def answered_rows(form: Form[PricesForm], group: str) -> list[int]:
    """The rows of a group in which something was written."""
    return [
        i
        for i in form.rows(group)
        if any(v.strip() for n in form.sent if n.startswith(f"{group}.{i}.") for v in form.all(n))
    ]


def band_rows(form: Form[PricesForm]) -> list[int]:
    return answered_rows(form, "bands")


def _blank_rows(form: Form[PricesForm], group: str) -> range:
    """Some rows after the last one: more of them where more were asked for."""
    after = max(answered_rows(form, group), default=-1) + 1
    return range(after, after + BLANK_ROWS[group] + (ADDED_ROWS if form.value(ADD) == group else 0))


def _says_something(form: Form[PricesForm], fields: Iterable[str]) -> bool:
    names = {name.split(".")[0] for name, values in form.sent.items() if any(values) and values != ["included"]}
    wrong = {name.split(".")[0] for name in form.errors}
    return any(field in names or field in wrong or form.value(ADD) == field for field in fields)


def _picture(form: Form[PricesForm], rules: ServiceRules) -> WeekPicture:
    """The week as it was typed, also where it is wrong; what cannot be read leaves a gap."""
    usual = rules.bands.calendar
    if not rules.bands.own_bands_allowed or not (rows := band_rows(form)):
        return week_picture(usual)
    bands = tuple(
        Band(str(i), Text(form.value(f"bands.{i}.name") or "–"), _hours(form.value(f"bands.{i}.hours"))) for i in rows
    )
    return week_picture(replace(usual, bands=bands, not_served=_hours(form.value("not_served"))))


def _hours(text: str) -> Any:
    try:
        return parse_hours(text)
    except UnreadableTimeError:
        return ()


def in_page_words(errors: Iterable[FieldError], form: Form[PricesForm] | None = None) -> list[FieldError]:
    """Errors of a draft under the names of the page's fields; several of one field become one, as a page shows one."""
    by_field: dict[str, Message] = {}
    for error in errors:
        field = _page_field(error.field, form)
        before = by_field.get(field)
        both = (
            error.message if before is None else Message("{first} {second}", {"first": before, "second": error.message})
        )
        by_field[field] = both
    return [FieldError(field, text) for field, text in by_field.items()]


def _page_field(field: str, form: Form[PricesForm] | None) -> str:
    """``calendar.bands.1.hours.0.days`` is the page's ``bands.1.hours``, ``prices.band_prices.1.…`` its price."""
    parts = field.removeprefix("calendar.").removeprefix("prices.").split(".")
    if len(parts) > 2 and parts[1].isdigit():
        return _row_field(parts, form)
    whole = ".".join(parts[:2])
    return PAGE_FIELDS.get(whole, PAGE_FIELDS.get(parts[0], parts[0]))


def _row_field(parts: list[str], form: Form[PricesForm] | None) -> str:
    group, place, name = parts[0], int(parts[1]), parts[2]
    if group == "coefficients":
        return "one_price_cents"
    page_group = PAGE_FIELDS.get(group, group)
    if page_group not in GROUPS:
        return group
    rows = answered_rows(form, page_group) if form is not None else []
    row = rows[place] if place < len(rows) else place
    if page_group == "bands":
        return f"bands.{row}.{'price_cents' if group == 'band_prices' else 'hours'}"
    return f"{page_group}.{row}.{PAGE_FIELDS.get(f'{group}.{name}', name)}"
