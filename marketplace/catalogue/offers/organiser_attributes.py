"""What offers of a class are compared by: the class's template, and what an organiser adds to it for its clients."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.attributes import Attribute, check_added, template
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch, fetch_one, new_id, transactional
from marketplace.kernel.errors import Forbidden, Invalid
from marketplace.organisers.reference import service_class

ONE: Final = "select attributes from organiser_attributes where organiser_id = $1 and service_class = $2"
WRITE: Final = """
insert into organiser_attributes (id, organiser_id, service_class, attributes, changed_at) values ($1, $2, $3, $4::jsonb, $5)
on conflict (organiser_id, service_class) do update set attributes = excluded.attributes, changed_at = excluded.changed_at
"""


async def attributes_for(organiser_id: UUID, service_class_code: str) -> tuple[Attribute, ...]:
    """Everything that an organiser's clients compare offers of a class by, in the order in which it is shown.

    Raises:
        NotFound: no such service class.
    """
    return template(service_class_code, await added_by(organiser_id, service_class_code))


async def added_by(organiser_id: UUID, service_class_code: str) -> tuple[Attribute, ...]:
    """What the organiser itself has added to a class.

    Raises:
        NotFound: no such service class.
    """
    row = await fetch_one(ONE, organiser_id, service_class(service_class_code).code)
    return _decoded(row["attributes"]) if row else ()


async def added_of(actor: Actor) -> dict[str, tuple[Attribute, ...]]:
    """What the actor's organiser has added, by service class.

    Raises:
        Forbidden: the actor does not administer an organiser.
    """
    rows = await fetch(
        "select service_class, attributes from organiser_attributes where organiser_id = $1 order by service_class",
        own_organiser(actor),
    )
    return {row["service_class"]: _decoded(row["attributes"]) for row in rows}


@transactional()
async def set_attributes(actor: Actor, service_class_code: str, added: Sequence[Attribute]) -> tuple[Attribute, ...]:
    """Puts these attributes in place of what the actor's organiser had added to a class; offers' values for those that
    go are shown no more.

    Raises:
        Forbidden: the actor does not administer an organiser.
        NotFound: no such service class.
        Invalid: everything that is wrong with them, by field.
    """
    organiser_id = own_organiser(actor)
    code = service_class(service_class_code).code
    if errors := check_added(added, code):
        raise Invalid(errors)
    row = await fetch_one(f"{ONE} for update", organiser_id, code)
    await execute(WRITE, new_id(), organiser_id, code, msgspec.json.encode(list(added)).decode(), now())
    before = _decoded(row["attributes"]) if row else ()
    await audit.record(
        actor, "organiser.attributes_set", "organiser", organiser_id, organiser_id=organiser_id,
        before={"service_class": code, "attributes": before}, after={"service_class": code, "attributes": list(added)},
    )  # fmt: skip
    return tuple(added)


def own_organiser(actor: Actor) -> UUID:
    """The organiser that the actor administers.

    Raises:
        Forbidden: the actor administers none.
    """
    if not actor.has_role(Role.ORGANISER_ADMIN) or actor.organiser_id is None:
        raise Forbidden
    return actor.organiser_id


def _decoded(text: str) -> tuple[Attribute, ...]:
    return msgspec.json.decode(text, type=tuple[Attribute, ...])
