"""An organiser's time bands and price rules, in force from a day on until other ones follow."""

from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.calendar import DayType
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, fetch_one, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.kernel.i18n import Text, message
from marketplace.organisers.reference import is_service_class, service_class
from marketplace.organisers.schemas import BandRules, BandsFrom, PriceRulesFrom, ServiceRules
from marketplace.pricing.bands import Band, BandCalendar, Hours, check_bands
from marketplace.pricing.prices import NO_RULES, BandCoefficient, PriceList, PriceRules, Unit, check_shape, rule_errors

_WEEKDAYS: Final = (DayType.WEEKDAY,)
YEARS: Final = (2000, 2100)
"""Between these a rule may begin: a day outside them is a slip of the keyboard."""

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
select calendar, own_bands_allowed, coefficients from band_calendar_version
where organiser_id = $1 and valid_from <= $2 order by valid_from desc limit 1
"""
ALL_CALENDARS = """
select calendar, own_bands_allowed, coefficients, valid_from from band_calendar_version
where organiser_id = $1 order by valid_from desc limit 200
"""
IN_FORCE_PRICES = """
select rules from price_rule_version
where organiser_id = $1 and service_class = $2 and valid_from <= $3 order by valid_from desc limit 1
"""
ALL_PRICES = """
select service_class, rules, valid_from from price_rule_version
where organiser_id = $1 and ($2 = '' or service_class = $2) order by service_class, valid_from desc limit 1000
"""


async def bands_on(organiser_id: UUID, day: date) -> BandRules:
    """The organiser's time bands on a day; the standard ones where it has set none."""
    row = await fetch_one(IN_FORCE_CALENDAR, organiser_id, day)
    return BandRules(calendar=STANDARD_BANDS, own_bands_allowed=True) if row is None else _bands(row)


def _bands(row: Row) -> BandRules:
    return BandRules(
        calendar=msgspec.json.decode(row["calendar"], type=BandCalendar),
        own_bands_allowed=row["own_bands_allowed"],
        coefficients=msgspec.json.decode(row["coefficients"], type=tuple[BandCoefficient, ...]),
    )


async def band_history(organiser_id: UUID) -> list[BandsFrom]:
    """Every set of bands that the organiser has set, those to come first; nothing where it has the standard ones."""
    rows = await fetch(ALL_CALENDARS, organiser_id)
    return [BandsFrom(valid_from=row["valid_from"], bands=_bands(row)) for row in rows]


async def price_rule_history(organiser_id: UUID, service_class_code: str = "") -> list[PriceRulesFrom]:
    """Every version of the organiser's price rules, by service class, those to come first; of one class if named."""
    rows = await fetch(ALL_PRICES, organiser_id, service_class_code)
    return [
        PriceRulesFrom(
            service_class=row["service_class"],
            valid_from=row["valid_from"],
            rules=msgspec.json.decode(row["rules"], type=PriceRules),
        )
        for row in rows
    ]


async def price_rules_on(organiser_id: UUID, service_class_code: str, day: date) -> PriceRules:
    """What the organiser allows the prices of a service to be on a day; no limits where it has set none."""
    row = await fetch_one(IN_FORCE_PRICES, organiser_id, service_class_code, day)
    return NO_RULES if row is None else msgspec.json.decode(row["rules"], type=PriceRules)


async def service_rules_on(organiser_id: UUID, service_class_code: str, day: date) -> ServiceRules:
    """Bands, price rules and unit of a service on a day.

    Raises:
        NotFound: no such service class.
    """
    service = service_class(service_class_code)
    bands, prices = await bands_on(organiser_id, day), await price_rules_on(organiser_id, service_class_code, day)
    return ServiceRules(bands=bands, prices=prices, unit=service.unit, other_units=service.other_units)


@transactional()
async def set_bands(
    actor: Actor,
    organiser_id: UUID,
    calendar: BandCalendar,
    valid_from: date,
    *,
    own_bands_allowed: bool = True,
    coefficients: tuple[BandCoefficient, ...] = (),
) -> None:
    """Gives the organiser new time bands from a day on. Price lists already published keep the bands they were made by.

    Raises:
        NotFound: the organiser is not the actor's own.
        Invalid: gaps, overlaps or bad hours, each in words; coefficients that are not one for each band.
        Conflict: bands that start on this day are already set.
    """
    require_organiser_admin(actor, organiser_id)
    if errors := band_rule_errors(calendar, coefficients, valid_from):
        raise Invalid(errors)
    added = await execute(
        "insert into band_calendar_version (id, organiser_id, calendar, own_bands_allowed, coefficients, valid_from,"
        " created_at) values ($1, $2, $3::jsonb, $4, $5::jsonb, $6, $7) on conflict do nothing",
        new_id(), organiser_id, msgspec.json.encode(calendar).decode(), own_bands_allowed,
        msgspec.json.encode(coefficients).decode(), valid_from, now(),
    )  # fmt: skip
    _refuse_second(added, valid_from)
    await audit.record(
        actor, "organiser.bands_set", "organiser", organiser_id, organiser_id=organiser_id,
        after={
            "valid_from": valid_from, "calendar": calendar, "own_bands_allowed": own_bands_allowed,
            "coefficients": coefficients,
        },
    )  # fmt: skip


def band_rule_errors(
    calendar: BandCalendar, coefficients: tuple[BandCoefficient, ...], valid_from: date
) -> list[FieldError]:
    """Everything wrong with a set of bands and their coefficients, by field."""
    errors = [*_day_errors(valid_from), *check_bands(calendar)]
    if not coefficients:
        return errors
    asked = PriceList(unit=Unit.HOUR, one_price_cents=0, coefficients=coefficients)
    return errors + [error for error in check_shape(asked, calendar) if error.field.startswith("coefficients")]


def _day_errors(day: date) -> list[FieldError]:
    if YEARS[0] <= day.year <= YEARS[1]:
        return []
    return [
        FieldError(
            "valid_from", message("Give a day between the years {first} and {last}.", first=YEARS[0], last=YEARS[1])
        )
    ]


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
    if errors := price_rule_errors(service_class_code, rules, await bands_on(organiser_id, valid_from), valid_from):
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


def price_rule_errors(
    service_class_code: str, rules: PriceRules, bands: BandRules, valid_from: date
) -> list[FieldError]:
    """Everything wrong with an organiser's price rules under its bands of their first day, by field."""
    errors = [*_day_errors(valid_from), *rule_errors(rules, bands.calendar)]
    if not is_service_class(service_class_code):
        return [FieldError("service_class", message("Choose a service class from the list.")), *errors]
    return errors
