"""Service units: their ids in Soteri, and their self-monitoring plans with address and date."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from marketplace.kernel.i18n import Message, message
from onboarding.providers.profile_schemas import UnitView
from onboarding.providers.soteri import is_soteri_id
from onboarding.review.checks.facts import CheckFacts
from onboarding.review.checks.making import APPLICATION, PROFILE, amber, asked_for, green, red, requires
from onboarding.review.schemas import Check
from onboarding.rulebooks.requirements import Answer, RulebookContent, months_before

PLAN_MONTHS: Final = 12
"""A self-monitoring plan is kept up to date: older than a year, somebody should ask."""

SECURE_ADDRESS: Final = re.compile(
    r"^https://[^\s\"'<>\\/?#@:]+\.[^\s\"'<>\\/?#@:]+(:[0-9]{1,5})?([/?#][^\s\"'<>\\]*)?$"
)
SOTERI: Final = message("Soteri id")


def checks(facts: CheckFacts, content: RulebookContent) -> Iterable[Check]:
    if asked := asked_for(facts, content, "soteri.provider_id"):
        written = facts.answers.get(asked[0].key)
        yield _soteri("soteri", SOTERI, written, APPLICATION, is_wanted=requires(asked))
    for unit in facts.units:
        yield _unit_id(facts, content, unit)
        yield _plan(facts, content, unit)


def _unit_id(facts: CheckFacts, content: RulebookContent, unit: UnitView) -> Check:
    asked = [each for each in asked_for(facts, content, "unit.soteri_id") if each.subject.code == str(unit.id)]
    own = _answered(facts, content, "unit.soteri_id", unit)
    subject = message("Soteri id: {unit}", unit=unit.name)
    evidence = APPLICATION if own is not None else PROFILE
    return _soteri(f"soteri@{unit.id}", subject, own or unit.soteri_id, evidence, is_wanted=requires(asked))


def _soteri(code: str, subject: Message, written: Answer | None, evidence: Message, *, is_wanted: bool) -> Check:
    if not isinstance(written, str) or not written:
        return (red if is_wanted else amber)(code, subject, message("None was given."), evidence)
    if not is_soteri_id(written):
        return red(code, subject, message("{id} does not have the form of an id of Soteri.", id=written), evidence)
    finding = message("{id} has the right form. Soteri itself cannot be asked.", id=written)
    return green(code, subject, finding, evidence)


def _plan(facts: CheckFacts, content: RulebookContent, unit: UnitView) -> Check:
    subject, code = message("Self-monitoring plan: {unit}", unit=unit.name), f"self_monitoring@{unit.id}"
    own = _answered(facts, content, "unit.self_monitoring_url", unit)
    url, evidence = own or unit.self_monitoring_url, APPLICATION if own is not None else PROFILE
    dated = _date(_answered(facts, content, "unit.self_monitoring_on", unit)) or unit.self_monitoring_on
    if not isinstance(url, str) or not url:
        is_wanted = requires(asked_for(facts, content, "unit.self_monitoring_url"))
        return (red if is_wanted else amber)(code, subject, message("Its address was not given."), evidence)
    if not SECURE_ADDRESS.match(url):
        return red(code, subject, message("{address} is no secure web address.", address=url), evidence, dated)
    if dated is None:
        return amber(code, subject, message("{address}, without a date.", address=url), evidence)
    if dated < months_before(facts.day, PLAN_MONTHS):
        return amber(code, subject, message("{address}, over a year old.", address=url), evidence, dated)
    return green(code, subject, message("{address}", address=url), evidence, dated)


def _answered(facts: CheckFacts, content: RulebookContent, fact: str, unit: UnitView) -> Answer | None:
    asked = asked_for(facts, content, fact)
    return next((facts.answers.get(each.key) for each in asked if each.subject.code == str(unit.id)), None)


def _date(answer: Answer | None) -> date | None:
    return date.fromisoformat(answer) if isinstance(answer, str) else None
