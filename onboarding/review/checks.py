"""Automatic checks of an application: what a machine can see, with its evidence. People decide."""

from collections.abc import Iterable
from uuid import UUID

from marketplace.kernel.clock import HELSINKI
from marketplace.kernel.db import Row, fetch
from marketplace.kernel.i18n import Message, message
from onboarding.applications.schemas import ApplicationSummary
from onboarding.applications.states import Capability, statuses_with
from onboarding.providers.schemas import CompanyFacts, FactsSource, ProviderView
from onboarding.review.schemas import Check, CheckLevel

GREEN, AMBER, RED = CheckLevel.GREEN, CheckLevel.AMBER, CheckLevel.RED

BUSINESS_ID = message("Business ID")
FACTS = message("Business register (YTJ)")
PREPAYMENT = message("Prepayment register")
EMPLOYER = message("Employer register")
SITUATION = message("Bankruptcy, liquidation or end of business")
DUPLICATES = message("Other applications and approvals")
SITUATIONS = {
    "KONK": message("bankruptcy"),
    "SANE": message("restructuring"),
    "SELTILA": message("liquidation"),
}
"""YTJ's codes of a company's situation that we have words for; others are shown as they are."""

OPEN_BESIDE = """
select reference from application where provider_id = $1 and organiser_id = $2 and id <> $3 and status = any($4::varchar[])
    and service_classes && $5::varchar[] and municipality_codes && $6::varchar[] order by reference
"""
APPROVED_BESIDE = """
select a.reference from approval p join application a on a.id = p.application_id
where p.provider_id = $1 and p.organiser_id = $2 and p.application_id <> $3 and p.status = 'in_force'
    and p.service_classes && $4::varchar[] and p.municipality_codes && $5::varchar[] order by a.reference
"""


async def checks_of(application: ApplicationSummary, provider: ProviderView) -> list[Check]:
    """The checks of one application, in the order in which a reviewer reads them."""
    return [
        Check(
            level=GREEN, subject=BUSINESS_ID, finding=message("{id}: the check digit matches.", id=provider.business_id)
        ),
        _facts(provider),
        *(_registers(provider.facts) if provider.facts else ()),
        await _duplicates(application),
    ]


def _facts(provider: ProviderView) -> Check:
    if provider.facts is None:
        unverified = message("Nothing was found or YTJ did not answer: name and form are the applicant's own words.")
        return Check(level=AMBER, subject=FACTS, finding=unverified)
    facts = provider.facts
    day = facts.fetched_at.astimezone(HELSINKI).date()
    if facts.source is FactsSource.YTJ_DOUBLE:
        finding = message("{name}, from the test stand-in for YTJ, {day}. Not real data.", name=facts.name, day=day)
        return Check(level=AMBER, subject=FACTS, finding=finding)
    return Check(level=GREEN, subject=FACTS, finding=message("{name}, from YTJ, {day}.", name=facts.name, day=day))


def _registers(facts: CompanyFacts) -> Iterable[Check]:
    since = facts.prepayment_register
    if since is None:
        missing = message("Not in the register. The Voucher Act requires it.")
        yield Check(level=RED, subject=PREPAYMENT, finding=missing)
    else:
        yield Check(level=GREEN, subject=PREPAYMENT, finding=message("In the register since {day}.", day=since))
    if facts.employer_register is None:
        absent = message("Not in the register. It must be, when there are regular employees.")
        yield Check(level=AMBER, subject=EMPLOYER, finding=absent)
    else:
        found = message("In the register since {day}.", day=facts.employer_register)
        yield Check(level=GREEN, subject=EMPLOYER, finding=found)
    yield Check(level=GREEN if _is_sound(facts) else RED, subject=SITUATION, finding=_situation(facts))


def _is_sound(facts: CompanyFacts) -> bool:
    return not facts.situations and facts.ended_on is None


def _situation(facts: CompanyFacts) -> Message:
    if facts.ended_on is not None:
        return message("The company has ended on {day}.", day=facts.ended_on)
    if facts.situations:
        first = facts.situations[0]
        return message("The register tells of: {situation}.", situation=SITUATIONS.get(first, first))
    return message("None in the register.")


async def _duplicates(application: ApplicationSummary) -> Check:
    scope = (list(application.service_classes), list(application.municipalities))
    whose: tuple[UUID, UUID, UUID] = (application.provider_id, application.organiser_id, application.id)
    open_beside = await fetch(OPEN_BESIDE, *whose, statuses_with(Capability.BE_REVIEWED), *scope)
    approved = await fetch(APPROVED_BESIDE, *whose, *scope)
    if open_beside:
        text = message("Also waiting for the same services and area: {references}.", references=_listed(open_beside))
        return Check(level=AMBER, subject=DUPLICATES, finding=text)
    if approved:
        text = message("Already approved for some of this: {references}.", references=_listed(approved))
        return Check(level=AMBER, subject=DUPLICATES, finding=text)
    return Check(level=GREEN, subject=DUPLICATES, finding=message("None for the same services and area."))


def _listed(rows: list[Row]) -> str:
    return ", ".join(row["reference"] for row in rows)
