"""What stands beside the application: other applications and approvals, and those who do a part of the work."""

from collections.abc import Iterable
from typing import Final

from marketplace.kernel.i18n import message
from onboarding.applications.schemas import ApplicationKind
from onboarding.providers.business_ids import is_business_id
from onboarding.review.checks.facts import CheckFacts
from onboarding.review.checks.making import PROFILE, amber, asked_for, green, red
from onboarding.review.schemas import Check
from onboarding.rulebooks.requirements import RulebookContent

DUPLICATES: Final = message("Other applications and approvals")
SUBCONTRACTORS: Final = message("Subcontractors")
OWN_BOOKS: Final = message("This service's own records")


def checks(facts: CheckFacts, content: RulebookContent) -> Iterable[Check]:
    yield _duplicates(facts)
    yield from _subcontractors(facts, content)


def _duplicates(facts: CheckFacts) -> Check:
    code, day = "duplicates", facts.day
    if facts.open_beside:
        references = ", ".join(facts.open_beside)
        finding = message("Also waiting for the same services and area: {references}.", references=references)
        return amber(code, DUPLICATES, finding, OWN_BOOKS, day)
    if facts.approved_beside:
        references = ", ".join(facts.approved_beside)
        finding = message("Already approved for some of this: {references}.", references=references)
        make = amber if facts.kind is ApplicationKind.NEW else green
        return make(code, DUPLICATES, finding, OWN_BOOKS, day)
    return green(code, DUPLICATES, message("None for the same services and area."), OWN_BOOKS, day)


def _subcontractors(facts: CheckFacts, content: RulebookContent) -> Iterable[Check]:
    for each in facts.subcontractors:
        code = f"subcontractor@{each.id}"
        subject = message("Subcontractor: {name}", name=each.name)
        if not is_business_id(each.business_id):
            yield red(code, subject, message("{id}: this is no business ID.", id=each.business_id), PROFILE)
        elif not each.has_approved_terms:
            yield amber(code, subject, message("{id}. Has not agreed to the same terms.", id=each.business_id), PROFILE)
        else:
            yield green(code, subject, message("{id}: the check digit matches.", id=each.business_id), PROFILE)
    says_so = any(facts.answers.get(slot.key) is True for slot in asked_for(facts, content, "subcontractors.used"))
    if says_so and not facts.subcontractors:
        yield amber("subcontractors", SUBCONTRACTORS, message("They are used, but none is named."), PROFILE)
