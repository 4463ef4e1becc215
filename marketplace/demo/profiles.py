"""The profiles of the demonstration's providers: kept once, and read by every application that they make."""

from datetime import date, timedelta

from marketplace.demo.papers import certificate
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from onboarding.providers import profile_editing as editing
from onboarding.providers.certificates import add_certificate
from onboarding.providers.profile import CONTACTS, INSURANCES, UNITS
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
    Unit,
    UnitView,
)

ISSUED_DAYS_AGO = 12
FILES = {
    CertificateKind.TAX: "verotodistus.pdf",
    CertificateKind.PENSION: "elakevakuutus.pdf",
    CertificateKind.ACCIDENT: "tapaturmavakuutus.pdf",
    CertificateKind.LIABILITY_INSURANCE: "vastuuvakuutus.pdf",
    CertificateKind.PATIENT_INSURANCE: "potilasvakuutus.pdf",
}


async def fill_profile(
    actor: Actor, *, contact: Contact, unit: Unit, number: str, staff: int, languages: list[str], insured_to: date
) -> UnitView:
    """Everything that organisers ask for, as of the clock's day. ``number``: the end of its number in Soteri."""
    await editing.add_row(actor, CONTACTS, contact)
    await editing.save_soteri(actor, SoteriRegistration(soteri_id=f"1.2.246.10.{number}", registered_on=today()))
    made = await editing.add_row(actor, UNITS, unit)
    await editing.save_premises(actor, Premises(has_premises=True, is_accessible=True, description="Katutasossa."))
    qualified = max(staff * 2 // 3, 2)
    await editing.save_staff(
        actor,
        Staff(registered_nurses=1, practical_nurses=qualified - 1, carers_without_degree=max(staff - qualified, 0)),
    )
    await editing.save_languages(actor, ServiceLanguages(languages=languages))
    await editing.save_subcontracting(actor, Subcontracting(is_used=False))
    await _insure(actor, number, insured_to)
    await add_certificates(actor)
    return made


async def add_certificates(actor: Actor) -> None:
    """A set of certificates that are fresh on the clock's day."""
    for kind, name in FILES.items():
        issued = Certificate(kind=kind, issued_on=today() - timedelta(days=ISSUED_DAYS_AGO))
        await add_certificate(actor, issued, name, certificate(name.removesuffix(".pdf")))


async def _insure(actor: Actor, number: str, until: date) -> None:
    for kind in (InsuranceKind.LIABILITY, InsuranceKind.PATIENT):
        policy = f"ESIM-{number}-{kind[:1].upper()}"
        cover = Insurance(
            kind=kind, insurer="Esimerkkivakuutus Oy", policy_number=policy, valid_from=today(), valid_to=until
        )
        await editing.add_row(actor, INSURANCES, cover)


def contact_of(name: str, email: str, phone: str) -> Contact:
    return Contact(role=ContactRole.GENERAL, name=name, email=email, phone=phone)
