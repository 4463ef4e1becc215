"""Organisers: found by id or by the municipality they serve, taken in by the system."""

from typing import Any
from uuid import UUID

from stdnum.fi import ytunnus

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, fetch_one, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.kernel.i18n import Text, message
from marketplace.organisers.reference import counties, is_municipality, municipalities_of_county
from marketplace.organisers.schemas import NewOrganiser, Organiser
from marketplace.organisers.states import OrganiserKind

COLUMNS = "id, business_id, name_fi, name_sv, name_en, kind, county_code, municipality_codes, decision_contact, settlement_days"
SERVING = f"""
select {COLUMNS} from organiser where municipality_codes @> array[$1]::varchar[]
order by kind = 'municipality', created_at limit 1
"""
INSERT = f"""
insert into organiser ({COLUMNS}, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (business_id) do nothing
"""


async def get_organiser(organiser_id: UUID) -> Organiser:
    """An organiser by its id.

    Raises:
        NotFound: there is none.
    """
    row = await fetch_one(f"select {COLUMNS} from organiser where id = $1", organiser_id)
    if row is None:
        raise NotFound
    return _organiser(row)


async def list_organisers() -> list[Organiser]:
    """All organisers, by Finnish name."""
    return [_organiser(row) for row in await fetch(f"select {COLUMNS} from organiser order by name_fi, id")]


async def organiser_serving(municipality_code: str) -> Organiser | None:
    """The organiser of social and health services in a municipality; a county or city before a single municipality."""
    row = await fetch_one(SERVING, municipality_code)
    return None if row is None else _organiser(row)


@transactional()
async def create_organiser(actor: Actor, new: NewOrganiser) -> Organiser:
    """Takes an organiser in.

    Raises:
        NotFound: the actor is not the system.
        Invalid: business id, county or a municipality is wrong; all are named.
        Conflict: an organiser with this business id is already there.
    """
    if not actor.has_role(Role.SYSTEM):
        raise NotFound
    if errors := _errors(new):
        raise Invalid(errors)
    organiser = _made(new)
    if not await execute(INSERT, *_values(organiser), now()):
        raise Conflict(
            message("An organiser with the business ID {business_id} already exists.", business_id=new.business_id)
        )
    await audit.record(
        actor, "organiser.created", "organiser", organiser.id, organiser_id=organiser.id, after=organiser
    )
    return organiser


def _errors(new: NewOrganiser) -> list[FieldError]:
    errors: list[FieldError] = []
    if not ytunnus.is_valid(new.business_id):
        errors.append(FieldError("business_id", message("Check the business ID: its check digit does not match.")))
    if new.county_code not in {each.code for each in counties()}:
        errors.append(FieldError("county_code", message("Choose a wellbeing services county from the list.")))
    for i, code in enumerate(new.municipality_codes):
        if not is_municipality(code):
            text = message("There is no municipality with the code {code}.", code=code[:20])
            errors.append(FieldError(f"municipality_codes.{i}", text))
    return errors


def _made(new: NewOrganiser) -> Organiser:
    all_of_county = (place.code for place in municipalities_of_county(new.county_code))
    return Organiser(
        id=new_id(),
        business_id=ytunnus.format(ytunnus.compact(new.business_id)),
        name=Text(new.name_fi, new.name_sv, new.name_en),
        kind=new.kind,
        county_code=new.county_code,
        municipality_codes=tuple(sorted(set(new.municipality_codes) or set(all_of_county))),
        decision_contact=new.decision_contact,
        settlement_days=tuple(sorted(set(new.settlement_days))),
    )


def _values(organiser: Organiser) -> list[Any]:
    name = organiser.name
    return [
        organiser.id, organiser.business_id, name.fi, name.sv, name.en, organiser.kind.value, organiser.county_code,
        list(organiser.municipality_codes), organiser.decision_contact, list(organiser.settlement_days),
    ]  # fmt: skip


def _organiser(row: Row) -> Organiser:
    return Organiser(
        id=row["id"],
        business_id=row["business_id"],
        name=Text(row["name_fi"], row["name_sv"], row["name_en"]),
        kind=OrganiserKind(row["kind"]),
        county_code=row["county_code"],
        municipality_codes=tuple(row["municipality_codes"]),
        decision_contact=row["decision_contact"],
        settlement_days=tuple(row["settlement_days"]),
    )
