"""Applications under other rulebooks, for decisions."""

from uuid import UUID

import msgspec

from marketplace.kernel.actors import SYSTEM
from marketplace.kernel.clock import today
from marketplace.kernel.db import execute, new_id
from marketplace.kernel.i18n import Text
from marketplace.organisers.schemas import Organiser
from onboarding.rulebooks.requirements import Reason, RulebookContent
from onboarding.rulebooks.versions import publish_rulebook
from tests.factories.onboarding import Case

REASON = Reason(
    code="no_insurance",
    text=Text("Vakuutus puuttuu.", "Försäkring saknas.", "There is no insurance."),
    legal_basis=Text("569/2009 5 §", "569/2009 5 §", "569/2009 section 5"),
)
COPY = """
insert into application select (jsonb_populate_record(a,
    jsonb_build_object('id', $2::uuid, 'reference', 'H-' || substr($2::text, 1, 8) || right($2::text, 6)))).*
from application a where a.id = $1
"""


async def under_rulebook(case: Case, content: RulebookContent) -> Case:
    """The same sent application, judged by another rulebook."""
    version = await publish_rulebook(SYSTEM, case.organiser.id, content, today())
    await execute("update application set rulebook_version_id = $2 where id = $1", case.id, version.id)
    return case


async def copied(case: Case) -> UUID:
    """Another application just like it."""
    copy_id = new_id()
    await execute(COPY, case.id, copy_id)
    return copy_id


def with_id(organiser: Organiser, organiser_id: UUID) -> Organiser:
    return msgspec.structs.replace(organiser, id=organiser_id)
