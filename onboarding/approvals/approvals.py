"""Approvals: granted with a decision, suspended, resumed and ended by one. An ended approval never comes back."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, new_id, transactional
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import checked_words
from onboarding.approvals.decision_book import write_decision
from onboarding.approvals.decision_grounds import grounds_of, tell_party
from onboarding.approvals.decision_schemas import DecisionOutcome, NewDecision, ScopePart
from onboarding.approvals.schemas import ApprovalTerms, ApprovalView
from onboarding.approvals.states import APPROVAL_REVIEWER, ApprovalAction, ApprovalStatus
from onboarding.providers.registration import providers_by_id
from onboarding.scoping import acting_provider, reviewing_organiser
from onboarding.topics import APPROVAL_CHANGED, APPROVAL_STOPPED, LOOK_AGAIN, ApprovalChanged, OfApproval, OfProvider

INSERT = """
insert into approval (id, application_id, provider_id, organiser_id, service_classes, municipality_codes, valid_from,
    valid_to, conditions, status, status_from, status_reason, granted_by, granted_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'in_force', $7, '', $10, $11)
"""
SELECT = """
select a.id, a.application_id, a.provider_id, a.organiser_id, a.service_classes, a.municipality_codes as municipalities,
    jsonb_build_object('fi', o.name_fi, 'sv', o.name_sv, 'en', o.name_en)::text as organiser_name,
    a.valid_from, a.valid_to, a.conditions, a.status, a.status_from, a.status_reason
