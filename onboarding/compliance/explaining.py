"""What a provider says about a proposal to suspend its approval."""

from uuid import UUID

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import transactional
from marketplace.kernel.errors import NotFound
from marketplace.kernel.inputs import checked_words
from onboarding.compliance.cases import locked_case, move
from onboarding.compliance.reading import case_for_provider
from onboarding.compliance.schemas import CaseView, Explanation
from onboarding.compliance.states import PROVIDER_MOVES, CaseAction, Step
from onboarding.scoping import administered_provider


@transactional()
async def explain(actor: Actor, case_id: UUID, explanation: Explanation) -> CaseView:
    """Gives the provider's explanation; given again it replaces the one before, and both stay in the history.

    It is taken even after its day, as long as nothing is decided: the organiser reads it all the same.

    Raises:
        NotFound: not a case of the provider that the actor administers.
        Conflict: nothing is proposed, or it is decided already.
    """
    row = await locked_case("provider_id", administered_provider(actor), case_id)
    if row is None:
        raise NotFound
    text = checked_words("text", explanation.text)
    await move(
        actor, row, PROVIDER_MOVES, CaseAction.EXPLAIN, Step.EXPLAINED, day=today(), words=text,
        explanation=text, explained_at=now(), explained_by=actor.person_id,
    )  # fmt: skip
    return await case_for_provider(actor, case_id)
