"""Profiles of providers, with something in every section."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from marketplace.kernel.clock import today
from onboarding.providers import certificates, profile_editing
from onboarding.providers.profile import (
    CERTIFICATE_ROWS,
    CONTACTS,
    INSURANCES,
    SUBCONTRACTORS,
    UNITS,
    Rows,
)
from onboarding.providers.profile_schemas import (
    Certificate,
    CertificateKind,
    Contact,
    ContactRole,
    Insurance,
    InsuranceKind,
    Premises,
    ServiceLanguages,
    SoteriRegistration,
    Staff,
    Subcontracting,
    Subcontractor,
    Unit,
)
from tests.factories.onboarding import PDF, Applicant

DAY = timedelta(days=1)


def a_unit(**changes: Any) -> Unit:
    return Unit(**{
        "name": "Kallion tiimi", "municipality": "091", "soteri_id": "s-123456", "staff": 8,
        "self_monitoring_url": "https://example.org/omavalvonta", "self_monitoring_on": today() - 30 * DAY, **changes,
    })  # fmt: skip


def tax(**changes: Any) -> Certificate:
    return Certificate(**{"kind": CertificateKind.TAX, "issued_on": today() - 5 * DAY, **changes})


async def fill_profile(applicant: Applicant) -> None:
    """Writes something into every section of a provider's profile."""
    me = applicant.actor
    await profile_editing.add_row(me, UNITS, a_unit())
    liability = Insurance(kind=InsuranceKind.LIABILITY, insurer="Turva", valid_to=today() + 20 * DAY)
    await profile_editing.add_row(me, INSURANCES, liability)
    await certificates.add_certificate(me, tax(expires_on=today() + 10 * DAY), "verot.pdf", PDF)
    await certificates.add_certificate(me, tax(kind=CertificateKind.PENSION), "elake.pdf", PDF)
    await profile_editing.save_soteri(me, SoteriRegistration(soteri_id="1.2.246.10.12345678.10.0"))
    await profile_editing.save_staff(
        me, Staff(registered_nurses=2, practical_nurses=5, others=1, full_time=Decimal("7.5"))
    )
    await profile_editing.save_languages(me, ServiceLanguages(languages=["sv", "fi"]))
    await profile_editing.save_premises(me, Premises(has_premises=True, is_accessible=True))
    await profile_editing.save_subcontracting(me, Subcontracting(is_used=False))
    contact = Contact(role=ContactRole.BILLING, name="Lasse", email="laskut@example.org", phone="040 1234567")
    await profile_editing.add_row(me, CONTACTS, contact)


async def profile_places(applicant: Applicant) -> dict[str, str]:
    """Fills the profile, and says at which addresses its rows stand, for those who walk every page."""
    await fill_profile(applicant)
    apu = Subcontractor(name="Apu Oy", business_id="2077474-0", does="Siivous", has_approved_terms=True)
    await profile_editing.add_row(applicant.actor, SUBCONTRACTORS, apu)
    lists: tuple[Rows[Any], ...] = (CONTACTS, UNITS, INSURANCES, CERTIFICATE_ROWS, SUBCONTRACTORS)
    places: dict[str, str] = {}
    for rows in lists:
        base = f"/provider/profile/{rows.section.value}"
        places[f"{base}/{{row_id}}"] = f"{base}/{(await rows.of(applicant.provider.id))[0].id}"
    return places
