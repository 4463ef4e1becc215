"""The page of a comparison: offers side by side, and what one's own week would cost in a month with each."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from marketplace.kernel.errors import DomainError
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import Euros, label
from marketplace.organisers.products import public_products
from marketplace.organisers.schemas import Product
from marketplace.pricing.schedules import Weekday, WeeklyVisit
from marketplace.web.forms import Form, read_form, read_query
from marketplace.web.language import language_of
from marketplace.web.security import allow_anyone
from marketplace.web.templating import page
from search.comparisons.comparing import MAX_HOUSEHOLD, ComparedOffer, CompareRequest, Comparison, compare
from search.comparisons.table import columns_of

AnyRequest = Request[Any, Any, Any]

START_CHOICES: Final = tuple(f"{hour}.{minute:02d}" for hour in range(6, 23) for minute in (0, 30))
DAY_CHOICES: Final = (
    (Weekday.MON.value, message("Monday")),
    (Weekday.TUE.value, message("Tuesday")),
    (Weekday.WED.value, message("Wednesday")),
    (Weekday.THU.value, message("Thursday")),
    (Weekday.FRI.value, message("Friday")),
    (Weekday.SAT.value, message("Saturday")),
    (Weekday.SUN.value, message("Sunday")),
)
LENGTHS: Final = (15, 30, 45, 60, 90, 120, 180, 240, 480)


USUAL: Final = {"start": "9.00", "minutes": "60", "every_weeks": "1"}
"""What the week's form shows before anything was chosen."""


class Week(msgspec.Struct, kw_only=True):
    """The page's question about one's own week: the same visit on every chosen weekday."""

    offers: Annotated[list[UUID], msgspec.Meta(max_length=200)] = []
    weekday: Annotated[list[Weekday], msgspec.Meta(max_length=7), label(message("Days of the week"))] = []
    start: Annotated[dt.time, label(message("Beginning of the visit"))] = dt.time(9)
    minutes: Annotated[int, msgspec.Meta(ge=1, le=1440), label(message("Length of the visit"))] = 60
    every_weeks: Annotated[int, msgspec.Meta(ge=1, le=52)] = 1
    product: UUID | None = None
    household_size: (
        Annotated[int, msgspec.Meta(ge=1, le=MAX_HOUSEHOLD), label(message("People in the household"))] | None
    ) = None
    gross_income_cents: Annotated[Euros, label(message("Income before tax"))] | None = None

    def request(self) -> CompareRequest:
        visits = tuple(
            WeeklyVisit(
                weekday=day, start=self.start.strftime("%H:%M"), minutes=self.minutes, every_weeks=self.every_weeks
            )
            for day in self.weekday
        )
        return CompareRequest(
            offer_ids=tuple(self.offers),
            visits=visits,
            product=self.product,
            household_size=self.household_size,
            gross_income_cents=self.gross_income_cents,
        )


@get("/compare", guards=[allow_anyone], include_in_schema=False)
async def show_comparison(request: AnyRequest) -> Response[str]:
    """Up to four offers side by side; with a week of visits, what the month costs with each."""
    return await _comparison(request, read_query(request, Week))


@post("/compare", guards=[allow_anyone], include_in_schema=False, status_code=200)
async def show_comparison_with_income(request: AnyRequest) -> Response[str]:
    """The same with an income-tested voucher. Sent in the body, so that income stands in no address and no log."""
    return await _comparison(request, await read_form(request, Week))


async def _comparison(request: AnyRequest, form: Form[Week]) -> Response[str]:
    language = language_of(request)
    shown: Comparison | None = None
    if form.ok and not form.data.offers:
        return page(request, "comparisons/compare_nothing.html")
    if form.ok:
        try:
            shown = await compare(form.data.request(), language)
        except DomainError as error:
            form.failed(error)
    for name, usual in USUAL.items():
        form.sent.setdefault(name, [usual])
    if shown is None:
        return page(request, "comparisons/compare_mistaken.html", status_code=422, form=form)
    return page(
        request,
        "comparisons/compare.html",
        form=form,
        comparison=shown,
        week=form.data,
        table=columns_of(shown.items, language),
        products=await _products(shown.items),
        days=DAY_CHOICES,
        starts=START_CHOICES,
        lengths=LENGTHS,
    )


async def _products(items: Sequence[ComparedOffer]) -> list[Product]:
    """The voucher products that can pay for any of the offers."""
    wanted = {(item.organiser_id, item.service_class) for item in items}
    found = [each for organiser_id in {pair[0] for pair in wanted} for each in await public_products(organiser_id)]
    return [each for each in found if (each.organiser_id, each.service_class) in wanted]


ROUTES = [show_comparison, show_comparison_with_income]
