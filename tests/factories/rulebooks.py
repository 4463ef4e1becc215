"""Rulebooks for tests: short ones by hand, and random ones for properties."""

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from marketplace.kernel.i18n import Text
from onboarding.rulebooks.language import (
    ATTRIBUTES,
    Choice,
    Condition,
    DecisionTerms,
    Per,
    Question,
    QuestionGroup,
    QuestionType,
    Reason,
    RulebookContent,
    ServicePart,
    ServiceTerms,
)
from tests.factories.onboarding import question

HOME = "V-HOMECARE-REG"
CLEANING = "V-CLEANING"
ASSISTANCE = "V-PA"
CLASSES = (HOME, CLEANING, ASSISTANCE)


def text(words: str) -> Text:
    return Text(f"{words} fi", f"{words} sv", f"{words} en")


def choice_question(key: str, *values: str, **more: Any) -> Question:
    choices = tuple(Choice(value=value, text=text(value)) for value in values)
    return question(key, QuestionType.CHOICE, choices=choices, **more)


def yes_no(key: str, **more: Any) -> Question:
    return question(key, QuestionType.YES_NO, **more)


def number(key: str, **more: Any) -> Question:
    return question(key, QuestionType.NUMBER, **more)


def attachment(key: str, **more: Any) -> Question:
    return question(key, QuestionType.ATTACHMENT, **more)


def when(key: str, answer: str | int | bool | None = None, **more: Any) -> Condition:
    return Condition(question=key, answer=answer, **more)


def group(*questions: Question, key: str = "page") -> QuestionGroup:
    return QuestionGroup(key=key, title=text(key), questions=questions)


def part(*questions: Question, classes: tuple[str, ...] = (HOME,), key: str = "part") -> ServicePart:
    return ServicePart(service_classes=classes, groups=(group(*questions, key=key),))


def rulebook(*questions: Question, **more: Any) -> RulebookContent:
    """A rulebook with these questions on one page of the general part."""
    return RulebookContent(**{
        "title": text("Rulebook"),
        "declaration": text("I confirm"),
        "service_classes": CLASSES,
        "general": (group(*questions),),
        **more,
    })  # fmt: skip


words = st.text(
    st.characters(
        exclude_categories=("Cs", "Cc"), exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    ),
    min_size=1,
    max_size=12,
).filter(str.strip)
"""Any text that can be kept."""
ODD = (
    "a",
    "no",
    "1:30",
    "~",
    "&x",
    "- x",
    " y ",
    "ä: ö",
    "# c",
    "'",
    '"',
    "2024-01-01",
    "null",
    "\U0001f600",
    "\u2028",
    "x\ny\t",
)
texts = st.builds(Text, st.sampled_from(ODD), st.sampled_from(ODD), st.sampled_from(ODD))
maybe_texts = st.none() | texts
answers = st.booleans() | st.integers(-3, 9) | st.sampled_from(["one", "two", "x"])
keys = st.sampled_from("abcdefgh")
codes = st.sampled_from([*CLASSES, "V-NOTHING"])
conditions = st.builds(
    Condition, question=keys, answer=st.none() | answers, at_least=st.none() | st.integers(0, 5),
    at_most=st.none() | st.integers(0, 5),
)  # fmt: skip
choices = st.builds(Choice, value=st.sampled_from(["one", "two", "three"]), text=texts)


def questions_with(key: st.SearchStrategy[str], shown_if: st.SearchStrategy[Condition | None]) -> Any:
    """Questions that need not make sense."""
    return st.builds(
        Question, key=key, type=st.sampled_from(QuestionType), text=texts, rule=maybe_texts, hint=maybe_texts,
        required=st.booleans(), required_answer=st.none() | st.booleans(), minimum=st.none() | st.integers(-5, 9),
        maximum=st.none() | st.integers(-5, 9), max_length=st.integers(1, 50), max_age_months=st.none() | st.integers(1, 24),
        choices=st.lists(choices, max_size=3).map(tuple), shown_if=shown_if, per=st.sampled_from(Per),
        profile=st.none() | st.sampled_from(["staff.total", "unit.staff", "certificates.tax", "nothing"]),
        concept=st.none() | keys, renewed=st.booleans(),
    )  # fmt: skip


random_groups = st.builds(
    QuestionGroup, key=st.sampled_from("pqrs"), title=texts, intro=maybe_texts,
    questions=st.lists(questions_with(keys, st.none() | conditions), max_size=3).map(tuple),
)  # fmt: skip
random_rulebooks = st.builds(
    RulebookContent, title=texts, declaration=texts,
    service_classes=st.lists(codes, max_size=3).map(tuple), general=st.lists(random_groups, max_size=3).map(tuple),
    services=st.lists(
        st.builds(ServicePart, service_classes=st.lists(codes, max_size=3).map(tuple), groups=st.lists(random_groups, max_size=2).map(tuple)),
        max_size=2,
    ).map(tuple),
    terms=st.lists(
        st.builds(
            ServiceTerms, service_class=codes, ceiling_cents=st.none() | st.integers(1, 10**9),
            required_attributes=st.lists(st.sampled_from([*ATTRIBUTES, "unknown"]), max_size=3).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    reasons=st.lists(st.builds(Reason, code=keys, text=texts, legal_basis=maybe_texts), max_size=3).map(tuple),
    decision=st.builds(
        DecisionTerms, four_eyes=st.booleans(), decide_within_days=st.integers(1, 730),
        approval_months=st.none() | st.integers(1, 240), appeal=texts,
    ),
)  # fmt: skip
"""Any content that has the form of a rulebook, contradictions and all."""


@st.composite
def sound_questions(draw: st.DrawFn, key: str, per: Per, before: list[Question]) -> Question:
    """A question that makes sense, perhaps shown only after a fitting answer to an earlier one."""
    made = draw(st.sampled_from([
        question(key, max_length=20), yes_no(key), yes_no(key, required_answer=True), number(key, minimum=0, maximum=9),
        choice_question(key, "one", "two"), question(key, QuestionType.DATE, max_age_months=3),
        attachment(key, max_age_months=3), attachment(key), question(key, QuestionType.DECLARATION),
    ]))  # fmt: skip
    fitting = [each for each in before if each.per in (Per.APPLICATION, per) and _conditions_on(each)]
    controlling = draw(st.none() | st.sampled_from(fitting)) if fitting else None
    shown_if = None if controlling is None else draw(st.sampled_from(_conditions_on(controlling)))
    return replace(made, per=per, shown_if=shown_if, required=draw(st.booleans()))


def _conditions_on(controlling: Question) -> list[Condition]:
    key = controlling.key
    match controlling.type:
        case QuestionType.YES_NO:
            return [when(key, controlling.required_answer is not False)]
        case QuestionType.DECLARATION:
            return [when(key, True)]
        case QuestionType.NUMBER:
            return [when(key, 4), when(key, at_least=2), when(key, at_least=1, at_most=7)]
        case QuestionType.CHOICE:
            return [when(key, "one"), when(key, "two")]
        case QuestionType.TEXT:
            return [when(key, "hello")]
        case _:
            return []


@st.composite
def sound_rulebooks(draw: st.DrawFn) -> RulebookContent:
    """Content without contradictions: a general part and one for home care, conditions on whatever came earlier."""
    made: list[Question] = []
    for n in range(draw(st.integers(1, 7))):
        made.append(draw(sound_questions(f"q{n}", draw(st.sampled_from(Per)), made)))
    cut = draw(st.integers(1, len(made)))
    later = made[cut:]
    return rulebook(*made[:cut], services=(part(*later),) if later else ())
