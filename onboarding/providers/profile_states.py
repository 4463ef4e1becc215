"""How complete a profile is: what each section still lacks, in words."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final

from marketplace.kernel.clock import today
from marketplace.kernel.i18n import Message, message
from onboarding.providers.expiring import PLAN_DAYS
from onboarding.providers.profile_facts import facts_in, newest_certificate
from onboarding.providers.profile_schemas import (
    CERTIFICATE_NAMES,
    CertificateKind,
    ProfileView,
    Section,
    SectionState,
)
from onboarding.providers.schemas import ProviderKind

FRESH_DAYS: Final = 90
"""Rulebooks want certificates of at most about three months; here it is only a hint."""

OF_PEOPLE: Final = (Section.COMPANY, Section.LANGUAGES, Section.PAYOUT_ACCOUNT)
"""What a person of the close network fills in: no company, no units, no certificates."""

OPTIONAL: Final = frozenset({Section.SOTERI, Section.CONTACTS, Section.PREMISES})
WANTED: Final = (CertificateKind.TAX, CertificateKind.PENSION)

Problems = Iterable[Message]


def states_of(profile: ProfileView, *, has_account: bool, day: date | None = None) -> list[SectionState]:
    """Every section that concerns this kind of provider, with what it lacks on a Finnish day (today by default)."""
    is_person = profile.provider.kind is ProviderKind.CLOSE_NETWORK
    sections = OF_PEOPLE if is_person else tuple(Section)
    return [
        SectionState(
            section=section,
            missing=_account(has_account=has_account)
            if section is Section.PAYOUT_ACCOUNT
            else tuple(_CHECKS[section](profile, day or today())),
            is_optional=section in OPTIONAL,
        )
        for section in sections
    ]


def _account(*, has_account: bool) -> tuple[Message, ...]:
    return () if has_account else (message("Choose where you are paid."),)


def _company(profile: ProfileView, _day: date) -> Problems:
    provider = profile.provider
    if provider.facts_unverified and provider.business_id is not None:
        yield message("The business register has not confirmed the details.")


def _contacts(profile: ProfileView, _day: date) -> Problems:
    if not profile.contacts:
        yield message("Add the people to contact about billing, quality and emergencies.")


def _soteri(profile: ProfileView, _day: date) -> Problems:
    if profile.soteri is None:
        yield message("Write the id of your registration in Soteri.")


def _units(profile: ProfileView, day: date) -> Problems:
    if not profile.open_units:
        yield message("Add at least one service unit.")
    for unit in profile.open_units:
        if not unit.soteri_id:
            yield message("{name}: the Soteri id is missing.", name=unit.name)
        if not unit.self_monitoring_url:
            yield message("{name}: the link to the self-monitoring plan is missing.", name=unit.name)
        if unit.self_monitoring_on is None or (day - unit.self_monitoring_on).days > PLAN_DAYS:
            yield message("{name}: look through the self-monitoring plan and write its new date.", name=unit.name)


def _premises(profile: ProfileView, _day: date) -> Problems:
    if profile.premises is None:
        yield message("Say whether you have premises for clients.")


def _staff(profile: ProfileView, _day: date) -> Problems:
    if profile.staff is None:
        yield message("Write the numbers of staff.")


def _languages(profile: ProfileView, _day: date) -> Problems:
    if profile.languages is None:
        yield message("Choose the languages in which you serve.")


def _insurance(profile: ProfileView, day: date) -> Problems:
    if "insurance.liability" not in facts_in(profile, day).values:
        yield message("Add a liability insurance that is in force.")


def _certificates(profile: ProfileView, day: date) -> Problems:
    for kind in WANTED:
        newest = newest_certificate(profile.certificates, kind, day)
        if newest is None:
            yield message("{what} is missing.", what=CERTIFICATE_NAMES[kind])
        elif (day - newest.issued_on).days > FRESH_DAYS:
            yield message("{what} is more than three months old.", what=CERTIFICATE_NAMES[kind])


def _subcontractors(profile: ProfileView, _day: date) -> Problems:
    if profile.subcontractors:
        return
    if profile.subcontracting is None:
        yield message("Say whether you use subcontractors.")
    elif profile.subcontracting.is_used:
        yield message("Add the subcontractors that you use.")


_CHECKS: Mapping[Section, Callable[[ProfileView, date], Problems]] = {
    Section.COMPANY: _company,
    Section.CONTACTS: _contacts,
    Section.SOTERI: _soteri,
    Section.UNITS: _units,
    Section.PREMISES: _premises,
    Section.STAFF: _staff,
    Section.LANGUAGES: _languages,
    Section.INSURANCE: _insurance,
    Section.CERTIFICATES: _certificates,
    Section.SUBCONTRACTORS: _subcontractors,
}
