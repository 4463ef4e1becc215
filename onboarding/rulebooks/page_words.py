"""Parts of a rulebook in words, for the editor's pages: what a question is like, when it is shown, where something is."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Language, Message, Text, counted, message, translate
from marketplace.organisers.reference import is_service_class, service_class
from onboarding.providers.profile_facts import FACTS
from onboarding.rulebooks.language import (
    PER_NAMES,
    QUESTION_TYPE_NAMES,
    Condition,
    Per,
    PlacedQuestion,
    Question,
    QuestionType,
    RulebookContent,
    placed_groups,
    placed_questions,
)
from onboarding.rulebooks.page_forms import NUMBERS, condition_code

Options = list[tuple[str, str]]
YES, NO = message("Yes"), message("No")
SHOWN: Final = 80
"""So much of a question's text stands in lists."""


class Place(NamedTuple):
    """Where something in a rulebook is: in words, and the editor's page on which it is changed."""

    words: str
    href: str


def short(text: Text, language: Language) -> str:
    words = text.in_language(language) or text.sv or text.en
    return words if len(words) <= SHOWN else f"{words[: SHOWN - 1].rstrip()}…"


def facts(question: Question, content: RulebookContent, language: Language) -> list[str]:
    """What is to be known of a question at a glance, beside its text."""
    return [translate(each, language) for each in _facts(question, content)]


def _facts(question: Question, content: RulebookContent) -> Iterator[Message]:
    yield QUESTION_TYPE_NAMES[question.type]
    if not question.required:
        yield message("may be left empty")
    if question.required_answer is not None:
        yield message("the answer must be: {answer}", answer=YES if question.required_answer else NO)
    if question.minimum is not None:
        yield message("at least {least}", least=question.minimum)
    if question.maximum is not None:
        yield message("at most {most}", most=question.maximum)
    if question.max_age_months is not None:
        yield counted("at most {count} month old", "at most {count} months old", count=question.max_age_months)
    if question.per is not Per.APPLICATION:
        yield PER_NAMES[question.per]
    if question.shown_if is not None:
        yield message("shown only if {condition}", condition=condition_in_words(question.shown_if, content))
    if question.profile is not None:
        label = FACTS[question.profile].label if question.profile in FACTS else question.profile
        yield message("taken from the profile: {fact}", fact=label)
    if question.renewed:
        yield message("asked again on renewal")


def condition_in_words(condition: Condition, content: RulebookContent) -> Message:
    """When a question is shown."""
    asked = next((each.question for each in placed_questions(content) if each.question.key == condition.question), None)
    name = _shortened(asked.text) if asked else Text(condition.question)
    if condition.answer is not None:
        return message("“{question}” is: {answer}", question=name, answer=_answer(condition.answer, asked))
    least, most = condition.at_least, condition.at_most
    if least is None:
        return message("“{question}” is at most {most}", question=name, most=most)
    if most is None:
        return message("“{question}” is at least {least}", question=name, least=least)
    return message("“{question}” is from {least} to {most}", question=name, least=least, most=most)


def _shortened(text: Text) -> Text:
    return Text(*(short(text, language) for language in (Language.FI, Language.SV, Language.EN)))


def _answer(answer: str | int | bool, asked: Question | None) -> Message | Text | str:
    if isinstance(answer, bool):
        return YES if answer else NO
    chosen = next((each.text for each in asked.choices if each.value == answer), None) if asked else None
    return chosen or str(answer)


def condition_options(
    content: RulebookContent, key: str | None, group_key: str, own: Condition | None, language: Language
) -> Options:
    """The answers of earlier questions on which this one may depend, with its own present one. A new question, without
    a key, comes last on its page.
    """
    found = [option for each in _earlier(content, key, group_key) for option in _options_of(each.question, language)]
    code = condition_code(own)
    if own is not None and code not in {value for value, _ in found}:
        found.insert(0, (code, translate(condition_in_words(own, content), language)))
    return found


def _earlier(content: RulebookContent, key: str | None, group_key: str) -> Iterator[PlacedQuestion]:
    asked = list(placed_questions(content))
    keys, groups = [each.question.key for each in asked], [each.group.key for each in asked]
    if key is not None:
        yield from asked[: keys.index(key)]
    else:
        last = max((n for n, each in enumerate(groups) if each == group_key), default=len(asked) - 1)
        yield from asked[: last + 1]


def _options_of(question: Question, language: Language) -> Iterator[tuple[str, str]]:
    key, name = question.key, short(question.text, language)
    match question.type:
        case QuestionType.YES_NO:
            answers: Sequence[tuple[str, str]] = [
                ("true", translate(YES, language)),
                ("false", translate(NO, language)),
            ]
        case QuestionType.CHOICE:
            answers = [(each.value, short(each.text, language)) for each in question.choices]
        case QuestionType.DECLARATION:
            answers = [("true", translate(message("Confirmed"), language))]
        case QuestionType.NUMBER:
            yield f"{key}{NUMBERS}", translate(message("{question}: a number, see below", question=name), language)
            return
        case _:
            return
    for value, words in answers:
        yield f"{key}={value}", f"{name}: {words}"


def fact_options(kind: QuestionType, language: Language) -> Options:
    """The facts of the provider's profile that can answer a question of a type."""
    return [(code, translate(fact.label, language)) for code, fact in FACTS.items() if fact.type.value == kind.value]


def service_options(codes: Iterable[str], language: Language) -> Options:
    return [(code, service_name(code).in_language(language)) for code in codes]


def service_name(code: str) -> Text:
    return service_class(code).name if is_service_class(code) else Text(code)


def placed_problems(
    problems: Iterable[FieldError], content: RulebookContent, base: str, language: Language
) -> list[tuple[Place, Message]]:
    """What keeps a draft from being published, each with its place in words and its page in the editor."""
    return [(place_of(each.field, content, base, language), each.message) for each in problems]


def place_of(path: str, content: RulebookContent, base: str, language: Language) -> Place:
    """The place that a path such as ``general.2.questions.0.text.sv`` names."""
    inside = f"{path}."
    for each in placed_questions(content):
        if inside.startswith(f"{each.path}."):
            return Place(short(each.question.text, language), f"{base}/questions/{each.question.key}")
    for group in placed_groups(content):
        if inside.startswith(f"{group.path}."):
            return Place(short(group.group.title, language), f"{base}/pages/{group.group.key}")
    head, _, rest = path.partition(".")
    if head == "reasons" and rest.partition(".")[0].isdigit():
        reason = content.reasons[int(rest.partition(".")[0])]
        return Place(short(reason.text, language), f"{base}/reasons/{reason.code}")
    return _general_place(head, base, language)


def _general_place(head: str, base: str, language: Language) -> Place:
    if head in {"title", "declaration", "decision"}:
        return Place(translate(message("Title, declaration and decisions"), language), f"{base}/texts")
    if head in {"service_classes", "services", "terms"}:
        return Place(translate(message("Services"), language), f"{base}/services")
    return Place(translate(message("Pages of questions"), language), f"{base}#pages")
