"""Rulebooks: an organiser's requirements in versions. A published version is kept for good."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
import yaml

from marketplace.accounts.people import names_of
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Text, message
from marketplace.kernel.scoping import organiser_of
from marketplace.organisers.organisers import get_organiser
from onboarding.rulebooks.requirements import RulebookContent, contradictions
from onboarding.rulebooks.schemas import RulebookVersionView, VersionSummary
from onboarding.rulebooks.states import VersionStatus

OWNER: Final = "rulebook_version"
LONGEST_NOTICE: Final = timedelta(days=5 * 365)
DATA: Final = Path(__file__).parent / "data"
COLUMNS = "v.id, b.organiser_id, v.number, v.content, v.valid_from, v.published_at"
FROM = "from rulebook_version v join rulebook b on b.id = v.rulebook_id"
IN_FORCE = f"""
select {COLUMNS} {FROM} where b.organiser_id = $1 and v.valid_from <= $2 and v.withdrawn_at is null
order by v.valid_from desc, v.number desc limit 1
"""
LATEST = f"select {COLUMNS} {FROM} where b.organiser_id = $1 and v.withdrawn_at is null order by v.number desc limit 1"
TO_COME = f"""
select {COLUMNS} {FROM} where b.organiser_id = $1 and v.valid_from > $2 and v.withdrawn_at is null
order by v.valid_from, v.number
"""
LISTED = f"""
select v.id, v.number, (v.content -> 'title')::text as title, v.valid_from, v.published_at, v.published_by, v.withdrawn_at,
    (select count(*) from application a where a.rulebook_version_id = v.id) as applications
{FROM} where b.organiser_id = $1 order by v.number desc limit 500
"""
INSERT_VERSION = """
insert into rulebook_version (id, rulebook_id, number, content, valid_from, published_by, published_at)
values ($1, $2, (select coalesce(max(number), 0) + 1 from rulebook_version where rulebook_id = $2), $3::jsonb, $4, $5, $6)
returning number
"""
LOCKED = f"""
select v.id, v.number, v.valid_from, v.withdrawn_at,
    exists (select from application a where a.rulebook_version_id = v.id) as is_used
{FROM} where v.id = $1 and b.organiser_id = $2 for update of v
"""


@transactional()
async def publish_rulebook(
    actor: Actor, organiser_id: UUID, content: RulebookContent, valid_from: date
) -> RulebookVersionView:
    """Publishes a new version of an organiser's rulebook, in force from ``valid_from`` on (a Finnish day).

    Raises:
        NotFound: the organiser is not the actor's own.
        Invalid: the rulebook contradicts itself (each place is named), would begin in the past or in a far future.
    """
    if not actor.has_role(Role.SYSTEM) and organiser_of(actor, Role.ORGANISER_ADMIN) != organiser_id:
        raise NotFound
    if problems := [*contradictions(content), *_unfit_day(actor, valid_from)]:
        raise Invalid(problems)
    rulebook_id = await rulebook_to_write(organiser_id, content.title)
    version_id, moment = new_id(), now()
    written = msgspec.json.encode(content).decode()
    number = await fetch_value(INSERT_VERSION, version_id, rulebook_id, written, valid_from, actor.person_id, moment)
    after = {"number": number, "valid_from": valid_from}
    await audit.record(actor, "rulebook.published", OWNER, version_id, after=after, organiser_id=organiser_id)
    return RulebookVersionView(
        id=version_id,
        organiser_id=organiser_id,
        number=number,
        content=content,
        valid_from=valid_from,
        published_at=moment,
    )


@transactional()
async def withdraw_version(actor: Actor, version_id: UUID) -> None:
    """Takes back a version that is not in force yet. Its number is not given again.

    Raises:
        NotFound: it is not a version of the actor's organiser.
        Conflict: it was withdrawn already, its first day has come, or somebody has applied under it.
    """
    organiser_id = organiser_of(actor, Role.ORGANISER_ADMIN)
    row = await fetch_one(LOCKED, version_id, organiser_id)
    if row is None:
        raise NotFound
    if row["withdrawn_at"] is not None:
        raise Conflict(message("This version was withdrawn already."), code="version_withdrawn")
    if row["is_used"] or row["valid_from"] <= today():
        text = message("This version is in use and stays. Publish a new one instead.")
        raise Conflict(text, code="version_in_use")
    statement = "update rulebook_version set withdrawn_at = $2, withdrawn_by = $3 where id = $1"
    await execute(statement, version_id, now(), actor.person_id)
    before = {"number": row["number"], "valid_from": row["valid_from"]}
    await audit.record(actor, "rulebook.withdrawn", OWNER, version_id, before=before, organiser_id=organiser_id)


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


async def own_version(actor: Actor, version_id: UUID) -> RulebookVersionView:
    """A version of the rulebook of the actor's organiser.

    Raises:
        NotFound: there is none, or it is another organiser's.
    """
    organiser_id = organiser_of(actor, Role.ORGANISER_ADMIN)
    found = await rulebook_version(version_id)
    if found.organiser_id != organiser_id:
        raise NotFound
    return found


async def latest_version(organiser_id: UUID) -> RulebookVersionView | None:
    """The version published last, whether it is in force yet or not."""
    row = await fetch_one(LATEST, organiser_id)
    return None if row is None else _view(row)


async def versions_to_come(organiser_id: UUID) -> list[RulebookVersionView]:
    """The versions that begin after today, the next one first."""
    return [_view(row) for row in await fetch(TO_COME, organiser_id, today())]


async def rulebook_versions(actor: Actor) -> list[VersionSummary]:
    """Every version of the rulebook of the actor's organiser, the newest first (500 at most).

    Raises:
        NotFound: the actor is no organiser's administrator.
    """
    organiser_id = organiser_of(actor, Role.ORGANISER_ADMIN)
    rows = await fetch(LISTED, organiser_id)
    names = await names_of([row["published_by"] for row in rows if row["published_by"] is not None])
    in_force = await fetch_one(IN_FORCE, organiser_id, today())
    return [_summary(row, names.get(row["published_by"], ""), in_force) for row in rows]


def _summary(row: Row, publisher: str, in_force: Row | None) -> VersionSummary:
    return VersionSummary(
        id=row["id"],
        number=row["number"],
        title=msgspec.json.decode(row["title"], type=Text),
        status=_status(row, in_force),
        valid_from=row["valid_from"],
        published_at=row["published_at"],
        published_by=publisher,
        applications=row["applications"],
    )


def _status(row: Row, in_force: Row | None) -> VersionStatus:
    if row["withdrawn_at"] is not None:
        return VersionStatus.WITHDRAWN
    if in_force is not None and row["id"] == in_force["id"]:
        return VersionStatus.IN_FORCE
    return VersionStatus.SCHEDULED if row["valid_from"] > today() else VersionStatus.REPLACED


async def organisers_taking_applications() -> list[UUID]:
    """The organisers that have a rulebook in force today."""
    where = "where v.valid_from <= $1 and v.withdrawn_at is null"
    rows = await fetch(f"select distinct b.organiser_id {FROM} {where}", today())
    return [row["organiser_id"] for row in rows]


@cache
def example_rulebook(name: str) -> RulebookContent:
    """A rulebook of the folder ``data``, by its file's name without the ending."""
    return msgspec.convert(yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8")), type=RulebookContent)


def default_rulebook() -> RulebookContent:
    """The rulebook that an organiser may begin with."""
    return example_rulebook("default_rulebook")


async def rulebook_to_write(organiser_id: UUID, title: Text) -> UUID:
    """The organiser's rulebook, made where there is none. It locks the organiser: versions are numbered one by one.

    Raises:
        NotFound: there is no such organiser.
    """
    await get_organiser(organiser_id)
    await fetch_value("select id from organiser where id = $1 for no key update", organiser_id)
    found = await fetch_value("select id from rulebook where organiser_id = $1", organiser_id)
    if found is not None:
        return found
    rulebook_id, name = new_id(), msgspec.json.encode(title).decode()
    await execute(
        "insert into rulebook (id, organiser_id, name, created_at) values ($1, $2, $3::jsonb, $4)",
        rulebook_id, organiser_id, name, now(),
    )  # fmt: skip
    return rulebook_id


def _unfit_day(actor: Actor, valid_from: date) -> list[FieldError]:
    """An organiser cannot change the past; the system may, for what was in force before it came here."""
    if valid_from > today() + LONGEST_NOTICE:
        return [FieldError("valid_from", message("The first day can be at most five years away."))]
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
