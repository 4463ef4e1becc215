"""What a month of the reader's own week costs with one offer: for the offer's own page, by the same cents as the results."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from babel.dates import format_date

from marketplace.catalogue.offers.schemas import PublishedOffer
from marketplace.catalogue.offers.sources import OwnMonth, Sent
from marketplace.kernel.i18n import Language, Message, message
from marketplace.kernel.money import Money
from search.comparisons.asked import asked_pairs
from search.finding import cost_order
from search.finding.asking import MonthWish, month_wish
from search.finding.cost_order import CostShown

BUILDER: Final = "/compare/week"
COMPARISON: Final = "/compare"
KEPT: Final = ("week", "month", "km", "pause", "product")


async def month_of_offer(offer: PublishedOffer, sent: Sent, language: Language) -> OwnMonth:
    """The month of the week that the page's address asks for; without one, where to make a week."""
    wish = month_wish(sent)
    asked = [pair for name, values in wish.parameters().items() if name in KEPT for pair in ((name, v) for v in values)]
    here = f"/offers/{offer.id}"
    back = f"{here}?{urlencode(asked)}" if asked else here
    builder = f"{BUILDER}?{urlencode([*((n, v) for n, v in asked_pairs(wish.asked) if v), ('back', back)])}"
    if not wish.has_week:
        return OwnMonth(builder=builder, words=(wish.problem,) if wish.problem else ())
    amount, words = await _cost(offer, wish)
    return OwnMonth(
        builder=builder,
        comparison=f"{COMPARISON}?{urlencode([('offers', str(offer.id)), *asked])}",
        month=format_date(wish.month, "LLLL y", locale=language.locale),
        week=tuple(wish.asked.words(language)),
        sum=amount,
        words=words,
    )


async def _cost(offer: PublishedOffer, wish: MonthWish) -> tuple[Message | None, tuple[Message, ...]]:
    """The sum and what it is made of, or why there is none."""
    cost, problem = await cost_order.priced_offer(wish, offer)
    if cost is None or cost.pays_cents is None:
        why = problem if cost is None else cost.problem
        return None, (message("Your week could not be priced:"), *((why,) if why else ()))
    return _sum(cost), tuple(_words(cost))


def _sum(cost: CostShown) -> Message:
    amount = Money(cost.pays_cents or 0)
    if cost.is_most:
        return message("You pay at most {amount} a month", amount=amount)
    return message("You pay {amount} a month", amount=amount)


def _words(cost: CostShown) -> Iterator[Message]:
    if not cost.has_voucher:
        if cost.has_other_voucher:
            yield message("The voucher that you chose does not pay for this. This is the whole price.")
        else:
            yield message("This is the whole price, without a voucher.")
        return
    pays, total = Money(cost.voucher_cents), Money(cost.total_cents)
    yield message("The voucher pays {amount}. The whole price is {total}.", amount=pays, total=total)
    if cost.overrun_cents:
        over = Money(cost.overrun_cents)
        yield message("Of your part, {amount} is above what the voucher covers.", amount=over)
    if cost.is_most:
        yield message("The voucher is counted at its lowest here, for it depends on income.")
