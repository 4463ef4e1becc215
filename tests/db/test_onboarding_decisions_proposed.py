"""Four eyes: proposed by one, confirmed as it stands or given back by another; drafts between."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from marketplace.kernel.clock import clock_set_to, now, today
from marketplace.kernel.db import execute, fetch, fetch_value, new_id
from marketplace.kernel.errors import Conflict, Invalid, Refused
from onboarding.applications import drafts as applications
from onboarding.applications import information, submission
from onboarding.applications.information import ItemToAsk
from onboarding.applications.states import ApplicationStatus
from onboarding.approvals import approvals
from onboarding.approvals.decision_book import decisions_on
from onboarding.review import decisions, messages, proposals
from onboarding.review.decision_drafts import decision_desk, planned_of_draft, save_draft, transfer_targets, wish_of
from onboarding.review.decision_schemas import Choice, Confirmation, DecisionWish, ProposalView, ReturnOfProposal
from onboarding.rulebooks.requirements import DecisionTerms
from tests.factories.onboarding import (
    CLASS,
    OTHER_CLASS,
    PLACE,
    Case,
    a_case,
    a_reviewer,
    a_submitted,
    approve,
    make_other_organiser,
    small_rulebook,
)
from tests.factories.rulings import under_rulebook


async def a_proposal() -> tuple[Case, ProposalView]:
    """An application under a rulebook of four eyes, with a part of it proposed."""
    case = await a_submitted((CLASS, OTHER_CLASS))
    case = await under_rulebook(case, small_rulebook(decision=DecisionTerms(four_eyes=True)))
    await save_draft(case.reviewer, case.id, choice=Choice.PART, cells=(f"{CLASS}:{PLACE}",), words="Vakuutus puuttuu.")
    draft = await save_draft(case.reviewer, case.id, conditions="Arkisin.", title="koordinaattori")
    await proposals.propose(case.reviewer, case.id, wish_of(draft))
    return case, (await proposals.proposals_on(case.reviewer, case.id)).items[0]


async def test_nothing_is_public_before_it_is_confirmed(database: str) -> None:
    case, proposal = await a_proposal()
    assert await fetch_value("select count(*) from approval") == 0
    assert await fetch_value("select count(*) from decision") == 0
    told = await fetch("select receiver from notice where kind like 'decision.%'")
    assert told == []
    view = await applications.application_for_applicant(case.applicant.actor, case.id)
    assert (view.decision_reasons, view.notes) == ("", [])
    assert (proposal.planned.conditions, proposal.planned.words) == ("Arkisin.", "Vakuutus puuttuu.")


async def test_another_person_confirms_exactly_what_was_proposed(database: str) -> None:
    case, proposal = await a_proposal()
    colleague = await a_reviewer(case.organiser.id)
    receipt = await proposals.confirm(colleague, case.id, Confirmation(proposal_id=proposal.id, title="päällikkö"))
    assert receipt.status is ApplicationStatus.PARTLY_APPROVED
    [decision] = await decisions_on(case.id)
    planned = proposal.planned
    assert (decision.approved, decision.refused, decision.words) == (planned.approved, planned.refused, planned.words)
    assert (decision.decided_by, decision.confirmed_by) == (case.reviewer.person_id, colleague.person_id)
    assert (decision.names.decided_title, decision.names.confirmed_title) == ("koordinaattori", "päällikkö")
    assert len(await approvals.approvals_by_organiser(colleague)) == 1


async def test_one_does_not_confirm_or_return_ones_own(database: str) -> None:
    case, proposal = await a_proposal()
    with pytest.raises(Refused) as refused:
        await proposals.confirm(case.reviewer, case.id, Confirmation(proposal_id=proposal.id))
    assert refused.value.code == "own_proposal"
    with pytest.raises(Refused):
        await proposals.give_back(case.reviewer, case.id, ReturnOfProposal(proposal_id=proposal.id, words="Muuta."))
    assert await fetch_value("select status from application") == "decision_proposed"


async def test_given_back_it_is_a_draft_again_with_words(database: str) -> None:
    case, proposal = await a_proposal()
    colleague = await a_reviewer(case.organiser.id)
    with pytest.raises(Invalid):
        await proposals.give_back(colleague, case.id, ReturnOfProposal(proposal_id=proposal.id, words="  "))
    await proposals.give_back(
        colleague, case.id, ReturnOfProposal(proposal_id=proposal.id, words="Perustele paremmin.")
    )
    desk = await decision_desk(case.reviewer, case.id)
    assert (desk.draft.choice, desk.draft.conditions) == (Choice.PART, "Arkisin.")
    answered = (await proposals.proposals_on(case.reviewer, case.id)).items[0]
    assert (answered.answer, answered.words) == ("returned", "Perustele paremmin.")
    told = await fetch("select receiver from notice where kind = 'decision.returned'")
    assert [each["receiver"] for each in told] == [case.reviewer.person_id]


async def test_only_the_proposal_that_was_read_is_confirmed(database: str) -> None:
    case, first = await a_proposal()
    colleague = await a_reviewer(case.organiser.id)
    await proposals.give_back(colleague, case.id, ReturnOfProposal(proposal_id=first.id, words="Ei näin."))
    await proposals.propose(case.reviewer, case.id, DecisionWish())
    for wrong in (first.id, new_id()):
        with pytest.raises(Conflict) as refused:
            await proposals.confirm(colleague, case.id, Confirmation(proposal_id=wrong))
        assert refused.value.code == "other_proposal"


async def test_confirmed_and_returned_at_once_settle_on_one(database: str) -> None:
    case, proposal = await a_proposal()
    one, other = await a_reviewer(case.organiser.id), await a_reviewer(case.organiser.id)
    outcomes = await asyncio.gather(
        proposals.confirm(one, case.id, Confirmation(proposal_id=proposal.id)),
        proposals.give_back(other, case.id, ReturnOfProposal(proposal_id=proposal.id, words="Ei.")),
        proposals.confirm(other, case.id, Confirmation(proposal_id=proposal.id)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Conflict) for each in outcomes) == 2
    assert await fetch_value("select count(*) from decision_proposal where answer is not null") == 1


async def test_withdrawn_meanwhile_it_cannot_be_confirmed(database: str) -> None:
    case, proposal = await a_proposal()
    await submission.withdraw(case.applicant.actor, case.id)
    with pytest.raises(Conflict):
        await proposals.confirm(await a_reviewer(case.organiser.id), case.id, Confirmation(proposal_id=proposal.id))


async def test_proposal_is_never_rewritten(database: str) -> None:
    await a_proposal()
    for change in ("update decision_proposal set content = '{}'", "delete from decision_proposal"):
        with pytest.raises(Exception, match="never rewritten"):
            await execute(change)


async def test_draft_of_a_decision_is_kept_for_any_colleague(database: str) -> None:
    case = await a_submitted()
    await save_draft(
        case.reviewer, case.id, choice=Choice.WHOLE, valid_from=date(2027, 1, 1), valid_to=date(2026, 1, 1)
    )
    colleague = await a_reviewer(case.organiser.id)
    assert (await decision_desk(colleague, case.id)).draft.choice is Choice.WHOLE
    with pytest.raises(Invalid) as refused:
        await planned_of_draft(colleague, case.id)
    assert [each.field for each in refused.value.fields] == ["valid_to"]


async def test_draft_is_gone_once_decided_and_cannot_be_written_then(database: str) -> None:
    case = await a_submitted()
    await save_draft(case.reviewer, case.id, choice=Choice.WHOLE)
    await approve(case)
    assert await fetch_value("select count(*) from decision_draft") == 0
    with pytest.raises(Conflict):
        await save_draft(case.reviewer, case.id, choice=Choice.REJECT)
    with pytest.raises(Conflict):
        await decision_desk(case.reviewer, case.id)


async def test_ones_last_title_is_remembered(database: str) -> None:
    case = await a_submitted()
    await decisions.decide(case.reviewer, case.id, DecisionWish(title="palveluohjaaja"))
    await execute("insert into application select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(),"
                  " 'reference', 'H-2', 'status', 'submitted', 'decided_at', null))).* from application a")  # fmt: skip
    other = await fetch_value("select id from application where reference = 'H-2'")
    assert (await decision_desk(case.reviewer, other)).draft.title == "palveluohjaaja"


async def test_organisers_of_the_same_area_come_first_as_targets(database: str) -> None:
    case = await a_case(ApplicationStatus.SUBMITTED)
    assert await transfer_targets(case.reviewer, [PLACE]) == []
    turku = await make_other_organiser()
    [target] = await transfer_targets(case.reviewer, [PLACE, "853"])
    assert (target.id, target.shared_municipalities) == (turku.id, 1)


async def test_what_was_asked_before_a_proposal_can_still_be_answered_when_it_is_given_back(database: str) -> None:
    case = await a_submitted()
    await messages.ask(case.reviewer, case.id, [ItemToAsk(text="Kuka vastaa?")])
    await proposals.propose(case.reviewer, case.id, DecisionWish())
    proposal = (await proposals.proposals_on(case.reviewer, case.id)).items[0]
    colleague = await a_reviewer(case.organiser.id)
    answer = ReturnOfProposal(proposal_id=proposal.id, words="Odota vastausta.")
    assert (await proposals.give_back(colleague, case.id, answer)).status is ApplicationStatus.INFORMATION_REQUESTED
    receipt = await information.answer_request(case.applicant.actor, case.id, "Saara.")
    assert receipt.status is ApplicationStatus.SUBMITTED


@pytest.mark.parametrize("act", [decisions.decide, proposals.propose], ids=["decide", "propose"])
async def test_nothing_is_refused_while_the_applicant_may_still_answer(database: str, act: Any) -> None:
    case = await a_submitted()
    await messages.ask(case.reviewer, case.id, [ItemToAsk(text="Kuka?")], today() + timedelta(days=7))
    with pytest.raises(Refused) as refused:
        await act(case.reviewer, case.id, DecisionWish(approved=(), words="Ei."))
    assert refused.value.code == "answer_awaited"
    with clock_set_to(now() + timedelta(days=8)):
        await act(case.reviewer, case.id, DecisionWish(approved=(), words="Ei."))


async def test_what_is_asked_keeps_no_approval_waiting(database: str) -> None:
    case = await a_submitted()
    await messages.ask(case.reviewer, case.id, [ItemToAsk(text="Kuka?")], today() + timedelta(days=7))
    assert (await approve(case)).status is ApplicationStatus.APPROVED
