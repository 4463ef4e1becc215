"""The organiser's pages of time bands and price rules: what holds, what held, what is to come, and new ones."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.calendar import DayType, Holiday
from marketplace.kernel.clock import today
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import message
from marketplace.organisers import rules
from marketplace.organisers.affected import AffectedOffers, affected_offers
from marketplace.organisers.products import products_of
from marketplace.organisers.reference import is_service_class, service_class, service_classes
from marketplace.organisers.rule_forms import (
    BandsForm,
    PriceRulesForm,
    in_form_words,
    shown_bands,
    shown_rules,
    sketched_bands,
    sketched_days,
    typed_bands,
    typed_rules,
)
from marketplace.organisers.schemas import BandRules, PriceRulesFrom
from marketplace.pricing.bands import DAY_TYPE_WORDS
from marketplace.pricing.prices import UNIT_WORDS, PriceRules
from marketplace.pricing.rule_words import rule_words
from marketplace.pricing.week_picture import HOLIDAY_WORDS, WeekPicture, week_picture
from marketplace.web.forms import Form, read_form
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
ADMIN = allow(Role.ORGANISER_ADMIN)
RULES = "/organiser/rules"
CLASS = RULES + "/prices/{service_class_code:str}"
ADD = "add"
LOOK = "look"
BLANK_ROWS = 2

add_to_navigation(Desk.ORGANISER, message("Prices and times"), RULES, order=65, roles=frozenset({Role.ORGANISER_ADMIN}))


@get(RULES, guards=[ADMIN], include_in_schema=False)
async def show_rules(request: AnyRequest, actor: Caller) -> Response[str]:
    """The time bands and the price rules of today, and the versions before and after them."""
    own = _own(actor)
    bands, history = await rules.bands_on(own, today()), await rules.band_history(own)
    versions = await rules.price_rule_history(own)
    codes = sorted(
        {each.service_class for each in versions} | {each.service_class for each in await products_of(actor)}
    )
    classes = [(service_class(code), await rules.price_rules_on(own, code, today())) for code in codes]
    others = [each for each in service_classes() if each.code not in codes]
    return page(
        request, "organisers/rules.html", here=RULES, bands=bands, history=history, picture=week_picture(bands.calendar),
        classes=[(each, rule_words(held, bands.calendar, each.unit)) for each, held in classes], others=others,
        today=today(),
    )  # fmt: skip


@get(f"{RULES}/bands/new", guards=[ADMIN], include_in_schema=False)
async def show_new_bands(request: AnyRequest, actor: Caller) -> Response[str]:
    """The form for other time bands, filled with those of today."""
    before = await rules.bands_on(_own(actor), today())
    form = Form(BandsForm, {name: [*values] for name, values in shown_bands(before, actor.language).items() if values})
    return _bands_page(request, form, before)


@post(f"{RULES}/bands/new", guards=[ADMIN], include_in_schema=False)
async def send_new_bands(request: AnyRequest, actor: Caller) -> Response[Any]:
    """Sets the bands from the day given; the buttons that only look or add rows write nothing."""
    before = await rules.bands_on(_own(actor), today())
    form = await read_form(request, BandsForm)
    if form.value(ADD) or form.value(LOOK):
        form.errors = {} if form.value(ADD) else form.errors
        return _bands_page(request, form, before)
    if await _bands_set(actor, form, before):
        flash(request, message("The time bands hold from {day}.", day=form.data.valid_from))
        return redirect(RULES)
    return _bands_page(request, form, before, 422)


async def _bands_set(actor: Actor, form: Form[BandsForm], before: BandRules) -> bool:
    if not form.ok:
        return False
    try:
        calendar, coefficients = typed_bands(form.data, before.calendar)
        await rules.set_bands(
            actor, _own(actor), calendar, form.data.valid_from,
            own_bands_allowed=form.data.own_bands_allowed, coefficients=coefficients,
        )  # fmt: skip
    except Invalid as invalid:
        form.failed(Invalid(in_form_words(invalid.fields, _band_rows(form))))
    except Conflict as conflict:
        form.failed(Invalid.field("valid_from", conflict.message))
    return form.ok


def _bands_page(request: AnyRequest, form: Form[BandsForm], before: BandRules, status_code: int = 200) -> Response[str]:
    rows = _band_rows(form)
    after = max(rows, default=-1) + 1
    return page(
        request, "organisers/bands_form.html", form=form, here=RULES, rows=rows,
        blank_rows=range(after, after + BLANK_ROWS * (2 if form.value(ADD) else 1)),
        picture=_sketch(form, before, rows), holidays=[(each.value, HOLIDAY_WORDS[each]) for each in Holiday],
        days=[(each.value, DAY_TYPE_WORDS[each]) for each in DayType], status_code=status_code,
    )  # fmt: skip


def _sketch(form: Form[BandsForm], before: BandRules, rows: list[int]) -> WeekPicture:
    """The week as it was typed, right or wrong."""
    typed = [(form.value(f"bands.{i}.name_fi"), form.value(f"bands.{i}.hours")) for i in rows]
    eves = [(form.value(f"eves.{i}.before"), form.value(f"eves.{i}.counts_as")) for i in form.rows("eves")]
    read_as = sketched_days(before.calendar, form.value("holidays_as"), eves, form.value("saturday_eves_as"))
    return week_picture(sketched_bands(typed, read_as, form.value("not_served")))


def _band_rows(form: Form[BandsForm]) -> list[int]:
    parts = ("name_fi", "name_sv", "name_en", "hours", "coefficient")
    return [i for i in form.rows("bands") if any(form.value(f"bands.{i}.{part}").strip() for part in parts)]


@get(CLASS, guards=[ADMIN], include_in_schema=False)
async def show_price_rules(request: AnyRequest, actor: Caller, service_class_code: FromPath[str]) -> Response[str]:
    """The price rules of one service class, every version of them."""
    own, found = _own(actor), _known(service_class_code)
    versions = [(each, await _words(own, each)) for each in await rules.price_rule_history(own, service_class_code)]
    held = next((each for each, _ in versions if each.valid_from <= today()), None)
    return page(
        request, "organisers/price_rules.html", here=RULES, service=found, versions=versions, held=held, today=today()
    )


@get(f"{CLASS}/new", guards=[ADMIN], include_in_schema=False)
async def show_new_price_rules(request: AnyRequest, actor: Caller, service_class_code: FromPath[str]) -> Response[str]:
    """The form for other price rules, filled with those of today."""
    own, bands = _own(actor), await rules.bands_on(_own(actor), today())
    _known(service_class_code)
    shown = shown_rules(await rules.price_rules_on(own, service_class_code, today()), bands.calendar)
    form = Form(PriceRulesForm, {name: [*values] for name, values in shown.items() if values})
    return _rules_page(request, form, service_class_code, bands)


@post(f"{CLASS}/new", guards=[ADMIN], include_in_schema=False)
async def send_new_price_rules(request: AnyRequest, actor: Caller, service_class_code: FromPath[str]) -> Response[Any]:
    """Sets the rules from the day given, or shows which published offers they would not allow."""
    own, bands = _own(actor), await rules.bands_on(_own(actor), today())
    _known(service_class_code)
    form = await read_form(request, PriceRulesForm)
    wanted = _wanted(form)
    affected = await _affected(actor, own, service_class_code, form, wanted)
    if wanted is None or not form.ok:
        return _rules_page(request, form, service_class_code, bands, affected, 422)
    if form.value(LOOK):
        return _rules_page(request, form, service_class_code, bands, affected)
    try:
        await rules.set_price_rules(actor, own, service_class_code, wanted, form.data.valid_from)
    except Conflict as conflict:
        form.failed(Invalid.field("valid_from", conflict.message))
        return _rules_page(request, form, service_class_code, bands, affected, 422)
    flash(request, message("The price rules hold from {day}.", day=form.data.valid_from))
    return redirect(f"{RULES}/prices/{service_class_code}")


def _wanted(form: Form[PriceRulesForm]) -> PriceRules | None:
    if not form.ok:
        return None
    try:
        return typed_rules(form.data)
    except Invalid as invalid:
        form.failed(invalid)
        return None


async def _affected(
    actor: Actor, own: UUID, code: str, form: Form[PriceRulesForm], wanted: PriceRules | None
) -> AffectedOffers | None:
    if wanted is None:
        return None
    try:
        return await affected_offers(actor, own, code, wanted, form.data.valid_from)
    except Invalid as invalid:
        form.failed(Invalid(in_form_words(invalid.fields)))
        return None


async def _words(own: UUID, version: PriceRulesFrom) -> list[Any]:
    calendar = (await rules.bands_on(own, version.valid_from)).calendar
    return rule_words(version.rules, calendar, service_class(version.service_class).unit)


def _rules_page(
    request: AnyRequest, form: Form[PriceRulesForm], code: str, bands: BandRules,
    affected: AffectedOffers | None = None, status_code: int = 200,
) -> Response[str]:  # fmt: skip
    found = service_class(code)
    return page(
        request, "organisers/price_rules_form.html", form=form, here=RULES, service=found, calendar=bands.calendar,
        unit=UNIT_WORDS[found.unit], affected=affected, status_code=status_code,
        by_band=any(form.value(f"band_ceilings.{i}.price_cents") for i in form.rows("band_ceilings")),
    )  # fmt: skip


def _known(code: str) -> Any:
    """The service class of an address.

    Raises:
        NotFound: there is none.
    """
    if not is_service_class(code):
        raise NotFound
    return service_class(code)


def _own(actor: Actor) -> UUID:
    if actor.organiser_id is None:
        raise NotFound
    return actor.organiser_id


ROUTES = [
    show_rules,
    show_new_bands,
    send_new_bands,
    show_price_rules,
    show_new_price_rules,
    send_new_price_rules,
]
