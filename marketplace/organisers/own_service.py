"""The fee of an organiser's own service, in force from a day on until another follows: for the duty to inform.

Clients are told it beside the own share of a voucher (Act 569/2009, section 6). What was told once is never changed.
"""

from datetime import date
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, fetch_one, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.kernel.i18n import Text, message
from marketplace.organisers.own_service_schemas import NewOwnService, OwnService
from marketplace.organisers.reference import is_service_class, service_class
from marketplace.organisers.rules import require_organiser_admin
from marketplace.organisers.version_checks import YEARS
from marketplace.pricing.own_service import FeeRule, UnitFee, fee_errors, own_service_cents
from marketplace.pricing.prices import Unit

__all__ = ["own_service_cents", "own_service_on", "own_services", "own_services_of", "set_own_service"]

IN_FORCE = """
select * from own_service_version where organiser_id = $1 and service_class = $2 and valid_from <= $3
order by valid_from desc limit 1
"""
ALL_IN_FORCE = """
select distinct on (organiser_id, service_class) * from own_service_version
where valid_from <= $1 and ($2::uuid is null or organiser_id = $2)
order by organiser_id, service_class, valid_from desc
"""
OF_ORGANISER = "select * from own_service_version where organiser_id = $1 order by service_class, valid_from desc"
INSERT = """
insert into own_service_version (id, organiser_id, service_class, rule, text_fi, text_sv, text_en, source_note, valid_from,
    created_at)
values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10) on conflict do nothing
"""
BY_TIME = frozenset({Unit.HOUR, Unit.VISIT})


async def own_service_on(organiser_id: UUID, service_class_code: str, day: date) -> OwnService | None:
    """The fee of the organiser's own service on a day; ``None`` where it has told none."""
    row = await fetch_one(IN_FORCE, organiser_id, service_class_code, day)
    return None if row is None else _own_service(row)


async def own_services(day: date, organiser_id: UUID | None = None) -> list[OwnService]:
    """All fees in force on a day, of one organiser or of all."""
    return [_own_service(row) for row in await fetch(ALL_IN_FORCE, day, organiser_id)]


async def own_services_of(actor: Actor) -> list[OwnService]:
    """Every fee that the actor's organiser has told, by service, the newest first.

    Raises:
        NotFound: the actor acts for no organiser.
    """
    if actor.organiser_id is None:
        raise NotFound
    return [_own_service(row) for row in await fetch(OF_ORGANISER, actor.organiser_id)]


@transactional()
async def set_own_service(actor: Actor, organiser_id: UUID, new: NewOwnService) -> OwnService:
    """Tells the fee of a service from a day on.

    Raises:
        NotFound: the organiser is not the actor's own.
        Invalid: an unknown service class, or everything that is wrong with the rule (fields ``rule.…``).
        Conflict: a fee that starts on this day is already told.
    """
    require_organiser_admin(actor, organiser_id)
    if errors := _errors(new):
        raise Invalid(errors)
    made = OwnService(
        id=new_id(),
        organiser_id=organiser_id,
        service_class=new.service_class,
        rule=new.rule,
        text=Text(new.text_fi, new.text_sv, new.text_en),
        source_note=new.source_note,
        valid_from=new.valid_from,
    )
    rule = msgspec.json.encode(made.rule).decode()
    if not await execute(
        INSERT, made.id, organiser_id, made.service_class, rule, *msgspec.structs.astuple(made.text), made.source_note,
        made.valid_from, now(),
    ):  # fmt: skip
        text = message("Rules that start on {day} are already set. Choose another day.", day=new.valid_from)
        raise Conflict(text)
    await audit.record(
        actor, "organiser.own_service_set", "organiser", organiser_id, organiser_id=organiser_id, after=made
    )
    return made


def _errors(new: NewOwnService) -> list[FieldError]:
    errors = [FieldError(f"rule.{error.field}", error.message) for error in fee_errors(new.rule)]
    if not YEARS[0] <= new.valid_from.year <= YEARS[1]:
        text = message("Give a year from {first} to {last}.", first=YEARS[0], last=YEARS[1])
        errors.append(FieldError("valid_from", text))
    if not is_service_class(new.service_class):
        errors.append(FieldError("service_class", message("Choose a service class from the list.")))
    elif isinstance(new.rule, UnitFee) and not _tells(service_class(new.service_class).unit, new.rule.unit):
        errors.append(
            FieldError("rule.unit", message("A month of this service does not tell how many of them there are."))
        )
    return errors


def _tells(unit: Unit, fee_unit: Unit) -> bool:
    """Whether a month of a service in a unit tells how often a fee is taken."""
    if fee_unit is Unit.KM:
        return False
    return unit in BY_TIME or fee_unit not in {Unit.HOUR, Unit.PIECE} or fee_unit is unit


def _own_service(row: Row) -> OwnService:
    return OwnService(
        id=row["id"],
        organiser_id=row["organiser_id"],
        service_class=row["service_class"],
        rule=msgspec.json.decode(row["rule"], type=FeeRule),
        text=Text(row["text_fi"], row["text_sv"], row["text_en"]),
        source_note=row["source_note"],
        valid_from=row["valid_from"],
    )
