"""Decisions on applications: made once, written into the book, told to the applicant. Who comes second is told."""

from datetime import date, timedelta
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch_value, transactional
from marketplace.kernel.errors import IllegalTransition, Refused
from marketplace.kernel.i18n import Language, Message, Text, message, translate
from onboarding.applications.drafts import OWNER
from onboarding.applications.requests import open_request_of
from onboarding.applications.schemas import Receipt
from onboarding.applications.states import REVIEWER, ApplicationAction, ApplicationStatus
from onboarding.approvals.approvals import grant_approval
from onboarding.approvals.decision_book import write_decision
from onboarding.approvals.decision_grounds import grounds_of, person_name, tell_party
from onboarding.approvals.decision_schemas import CheckSeen, DecisionNames, DecisionView, NewDecision
from onboarding.approvals.schemas import ApprovalTerms
from onboarding.review.assignment import closed, sent, taken
from onboarding.review.checks.snapshots import keep_snapshot
from onboarding.review.decision_schemas import DecisionWish, PlannedDecision, Proposer
from onboarding.review.planning import ACTIONS, plan, rectangles
from onboarding.rulebooks.requirements import RulebookContent
from onboarding.rulebooks.versions import rulebook_version

DECIDE = """
update application set status = $2, decided_by = $3, decided_at = $4, changed_at = $4, decision_reasons = $5 where id = $1
"""
LAST_DAY_BEFORE = "select valid_to from approval where id = $1"


@transactional()
async def decide(actor: Actor, application_id: UUID, wish: DecisionWish) -> Receipt:
    """Approves all or part of what was applied for, or rejects it. Final: only an appeal changes a decision.

    Raises:
        Invalid: see ``planning.plan``.
        Refused: the rulebook wants a second person: ``propose`` it (``four_eyes``). Or something is refused while the
            applicant may still answer what it was asked (``answer_awaited``).
        Conflict: it was decided or withdrawn already (by whom and when is said), or a colleague has it.
    """
    row, _ = await deciding(actor, application_id, ApplicationAction.APPROVE)
    content = await content_of(row)
    if content.decision.four_eyes:
        text = message(
            "Your organisation's decisions are confirmed by a second person. Propose this one to a colleague."
        )
        raise Refused(text, code="four_eyes")
    planned = await planned_for(row, content, wish)
    await refuse_unheard(application_id, planned)
    status = REVIEWER.after(ApplicationStatus(row["status"]), ACTIONS[planned.outcome])
    return await make(actor, row, status, planned)


async def approve(actor: Actor, application_id: UUID, terms: ApprovalTerms) -> Receipt:
    """Approves all that was applied for; see ``decide``."""
    wish = DecisionWish(valid_from=terms.valid_from, valid_to=terms.valid_to, conditions=terms.conditions)
    return await decide(actor, application_id, wish)


async def reject(actor: Actor, application_id: UUID, reasons: str) -> Receipt:
    """Rejects an application with reasons in the reviewer's own words; see ``decide``."""
    return await decide(actor, application_id, DecisionWish(approved=(), words=reasons))


async def deciding(actor: Actor, application_id: UUID, action: ApplicationAction) -> tuple[Row, ApplicationStatus]:
    """The locked row and the status that follows. Who comes second is told what the first one did.

    Raises:
        NotFound: nothing of the kind was sent to the actor's organiser.
        Conflict: it was decided or withdrawn already, or a colleague has it.
    """
    row = await sent(actor, application_id)
    try:
        status = REVIEWER.after(ApplicationStatus(row["status"]), action)
    except IllegalTransition as refusal:
        raise await closed(row, refusal.code) from None
    if row["claimed_by"] not in {None, actor.person_id}:
        raise await taken(row)
    return row, status


async def content_of(row: Row) -> RulebookContent:
    """The rulebook that the application was sent under, and is judged by."""
    return (await rulebook_version(row["rulebook_version_id"])).content


async def planned_for(row: Row, content: RulebookContent, wish: DecisionWish) -> PlannedDecision:
    """What the wish comes to for this application.

    Raises:
        Invalid: see ``planning.plan``.
    """
    return plan(wish, (row["service_classes"], row["municipality_codes"]), content, await first_day_of(row))


