"""Four eyes: one person proposes a decision, another confirms it as it stands or gives it back. Nothing is public before."""

from typing import Final
from uuid import UUID

import msgspec

from marketplace.accounts.people import names_of
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, fetch_one, new_id, transactional
from marketplace.kernel.errors import Conflict, IllegalTransition, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Message, message
from marketplace.kernel.inputs import checked_words
from marketplace.notices.receivers import organiser_staff
from marketplace.notices.schemas import Notice
from marketplace.notices.writing import notify
from onboarding.applications.drafts import OWNER
from onboarding.applications.requests import open_request_of
from onboarding.applications.schemas import Receipt
from onboarding.applications.states import CONFIRMER, ApplicationAction, ApplicationStatus
from onboarding.review.assignment import closed, sent
from onboarding.review.decision_drafts import keep_draft
from onboarding.review.decision_schemas import (
    Confirmation,
    DecisionWish,
    ProposalAnswer,
    ProposalList,
    ProposalView,
    ProposedContent,
    Proposer,
    ReturnOfProposal,
)
from onboarding.review.decisions import content_of, deciding, make, planned_for, refuse_unheard
from onboarding.review.planning import ACTIONS
from onboarding.review.reading import application_for_reviewer
from onboarding.scoping import REVIEWING

INSERT: Final = """
insert into decision_proposal (id, application_id, content, proposed_by, proposed_at, words)
values ($1, $2, $3::jsonb, $4, $5, '')
"""
MOVE: Final = """
update application set status = $2, changed_at = $3, claimed_by = null, claimed_at = null where id = $1
"""
ANSWER: Final = """
update decision_proposal set answer = $2, answered_by = $3, answered_at = $4, words = $5 where id = $1
"""
SELECT: Final = "select * from decision_proposal where application_id = $1 order by proposed_at desc, id desc"


@transactional()
async def propose(actor: Actor, application_id: UUID, wish: DecisionWish) -> Receipt:
    """Proposes a decision to the colleagues: exactly what they may confirm. Nobody outside sees it.

    Raises:
        Invalid: see ``planning.plan``.
        Refused: something is refused while the applicant may still answer (``answer_awaited``).
        Conflict: it was decided, proposed or withdrawn already, or a colleague has it.
    """
    row, status = await deciding(actor, application_id, ApplicationAction.PROPOSE)
    planned = await planned_for(row, await content_of(row), wish)
    await refuse_unheard(application_id, planned)
    person_id, role = _signing(actor)
    content = ProposedContent(planned=planned, proposer=Proposer(person_id=person_id, title=planned.title, role=role))
    proposal_id, moment = new_id(), now()
    written = msgspec.json.encode(content).decode()
    await execute(INSERT, proposal_id, application_id, written, person_id, moment)
    await execute(MOVE, application_id, status.value, moment)
    await execute("delete from decision_draft where application_id = $1", application_id)
    await _record(actor, row, status, "application.decision_proposed", proposal_id)
    colleagues = set(await organiser_staff(row["organiser_id"], *sorted(REVIEWING))) - {person_id}
    await _tell(colleagues, row, "decision.proposed", message("A decision waits for your confirmation"))
    return Receipt(application_id=application_id, reference=row["reference"], status=status, at=moment)


@transactional()
async def confirm(actor: Actor, application_id: UUID, confirmation: Confirmation) -> Receipt:
    """Makes the decision that a colleague proposed, as it stands.

    Raises:
        Refused: it is one's own proposal (``own_proposal``).
        Conflict: it was confirmed, returned or withdrawn already, or is not the proposal that was read.
    """
    row, proposal = await _answering(actor, application_id, confirmation.proposal_id)
    content = msgspec.json.decode(proposal["content"], type=ProposedContent)
    status = CONFIRMER.after(ApplicationStatus(row["status"]), ACTIONS[content.planned.outcome])
    await execute(ANSWER, proposal["id"], ProposalAnswer.CONFIRMED.value, actor.person_id, now(), "")
    signed = msgspec.structs.replace(content.planned, title=checked_words("title", confirmation.title))
    receipt = await make(actor, row, status, signed, content.proposer)
    await _tell([content.proposer.person_id], row, "decision.confirmed", message("Your proposal was confirmed"))
    return receipt


