"""What the page of results is asked: the search itself, and beside it whose week in which month is to be priced."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.sources import Sent
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Message, message
from marketplace.kernel.money import InvalidAmount, decimal_text, parse_euros
from search.comparisons.asked import MOST_KM, MOST_PAUSES, Asked, asked_pairs
from search.comparisons.costs import month_of, question_errors
from search.finding.showing import COST_SORT
from search.places import place_of
from search.queries import SearchParameters, parameters_of
from search.schemas import SearchQuery, Sort

NO_SUCH_VOUCHER: Final = message("Choose the voucher from the list.")


class MonthWish(msgspec.Struct, frozen=True, kw_only=True):
    """Whose week is to be priced, in which month, with which voucher. ``problem``: why what was sent cannot be."""

    asked: Asked
    product: UUID | None = None
    at_most_cents: int | None = None
    by_cost: bool = False
    problem: Message | None = None

    @property
    def has_week(self) -> bool:
        return bool(self.asked.week)

    @property
    def month(self) -> date:
        """The first day of the month, the next one where none was given."""
        found = month_of(self.asked.month)
        assert found is not None
        return found

    def parameters(self) -> Mapping[str, list[str]]:
        """As parameters of an address; nothing without a week."""
        if not self.has_week:
            return {}
        given: dict[str, list[str]] = {}
        for name, value in asked_pairs(self.asked):
            given.setdefault(name, []).append(value)
        given |= {
            "product": [str(self.product)] if self.product else [],
            "at_most": [decimal_text(self.at_most_cents).removesuffix(".00")] if self.at_most_cents is not None else [],
            "sort": [COST_SORT] if self.by_cost else [],
        }
        return {name: values for name, values in given.items() if any(values)}


def search_parameters(sent: Sent) -> SearchParameters:
    """The search of an address. A page number that is none, or an order that makes no sense here, is read kindly."""

    def each(name: str) -> tuple[str, ...]:
        return tuple(sent.getall(name, []))

    when, place = each("when"), _place(sent)
    number = sent.get("page", "1")
    return SearchParameters(
        text=sent.get("text", ""),
        place=place,
        service_class=each("service_class"),
        organiser=each("organiser"),
        language=each("language"),
        skill=each("skill"),
        starts_by=sent.get("starts_by", ""),
        sort=_sort(sent.get("sort", ""), place),
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
        available=bool(sent.get("available", "")),
        evening=bool(sent.get("evening", "")) or "evening" in when,
        weekend=bool(sent.get("weekend", "")) or "weekend" in when,
        night=bool(sent.get("night", "")) or "night" in when,
    )


def _place(sent: Sent) -> str:
    """The place as it was written. Older addresses call it by its municipality."""
    return " ".join((sent.get("place", "").strip() or sent.get("municipality", "")).split())


def _sort(text: str, place: str) -> str:
    if text == COST_SORT or (text == Sort.DISTANCE and place_of(place) is None):
        return Sort.RELEVANCE
    return text


def month_wish(sent: Sent) -> MonthWish:
    """The week that an address asks to price. What cannot be is told beside the results, which are shown anyhow."""
    km = sent.get("km", "")
    asked = Asked(
        week=sent.get("week", "").strip(),
        month=sent.get("month", "").strip(),
        km=min(int(km), MOST_KM) if km.isascii() and km.isdigit() and len(km) < 6 else 0,
        pause=sent.getall("pause", [])[:MOST_PAUSES],
    )
    try:
        return _checked(sent, asked)
    except Invalid as error:
        return MonthWish(asked=Asked(), problem=error.fields[0].message)


def _checked(sent: Sent, asked: Asked) -> MonthWish:
    visits = asked.visits()
    if errors := question_errors(asked.month, visits, asked.pauses()):
        raise Invalid(errors)
    return MonthWish(
        asked=asked,
        product=_product(sent.get("product", "")),
        at_most_cents=_amount(sent.get("at_most", "")) if visits else None,
        by_cost=bool(visits) and sent.get("sort", "") == COST_SORT,
    )


def _product(text: str) -> UUID | None:
    try:
        return UUID(text) if text.strip() else None
    except ValueError as error:
        raise Invalid.field("product", NO_SUCH_VOUCHER) from error


def _amount(text: str) -> int | None:
    try:
        return parse_euros(text) if text.strip() else None
    except InvalidAmount as error:
        raise Invalid.field("at_most", message("Write the highest cost in euros, for example 250.")) from error


def address_parameters(query: SearchQuery, wish: MonthWish) -> Mapping[str, Sequence[str]]:
    """All that makes the page what it is, as parameters of its address."""
    return {**parameters_of(query), **wish.parameters()}
