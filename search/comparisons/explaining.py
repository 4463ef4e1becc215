"""A comparison in words: lines and receipts of a month, what a voucher covers, the organiser's own service, the order."""

from collections.abc import Iterator

import msgspec

from marketplace.kernel.i18n import Language, Message, Text, message, translate
from marketplace.organisers.own_service_schemas import OwnService
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.charges import LINE_WORDS, LineKind
from marketplace.pricing.month_receipts import MonthTerms, cap_words, estimate_words, line_words
from marketplace.pricing.months import EstimateLine, MonthEstimate
from marketplace.pricing.needs import needs_of
from marketplace.pricing.own_service import MonthOfUse, fee_words, own_service_cents
from marketplace.pricing.values import Household
from marketplace.vouchers.terms import value_calendar, words_of_value
from search.comparisons.costs import AskedMonth, extras_of
from search.comparisons.own_voucher import Paying
from search.comparisons.price_book import Priced
from search.comparisons.schemas import CostLine, OwnServiceShown, VoucherUsed

BY_COST = message(
    "The offers stand in the order of what you pay for the month, the smallest sum first. Equal sums are in an order "
    "drawn anew every day. Offers that cannot give these visits come last. Nobody can pay for a place."
)
BY_PRICE = message(
    "The offers stand in the order of their lowest price, the smallest first. Equal prices are in an order drawn anew "
    "every day. Nobody can pay for a place."
)
AS_ASKED = message("The offers stand in the order in which they were chosen.")
NOT_STORED = message("This is an estimate. What you gave was used for this answer only and not stored.")
PAYS_FOR_NONE = message(
    "This voucher pays for none of these offers: it is for another service or of another organiser."
)
IN_LANGUAGES = (Language.FI, Language.SV, Language.EN)


def in_all_languages(text: Message) -> Text:
    return Text(*(translate(text, language) for language in IN_LANGUAGES))


def terms_of(priced: Priced, asked: AskedMonth, paying: Paying | None) -> MonthTerms:
    """All that decides a month with one offer, for telling it in words."""
    version = str(priced.number) if priced.number else priced.since.isoformat()
    extras = extras_of(asked, priced.prices.unit)
    bare = MonthTerms(prices=priced.prices, prices_version=version, calendar=priced.calendar, extras=extras)
    if paying is None:
        return bare
    household = paying.voucher.household
    if household.minutes_per_month is None:
        household = msgspec.structs.replace(household, minutes_per_month=asked.minutes)
    return msgspec.structs.replace(
        bare,
        rule=paying.voucher.rule,
        rule_version=paying.terms.rule_version,
        value_calendar=value_calendar(paying.terms, priced.calendar),
        household=household,
        limits=paying.voucher.limits,
        no_own_share=paying.voucher.no_own_share,
    )


def cost_lines(found: MonthEstimate, terms: MonthTerms, language: Language) -> tuple[CostLine, ...]:
    """The lines of an estimate with their words."""
    return tuple(_line(line, terms, language) for line in found.lines)


def _line(line: EstimateLine, terms: MonthTerms, language: Language) -> CostLine:
    return CostLine(
        kind=line.kind,
        unit=line.unit,
        band=line.band,
        name=_name(line, terms, terms.calendar),
        minutes=line.minutes,
        units=line.units,
        unit_price_cents=line.unit_price_cents,
        total_cents=line.price_cents,
        voucher_cents=line.payer_cents,
        own_share_cents=line.own_share_cents,
        overrun_cents=line.overrun_cents,
        words=tuple(translate(words, language) for words in line_words(line, terms)),
    )


def _name(line: EstimateLine, terms: MonthTerms, calendar: BandCalendar) -> Text:
    if line.kind is not LineKind.SERVICE:
        named = {entry.key: entry.name for entry in terms.prices.surcharges}
        return named[line.key] if line.key in named else in_all_languages(LINE_WORDS[line.kind])
    if line.key:
        return next(entry.name for entry in terms.prices.packages if entry.key == line.key)
    has_band = line.band is not None and line.band in calendar.keys
    return calendar.band(line.band).name if line.band is not None and has_band else Text("")


def receipt_of(found: MonthEstimate, terms: MonthTerms, language: Language) -> tuple[str, ...]:
    """How the month came to its cents, every step."""
    return tuple(translate(words, language) for words in estimate_words(found, terms))


def notes_of(found: MonthEstimate, terms: MonthTerms, paying: Paying | None) -> Iterator[Message]:
    """What to know about the figures of one offer."""
    if not found.overrun_cents or paying is None:
        return
    yield from cap_words(terms.limits)
    if paying.voucher.days is not None:
        first, last = paying.voucher.days
        yield message("The voucher pays for visits from {first} to {last}.", first=first, last=last)
    yield message("What goes beyond the voucher is yours to pay at the provider's full price.")


def voucher_used(paying: Paying, asked: AskedMonth, language: Language) -> VoucherUsed:
    """The voucher that the figures reckon with, in words."""
    household = paying.terms.household
    if household.minutes_per_month is None:
        household = msgspec.structs.replace(household, minutes_per_month=asked.minutes or None)
    said: list[Message] = []
    if household.minutes_per_month or not needs_of(paying.terms.rule).hours:
        said += words_of_value(msgspec.structs.replace(paying.terms, household=household))
    said += cap_words(paying.voucher.limits)
    return VoucherUsed(
        name=paying.name,
        number=paying.number,
        is_estimate=paying.number is None,
        words=tuple(translate(words, language) for words in said),
    )


def own_service_shown(
    own: OwnService, organiser: Organiser, use: MonthOfUse, household: Household, language: Language
) -> OwnServiceShown:
    """The organiser's own service of the same month, with its fee in words."""
    said = [translate(fee_words(own.rule, use, household), language)]
    if text := own.text.in_language(language):
        said.append(text)
    return OwnServiceShown(
        organiser=organiser.name,
        cents=own_service_cents(own.rule, use, household),
        words=tuple(said),
        source_note=own.source_note,
    )
