"""An organiser's time bands and price rules, in force from a day on until other ones follow."""

from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.calendar import DayType
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch_one, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.kernel.i18n import Text, message
from marketplace.organisers.reference import is_service_class, service_class
from marketplace.organisers.schemas import BandRules, ServiceRules
from marketplace.pricing.bands import Band, BandCalendar, Hours, check_bands
from marketplace.pricing.prices import NO_RULES, PriceRules, rule_errors

_WEEKDAYS: Final = (DayType.WEEKDAY,)

STANDARD_BANDS: Final = BandCalendar(
    version="standard-1",
    bands=(
        Band("weekday_day", Text("Arkipäivä", "Vardag", "Weekday daytime"), (Hours(_WEEKDAYS, 7 * 60, 18 * 60),)),
        Band(
            "weekday_evening",
            Text("Arki-ilta", "Vardagskväll", "Weekday evening"),
            (Hours(_WEEKDAYS, 18 * 60, 22 * 60),),
        ),
        Band(
            "night",
            Text("Arkiyö", "Vardagsnatt", "Weekday night"),
            (Hours(_WEEKDAYS, 0, 7 * 60), Hours(_WEEKDAYS, 22 * 60, 24 * 60)),
        ),
        Band("saturday", Text("Lauantai", "Lördag", "Saturday"), (Hours((DayType.SATURDAY,), 0, 24 * 60),)),
        Band(
            "sunday_holiday",
            Text("Sunnuntai ja arkipyhä", "Söndag och helgdag", "Sunday and public holiday"),
            (Hours((DayType.SUNDAY, DayType.HOLIDAY), 0, 24 * 60),),
        ),
    ),
)
"""The bands of an organiser that has set none: Monday to Friday by day, evening and night; Saturday; the rest."""

IN_FORCE_CALENDAR = """
select calendar, own_bands_allowed from band_calendar_version
where organiser_id = $1 and valid_from <= $2 order by valid_from desc limit 1
"""
IN_FORCE_PRICES = """
select rules from price_rule_version
where organiser_id = $1 and service_class = $2 and valid_from <= $3 order by valid_from desc limit 1
"""


async def bands_on(organiser_id: UUID, day: date) -> BandRules:
    """The organiser's time bands on a day; the standard ones where it has set none."""
    row = await fetch_one(IN_FORCE_CALENDAR, organiser_id, day)
    if row is None:
        return BandRules(calendar=STANDARD_BANDS, own_bands_allowed=True)
    calendar = msgspec.json.decode(row["calendar"], type=BandCalendar)
    return BandRules(calendar=calendar, own_bands_allowed=row["own_bands_allowed"])


async def price_rules_on(organiser_id: UUID, service_class_code: str, day: date) -> PriceRules:
    """What the organiser allows the prices of a service to be on a day; no limits where it has set none."""
    row = await fetch_one(IN_FORCE_PRICES, organiser_id, service_class_code, day)
    return NO_RULES if row is None else msgspec.json.decode(row["rules"], type=PriceRules)


async def service_rules_on(organiser_id: UUID, service_class_code: str, day: date) -> ServiceRules:
    """Bands, price rules and unit of a service on a day.

    Raises:
        NotFound: no such service class.
    """
    unit = service_class(service_class_code).unit
    bands = await bands_on(organiser_id, day)
    return ServiceRules(bands=bands, prices=await price_rules_on(organiser_id, service_class_code, day), unit=unit)


@transactional()
async def set_bands(
    actor: Actor, organiser_id: UUID, calendar: BandCalendar, valid_from: date, *, own_bands_allowed: bool = True
) -> None:
    """Gives the organiser new time bands from a day on. Price lists already published keep the bands they were made by.

    Raises:
        NotFound: the organiser is not the actor's own.
        Invalid: gaps, overlaps or bad hours, each in words.
        Conflict: bands that start on this day are already set.
    """
    require_organiser_admin(actor, organiser_id)
    if errors := check_bands(calendar):
        raise Invalid(errors)
    added = await execute(
        "insert into band_calendar_version (id, organiser_id, calendar, own_bands_allowed, valid_from, created_at)"
        " values ($1, $2, $3::jsonb, $4, $5, $6) on conflict do nothing",
        new_id(), organiser_id, msgspec.json.encode(calendar).decode(), own_bands_allowed, valid_from, now(),
    )  # fmt: skip
    _refuse_second(added, valid_from)
    await audit.record(
        actor, "organiser.bands_set", "organiser", organiser_id, organiser_id=organiser_id,
        after={"valid_from": valid_from, "calendar": calendar, "own_bands_allowed": own_bands_allowed},
    )  # fmt: skip


@transactional()
async def set_price_rules(
    actor: Actor, organiser_id: UUID, service_class_code: str, rules: PriceRules, valid_from: date
) -> None:
    """Sets price ceilings and limits of a service from a day on.

    Raises:
        NotFound: the organiser is not the actor's own.
        Invalid: an unknown service class or a negative ceiling.
        Conflict: rules that start on this day are already set.
    """
    require_organiser_admin(actor, organiser_id)
    if errors := _price_rule_errors(service_class_code, rules, await bands_on(organiser_id, valid_from)):
        raise Invalid(errors)
    added = await execute(
        "insert into price_rule_version (id, organiser_id, service_class, rules, valid_from, created_at)"
        " values ($1, $2, $3, $4::jsonb, $5, $6) on conflict do nothing",
        new_id(), organiser_id, service_class_code, msgspec.json.encode(rules).decode(), valid_from, now(),
    )  # fmt: skip
    _refuse_second(added, valid_from)
    await audit.record(
        actor, "organiser.price_rules_set", "organiser", organiser_id, organiser_id=organiser_id,
        after={"valid_from": valid_from, "service_class": service_class_code, "rules": rules},
    )  # fmt: skip


def require_organiser_admin(actor: Actor, organiser_id: UUID) -> None:
    """Lets pass the organiser's own administrator and the system.

    Raises:
        NotFound: anybody else.
    """
    is_own = actor.has_role(Role.ORGANISER_ADMIN) and actor.organiser_id == organiser_id
    if not (is_own or actor.has_role(Role.SYSTEM)):
        raise NotFound


def _refuse_second(added: int, valid_from: date) -> None:
    if not added:
        raise Conflict(message("Rules that start on {day} are already set. Choose another day.", day=valid_from))


def _price_rule_errors(service_class_code: str, rules: PriceRules, bands: BandRules) -> list[FieldError]:
    errors = rule_errors(rules, bands.calendar)
    if not is_service_class(service_class_code):
        errors.append(FieldError("service_class", message("Choose a service class from the list.")))
    return errors
