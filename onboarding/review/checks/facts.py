"""What the checks look at: loaded once, kept with the decision."""

from datetime import date

import msgspec

from onboarding.applications.schemas import ApplicationKind
from onboarding.providers.profile_schemas import InsuranceView, SubcontractorView, UnitView
from onboarding.providers.schemas import CompanyFacts, ProviderKind
from onboarding.rulebooks.requirements import Answer, RulebookContent, Slot, Subject, slots_for


class FileFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A file attached under a slot. ``issued_on`` is the date on the document, ``added_on`` the day it was attached."""

    slot: str
    name: str
    issued_on: date | None
    added_on: date


class CheckFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One application as it stood on ``day`` (Finnish); ``sent_on`` is the day on which it was sent.

    ``asked_on``: when the business register was last asked. ``units`` are those that the application names.
    ``open_beside`` and ``approved_beside``: references of the provider's other applications to this organiser for some of
    the same services and municipalities, waiting and approved.
    """

    day: date
    sent_on: date
    kind: ApplicationKind
    provider_name: str
    provider_kind: ProviderKind
    business_id: str | None
    public_id: str
    company: CompanyFacts | None
    asked_on: date | None
    service_classes: tuple[str, ...]
    units: tuple[UnitView, ...]
    subjects: tuple[Subject, ...]
    insurance: tuple[InsuranceView, ...]
    subcontractors: tuple[SubcontractorView, ...]
    answers: dict[str, Answer]
    files: tuple[FileFacts, ...]
    open_beside: tuple[str, ...]
    approved_beside: tuple[str, ...]

    def slots(self, content: RulebookContent) -> list[Slot]:
        """What the rulebook asks of this application, hidden questions left out."""
        groups = slots_for(content, self.service_classes, self.subjects, self.answers)
        return [slot for group in groups for slot in group.slots]

    def newest_file(self, slot: str) -> FileFacts | None:
        """Of several files the one that was issued last."""
        files = [each for each in self.files if each.slot == slot]
        return max(files, key=lambda each: (each.issued_on or date.min, each.added_on), default=None)
