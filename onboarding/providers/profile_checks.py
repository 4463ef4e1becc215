"""What an edit of the profile must be beyond the bounds of its fields: dates in order, ids that can be, known places."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from msgspec.structs import replace

from marketplace.kernel.clock import today
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Message, message
from marketplace.organisers.reference import is_municipality
from onboarding.providers.business_ids import read_business_id
from onboarding.providers.profile_schemas import (
    LANGUAGES_OF_SERVICE,
    Certificate,
    CertificateKind,
    Edit,
    Insurance,
    Premises,
    ServiceLanguages,
    SoteriRegistration,
    Staff,
    Subcontractor,
    Unit,
)
from onboarding.providers.soteri import is_soteri_id, soteri_id

EditT = TypeVar("EditT", bound=Edit)
Problems = Iterable[tuple[str, Message]]

FIRST, LAST = date(1900, 1, 1), date(2200, 12, 31)
MOST_POSTS = Decimal(100_000)
NO_SUCH_DAY = message("Write a date between 1900 and 2200.")
IN_FUTURE = message("This date is in the future.")
WRONG_ORDER = message("The end is before the beginning.")
NOT_SOTERI = message("This does not look like an id of Soteri. Copy it from the register's decision or extract.")


def checked(edit: EditT) -> EditT:
    """The edit in the form that is kept: ids in their one way of writing.

    Raises:
        Invalid: it cannot be; every field is named.
    """
    check: Callable[[Any], Problems] | None = _CHECKS.get(type(edit))
    found = [FieldError(field, text) for field, text in (check(edit) if check else ())]
    if found:
        raise Invalid(found)
    return _as_kept(edit)


def _as_kept(edit: EditT) -> EditT:
    if isinstance(edit, (Unit, SoteriRegistration)):
        return replace(edit, soteri_id=soteri_id(edit.soteri_id))
    if isinstance(edit, Subcontractor):
        return replace(edit, business_id=read_business_id(edit.business_id))
    if isinstance(edit, ServiceLanguages):
        return replace(edit, languages=[code for code in LANGUAGES_OF_SERVICE if code in edit.languages])
    return edit


def _unit(unit: Unit) -> Problems:
    if unit.municipality and not is_municipality(unit.municipality):
        yield "municipality", message("Choose a municipality of the list.")
    if unit.soteri_id.strip() and not is_soteri_id(unit.soteri_id):
        yield "soteri_id", NOT_SOTERI
    yield from _past("self_monitoring_on", unit.self_monitoring_on)


def _soteri(registration: SoteriRegistration) -> Problems:
    if not is_soteri_id(registration.soteri_id):
        yield "soteri_id", NOT_SOTERI
    yield from _past("registered_on", registration.registered_on)


def _insurance(insurance: Insurance) -> Problems:
    yield from _possible("valid_from", insurance.valid_from)
    yield from _possible("valid_to", insurance.valid_to)
    if insurance.valid_from and insurance.valid_to and insurance.valid_to < insurance.valid_from:
        yield "valid_to", WRONG_ORDER


def _certificate(certificate: Certificate) -> Problems:
    yield from _past("issued_on", certificate.issued_on)
    yield from _possible("expires_on", certificate.expires_on)
    if certificate.expires_on and certificate.expires_on < certificate.issued_on:
        yield "expires_on", WRONG_ORDER
    if certificate.kind is CertificateKind.OTHER and not certificate.title.strip():
        yield "title", message("Write what the certificate is.")


def _subcontractor(subcontractor: Subcontractor) -> Problems:
    try:
        read_business_id(subcontractor.business_id)
    except Invalid as invalid:
        yield from ((each.field, each.message) for each in invalid.fields)


def _languages(languages: ServiceLanguages) -> Problems:
    if set(languages.languages) - set(LANGUAGES_OF_SERVICE):
        yield "languages", message("Choose languages of the list.")


def _staff(staff: Staff) -> Problems:
    if not staff.full_time.is_finite() or not 0 <= staff.full_time <= MOST_POSTS:
        yield "full_time", message("Write a number from 0 to 100,000, such as 7,5.")
    elif staff.full_time != round(staff.full_time, 2):
        yield "full_time", message("Write at most two decimals.")
    elif staff.full_time > staff.total:
        yield "full_time", message("There cannot be more full-time posts than people: you have {count}.", count=staff.total)  # fmt: skip


def _premises(premises: Premises) -> Problems:
    if premises.has_premises and premises.is_accessible is None:
        yield "is_accessible", message("Say whether the premises are accessible.")


def _possible(field: str, day: date | None) -> Problems:
    """PostgreSQL reads the first and last days of the calendar as infinite: no real date comes near them."""
    if day is not None and not FIRST <= day <= LAST:
        yield field, NO_SUCH_DAY


def _past(field: str, day: date | None) -> Problems:
    yield from _possible(field, day)
    if day is not None and today() < day <= LAST:
        yield field, IN_FUTURE


_CHECKS: dict[type[Edit], Callable[[Any], Problems]] = {
    Unit: _unit,
    SoteriRegistration: _soteri,
    Insurance: _insurance,
    Certificate: _certificate,
    Subcontractor: _subcontractor,
    ServiceLanguages: _languages,
    Staff: _staff,
    Premises: _premises,
}
