"""The company: its business id, what the business register says of it, its registers and its situation."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from marketplace.kernel.clock import HELSINKI
from marketplace.kernel.i18n import Message, message
from onboarding.providers.business_ids import is_business_id
from onboarding.providers.facts_kept import situation_name
from onboarding.providers.schemas import CompanyFacts, FactsSource, ProviderKind
from onboarding.review.checks.facts import CheckFacts
from onboarding.review.checks.making import APPLICATION, amber, asked_for, green, red, requires
from onboarding.review.schemas import Check
from onboarding.rulebooks.requirements import RulebookContent

BUSINESS_ID: Final = message("Business ID")
FACTS: Final = message("Business register (YTJ)")
NAME: Final = message("Name in the business register")
SITUATION: Final = message("Bankruptcy, liquidation or end of business")
YTJ: Final = message("Business Information System (YTJ)")
YTJ_DOUBLE: Final = message("Test stand-in for YTJ")
STALE_AFTER: Final = timedelta(days=30)
REGISTERS: Final[Mapping[str, Message]] = {
    "prepayment": message("Prepayment register"),
    "employer": message("Employer register"),
    "vat": message("VAT register"),
    "trade": message("Trade register"),
}
BY_LAW: Final = frozenset({"prepayment"})
"""Act on Service Vouchers (569/2009), section 5: only a producer in the prepayment register is approved."""


def checks(facts: CheckFacts, content: RulebookContent) -> Iterable[Check]:
    yield _business_id(facts)
    if facts.business_id is None:
        return
    yield _register(facts)
    if facts.company is not None:
        yield _name(facts, facts.company)
    for code in REGISTERS:
        yield _official(facts, content, code)
    if facts.company is not None:
        yield _situation(facts.company)


def _business_id(facts: CheckFacts) -> Check:
    if facts.business_id is None:
        finding = message("None: a person of the client's close network, {id}.", id=facts.public_id)
        make = green if facts.provider_kind is ProviderKind.CLOSE_NETWORK else red
        return make("business_id", BUSINESS_ID, finding, APPLICATION)
    if is_business_id(facts.business_id):
        finding = message("{id}: the check digit matches.", id=facts.business_id)
        return green("business_id", BUSINESS_ID, finding, message("Calculated from the digits"))
    finding = message("{id}: this is no business ID.", id=facts.business_id)
    return red("business_id", BUSINESS_ID, finding, message("Calculated from the digits"))


def _register(facts: CheckFacts) -> Check:
    company = facts.company
    if company is None:
        finding = message("Nothing was found or YTJ did not answer: name and form are the applicant's own words.")
        return amber("ytj", FACTS, finding, YTJ, facts.asked_on)
    day = _day(company)
    if company.source is FactsSource.YTJ_DOUBLE:
        finding = message("{name}, from the test stand-in for YTJ, {day}. Not real data.", name=company.name, day=day)
        return amber("ytj", FACTS, finding, YTJ_DOUBLE, day)
    found = message("{name}, from YTJ, {day}.", name=company.name, day=day)
    is_stale = facts.day - max(day, facts.asked_on or day) > STALE_AFTER
    return (amber if is_stale else green)("ytj", FACTS, found, YTJ, day)


def _name(facts: CheckFacts, company: CompanyFacts) -> Check:
    known = {_plain(name) for name in (company.name, *company.parallel_names, *company.auxiliary_names)}
    if _plain(facts.provider_name) in known:
        return green("name", NAME, message("The same: {name}.", name=company.name), _source(company), _day(company))
    finding = message("{own} here, {name} in the register.", own=facts.provider_name, name=company.name)
    return amber("name", NAME, finding, _source(company), _day(company))


def _official(facts: CheckFacts, content: RulebookContent, code: str) -> Check:
    """In the register, or not and whether that matters: to the law, to the rulebook or to nobody."""
    subject, name = REGISTERS[code], f"register_{code}"
    is_wanted = code in BY_LAW or requires(asked_for(facts, content, f"registers.{code}"))
    company = facts.company
    if company is None:
        finding = message("Not known: the business register gave no facts.")
        return (amber if is_wanted else green)(name, subject, finding, YTJ, facts.asked_on)
    since: date | None = getattr(company, f"{code}_register")
    evidence, day = _source(company), _day(company)
    if since is not None:
        return green(name, subject, message("In the register since {day}.", day=since), evidence, day)
    return (red if is_wanted else amber if code == "employer" else green)(
        name, subject, _missing(company, code, is_wanted), evidence, day
    )


def _missing(company: CompanyFacts, code: str, is_wanted: bool) -> Message:
    if code in company.left:
        return message("Left the register on {day}.", day=company.left[code])
    if code in BY_LAW:
        return message("Not in the register. The Voucher Act requires it.")
    if is_wanted:
        return message("Not in the register. The rulebook requires it.")
    if code == "employer":
        return message("Not in the register. It must be, when there are regular employees.")
    return message("Not in the register. The rulebook does not require it.")


def _situation(company: CompanyFacts) -> Check:
    evidence, day = _source(company), _day(company)
    if company.ended_on is not None:
        ended = message("The company has ended on {day}.", day=company.ended_on)
        return red("situation", SITUATION, ended, evidence, day)
    if company.situations:
        first = company.situations[0]
        told = message("The register tells of: {situation}.", situation=situation_name(first))
        return red("situation", SITUATION, told, evidence, company.situations_since.get(first, day))
    return green("situation", SITUATION, message("None in the register."), evidence, day)


def _source(company: CompanyFacts) -> Message:
    return YTJ_DOUBLE if company.source is FactsSource.YTJ_DOUBLE else YTJ


def _day(company: CompanyFacts) -> date:
    return company.fetched_at.astimezone(HELSINKI).date()


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
