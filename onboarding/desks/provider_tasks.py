"""What a provider has to do now, and by when: gathered from its applications, its approvals, its profile and compliance."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.i18n import Message, counted, message
from onboarding.applications import drafts as applications
from onboarding.applications.schemas import ApplicationKind, ApplicationSummary, Milestone
from onboarding.applications.states import ApplicationStatus
from onboarding.approvals.schemas import ApprovalView
from onboarding.approvals.states import ApprovalStatus
from onboarding.compliance import reading as compliance
from onboarding.compliance.schemas import CaseFilters, CaseSummary
from onboarding.compliance.states import CaseKind
from onboarding.compliance.words import thing_words
from onboarding.providers.expiring import ExpiringKind, expiring_things
from onboarding.providers.labels import ACCOUNT_WORDS
from onboarding.providers.profile_schemas import Section, SectionState
from onboarding.providers.schemas import PayoutAccountView
from onboarding.scoping import acting_provider

LOOK_AHEAD_DAYS: Final = 60
RENEW_DAYS: Final = 90
MOST: Final = 10
CLOSED_IN_VAIN: Final = frozenset({ApplicationStatus.WITHDRAWN, ApplicationStatus.REJECTED})
APPLICATIONS: Final = "/provider/applications"
PROFILE: Final = "/provider/profile"
ACCOUNT: Final = "/provider/payout-account"
SECTIONS: Final = {
    ExpiringKind.CERTIFICATE: f"{PROFILE}/certificates",
    ExpiringKind.INSURANCE: f"{PROFILE}/insurance",
    ExpiringKind.SELF_MONITORING_PLAN: f"{PROFILE}/units",
}


class ToDo(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do, with the page where it is done and the last Finnish day for it, if there is one."""

    text: Message
    href: str
    until: date | None = None

    @property
    def is_late(self) -> bool:
        return self.until is not None and self.until < today()


async def things_to_do(
    actor: Actor,
    own: list[ApplicationSummary],
    approved: list[ApprovalView],
    sections: list[SectionState],
    account: PayoutAccountView | None,
) -> list[ToDo]:
    """What waits for the actor: what has a day first, soonest first. A worker is told only of what workers may do."""
    is_admin = actor.has_role(Role.PROVIDER_ADMIN)
    ending = _ending_approvals(approved, own) if is_admin else []
    found = [*await _requests(actor, own), *await _cases(actor, {each.id for each in ending}), *_renewals(ending)]
    if is_admin:
        found += [*_drafts(own), *await _ending(actor, bool(approved))]
        found += [*_account(account), *_profile(sections), *_first_steps(own)]
    return sorted(found, key=lambda each: each.until or date.max)


async def _requests(actor: Actor, own: list[ApplicationSummary]) -> list[ToDo]:
    asked = [each for each in own if each.status is ApplicationStatus.INFORMATION_REQUESTED][:MOST]
    return [
        ToDo(
            text=message("{organiser} asks for more information ({reference})", organiser=each.organiser_name, reference=each.reference),
            href=f"{APPLICATIONS}/{each.id}", until=await _answer_due(actor, each),
        )
        for each in asked
    ]  # fmt: skip


async def _answer_due(actor: Actor, summary: ApplicationSummary) -> date | None:
    view = await applications.application_for_applicant(actor, summary.id)
    return next((step.on for step in view.steps if step.step is Milestone.ANSWER_DUE), None)


async def _cases(actor: Actor, ending: set[UUID]) -> list[ToDo]:
    """What compliance waits for; that an approval ends is said where its renewal is."""
    found = await compliance.cases_of_provider(actor, CaseFilters())
    told = [
        each for each in found.items if each.kind is not CaseKind.APPROVAL_EXPIRING or each.approval_id not in ending
    ]
    return [_case(each) for each in told[:MOST]]


def _case(case: CaseSummary) -> ToDo:
    what = thing_words(case.kind, case.thing, case.name)
    return ToDo(
        text=message("For {organiser}: {what}", organiser=case.organiser_name, what=what),
        href=f"/provider/compliance/{case.id}", until=case.hearing_until or case.deadline or case.due_on,
    )  # fmt: skip


def _drafts(own: list[ApplicationSummary]) -> list[ToDo]:
    drafts = [each for each in own if each.status is ApplicationStatus.DRAFT][:MOST]
    return [
        ToDo(
            text=message("Finish the application to {organiser}", organiser=each.organiser_name),
            href=f"{APPLICATIONS}/{each.id}",
        )
        for each in drafts
    ]


def _first_steps(own: list[ApplicationSummary]) -> list[ToDo]:
    return [] if own else [ToDo(text=message("Apply to an organiser"), href=f"{APPLICATIONS}/new")]


def _ending_approvals(approved: list[ApprovalView], own: list[ApplicationSummary]) -> list[ApprovalView]:
    """Approvals that end soon and that no application renews yet."""
    renewed = {
        each.previous_approval_id
        for each in own
        if each.kind is ApplicationKind.RENEWAL and each.status not in CLOSED_IN_VAIN
    }
    last = today() + timedelta(days=RENEW_DAYS)
    return [
        each
        for each in approved
        if each.valid_to and today() <= each.valid_to <= last
        and each.status is ApprovalStatus.IN_FORCE and each.id not in renewed
    ]  # fmt: skip


def _renewals(ending: list[ApprovalView]) -> list[ToDo]:
    return [
        ToDo(
            text=message("Renew the approval by {organiser}", organiser=each.organiser_name),
            href=f"/provider/approvals/{each.id}", until=each.valid_to,
        )
        for each in ending
    ]  # fmt: skip


async def _ending(actor: Actor, is_approved: bool) -> list[ToDo]:
    """Before the first approval nobody else reminds of what ends; after it, compliance does."""
    if is_approved:
        return []
    found = await expiring_things(today(), LOOK_AHEAD_DAYS, providers=[acting_provider(actor)])
    return [
        ToDo(text=message("{what} ends", what=each.what), href=SECTIONS[each.kind], until=each.expires_on)
        for each in found[:MOST]
    ]


def _account(account: PayoutAccountView | None) -> list[ToDo]:
    """An account at Stripe that waits for the provider; that there is none at all is said by the profile."""
    if account is None:
        return []
    if account.problem or account.is_failing:
        return [ToDo(text=message("The payout account could not be made: see why"), href=ACCOUNT)]
    name, tone, _ = ACCOUNT_WORDS[account.state]
    if account.stripe_account_id and tone in {"wait", "bad"}:
        return [ToDo(text=message("Payout account: {state}", state=name), href=ACCOUNT)]
    return []


def _profile(sections: list[SectionState]) -> list[ToDo]:
    open_ones = [each for each in sections if each.missing and not each.is_optional]
    if not open_ones:
        return []
    if [each.section for each in open_ones] == [Section.PAYOUT_ACCOUNT]:
        return [ToDo(text=message("Choose where you are paid"), href=ACCOUNT)]
    text = counted(
        "Complete the profile: {count} section is unfinished", "Complete the profile: {count} sections are unfinished",
        count=len(open_ones),
    )  # fmt: skip
    return [ToDo(text=text, href=PROFILE)]
