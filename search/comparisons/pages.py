"""The page of a comparison: offers side by side, what one's own week would cost in a month with each, and who pays it."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from marketplace.kernel.actors import Actor
from marketplace.kernel.config import get_config
from marketplace.kernel.errors import DomainError
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import Euros, label
from marketplace.pricing.values import Household
from marketplace.web.forms import Form, read_form, read_query
from marketplace.web.security import Caller, allow_anyone
from marketplace.web.templating import page, redirect
from search.comparisons.asked import Asked, asked_pairs
from search.comparisons.comparing import MAX_HOUSEHOLD, MOST_COMPARED
from search.comparisons.laying_out import Question, Shown, lay_out
from search.comparisons.paying import NO_VOUCHER

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
HERE: Final = "/compare"
WEEK: Final = "/compare/week"
LETTER: Final = "/compare/letter"
INVALID: Final = 422
LONGEST_PAYS: Final = 60


class Compared(Asked, kw_only=True):
    """What an address compares. ``voucher`` is one's own by its id, or ``none``; ``pays`` is a choice on its way."""

    offers: Annotated[list[UUID], msgspec.Meta(max_length=200)] = msgspec.field(default_factory=list[UUID])
    product: UUID | None = None
    voucher: Annotated[str, msgspec.Meta(max_length=LONGEST_PAYS)] = ""
    pays: Annotated[str, msgspec.Meta(max_length=LONGEST_PAYS)] = ""
    client: UUID | None = None
    differences: bool = False

    def question(self, household: Household | None = None) -> Question:
        """Who asks what. A voucher that cannot be read counts as none named."""
        return Question(
            offer_ids=tuple(dict.fromkeys(self.offers)),
            asked=self,
            product=self.product,
            voucher=_id(self.voucher),
            is_without_voucher=self.voucher == NO_VOUCHER,
            client=self.client,
            household=household or Household(),
            only_differences=self.differences,
        )

    def chosen(self) -> "Compared":
        """The same with the choice of who pays put in its place."""
        kind, _, chosen = self.pays.partition(".")
        product = _id(chosen) if kind == "product" else None
        voucher = chosen if kind == "voucher" and _id(chosen) else "" if product else NO_VOUCHER
        return msgspec.structs.replace(self, pays="", product=product, voucher=voucher)


class ComparedWithIncome(Compared, kw_only=True):
    """The same with what a voucher may depend on: sent in the body, in no address and no log, and kept nowhere."""

    household_size: (
        Annotated[int, msgspec.Meta(ge=1, le=MAX_HOUSEHOLD), label(message("People in the household"))] | None
    ) = None
    gross_income_cents: Annotated[Euros, label(message("Income before tax"))] | None = None
    savings_cents: Annotated[Euros, label(message("Savings"))] | None = None

    def household(self) -> Household:
        return Household(
            size=self.household_size or 1,
            gross_income_cents=self.gross_income_cents,
            savings_cents=self.savings_cents,
        )


@get(HERE, guards=[allow_anyone], include_in_schema=False)
async def show_comparison(request: AnyRequest, actor: Caller) -> Page:
    """Up to six offers side by side; with a week of visits, what the month costs with each."""
    form = read_query(request, Compared)
    if form.ok and form.data.pays:
        return redirect(address_of(form.data.chosen()))
    return await _comparison(request, actor, form)


@post(HERE, guards=[allow_anyone], include_in_schema=False, status_code=200)
async def show_comparison_with_income(request: AnyRequest, actor: Caller) -> Response[str]:
    """The same for a household. Sent in the body, so that income stands in no address and no log."""
    form = await read_form(request, ComparedWithIncome)
    return await _comparison(request, actor, form, form.data.household() if form.ok else None)


async def _comparison(
    request: AnyRequest, actor: Actor, form: Form[Any], household: Household | None = None
) -> Response[str]:
    if form.ok and not form.data.offers:
        return page(request, "comparisons/compare_nothing.html", back=_back_to_search(form.data))
    if form.ok:
        try:
            shown = await lay_out(form.data.question(household), actor)
        except DomainError as error:
            form.failed(error)
        else:
            return page(request, "comparisons/compare.html", **_context(form, shown, household))
    return page(
        request, "comparisons/compare_mistaken.html", status_code=INVALID, form=form, most=MOST_COMPARED,
        kept=[("offers", each) for each in form.all("offers")[:MOST_COMPARED]],
    )  # fmt: skip


def _own_week(asked: Compared, shown: Shown) -> str:
    """The week as the query of an offer's own page; empty without one."""
    pairs = [*asked_pairs(asked), ("product", str(shareable(asked, shown).product or ""))]
    return f"?{urlencode([pair for pair in pairs if pair[1] and pair[0] != 'units'])}" if asked.week else ""


def _context(form: Form[Any], shown: Shown, household: Household | None) -> dict[str, Any]:
    asked: Compared = form.data
    offers = [item.offer_id for item in shown.items]
    asked = msgspec.structs.replace(asked, offers=offers)
    here = address_of(asked)
    return {
        "form": form,
        "shown": shown,
        "asked": asked,
        "here": here,
        "own_week": _own_week(asked, shown),
        "columns": list(zip(shown.items, shown.names, _without_each(asked), strict=True)),
        "pays": _pays(shown),
        "choices": shown.choices.shown(shown.language),
        "has_income": household is not None,
        "hidden": list(pairs_of(asked)),
        "change_week": f"{WEEK}?{urlencode([*asked_pairs(asked), ('back', here)])}",
        "toggle": address_of(msgspec.structs.replace(asked, differences=not asked.differences)),
        "letter": f"{LETTER}?{urlencode(list(pairs_of(asked)))}",
        "share": get_config().base_url.rstrip("/") + address_of(shareable(asked, shown)),
        "back": _back_to_search(asked),
    }


def _without_each(asked: Compared) -> Iterator[str]:
    """For each offer the same comparison without it."""
    for offer in asked.offers:
        rest = [each for each in asked.offers if each != offer]
        yield address_of(msgspec.structs.replace(asked, offers=rest)) if rest else ""


def _pays(shown: Shown) -> str:
    """Which of the choices is made."""
    if shown.voucher is not None:
        return f"voucher.{shown.voucher.id}"
    return f"product.{shown.product}" if shown.product else NO_VOUCHER


def shareable(asked: Compared, shown: Shown) -> Compared:
    """The comparison for somebody else's eyes: a voucher of one's own becomes an estimate, no client is named."""
    like = shown.choices.product_like(shown.voucher.id) if shown.voucher else None
    return msgspec.structs.replace(asked, product=like or asked.product, voucher="", client=None, differences=False)


def pairs_of(asked: Compared) -> Iterator[tuple[str, str]]:
    """A comparison as parameters of an address, in their order, empty ones left out."""
    for offer in asked.offers:
        yield "offers", str(offer)
    yield from ((name, value) for name, value in asked_pairs(asked) if value)
    for name in ("product", "voucher", "client"):
        if value := getattr(asked, name):
            yield name, str(value)
    if asked.differences:
        yield "differences", "true"


def address_of(asked: Compared) -> str:
    """The address of a comparison."""
    return f"{HERE}?{urlencode(list(pairs_of(asked)))}"


def _back_to_search(asked: Asked) -> str:
    """The search with this week in it."""
    found: Sequence[tuple[str, str]] = [(name, value) for name, value in asked_pairs(asked) if value]
    return f"/?{urlencode([('text', ''), *found])}"


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


ROUTES = [show_comparison, show_comparison_with_income]