from approval a join organiser o on o.id = a.organiser_id
"""
OUTCOMES = {
    ApprovalStatus.SUSPENDED: DecisionOutcome.SUSPENDED,
    ApprovalStatus.IN_FORCE: DecisionOutcome.RESUMED,
    ApprovalStatus.ENDED: DecisionOutcome.ENDED,
}
UPDATE = "update approval set status = $2, status_from = $3, status_reason = $4 where id = $1"
PAUSE = "insert into approval_pause (id, approval_id, first_day) values ($1, $2, $3)"
GO_ON = "update approval_pause set last_day = $2 where approval_id = $1 and last_day is null and first_day <= $2"
NEVER_MIND = "delete from approval_pause where approval_id = $1 and last_day is null"


async def grant_approval(
    actor: Actor,
    application: Row,
    terms: ApprovalTerms,
    service_classes: Sequence[str],
    municipalities: Sequence[str],
) -> UUID:
    """Writes an approval that a decision gives, within the decision's unit of work: each class in each municipality.

    A decision that approves some classes in fewer municipalities gives several.
    """
    approval_id = new_id()
    await execute(
        INSERT, approval_id, application["id"], application["provider_id"], application["organiser_id"],
        list(service_classes), list(municipalities), terms.valid_from, terms.valid_to,
        terms.conditions.strip(), actor.person_id, now(),
    )  # fmt: skip
    after = {"terms": terms, "service_classes": service_classes, "municipalities": municipalities}
    await _changed(actor, "approval.granted", approval_id, application, after=after)
    return approval_id


async def suspend_approval(actor: Actor, approval_id: UUID, reason: str) -> ApprovalView:
    """Suspends an approval from today on, by a decision: it leaves the register and the search at once.

    Raises:
        Invalid: no reason is given.
        Conflict: it is suspended or ended already.
    """
    return await _move(actor, approval_id, ApprovalAction.SUSPEND, reason)


async def resume_approval(actor: Actor, approval_id: UUID, reason: str) -> ApprovalView:
    """Puts a suspended approval back into force from today on. The days before stay without it.

    Raises:
        Invalid: no reason is given.
        Conflict: it is not suspended.
    """
    return await _move(actor, approval_id, ApprovalAction.RESUME, reason)


async def end_approval(actor: Actor, approval_id: UUID, reason: str) -> ApprovalView:
    """Ends an approval from today on, for good: conditions are no longer met, or the provider asked for it.

    Raises:
        Invalid: no reason is given.
        Conflict: it has ended already.
    """
    return await _move(actor, approval_id, ApprovalAction.END, reason)


async def approvals_of_provider(actor: Actor) -> list[ApprovalView]:
    """The approvals of the actor's own provider, newest first.

    Raises:
        NotFound: the actor acts for no provider.
    """
    where = "where a.provider_id = $1 order by a.granted_at desc, a.id"
    return _views(await fetch(f"{SELECT} {where}", acting_provider(actor)))


async def approvals_by_organiser(actor: Actor, provider_id: UUID | None = None) -> list[ApprovalView]:
    """What the actor's organiser has approved, newest first; of one provider where it is named.

    Raises:
        NotFound: the actor decides for no organiser.
    """
    where = "where a.organiser_id = $1 and ($2::uuid is null or a.provider_id = $2)"
    rows = await fetch(f"{SELECT} {where} order by a.granted_at desc, a.id", reviewing_organiser(actor), provider_id)
    return _views(rows)


async def provider_names(approved: Iterable[ApprovalView]) -> dict[UUID, str]:
    """What the providers of these approvals are called."""
    found = await providers_by_id({each.provider_id for each in approved})
    return {provider.id: provider.name for provider in found.values()}


@transactional()
async def _move(actor: Actor, approval_id: UUID, action: ApprovalAction, reason: str) -> ApprovalView:
    organiser_id = reviewing_organiser(actor)
    row = await fetch_one(
        "select * from approval where id = $1 and organiser_id = $2 for update", approval_id, organiser_id
    )
    if row is None:
        raise NotFound
    status = APPROVAL_REVIEWER.after(ApprovalStatus(row["status"]), action)
    reason = checked_words("reason", reason)
    if not reason:
        raise Invalid.field("reason", message("Give the reason: it is part of the decision."))
    since = _first_day(row, status)
    await execute(UPDATE, approval_id, status.value, since, reason)
    await _note_pause(approval_id, action)
    await _decide(actor, row, status, since, reason)
    before, after = {"status": row["status"]}, {"status": status, "from": since, "reason": reason}
    await _changed(actor, f"approval.{status}", approval_id, row, before=before, after=after)
    await LOOK_AGAIN.enqueue(OfProvider(row["provider_id"]))
    if status is not ApprovalStatus.IN_FORCE:
        await APPROVAL_STOPPED.enqueue(OfApproval(approval_id))
    found = await fetch_one(f"{SELECT} where a.id = $1", approval_id)
    return _views([found] if found else [])[0]


async def _decide(actor: Actor, row: Row, status: ApprovalStatus, since: date, reason: str) -> None:
    """The decision on an approval, with a number and a document of its own; the provider is told."""
    grounds = await grounds_of(actor, row["application_id"])
    terms = grounds.rulebook.decision
    towns = tuple(row["municipality_codes"])
    scope = tuple(ScopePart(service_class=code, municipalities=towns) for code in row["service_classes"])
    is_resumed = status is ApprovalStatus.IN_FORCE
    decision = await write_decision(
        actor,
        NewDecision(
            organiser_id=row["organiser_id"], provider_id=row["provider_id"], application_id=row["application_id"],
            approval_id=row["id"], outcome=OUTCOMES[status], approved=scope if is_resumed else (),
            refused=() if is_resumed else scope, words=reason, valid_from=today() if is_resumed else since,
            valid_to=row["valid_to"] if is_resumed else None, legal_basis=terms.legal_basis, appeal=terms.appeal,
            rulebook_version_id=grounds.rulebook_version_id, names=grounds.names, decided_by=actor.person_id,
            language=grounds.language,
        ),
    )  # fmt: skip
    await tell_party(decision)


async def _note_pause(approval_id: UUID, action: ApprovalAction) -> None:
    """What is suspended and resumed on one day was not suspended at all."""
    if action is ApprovalAction.SUSPEND:
        await execute(PAUSE, new_id(), approval_id, today())
    if action is ApprovalAction.RESUME:
        await execute(GO_ON, approval_id, today() - timedelta(days=1))
        await execute(NEVER_MIND, approval_id)


def _first_day(row: Row, status: ApprovalStatus) -> date:
    """Today; a resumed approval counts from where it began."""
    return row["valid_from"] if status is ApprovalStatus.IN_FORCE else today()


async def _changed(
    actor: Actor, action: str, approval_id: UUID, row: Row, *, before: object = None, after: object = None
) -> None:
    whose = {"organiser_id": row["organiser_id"], "provider_id": row["provider_id"]}
    await audit.record(actor, action, "approval", approval_id, before=before, after=after, **whose)
    await APPROVAL_CHANGED.enqueue(ApprovalChanged(row["provider_id"], row["organiser_id"]))


def _views(rows: Sequence[Row]) -> list[ApprovalView]:
    return [
        msgspec.convert({**row, "organiser_name": msgspec.json.decode(row["organiser_name"])}, ApprovalView)
        for row in rows
    ]
