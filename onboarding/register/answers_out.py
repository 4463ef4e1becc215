"""The register as the API gives it out, in the reader's language."""

from datetime import date
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Language
from onboarding.register.schemas import RegisterPage


class RegisterEntryOut(msgspec.Struct, frozen=True, kw_only=True):
    """One approval in force. Service classes and municipalities are codes (see ``/api/v1/service-classes``)."""

    business_id: str
    name: str
    organiser: str
    organiser_id: UUID
    status: str
    service_classes: list[str]
    municipalities: list[str]
    valid_from: date
    valid_to: date | None


class RegisterOut(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the register. ``next`` is null on the last one."""

    items: list[RegisterEntryOut]
    next: str | None


def register_out(found: RegisterPage, language: Language) -> RegisterOut:
    """The register with organisers' names in the reader's language."""
    items = [
        RegisterEntryOut(
            business_id=each.business_id,
            name=each.name,
            organiser=each.organiser.in_language(language),
            organiser_id=each.organiser_id,
            status="approved",
            service_classes=list(each.service_classes),
            municipalities=list(each.municipalities),
            valid_from=each.valid_from,
            valid_to=each.valid_to,
        )
        for each in found.items
    ]
    return RegisterOut(items=items, next=found.next)
