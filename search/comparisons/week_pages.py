"""How many times a week, when, and how long: usual weeks first, then three questions, then everything exactly.

Nothing is kept: the answer is the address of the page that one came from, with the week in it.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.response import Redirect

from marketplace.kernel.errors import DomainError, FieldError, Invalid
from marketplace.kernel.i18n import Language, message
from marketplace.kernel.inputs import label
from marketplace.pricing.schedules import Pause, Weekday, WeeklyVisit, check_pauses
from marketplace.web.forms import Form, filled_form, read_query
from marketplace.web.language import language_of
from marketplace.web.security import allow_anyone, safe_next
from marketplace.web.templating import page, redirect
from search.comparisons.asked import (
    MOST_KM,
    MOST_PAUSES,
    MOST_UNITS,
    Asked,
    asked_pairs,
    months_to_choose,
    pause_text,
    with_asked,
)
from search.comparisons.week_words import alike, week_words
from search.comparisons.weeks import PRESETS, week_text

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect

HERE: Final = "/compare/week"
MOST_ROWS: Final = 12
MOST_PIECES: Final = 100
INVALID: Final = 422

TIMES_A_WEEK: Final = (
    (1, message("Once a week"), (Weekday.WED,)),
    (2, message("Twice a week"), (Weekday.TUE, Weekday.FRI)),
    (3, message("Three times a week"), (Weekday.MON, Weekday.WED, Weekday.FRI)),
    (4, message("Four times a week"), (Weekday.MON, Weekday.TUE, Weekday.THU, Weekday.FRI)),
    (5, message("Every weekday"), tuple(Weekday)[:5]),
    (7, message("Every day"), tuple(Weekday)),
)
DAYS_OF: Final = {times: days for times, _, days in TIMES_A_WEEK}
PARTS_OF_DAY: Final = (
    ("08:00", message("In the morning, about 8")),
    ("10:00", message("In the forenoon, about 10")),
    ("13:00", message("In the afternoon, about 1")),
    ("19:00", message("In the evening, about 7")),
    ("23:00", message("At night, about 11")),
)
SIMPLE_LENGTHS: Final = (
    (30, message("Half an hour")),
    (60, message("One hour")),
    (90, message("An hour and a half")),
    (120, message("Two hours")),
    (180, message("Three hours")),
)
LENGTHS: Final = (15, 30, 45, 60, 90, 120, 150, 180, 240, 300, 360, 480, 720, 1440)
RHYTHMS: Final = (
    (1, message("Every week")),
    (2, message("Every other week")),
    (3, message("Every third week")),
    (4, message("Every fourth week")),
)
DAYS: Final = (
    (Weekday.MON.value, message("Mon")),
    (Weekday.TUE.value, message("Tue")),
    (Weekday.WED.value, message("Wed")),
    (Weekday.THU.value, message("Thu")),
    (Weekday.FRI.value, message("Fri")),
    (Weekday.SAT.value, message("Sat")),
    (Weekday.SUN.value, message("Sun")),
)


class Begun(Asked, kw_only=True):
    """The week as it is now, and the page to go back to with another one."""

    back: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


class SimpleWeek(msgspec.Struct, kw_only=True):
    """Three questions."""

    times: Annotated[int, msgspec.Meta(ge=1, le=7), label(message("How many times a week"))]
    start: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), label(message("At what time"))]
    minutes: Annotated[int, msgspec.Meta(ge=1, le=1440), label(message("How long at a time"))]
    back: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


class VisitRow(msgspec.Struct, kw_only=True):
    """Visits at the same time on some days."""

    days: Annotated[list[Weekday], msgspec.Meta(min_length=1, max_length=7), label(message("Days of the week"))]
    start: Annotated[dt.time, label(message("Beginning of the visit"))]
    minutes: Annotated[int, msgspec.Meta(ge=1, le=1440), label(message("Length of the visit"))] = 60
    every_weeks: Annotated[int, msgspec.Meta(ge=1, le=52)] = 1
    pieces: Annotated[int, msgspec.Meta(ge=1, le=MOST_PIECES), label(message("Pieces each time"))] = 1

    def visits(self) -> Iterator[WeeklyVisit]:
        for day in self.days:
            yield WeeklyVisit(
                weekday=day, start=self.start.strftime("%H:%M"), minutes=self.minutes, every_weeks=self.every_weeks,
                pieces=self.pieces,
            )  # fmt: skip


class PauseRow(msgspec.Struct, kw_only=True):
    """Days without visits, both included."""

    first_day: Annotated[dt.date, label(message("First day without visits"))]
    last_day: Annotated[dt.date, label(message("Last day without visits"))]


class ExactWeek(msgspec.Struct, kw_only=True):
    """Everything that a month can be made of."""

    rows: Annotated[list[VisitRow], msgspec.Meta(max_length=MOST_ROWS)] = []
    pauses: Annotated[list[PauseRow], msgspec.Meta(max_length=MOST_PAUSES)] = []
    month: Annotated[str, msgspec.Meta(pattern=r"^20\d\d-(0[1-9]|1[0-2])$"), label(message("Month"))] | None = None
    km: Annotated[int, msgspec.Meta(ge=0, le=MOST_KM), label(message("Kilometres for each visit"))] | None = None
    units: (
        Annotated[int, msgspec.Meta(ge=1, le=MOST_UNITS), label(message("Pieces, days or kilometres in the month"))]
        | None
    ) = None
    more: str = ""
    back: Annotated[str, msgspec.Meta(max_length=2_000)] = ""

    def asked(self) -> Asked:
        """The question as an address has it.

        Raises:
            Invalid: no visit at all, or a pause that ends before it begins or lies in no year of ours.
        """
        visits = [visit for row in self.rows for visit in row.visits()]
        if not visits and self.units is None:
            raise Invalid.field("rows.0.days", message("Choose at least one day."))
        pauses = [Pause(first_day=row.first_day, last_day=row.last_day) for row in self.pauses]
        errors = check_pauses(pauses)
        errors += [
            FieldError(f"pauses.{i}.first_day", message("Give a date between the years 2000 and 2100."))
            for i, pause in enumerate(pauses)
            if not (2000 <= pause.first_day.year <= 2100 and 2000 <= pause.last_day.year <= 2100)
        ]
        if errors:
            raise Invalid(errors)
        pause = [pause_text(each) for each in pauses]
        units = None if visits else self.units
        return Asked(week=week_text(visits), month=self.month or "", km=self.km or 0, units=units, pause=pause)


@get(HERE, guards=[allow_anyone], include_in_schema=False)
async def show_week(request: AnyRequest) -> Response[str]:
    """Usual weeks to choose with one press, and the three questions."""
    begun = read_query(request, Begun)
    form = Form(SimpleWeek, {"start": ["08:00"], "minutes": ["60"]})
    return _simple(request, form, _back(begun.value("back")), _kept(begun))


@get(f"{HERE}/use", guards=[allow_anyone], include_in_schema=False)
async def use_simple_week(request: AnyRequest) -> Page:
    """The three answers become a week."""
    form = read_query(request, SimpleWeek)
    back = _back(form.value("back"))
    if form.ok and form.data.times not in DAYS_OF:
        form.errors["times"] = message("Choose one of the alternatives.")
    if not form.ok:
        return _simple(request, form, back, Asked(), status_code=INVALID)
    answer = form.data
    days = DAYS_OF[answer.times]
    visits = [WeeklyVisit(weekday=day, start=answer.start, minutes=answer.minutes) for day in days]
    return redirect(with_asked(back, [("week", week_text(visits))]))


@get(f"{HERE}/exact", guards=[allow_anyone], include_in_schema=False)
async def show_exact_week(request: AnyRequest) -> Page:
    """The week as it is now, row by row; with rows sent, the week that they make."""
    if not any(name.startswith(("rows.", "pauses.")) or name == "more" for name in request.query_params):
        begun = read_query(request, Begun)
        return _exact(request, _filled(_kept(begun)), _back(begun.value("back")), spare=1)
    form = read_query(request, ExactWeek)
    back = _back(form.value("back"))
    _forget_untouched(form)
    if form.value("more"):
        form.errors = {}
        return _exact(request, form, back, spare=1)
    if form.ok:
        try:
            return redirect(with_asked(back, list(asked_pairs(form.data.asked()))))
        except DomainError as error:
            form.failed(error)
    return _exact(request, form, back, spare=0, status_code=INVALID)


def _back(given: str) -> str:
    """Where the week goes: the comparison or the search that it was asked from."""
    back = safe_next(given, "/compare")
    return back if back.startswith(("/?", "/compare?", "/offers/")) or back in {"/", "/compare"} else "/compare"


def _kept(form: Form[Begun]) -> Asked:
    """The week of the address; one that cannot be read counts as none."""
    if not form.ok:
        return Asked()
    try:
        form.data.visits()
        form.data.pauses()
    except Invalid:
        return Asked()
    return form.data


def _simple(
    request: AnyRequest, form: Form[SimpleWeek], back: str, asked: Asked, *, status_code: int = 200
) -> Response[str]:
    language = language_of(request)
    exact = with_asked(HERE + "/exact", [*asked_pairs(asked), ("back", back)])
    return page(
        request, "comparisons/week.html", status_code=status_code, form=form, back=back, exact=exact,
        words=asked.words(language), presets=_presets(back, language),
        times=[(times, text) for times, text, _ in TIMES_A_WEEK], parts=PARTS_OF_DAY, lengths=SIMPLE_LENGTHS,
    )  # fmt: skip


def _presets(back: str, language: Language) -> list[tuple[Any, str, str]]:
    """Each usual week with its address, and said in words."""
    return [
        (preset.name, with_asked(back, [("week", preset.text)]), " · ".join(week_words(preset.visits, language)))
        for preset in PRESETS
    ]


def _exact(
    request: AnyRequest, form: Form[ExactWeek], back: str, *, spare: int, status_code: int = 200
) -> Response[str]:
    rows, pauses = form.rows("rows"), form.rows("pauses")
    shown = list(range(min(max((*rows, -1)) + 1 + (spare if rows else 1), MOST_ROWS)))
    resting = list(range(min(max((*pauses, -1)) + 2, MOST_PAUSES)))
    for row in shown:
        for name, usual in (("minutes", "60"), ("every_weeks", "1"), ("pieces", "1")):
            form.sent.setdefault(f"rows.{row}.{name}", [usual])
    return page(
        request, "comparisons/week_exact.html", status_code=status_code, form=form, back=back, rows=shown, pauses=resting,
        here=HERE, months=[(each.strftime("%Y-%m"), each) for each in months_to_choose()], days=DAYS, lengths=LENGTHS,
        rhythms=RHYTHMS, most_rows=MOST_ROWS,
    )  # fmt: skip


def _filled(asked: Asked) -> Form[ExactWeek]:
    rows = [
        VisitRow(
            days=list(each.days), start=dt.time.fromisoformat(each.start), minutes=each.minutes,
            every_weeks=each.every_weeks, pieces=each.pieces,
        )
        for each in alike(asked.visits())
    ]  # fmt: skip
    pauses = [PauseRow(first_day=each.first_day, last_day=each.last_day) for each in asked.pauses()]
    week = ExactWeek(rows=rows, pauses=pauses, month=asked.month or None, km=asked.km or None, units=asked.units)
    return filled_form(week)


def _forget_untouched(form: Form[ExactWeek]) -> None:
    """A row in which neither a day nor a time was given is no row, though its lists always have a choice."""
    for row in form.rows("rows"):
        if not form.all(f"rows.{row}.days") and not form.value(f"rows.{row}.start").strip():
            for name in [name for name in form.sent if name.startswith(f"rows.{row}.")]:
                del form.sent[name]
    form.read()


ROUTES = [show_week, use_simple_week, show_exact_week]
