"""Handing an application on: an authority that is not competent transfers the matter and tells the party.

Administrative Procedure Act 434/2003, section 21.
"""

from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, transactional
from marketplace.kernel.errors import FieldError, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Text, message
from marketplace.kernel.inputs import checked_words
from marketplace.organisers.organisers import get_organiser
from onboarding.applications.schemas import Receipt
from onboarding.applications.states import ApplicationAction
from onboarding.applications.transfers import Opened, open_transferred
from onboarding.approvals.decision_book import write_decision
from onboarding.approvals.decision_grounds import grounds_of
from onboarding.approvals.decision_schemas import DecisionOutcome, DecisionView, NewDecision
from onboarding.review.decision_schemas import Transfer
from onboarding.review.decisions import DECIDE, concluded, deciding
from onboarding.review.planning import whole_scope
from onboarding.rulebooks.versions import rulebook_in_force

LEGAL_BASIS: Final = Text(
    "Hallintolaki (434/2003) 21 §",
    "Förvaltningslagen (434/2003) 21 §",
    "Administrative Procedure Act (434/2003), section 21",
)


@transactional()
async def transfer(actor: Actor, application_id: UUID, asked: Transfer) -> Receipt:
    """Ends the matter here and opens it as a draft at another organiser, with the answers that its rulebook asks too.

    Raises:
        Invalid: no reason, or an organiser that does not exist, is one's own or takes no applications; all are named.
        Conflict: it was decided, proposed or withdrawn already, or a colleague has it.
    """
    row, status = await deciding(actor, application_id, ApplicationAction.TRANSFER)
    words = await _checked(row, asked)
    opened = await open_transferred(actor, row, asked.organiser_id)
    await execute(DECIDE, application_id, status.value, actor.person_id, now(), words)
    return await concluded(actor, row, status, await _written(actor, row, asked, opened, words))


async def _written(actor: Actor, row: Row, asked: Transfer, opened: Opened, words: str) -> DecisionView:
    grounds = await grounds_of(actor, row["id"], title=checked_words("title", asked.title))
    names = msgspec.structs.replace(
        grounds.names, transferred_to=(await get_organiser(asked.organiser_id)).name, new_reference=opened.reference
    )
    return await write_decision(
        actor,
        NewDecision(
            organiser_id=row["organiser_id"], provider_id=row["provider_id"], application_id=row["id"],
            outcome=DecisionOutcome.TRANSFERRED, refused=whole_scope(row["service_classes"], row["municipality_codes"]),
            words=words, legal_basis=LEGAL_BASIS, appeal=None, rulebook_version_id=grounds.rulebook_version_id,
            names=names, transferred_to=asked.organiser_id, decided_by=actor.person_id, language=grounds.language,
        ),
    )  # fmt: skip


async def _checked(row: Row, asked: Transfer) -> str:
    problems, words = list[FieldError](), ""
    try:
        words = checked_words("words", asked.words)
    except Invalid as error:
        problems += error.fields
    else:
        if not words:
            problems.append(FieldError("words", message("Write why another organiser is the right one.")))
    problems += await _wrong_target(row, asked.organiser_id)
    if problems:
        raise Invalid(problems)
    return words


async def _wrong_target(row: Row, organiser_id: UUID) -> list[FieldError]:
    if organiser_id == row["organiser_id"]:
        return [FieldError("organiser_id", message("The application is with this organiser already."))]
    try:
        await get_organiser(organiser_id)
        await rulebook_in_force(organiser_id)
    except (NotFound, Refused):
        return [FieldError("organiser_id", message("This organiser does not take applications here."))]
    return []
