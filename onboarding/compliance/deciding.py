"""What a reviewer decides in a case: propose, give more time, suspend, close. Each with reasons that the provider reads."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch_one, transactional
from marketplace.kernel.errors import Conflict, Invalid, NotFound, Refused
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import checked_words
from onboarding.approvals.approvals import suspend_approval
from onboarding.approvals.own import is_alive
from onboarding.approvals.states import ApprovalStatus
from onboarding.compliance.cases import locked_case, move
from onboarding.compliance.deadlines import hearing_until
from onboarding.compliance.reading import case_for_organiser
from onboarding.compliance.schemas import CaseView, MoreTime, Reasons, SuspensionDecision
from onboarding.compliance.settings import settings_of
from onboarding.compliance.states import REVIEWER_MOVES, CaseAction, CaseKind, Step
from onboarding.scoping import reviewing_organiser

LONGEST_EXTENSION: Final = timedelta(days=366)


@transactional()
async def propose_suspension(actor: Actor, case_id: UUID, reasons: Reasons) -> CaseView:
    """Proposes to suspend without waiting for the round; the provider has the usual time to explain.

    Raises:
        NotFound: not a case of the actor's organiser.
        Conflict: it is proposed already, or the case is closed.
        Refused: the case is for information only.
    """
    row = await _locked(actor, case_id)
    if row["kind"] in {CaseKind.NAME_CHANGED, CaseKind.APPROVAL_EXPIRING}:
        raise Refused(message("This matter gives no reason for a suspension."), code="case_is_information")
    version = (await settings_of([row["organiser_id"]]))[row["organiser_id"]]
    until = hearing_until(today(), version.settings)
    await move(
        actor, row, REVIEWER_MOVES, CaseAction.PROPOSE, Step.PROPOSED, day=until, words=checked_words("reasons", reasons.reasons),
        hearing_until=until, settings_number=version.number,
    )  # fmt: skip
    return await case_for_organiser(actor, case_id)


@transactional()
async def give_time(actor: Actor, case_id: UUID, more: MoreTime) -> CaseView:
    """Gives the provider until a day to put the matter in order; after it the case is overdue again at once.

    Raises:
        NotFound: not a case of the actor's organiser.
        Conflict: the case is not overdue and nothing is proposed.
        Invalid: the day is past, or more than a year away.
    """
    row = await _locked(actor, case_id)
    REVIEWER_MOVES.after(row["status"], CaseAction.GIVE_TIME)
    if not today() <= more.until <= today() + LONGEST_EXTENSION:
        raise Invalid.field("until", message("Choose a day from today on, at most a year away."))
    await move(
        actor, row, REVIEWER_MOVES, CaseAction.GIVE_TIME, Step.MORE_TIME, day=more.until, words=checked_words("reasons", more.reasons),
        deadline=more.until, is_extended=True, last_reminder=(more.until - today()).days, overdue_on=None, hearing_until=None,
        hearing_is_over=False,
    )  # fmt: skip
    return await case_for_organiser(actor, case_id)


@transactional()
async def decide_suspension(actor: Actor, case_id: UUID, decision: SuspensionDecision) -> CaseView:
    """Suspends the approval at once, by a decision of its own with the same reasons. One that is suspended stays so.

    The provider is heard first (Administrative Procedure Act 434/2003, section 34): it has explained, or its time is over;
    a matter that cannot wait, such as danger to clients, is decided without (``urgent``), and the reasons then say why.

    Raises:
        NotFound: not a case of the actor's organiser.
        Conflict: nothing is proposed, somebody has decided already, or the approval has ended meanwhile.
        Refused: the provider may still explain (``hearing_under_way``).
    """
    row = await _locked(actor, case_id)
    REVIEWER_MOVES.after(row["status"], CaseAction.SUSPEND)
    if not (decision.urgent or row["explained_at"] is not None or _is_past(row["hearing_until"])):
        text = message("The provider can explain until {day}. Decide after that, or say that the matter cannot wait.", day=row["hearing_until"])  # fmt: skip
        raise Refused(text, code="hearing_under_way")
    approval = await fetch_one("select status, valid_to from approval where id = $1 for update", row["approval_id"])
    if approval is None or not is_alive(approval["status"], approval["valid_to"]):
        text = message("The approval has ended meanwhile: there is nothing to suspend.")
        raise Conflict(text, code="approval_ended")
    if approval["status"] == ApprovalStatus.IN_FORCE:
        await suspend_approval(actor, row["approval_id"], decision.reasons)
    await move(
        actor,
        row,
        REVIEWER_MOVES,
        CaseAction.SUSPEND,
        Step.SUSPENDED,
        day=today(),
        words=checked_words("reasons", decision.reasons),
    )
    return await case_for_organiser(actor, case_id)


@transactional()
async def dismiss(actor: Actor, case_id: UUID, reasons: Reasons) -> CaseView:
    """Closes a case without suspending. The same matter is not taken up again as long as it lasts.

    Raises:
        NotFound: not a case of the actor's organiser.
        Conflict: the case is closed.
    """
    row = await _locked(actor, case_id)
    await move(
        actor, row, REVIEWER_MOVES, CaseAction.DISMISS, Step.DISMISSED, words=checked_words("reasons", reasons.reasons)
    )
    return await case_for_organiser(actor, case_id)


async def _locked(actor: Actor, case_id: UUID) -> Row:
    row = await locked_case("organiser_id", reviewing_organiser(actor), case_id)
    if row is None:
        raise NotFound
    return row


def _is_past(day: date | None) -> bool:
    return day is not None and day < today()
