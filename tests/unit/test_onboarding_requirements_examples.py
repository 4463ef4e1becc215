"""The rulebooks that come with the product: sound, in three languages, and together using all that can be said."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from onboarding.rulebooks.differences import differences_between_organisers
from onboarding.rulebooks.exchange import import_rulebook
from onboarding.rulebooks.language import (
    ATTRIBUTES,
    DecisionTerms,
    Per,
    Question,
    QuestionType,
    RulebookContent,
    placed_questions,
)
from onboarding.rulebooks.requirements import contradictions
from onboarding.rulebooks.versions import DATA, example_rulebook

EXAMPLES = ("siun_sote_like", "eloisa_like", "city_like")


def questions_of(names: tuple[str, ...] = EXAMPLES) -> Iterator[Question]:
    return (placed.question for name in names for placed in placed_questions(example_rulebook(name)))


@pytest.mark.parametrize("name", sorted(path.stem for path in DATA.glob("*.yaml")))
def test_example_is_sound(name: str) -> None:
    assert contradictions(example_rulebook(name)) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_names_its_source_and_year(name: str) -> None:
    head = (DATA / f"{name}.yaml").read_text(encoding="utf-8").split("title:")[0]
    assert "modelled on" in head
    assert "202" in head


def used() -> dict[str, bool]:
    asked, books = list(questions_of()), [example_rulebook(name) for name in EXAMPLES]
    conditions = [each.shown_if for each in asked if each.shown_if]
    keys = {each.key: each for each in asked}
    return {
        **{each.value: any(q.type is each for q in asked) for each in QuestionType},
        **{f"per {each}": any(q.per is each for q in asked) for each in Per},
        "age of a file": any(q.max_age_months and q.type is QuestionType.ATTACHMENT for q in asked),
        "age of a date": any(q.max_age_months and q.type is QuestionType.DATE for q in asked),
        "required yes": any(q.required_answer is True for q in asked),
        "required no": any(q.required_answer is False for q in asked),
        "optional": any(not q.required for q in asked),
        "condition on yes": any(c.answer is True for c in conditions),
        "condition on no": any(c.answer is False for c in conditions),
        "condition on a choice": any(isinstance(c.answer, str) for c in conditions),
        "condition on a number": any(c.at_least for c in conditions),
        "chain": any(keys[c.question].shown_if for c in conditions),
        "profile": any(q.profile for q in asked),
        "profile of a unit": any((q.profile or "").startswith("unit.") for q in asked),
        "renewed": any(q.renewed for q in asked),
        "ceilings": any(terms.ceiling_cents for book in books for terms in book.terms),
        "required attributes": any(terms.required_attributes for book in books for terms in book.terms),
        "reasons with a law": any(reason.legal_basis for book in books for reason in book.reasons),
        "four eyes": any(book.decision.four_eyes for book in books),
        "limited approval": any(book.decision.approval_months for book in books),
        "unlimited approval": any(book.decision.approval_months is None for book in books),
    }


@pytest.mark.parametrize("feature", sorted(used()))
def test_feature_is_used(feature: str) -> None:
    assert used()[feature]


def test_examples_differ_in_what_they_share() -> None:
    contents: dict[UUID, RulebookContent] = {UUID(int=n): example_rulebook(name) for n, name in enumerate(EXAMPLES)}
    found = {each.concept: each for each in differences_between_organisers(contents)}
    assert not found["tax_certificate"].is_same
    assert found["medication_plan"].is_same
    assert len(found) >= 14


def test_one_profile_answers_much_of_every_example() -> None:
    for name in EXAMPLES:
        asked = [each for each in questions_of((name,)) if each.shown_if is None]
        from_profile = [each for each in asked if each.profile]
        assert len(from_profile) * 3 >= len(asked)


DESCRIBED = (DATA.parents[2] / "docs" / "rulebooks.md").read_text(encoding="utf-8")


def test_example_of_the_description_is_sound() -> None:
    written = DESCRIBED.split("```yaml\n")[1].split("```")[0]
    assert contradictions(import_rulebook(written.encode())) == []


@pytest.mark.parametrize("name", [*Question.__struct_fields__, *DecisionTerms.__struct_fields__, *ATTRIBUTES])
def test_every_word_of_the_language_is_described(name: str) -> None:
    assert f"`{name}`" in DESCRIBED
