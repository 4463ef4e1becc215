"""Rulebooks as files: out and in again without loss, every wrong place named, nothing dangerous read."""

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language, translate
from onboarding.rulebooks.exchange import MAX_BYTES, FileFormat, export_rulebook, import_rulebook
from onboarding.rulebooks.versions import example_rulebook
from tests.factories.rulebooks import choice_question, number, rulebook, when, yes_no

HEAD = b"title: {fi: a, sv: b, en: c}\ndeclaration: {fi: a, sv: b, en: c}\nservice_classes: [V-PA]\n"
QUESTION = b"general: [{key: p, title: {fi: a}, questions: [{key: q, type: text, text: {fi: a}, %s}]}]\n"


def refused(data: bytes) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        import_rulebook(data)
    return {each.field: translate(each.message, Language.EN) for each in error.value.fields}


@pytest.mark.parametrize("file_format", FileFormat)
@pytest.mark.parametrize("name", ["default_rulebook", "siun_sote_like", "eloisa_like", "city_like"])
def test_examples_go_out_and_in(name: str, file_format: FileFormat) -> None:
    content = example_rulebook(name)
    assert import_rulebook(export_rulebook(content, file_format)) == content


def test_file_holds_only_what_is_not_usual() -> None:
    content = rulebook(choice_question("a", "one"), number("b", minimum=0, shown_if=when("a", "one")))
    written = export_rulebook(content, FileFormat.YAML).decode()
    assert "shown_if:" in written
    assert "minimum: 0" in written
    assert "decision" not in written
    assert "null" not in written


def test_words_that_look_like_something_else_stay_words() -> None:
    content = rulebook(yes_no("a", rule=rulebook().title))
    for words in ("no", "2024-01-01", "1:30", "~", "&a", "- x", " x ", "a: b", "\U0001f600", "rivi\nvaihto", "\u2028"):
        odd = rulebook(yes_no("a"), title=type(content.title)(words, words, words))
        for file_format in FileFormat:
            assert import_rulebook(export_rulebook(odd, file_format)) == odd


def test_each_wrong_place_is_named_in_words() -> None:
    found = refused(
        HEAD + QUESTION % b"hint: {sv: 3, xx: b}, per: week, maximum: x, choices: [1], shown_if: {answer: 1.5}"
    )
    start = "general.0.questions.0"
    assert found == {
        f"{start}.hint.fi": "This is missing.",
        f"{start}.hint.sv": "This must be text. Put it between quotation marks.",
        f"{start}.hint.xx": "There is nothing with the name xx here.",
        f"{start}.per": "This must be one of: application, unit, service.",
        f"{start}.maximum": "This must be a whole number, neither too small nor too large.",
        f"{start}.choices.0": "Here must be names with their values.",
        f"{start}.shown_if.question": "This is missing.",
        f"{start}.shown_if.answer": "This must be text. Put it between quotation marks.",
    }


FAULTS = {
    "no file": (b"", "file"), "a list": (b"- 1", "file"), "not UTF-8": (b"\xff\xfe", "file"), "NUL": (b"a: \x00", "file"),
    "broken": (b"a: [", "file"), "two documents": (b"a: 1\n---\nb: 1", "file"), "anchor": (b"a: &x 1", "file"),
    "bomb": (b"a: &a [x]\nb: &b [*a, *a]", "file"), "tag": (b"!!python/object/apply:os.getcwd []", "file"),
    "deep": (b"[" * 50 + b"]" * 50, "file"), "deep JSON": (b'{"a":' * 5000 + b"1" + b"}" * 5000, "file"),
    "wide": (b"[" + b"1," * 60_000 + b"1]", "file"), "twin names": (b"a: 1\na: 2", "file"),
    "twin names in JSON": (b'{"a": 1, "a": 2}', "file"), "list as a name": (b"? [1]\n: 2", "file"),
    "no day": (b"2024-13-45", "file"), "endless number": (b"title: " + b"9" * 5000, "file"),
    "too large": (b" " * (MAX_BYTES + 1), "file"), "no list": (HEAD + b"general: {}", "general"),
    "wrong key": (HEAD + QUESTION.replace(b"key: q", b"key: Q") % b"required: true", "general.0.questions.0.key"),
    "no bool": (HEAD + QUESTION % b"required: 1", "general.0.questions.0.required"),
    "bidi mark": (HEAD + QUESTION % "hint: {fi: 'a\u202e'}".encode(), "general.0.questions.0.hint.fi"),
    "long list": (HEAD.replace(b"[V-PA]", b"[" + b"V-PA," * 101 + b"]") + QUESTION % b"required: true", "service_classes"),
    "half a character": (b'{"title": {"fi": "\\ud800"}, "\\ud800": 1}', "\\ud800"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "place"), FAULTS.values(), ids=FAULTS)
def test_faulty_file_is_refused(data: bytes, place: str) -> None:
    assert place in refused(data)


def test_no_more_faults_are_told_than_anybody_reads() -> None:
    assert len(refused(b"general: [" + b"1," * 9_000 + b"1]")) == 200


def test_braces_may_be_yaml_too() -> None:
    data = b"{title: {fi: a}, declaration: {fi: a}, service_classes: [], general: []}"
    assert import_rulebook(data).title.fi == "a"


def test_nothing_said_is_as_good_as_left_out() -> None:
    data = HEAD + QUESTION % b"hint: null, shown_if: null, choices: []"
    assert import_rulebook(data).general[0].questions[0].hint is None


def test_mark_at_the_beginning_of_a_file_does_no_harm() -> None:
    assert import_rulebook(b"\xef\xbb\xbf" + HEAD + b"general: []").service_classes == ("V-PA",)
