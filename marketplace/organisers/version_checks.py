"""What is wrong with a version of a voucher product before anybody is paid by it. Pure."""

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.reference import service_class
from marketplace.organisers.schemas import Caps, Product, VersionDraft
from marketplace.pricing.bands import BandCalendar, check_bands
from marketplace.pricing.limits import CapPeriod, limit_errors
from marketplace.pricing.prices import UNIT_WORDS, Unit
from marketplace.pricing.values import check_value_rule

YEARS = (1990, 2100)
_TIMES = (Unit.DAY, Unit.WEEK, Unit.MONTH)
"""Times over which a value can be pooled: a day's, week's or month's value for services sold in shorter or other units."""


def version_errors(found: Product, draft: VersionDraft, calendar: BandCalendar) -> list[FieldError]:
    """Everything wrong with a version: its bands, rule, unit, caps and days, by field."""
    errors = [FieldError(f"calendar.{error.field}", error.message) for error in check_bands(calendar)]
    errors += [
        FieldError(f"value_rule.{error.field}", error.message) for error in check_value_rule(draft.value_rule, calendar)
    ]
    units = service_class(found.service_class).units
    if not any(_pays_for(draft.value_rule.unit, unit) for unit in units):
        errors.append(FieldError("value_rule.unit", _wrong_unit(units[0])))
    errors += _cap_errors(draft.caps, draft.value_rule.unit)
    if not YEARS[0] <= draft.valid_from.year <= YEARS[1]:
        errors.append(
            FieldError("valid_from", message("Give a year from {first} to {last}.", first=YEARS[0], last=YEARS[1]))
        )
    if draft.valid_to is not None and draft.valid_to < draft.valid_from:
        errors.append(FieldError("valid_to", message("The last day cannot be before the first day.")))
    return errors


def _pays_for(value_unit: Unit, unit: Unit) -> bool:
    """Whether a value per one unit can pay for a service in another: its own, or a longer time that pools it."""
    longer = _TIMES[_TIMES.index(unit) + 1 :] if unit in _TIMES else _TIMES
    return value_unit is unit or value_unit in longer


def _cap_errors(caps: Caps, unit: Unit) -> list[FieldError]:
    """What is wrong with the caps, under their own names: ``caps.minutes_per_week``."""
    spans = {CapPeriod.WEEK: "per_week", CapPeriod.MONTH: "per_month", CapPeriod.PERIOD: "in_all"}
    limits, errors = caps.limits, list[FieldError]()
    for error in limit_errors(limits, unit):
        _, number, *name = error.field.split(".")
        span = spans[limits.caps[int(number)].period]
        errors.append(FieldError(f"caps.{name[0] if name else 'minutes'}_{span}", error.message))
    return errors


def _wrong_unit(unit: Unit) -> Message:
    return message("This service is priced by the {unit}. Give the value for that unit.", unit=UNIT_WORDS[unit])
