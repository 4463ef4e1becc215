"""The automatic checks, over facts alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from marketplace.kernel.i18n import Language, Text, translate
from onboarding.applications.schemas import ApplicationKind
from onboarding.providers.profile_schemas import InsuranceKind, InsuranceView, SubcontractorView, UnitView
from onboarding.providers.schemas import CompanyFacts, FactsSource, ProviderKind
from onboarding.review.checks import CheckFacts, FileFacts, run_checks
from onboarding.review.schemas import Check, CheckLevel
from onboarding.rulebooks.requirements import (  # fmt: skip
    Per,
    Question,
    QuestionGroup,
    QuestionType,
    RulebookContent,
    ServiceTerms,
    Subject,
)

GREEN, AMBER, RED = CheckLevel.GREEN, CheckLevel.AMBER, CheckLevel.RED
DAY = date(2026, 6, 15)
CLASS = "V-HOMECARE-REG"
UNIT = UUID(int=7)


def text(words: str) -> Text:
    return Text(words, words, words)


def question(key: str, kind: QuestionType = QuestionType.YES_NO, **more: Any) -> Question:
    return Question(key=key, type=kind, text=text(key), **more)


def rulebook(*questions: Question, **more: Any) -> RulebookContent:
    group = QuestionGroup(key="all", title=text("all"), questions=questions)
    return RulebookContent(
        title=text("Rulebook"), declaration=text("I confirm."), service_classes=(CLASS,), general=(group,), **more
    )


def company(**changes: Any) -> CompanyFacts:
    since = date(2015, 1, 1)
    return CompanyFacts(**{
        "business_id": "2077474-0", "name": "Hoiva Oy", "kind": ProviderKind.COMPANY, "form": text("Oy"), "industry_code": "88101",
        "industry": text("Kotipalvelut"), "street": "", "postal_code": "", "post_office": "", "municipality": "091", "website": "",
        "trade_register": since, "prepayment_register": since, "employer_register": since, "vat_register": since, "situations": (),
        "ended_on": None, "source": FactsSource.YTJ, "fetched_at": datetime(2026, 6, 14, 9, tzinfo=UTC), **changes,
    })  # fmt: skip


def facts(**changes: Any) -> CheckFacts:
    return CheckFacts(**{
        "day": DAY, "sent_on": date(2026, 6, 1), "kind": ApplicationKind.NEW, "provider_name": "Hoiva Oy",
        "provider_kind": ProviderKind.COMPANY, "business_id": "2077474-0", "public_id": "2077474-0", "company": company(),
        "asked_on": date(2026, 6, 15), "service_classes": (CLASS,), "units": (), "subjects": (), "insurance": (),
        "subcontractors": (), "answers": {}, "files": (), "open_beside": (), "approved_beside": (), **changes,
    })  # fmt: skip


def check(code: str, given: CheckFacts, content: RulebookContent | None = None) -> Check:
    return next(each for each in run_checks(given, content or rulebook()) if each.code == code)


def level(code: str, given: CheckFacts, content: RulebookContent | None = None) -> CheckLevel:
    return check(code, given, content).level


def test_a_sound_company_is_green_throughout() -> None:
    found = run_checks(facts(), rulebook())
    assert {each.level for each in found} == {GREEN}
    assert all(translate(each.evidence, Language.EN) for each in found)
    assert check("register_prepayment", facts()).as_of == date(2026, 6, 14)


@pytest.mark.parametrize(
    ("changes", "code", "expected"),
    [
        ({"business_id": "2077474-1"}, "business_id", RED),
        ({"business_id": None, "provider_kind": ProviderKind.CLOSE_NETWORK}, "business_id", GREEN),
        ({"business_id": None}, "business_id", RED),
        ({"company": None}, "ytj", AMBER),
        ({"company": None}, "register_prepayment", AMBER),
        ({"company": None}, "register_vat", GREEN),
        ({"company": company(source=FactsSource.YTJ_DOUBLE)}, "ytj", AMBER),
        ({"day": date(2026, 9, 1)}, "ytj", AMBER),
        ({"day": date(2026, 9, 1), "asked_on": date(2026, 8, 31)}, "ytj", GREEN),
        ({"provider_name": "Aivan Muu Oy"}, "name", AMBER),
        ({"provider_name": "hoiva  OY"}, "name", GREEN),
        ({"provider_name": "Vårdbolaget", "company": company(parallel_names=("Vårdbolaget",))}, "name", GREEN),
        ({"company": company(prepayment_register=None)}, "register_prepayment", RED),
        ({"company": company(employer_register=None)}, "register_employer", AMBER),
        ({"company": company(vat_register=None)}, "register_vat", GREEN),
        ({"company": company(situations=("KONK",))}, "situation", RED),
        ({"company": company(situations=("XYZ",))}, "situation", RED),
        ({"company": company(ended_on=DAY)}, "situation", RED),
        ({"open_beside": ("H-1",)}, "duplicates", AMBER),
        ({"approved_beside": ("H-1",)}, "duplicates", AMBER),
        ({"approved_beside": ("H-1",), "kind": ApplicationKind.RENEWAL}, "duplicates", GREEN),
    ],
    ids=str,
)
def test_company_and_records(changes: dict[str, Any], code: str, expected: CheckLevel) -> None:
    assert level(code, facts(**changes)) is expected


@pytest.mark.parametrize("code", ["employer", "vat", "trade"])
def test_a_register_that_the_rulebook_requires_is_red(code: str) -> None:
    content = rulebook(question(code, required_answer=True, profile=f"registers.{code}"))
    given = facts(company=company(**{f"{code}_register": None}), answers={code: True})
    assert level(f"register_{code}", given, content) is RED


def test_leaving_a_register_is_told_with_its_day() -> None:
    given = facts(company=company(prepayment_register=None, left={"prepayment": date(2026, 5, 4)}))
    found = check("register_prepayment", given)
    assert (found.level, translate(found.finding, Language.EN)) == (RED, "Left the register on 4 May 2026.")


@pytest.mark.parametrize(
    ("issued_on", "expected"),
    [
        (date(2026, 6, 1), GREEN), (date(2026, 3, 15), GREEN), (date(2026, 3, 14), AMBER), (date(2026, 3, 1), AMBER),
        (date(2026, 2, 28), RED), (date(2026, 6, 2), RED), (None, AMBER),
    ],
    ids=str,
)  # fmt: skip
def test_certificate_is_as_old_as_the_rule_allows_then_and_now(issued_on: date | None, expected: CheckLevel) -> None:
    content = rulebook(question("tax", QuestionType.ATTACHMENT, max_age_months=3))
    file = FileFacts(slot="tax", name="vero.pdf", issued_on=issued_on, added_on=date(2026, 5, 30))
    found = check("certificate@tax", facts(files=(file,)), content)
    assert (found.level, "vero.pdf" in translate(found.evidence, Language.EN)) == (expected, True)


def test_missing_certificate_is_red_and_a_voluntary_one_is_no_check() -> None:
    wanted = question("tax", QuestionType.ATTACHMENT, max_age_months=3)
    assert level("certificate@tax", facts(), rulebook(wanted)) is RED
    codes = [each.code for each in run_checks(facts(), rulebook(msgspec.structs.replace(wanted, required=False)))]
    assert "certificate@tax" not in codes


@pytest.mark.parametrize(
    ("ends", "expected"),
    [(DAY - timedelta(days=1), RED), (DAY, AMBER), (DAY + timedelta(days=30), AMBER), (DAY + timedelta(days=31), GREEN), (None, GREEN)],
    ids=str,
)  # fmt: skip
def test_insurance_by_its_last_day(ends: date | None, expected: CheckLevel) -> None:
    content = rulebook(question("insured", required_answer=True, profile="insurance.liability"))
    policy = InsuranceView(id=UUID(int=1), kind=InsuranceKind.LIABILITY, insurer="Turva", valid_to=ends)
    given = facts(insurance=(policy,), answers={"insured": True})
    assert level("insurance@liability", given, content) is expected


def test_insurance_of_the_answer_comes_before_the_profile() -> None:
    ends = question("ends", QuestionType.DATE, profile="insurance.patient.valid_to")
    assert level("insurance@patient", facts(answers={"ends": "2026-06-01"}), rulebook(ends)) is RED
    assert level("insurance@patient", facts(), rulebook(ends)) is AMBER


@pytest.mark.parametrize(
    ("changes", "soteri", "plan"),
    [
        ({}, AMBER, AMBER),
        ({"soteri_id": "2077474-0"}, RED, AMBER),
        ({"soteri_id": "SOT-12345", "self_monitoring_url": "https://example.fi/plan"}, GREEN, AMBER),
        ({"self_monitoring_url": "http://example.fi"}, AMBER, RED),
        ({"self_monitoring_url": "https://example.fi/a", "self_monitoring_on": date(2025, 6, 14)}, AMBER, AMBER),
        ({"self_monitoring_url": "https://example.fi/a", "self_monitoring_on": date(2025, 6, 15)}, AMBER, GREEN),
    ],
    ids=str,
)
def test_units(changes: dict[str, Any], soteri: CheckLevel, plan: CheckLevel) -> None:
    unit = UnitView(id=UNIT, name="Keskusta", **changes)
    given = facts(units=(unit,), subjects=(Subject(str(UNIT), text("Keskusta")),))
    assert (level(f"soteri@{UNIT}", given), level(f"self_monitoring@{UNIT}", given)) == (soteri, plan)


def test_units_that_the_rulebook_asks_about() -> None:
    ids = question("soteri", QuestionType.TEXT, per=Per.UNIT, profile="unit.soteri_id")
    plans = question("plan", QuestionType.TEXT, per=Per.UNIT, profile="unit.self_monitoring_url")
    unit, subject = UnitView(id=UNIT, name="Keskusta"), Subject(str(UNIT), text("Keskusta"))
    empty = facts(units=(unit,), subjects=(subject,))
    assert level(f"soteri@{UNIT}", empty, rulebook(ids, plans)) is RED
    assert level(f"self_monitoring@{UNIT}", empty, rulebook(ids, plans)) is RED
    answered = facts(units=(unit,), subjects=(subject,), answers={f"soteri@{UNIT}": "SOT-12345"})
    assert level(f"soteri@{UNIT}", answered, rulebook(ids, plans)) is GREEN


def test_own_soteri_id() -> None:
    content = rulebook(question("own", QuestionType.TEXT, profile="soteri.provider_id"))
    assert level("soteri", facts(), content) is RED
    assert level("soteri", facts(answers={"own": "1.2.246.10.2077474.10"}), content) is GREEN


@pytest.mark.parametrize(
    ("key", "answer", "expected"),
    [("price", 40, GREEN), ("price", 41, RED), ("hour_price_cents", 4000, GREEN), ("hour_price_cents", 4001, RED)],
)
def test_price_against_the_ceiling(key: str, answer: int, expected: CheckLevel) -> None:
    asked = question(key, QuestionType.NUMBER, per=Per.SERVICE)
    content = rulebook(asked, terms=(ServiceTerms(service_class=CLASS, ceiling_cents=4000),))
    slot = f"{key}@{CLASS}"
    assert level(f"price@{slot}", facts(answers={slot: answer}), content) is expected


def test_required_answers_then_and_now() -> None:
    content = rulebook(
        question("insured", required_answer=True), question("dated", QuestionType.DATE, max_age_months=3)
    )
    assert level("required_answers", facts(), content) is RED
    fresh = {"insured": True, "dated": "2026-06-01"}
    assert level("required_answers", facts(answers=fresh), content) is GREEN
    assert level("required_answers", facts(answers=fresh, day=date(2026, 12, 1)), content) is AMBER


@pytest.mark.parametrize(
    ("business_id", "agreed", "expected"), [("2077474-0", True, GREEN), ("2077474-0", False, AMBER), ("123", True, RED)]
)
def test_subcontractors(business_id: str, agreed: bool, expected: CheckLevel) -> None:
    each = SubcontractorView(
        id=UUID(int=3), name="Apu Oy", business_id=business_id, does="Siivous", has_approved_terms=agreed
    )
    assert level(f"subcontractor@{each.id}", facts(subcontractors=(each,))) is expected


def test_subcontractors_that_nobody_names() -> None:
    content = rulebook(question("subs", profile="subcontractors.used"))
    assert level("subcontractors", facts(answers={"subs": True}), content) is AMBER


def test_checks_are_the_same_from_facts_that_were_kept() -> None:
    content = rulebook(question("tax", QuestionType.ATTACHMENT, max_age_months=3))
    file = FileFacts(slot="tax", name="vero.pdf", issued_on=date(2026, 3, 1), added_on=date(2026, 5, 30))
    unit = UnitView(id=UNIT, name="Keskusta", soteri_id="SOT-12345")
    given = facts(files=(file,), units=(unit,), answers={"n": 3, "yes": True, "text": "x"})
    kept = msgspec.json.decode(msgspec.json.encode(given), type=CheckFacts)
    assert run_checks(kept, content) == run_checks(given, content)
