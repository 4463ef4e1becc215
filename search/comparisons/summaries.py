"""A comparison in a few plain sentences: who costs least with this week, by how much, and who pays what. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import msgspec

from marketplace.kernel.i18n import Language, Message, message, translate
from marketplace.kernel.money import Money
from search.comparisons.comparing import ComparedOffer
from search.comparisons.table import client_pays
from search.comparisons.week_words import listed

_MONTH_NAMES = (
    message("January"), message("February"), message("March"), message("April"), message("May"), message("June"),
    message("July"), message("August"), message("September"), message("October"), message("November"),
    message("December"),
)  # fmt: skip


class Summary(msgspec.Struct, frozen=True):
    """``first`` is the answer itself, ``why`` who pays it, ``others`` what the rest costs beside it."""

    first: str = ""
    why: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        return (self.first, *self.why, *self.others) if self.first else ()


_UNKNOWN_OWN_FEE: Final = message(
    "What the organiser's own service would cost you depends on your situation, such as your income. Ask the organiser."
)


class _Costed(msgspec.Struct, frozen=True):
    name: str
    pays: int
    item: ComparedOffer


def month_name(month: date, language: Language) -> str:
    """``joulukuu 2026``."""
    return f"{translate(_MONTH_NAMES[month.month - 1], language)} {month.year}"


def names_of(items: Sequence[ComparedOffer], language: Language) -> list[str]:
    """Providers by name; where one has several offers here, each by its own name as well."""
    providers = [item.provider for item in items]
    return [
        item.provider if providers.count(item.provider) == 1 else f"{item.provider}, {item.name.in_language(language)}"
        for item in items
    ]


def summary_of(
    items: Sequence[ComparedOffer], language: Language, *, own_cents: int | None = None, has_own_service: bool = False
) -> Summary:
    """The comparison in words; without a priced month, the prices of a weekday hour.

    The fee of the organiser's own service stands beside, or why it is not known (Act 569/2009, section 6).
    """
    names = names_of(items, language)
    costed = [
        _Costed(name, pays, item)
        for name, item in zip(names, items, strict=True)
        if (pays := client_pays(item)) is not None
    ]
    if not costed:
        said = [translate(each, language) for each in _of_hour(items, names, language)]
        return Summary(said[0], tuple(said[1:])) if said else Summary()
    ranked = sorted(costed, key=lambda each: each.pays)
    least = [each for each in ranked if each.pays == ranked[0].pays]
    others = list(_dearer(least, ranked[len(least) :]))
    if own_cents is not None:
        others.append(_own_service(own_cents, ranked[0].pays))
    elif has_own_service:
        others.append(_UNKNOWN_OWN_FEE)
    return Summary(
        translate(_answer(least, len(ranked), language), language),
        tuple(translate(each, language) for each in _who_pays(least[0])),
        tuple(translate(each, language) for each in others),
    )


def _answer(least: Sequence[_Costed], count: int, language: Language) -> Message:
    amount = Money(least[0].pays)
    if len(least) > 1:
        names = listed([each.name for each in least], language)
        if not least[0].pays:
            return message("With this week you pay nothing to {names}: the voucher pays all of it.", names=names)
        return message("With this week {names} cost you the same: {amount} a month.", names=names, amount=amount)
    if not least[0].pays:
        return message("With this week you pay nothing to {name}: the voucher pays all of it.", name=least[0].name)
    if count == 1:
        return message("With this week {name} costs you {amount} a month.", name=least[0].name, amount=amount)
    return message("With this week {name} costs you least: {amount} a month.", name=least[0].name, amount=amount)


def _dearer(least: Sequence[_Costed], others: Sequence[_Costed]) -> Iterator[Message]:
    for each in others:
        yield message(
            "{name} costs you {amount} a month, which is {difference} more.",
            name=each.name,
            amount=Money(each.pays),
            difference=Money(each.pays - least[0].pays),
        )


def _who_pays(cheapest: _Costed) -> Iterator[Message]:
    item = cheapest.item
    if item.voucher_cents:
        yield message(
            "{name}: of the price {total} the voucher pays {voucher} and you pay {amount}.",
            name=cheapest.name,
            total=Money(item.total_cents or 0),
            voucher=Money(item.voucher_cents),
            amount=Money(cheapest.pays),
        )
    if item.overrun_cents:
        yield message("Of what you pay, {amount} is beyond what the voucher covers.", amount=Money(item.overrun_cents))


def _own_service(own_cents: int, least: int) -> Message:
    amount = Money(own_cents)
    if own_cents == least:
        return message("The organiser's own service would cost you just as much: {amount} a month.", amount=amount)
    difference = Money(abs(own_cents - least))
    if own_cents < least:
        return message(
            "The organiser's own service would cost you {amount} a month, which is {difference} less.",
            amount=amount,
            difference=difference,
        )
    return message(
        "The organiser's own service would cost you {amount} a month, which is {difference} more.",
        amount=amount,
        difference=difference,
    )


def _of_hour(items: Sequence[ComparedOffer], names: Sequence[str], language: Language) -> Iterator[Message]:
    """An hour at the first time that everybody knows, a weekday's forenoon."""
    priced = [
        (item.an_hour[0].total_cents, name)
        for item, name in zip(items, names, strict=True)
        if item.an_hour and item.an_hour[0].total_cents is not None
    ]
    if len(priced) < 2:
        return
    least, most = min(priced)[0], max(priced)[0]
    cheapest = listed([name for cents, name in priced if cents == least], language)
    if least == most:
        yield message("An hour on a weekday costs the same with all of them: {amount}.", amount=Money(least))
        return
    yield message("An hour on a weekday costs least with {names}: {amount}.", names=cheapest, amount=Money(least))
    dearest = listed([name for cents, name in priced if cents == most], language)
    yield message("It costs most with {names}: {amount}.", names=dearest, amount=Money(most))