@transactional()
async def give_back(actor: Actor, application_id: UUID, answer: ReturnOfProposal) -> Receipt:
    """Gives a proposal back to its maker, who finds it as a draft with these words.

    Raises:
        Invalid: nothing is said about what should be different.
        Refused: it is one's own proposal (``own_proposal``).
        Conflict: it was confirmed, returned or withdrawn already, or is not the proposal that was read.
    """
    row, proposal = await _answering(actor, application_id, answer.proposal_id)
    status = CONFIRMER.after(ApplicationStatus(row["status"]), await _return_of(application_id))
    words = checked_words("words", answer.words)
    if not words:
        raise Invalid.field("words", message("Write what should be different."))
    content = msgspec.json.decode(proposal["content"], type=ProposedContent)
    await execute(ANSWER, proposal["id"], ProposalAnswer.RETURNED.value, actor.person_id, now(), words)
    await execute(MOVE, application_id, status.value, now())
    await keep_draft(application_id, content.proposer.person_id, content.planned)
    await _record(actor, row, status, "application.proposal_returned", proposal["id"])
    await _tell([content.proposer.person_id], row, "decision.returned", message("Your proposal was given back"))
    return Receipt(application_id=application_id, reference=row["reference"], status=status, at=now())


async def proposals_on(actor: Actor, application_id: UUID) -> ProposalList:
    """The proposals on an application of the actor's organiser, newest first.

    Raises:
        NotFound: none of the kind was sent to the actor's organiser.
    """
    await application_for_reviewer(actor, application_id)
    rows = await fetch(SELECT, application_id)
    names = await names_of([each for row in rows for each in (row["proposed_by"], row["answered_by"]) if each])
    return ProposalList(items=[_view(row, names) for row in rows])


async def _return_of(application_id: UUID) -> ApplicationAction:
    """What the applicant was asked before the proposal and has not answered is waited for again."""
    is_open = await open_request_of(application_id) is not None
    return ApplicationAction.RETURN_UNANSWERED if is_open else ApplicationAction.RETURN_PROPOSAL


async def _answering(actor: Actor, application_id: UUID, proposal_id: UUID) -> tuple[Row, Row]:
    """The locked application and its open proposal, which is somebody else's."""
    row = await sent(actor, application_id)
    try:
        CONFIRMER.after(ApplicationStatus(row["status"]), ApplicationAction.RETURN_PROPOSAL)
    except IllegalTransition as refusal:
        raise await closed(row, refusal.code) from None
    proposal = await fetch_one(f"{SELECT} limit 1 for update", application_id)
    if proposal is None or proposal["id"] != proposal_id or proposal["answer"] is not None:
        text = message("Another decision has been proposed meanwhile. Read it before you answer.")
        raise Conflict(text, code="other_proposal")
    if proposal["proposed_by"] == actor.person_id:
        text = message("You proposed this decision yourself. Somebody else has to confirm it or give it back.")
        raise Refused(text, code="own_proposal")
    return row, proposal


def _signing(actor: Actor) -> tuple[UUID, str]:
    if actor.person_id is None or actor.role is None:
        raise NotFound
    return actor.person_id, actor.role.value


async def _record(actor: Actor, row: Row, status: ApplicationStatus, action: str, proposal_id: UUID) -> None:
    await audit.record(
        actor, action, OWNER, row["id"], before={"status": row["status"]},
        after={"status": status, "proposal_id": proposal_id}, organiser_id=row["organiser_id"],
    )  # fmt: skip


async def _tell(people: set[UUID] | list[UUID], row: Row, kind: str, subject: Message) -> None:
    notice = Notice(
        kind=kind, subject=subject, paragraphs=[message("Application: {reference}", reference=row["reference"])],
        path=f"/organiser/applications/{row['id']}", about=OWNER, about_id=row["id"], organiser_id=row["organiser_id"],
    )  # fmt: skip
    await notify(people, notice)


def _view(row: Row, names: dict[UUID, str]) -> ProposalView:
    content = msgspec.json.decode(row["content"], type=ProposedContent)
    return ProposalView(
        id=row["id"],
        planned=content.planned,
        proposed_by=row["proposed_by"],
        proposer=names.get(row["proposed_by"], ""),
        proposed_at=row["proposed_at"],
        answer=ProposalAnswer(row["answer"]) if row["answer"] else None,
        answerer=names.get(row["answered_by"], ""),
        answered_at=row["answered_at"],
        words=row["words"],
    )
