"""The impact check over the API: the same as the publishing page shows."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from marketplace.kernel.actors import Role
from marketplace.kernel.i18n import Language, Text, message
from marketplace.kernel.inputs import label
from marketplace.web.security import Caller, allow
from onboarding.approvals import impact_check
from onboarding.approvals.impact import FindingKind, Impact
from onboarding.rulebooks.requirements import RulebookContent

ADMIN = allow(Role.ORGANISER_ADMIN)
IMPACTS = "/api/v1/organiser/rulebook/impact"
TAG = "Review"


class ImpactWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rulebook, and the Finnish day on which it would come into force."""

    content: RulebookContent
    valid_from: Annotated[date, label(message("First day"))]


class ImpactFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Why a provider is concerned, in the caller's language. ``question`` names the service where it is gone."""

    kind: FindingKind
    slot: str
    question: str
    subject: str
    present_answer: str
    rule: str
    problem: str


class ImpactedProvider(msgspec.Struct, frozen=True, kw_only=True):
    """A provider concerned. ``no_longer_complies`` is false where it only has to answer something new."""

    provider_id: UUID
    name: str
    business_id: str | None
    no_longer_complies: bool
    findings: list[ImpactFinding]


class ImpactedQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """How many providers one question concerns."""

    key: str
    question: str
    no_longer_comply: int
    to_answer: int


class ImpactOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. ``already``: providers that would not comply on that day by the present rulebook either."""

    no_longer_comply: int
    to_answer: int
    already: int
    questions: list[ImpactedQuestion]
    providers: list[ImpactedProvider]


class ImpactCheckOut(msgspec.Struct, frozen=True, kw_only=True):
    """A check: so many of ``total`` providers are judged. ``result`` is null until all are; ask again then."""

    id: UUID
    valid_from: date
    checked: int
    total: int
    result: ImpactOut | None


@post(IMPACTS, guards=[ADMIN], tags=[TAG], status_code=202)
async def begin_impact_check(actor: Caller, data: JSONBody[ImpactWanted]) -> ImpactCheckOut:
    """Checks what a rulebook would mean for all whom the caller's organiser has approved. Nobody is suspended by it."""
    return _out(await impact_check.begin_check(actor, data.content, data.valid_from), actor.language)


@get(f"{IMPACTS}/{{impact_id:uuid}}", guards=[ADMIN], tags=[TAG])
async def show_impact_check(actor: Caller, impact_id: FromPath[UUID]) -> ImpactCheckOut:
    """How far a check is, and what it found. Only the newest one is kept."""
    return _out(await impact_check.check_by_id(actor, impact_id), actor.language)


def _out(run: impact_check.ImpactRun, language: Language) -> ImpactCheckOut:
    result = _found(run.result, language) if run.result else None
    return ImpactCheckOut(id=run.id, valid_from=run.day, checked=run.checked, total=run.total, result=result)


def _found(found: Impact, language: Language) -> ImpactOut:
    def words(text: Text | None) -> str:
        return text.in_language(language) if text else ""

    return ImpactOut(
        no_longer_comply=found.failing, to_answer=found.to_answer, already=found.already,
        questions=[
            ImpactedQuestion(
                key=each.key, question=words(each.question), no_longer_comply=each.refused, to_answer=each.unanswered
            )
            for each in found.questions
        ],
        providers=[
            ImpactedProvider(
                provider_id=provider.provider_id, name=provider.name, business_id=provider.business_id,
                no_longer_complies=provider.fails,
                findings=[
                    ImpactFinding(
                        kind=each.kind, slot=each.slot, question=words(each.question), subject=words(each.subject),
                        present_answer=words(each.answer), rule=words(each.rule), problem=words(each.problem),
                    )
                    for each in provider.findings
                ],
            )
            for provider in found.affected
        ],
    )  # fmt: skip


ROUTES = [begin_impact_check, show_impact_check]
