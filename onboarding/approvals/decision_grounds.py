"""What every decision rests on: the application, its rulebook, what everybody is called, the applicant's language."""

from uuid import UUID

import msgspec

from marketplace.accounts.people import language_of, names_of
from marketplace.kernel.actors import Actor
from marketplace.kernel.db import fetch_one
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Language, Text, message
from marketplace.notices.receivers import provider_admins
from marketplace.notices.schemas import Notice
from marketplace.notices.writing import notify
from onboarding.approvals.decision_schemas import DecisionNames, DecisionView
from onboarding.rulebooks.requirements import RulebookContent
from onboarding.rulebooks.versions import rulebook_version

APPLICATION = """
select a.reference, a.rulebook_version_id, coalesce(a.submitted_by, a.created_by) as applicant, p.name as provider,
    p.public_id as business_id, o.name_fi, o.name_sv, o.name_en
from application a join provider p on p.id = a.provider_id join organiser o on o.id = a.organiser_id where a.id = $1
"""


class Grounds(msgspec.Struct, frozen=True, kw_only=True):
    """What does not depend on what is decided."""

    rulebook_version_id: UUID
    rulebook: RulebookContent
    names: DecisionNames
    language: Language


async def grounds_of(actor: Actor, application_id: UUID, *, title: str = "") -> Grounds:
    """The grounds of a decision on an application, or on its approval, which ``actor`` makes.

    Args:
        title: what the actor is at the organiser, in their own words; their role where it is empty.
    """
    row = await fetch_one(APPLICATION, application_id)
    if row is None:
        raise NotFound
    names = DecisionNames(
        organiser=Text(row["name_fi"], row["name_sv"], row["name_en"]),
        provider=row["provider"],
        business_id=row["business_id"],
        reference=row["reference"],
        decided_by=await person_name(actor.person_id),
        decided_title=title.strip(),
        decided_role=actor.role.value if actor.role else "",
    )
    return Grounds(
        rulebook_version_id=row["rulebook_version_id"],
        rulebook=(await rulebook_version(row["rulebook_version_id"])).content,
        names=names,
        language=await language_of(row["applicant"]),
    )


async def person_name(person_id: UUID | None) -> str:
    return (await names_of([person_id])).get(person_id, "") if person_id else ""


async def tell_party(decision: DecisionView) -> None:
    """Tells the provider's administrators that there is a decision, within the caller's unit of work."""
    email = await fetch_one("select contact_email from provider where id = $1", decision.provider_id)
    notice = Notice(
        kind=f"decision.{decision.outcome}",
        subject=message("A decision has been made: {number}", number=decision.number),
        paragraphs=[
            message("{organiser} has made a decision that concerns you.", organiser=decision.names.organiser),
            message("Application: {reference}", reference=decision.names.reference),
            message("The decision, its reasons and how to appeal can be read in the service."),
        ],
        path=f"/provider/decisions/{decision.id}",
        about="decision",
        about_id=decision.id,
        provider_id=decision.provider_id,
        fallback_address=(email or {}).get("contact_email") or None,
    )
    await notify(await provider_admins(decision.provider_id), notice)
