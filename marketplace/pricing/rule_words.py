"""An organiser's price rules in sentences, the same for organisers, providers and everybody else."""

from collections.abc import Iterator

from marketplace.kernel.i18n import Message, Text, counted, message
from marketplace.kernel.money import Money
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.charges import UNIT_WORDS, Unit
from marketplace.pricing.price_rules import IncreaseRules, PriceRules


def rule_words(rules: PriceRules, calendar: BandCalendar, unit: Unit) -> list[Message]:
    """What the rules allow, each in a sentence; empty where they allow everything."""
    return [*_ceiling_words(rules, calendar, unit), *increase_words(rules.increases)]


def _ceiling_words(rules: PriceRules, calendar: BandCalendar, unit: Unit) -> Iterator[Message]:
    per = UNIT_WORDS[unit]
    if rules.free_for_client:
        yield message("The service is free for the client: no price over the voucher's lowest value.")
    if rules.ceiling_cents is not None:
        yield message("At most {ceiling} per {unit}.", ceiling=Money(rules.ceiling_cents), unit=per)
    for entry in rules.band_ceilings:
        band = calendar.band(entry.band).name if entry.band in calendar.keys else Text(entry.band)
        yield message("{band}: at most {ceiling} per {unit}.", band=band, ceiling=Money(entry.price_cents), unit=per)
    if rules.max_visit_fee_cents is not None:
        yield message("Fee per visit at most {fee}.", fee=Money(rules.max_visit_fee_cents))
    if rules.max_minimum_minutes is not None:
        yield message("The shortest time billed is at most {minutes} minutes.", minutes=rules.max_minimum_minutes)


def increase_words(rules: IncreaseRules) -> Iterator[Message]:
    """How prices may rise, each condition in a sentence; nothing where they may at any time."""
    if rules.most_per_year == 0:
        yield message("Prices may not rise.")
    elif rules.most_per_year is not None:
        yield counted(
            "Prices may rise once a year.", "Prices may rise at most {count} times a year.", count=rules.most_per_year
        )
    if rules.on_days:
        yield message("Prices may rise only on these days: {days}", days=", ".join(map(typed_day, rules.on_days)))
    if rules.notice_days:
        yield counted(
            "A rise is announced at least {count} day before.",
            "A rise is announced at least {count} days before.",
            count=rules.notice_days,
        )
    if rules.approval_needed:
        yield message("The organiser approves a rise before it comes into force.")


def typed_day(month_and_day: str) -> str:
    """``01-31`` as people write it: ``31.1.``."""
    month, _, day = month_and_day.partition("-")
    return f"{int(day)}.{int(month)}."