async def refuse_unheard(application_id: UUID, planned: PlannedDecision) -> None:
    """Nothing is refused before the day until which the applicant was asked to answer.

    Administrative Procedure Act 434/2003, sections 33 and 34: a set time to complete an application is kept to.

    Raises:
        Refused: that day has not passed (``answer_awaited``).
    """
    request = await open_request_of(application_id)
    if planned.refused and request is not None and request["due_on"] is not None and request["due_on"] >= today():
        text = message(
            "The applicant can answer until {day}. Nothing can be refused before that.", day=request["due_on"]
        )
        raise Refused(text, code="answer_awaited")


async def first_day_of(row: Row) -> date:
    """Today; a renewal begins where the approval before it ends."""
    before = await fetch_value(LAST_DAY_BEFORE, row["previous_approval_id"]) if row["kind"] == "renewal" else None
    return max(today(), before + timedelta(days=1)) if before and before < date.max else today()


async def make(
    actor: Actor, row: Row, status: ApplicationStatus, planned: PlannedDecision, proposer: Proposer | None = None
) -> Receipt:
    """Makes a planned decision within the caller's unit of work; by two people where it was proposed by another."""
    checks = await _checks_seen(actor, row["id"])
    decided_by = proposer.person_id if proposer else actor.person_id
    grounds = await grounds_of(actor, row["id"], title=planned.title)
    names = await _signed(grounds.names, proposer) if proposer else grounds.names
    terms = grounds.rulebook.decision
    await execute(DECIDE, row["id"], status.value, actor.person_id, now(), _short_reasons(planned, grounds.language))
    approval = ApprovalTerms(
        valid_from=planned.valid_from or today(), valid_to=planned.valid_to, conditions=planned.conditions
    )
    for classes, municipalities in rectangles(planned.approved):
        await grant_approval(actor, row, approval, classes, municipalities)
    decision = await write_decision(
        actor,
        NewDecision(
            organiser_id=row["organiser_id"], provider_id=row["provider_id"], application_id=row["id"],
            outcome=planned.outcome, approved=planned.approved, refused=planned.refused, reasons=planned.reasons,
            words=planned.words, conditions=planned.conditions, valid_from=planned.valid_from, valid_to=planned.valid_to,
            legal_basis=terms.legal_basis, appeal=terms.appeal, rulebook_version_id=grounds.rulebook_version_id,
            checks=checks, names=names, decided_by=decided_by,
            confirmed_by=actor.person_id if proposer else None, language=grounds.language,
        ),
    )  # fmt: skip
    return await concluded(actor, row, status, decision)


async def concluded(actor: Actor, row: Row, status: ApplicationStatus, decision: DecisionView) -> Receipt:
    """Leaves the trace of a decision, tells the applicant and makes the receipt."""
    await execute("delete from decision_draft where application_id = $1", row["id"])
    await audit.record(
        actor, f"application.{status}", OWNER, row["id"], before={"status": row["status"]},
        after={"status": status, "decision": decision.number},
        organiser_id=row["organiser_id"], provider_id=row["provider_id"],
    )  # fmt: skip
    await tell_party(decision)
    return Receipt(application_id=row["id"], reference=row["reference"], status=status, at=decision.decided_at)


async def _signed(names: DecisionNames, proposer: Proposer) -> DecisionNames:
    """With the proposer as the one who prepared the decision, and the actor as the one who confirmed it."""
    return msgspec.structs.replace(
        names,
        decided_by=await person_name(proposer.person_id),
        decided_title=proposer.title,
        decided_role=proposer.role,
        confirmed_by=names.decided_by,
        confirmed_title=names.decided_title,
        confirmed_role=names.decided_role,
    )


async def _checks_seen(actor: Actor, application_id: UUID) -> tuple[CheckSeen, ...]:
    """What the machine had found, as it is kept with the decision."""
    found = await keep_snapshot(actor, application_id)
    return tuple(
        CheckSeen(level=each.level.value, subject=_in_all(each.subject), finding=_in_all(each.finding))
        for each in found
    )


def _in_all(text: Message) -> Text:
    return Text(*(translate(text, language) for language in (Language.FI, Language.SV, Language.EN)))


def _short_reasons(planned: PlannedDecision, language: Language) -> str:
    """What the application itself keeps of the decision, in the applicant's language."""
    reasons = [reason.text.in_language(language) for reason in planned.reasons]
    return "\n".join(part for part in (planned.conditions, *reasons, planned.words) if part)
