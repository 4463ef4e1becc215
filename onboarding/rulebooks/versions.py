"""Rulebooks: an organiser's requirements in versions. A published version is kept for good."""

from datetime import date
from functools import cache
from pathlib import Path
from uuid import UUID

import msgspec
import yaml

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import FieldError, Invalid, NotFound, Refused
from marketplace.kernel.i18n import message
from marketplace.organisers.organisers import get_organiser
from onboarding.rulebooks.requirements import RulebookContent, contradictions
from onboarding.rulebooks.schemas import RulebookVersionView

DEFAULT = Path(__file__).parent / "data" / "default_rulebook.yaml"
COLUMNS = "v.id, b.organiser_id, v.number, v.content, v.valid_from, v.published_at"
FROM = "from rulebook_version v join rulebook b on b.id = v.rulebook_id"
IN_FORCE = f"""
select {COLUMNS} {FROM} where b.organiser_id = $1 and v.valid_from <= $2
order by v.valid_from desc, v.number desc limit 1
"""
INSERT_VERSION = """
insert into rulebook_version (id, rulebook_id, number, content, valid_from, published_by, published_at)
values ($1, $2, (select coalesce(max(number), 0) + 1 from rulebook_version where rulebook_id = $2), $3::jsonb, $4, $5, $6)
returning number
"""


@transactional()
async def publish_rulebook(
    actor: Actor, organiser_id: UUID, content: RulebookContent, valid_from: date
) -> RulebookVersionView:
    """Publishes a new version of an organiser's rulebook, in force from ``valid_from`` on (a Finnish day).

    Raises:
        NotFound: the organiser is not the actor's own.
        Invalid: the rulebook contradicts itself, names an unknown service class or would begin in the past.
    """
    if not (
        actor.has_role(Role.SYSTEM) or (actor.has_role(Role.ORGANISER_ADMIN) and actor.organiser_id == organiser_id)
    ):
        raise NotFound
    if problems := [*contradictions(content), *_too_early(actor, valid_from)]:
        raise Invalid(problems)
    rulebook_id = await _rulebook_of(organiser_id, content)
    version_id, moment = new_id(), now()
    written = msgspec.json.encode(content).decode()
    number = await fetch_value(INSERT_VERSION, version_id, rulebook_id, written, valid_from, actor.person_id, moment)
    after = {"number": number, "valid_from": valid_from}
    await audit.record(
        actor, "rulebook.published", "rulebook_version", version_id, after=after, organiser_id=organiser_id
    )
    return RulebookVersionView(
        id=version_id,
        organiser_id=organiser_id,
        number=number,
        content=content,
        valid_from=valid_from,
        published_at=moment,
    )


async def rulebook_in_force(organiser_id: UUID, day: date | None = None) -> RulebookVersionView:
    """The version that applies on a day, today where none is given.

    Raises:
        Refused: the organiser has no rulebook then, and so takes no applications.
    """
    row = await fetch_one(IN_FORCE, organiser_id, day or today())
    if row is None:
        raise Refused(message("This organiser does not take applications here yet."), code="no_rulebook")
    return _view(row)


async def rulebook_version(version_id: UUID) -> RulebookVersionView:
    """One version by its id: what an application or a decision of years ago was judged by.

    Raises:
        NotFound: there is none.
    """
    row = await fetch_one(f"select {COLUMNS} {FROM} where v.id = $1", version_id)
    if row is None:
        raise NotFound
    return _view(row)


async def organisers_taking_applications() -> list[UUID]:
    """The organisers that have a rulebook in force today."""
    rows = await fetch(f"select distinct b.organiser_id {FROM} where v.valid_from <= $1", today())
    return [row["organiser_id"] for row in rows]


@cache
def default_rulebook() -> RulebookContent:
    """The rulebook that an organiser may begin with."""
    return msgspec.convert(yaml.safe_load(DEFAULT.read_text(encoding="utf-8")), type=RulebookContent)


async def _rulebook_of(organiser_id: UUID, content: RulebookContent) -> UUID:
    """The organiser's rulebook, made with its first version. The lock lets versions be numbered one by one."""
    await get_organiser(organiser_id)
    await fetch_value("select id from organiser where id = $1 for no key update", organiser_id)
    found = await fetch_value("select id from rulebook where organiser_id = $1", organiser_id)
    if found is not None:
        return found
    rulebook_id, name = new_id(), msgspec.json.encode(content.title).decode()
    await execute(
        "insert into rulebook (id, organiser_id, name, created_at) values ($1, $2, $3::jsonb, $4)",
        rulebook_id, organiser_id, name, now(),
    )  # fmt: skip
    return rulebook_id


def _too_early(actor: Actor, valid_from: date) -> list[FieldError]:
    """An organiser cannot change the past; the system may, for what was in force before it came here."""
    if actor.has_role(Role.SYSTEM) or valid_from >= today():
        return []
    return [FieldError("valid_from", message("The first day cannot be in the past."))]


def _view(row: Row) -> RulebookVersionView:
    return RulebookVersionView(
        id=row["id"],
        organiser_id=row["organiser_id"],
        number=row["number"],
        content=msgspec.json.decode(row["content"], type=RulebookContent),
        valid_from=row["valid_from"],
        published_at=row["published_at"],
    )
