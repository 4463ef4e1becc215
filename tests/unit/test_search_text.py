"""Words as both engines see them."""

import pytest

from search import dictionaries
from search.text import MAX_QUERY_WORDS, fold, query_words, words_of
from search.vocabulary import one_slip, shortened


@pytest.fixture(scope="module", autouse=True)
def base_forms(tmp_path_factory):
    dictionaries.load(tmp_path_factory.mktemp("dictionaries"))


@pytest.mark.parametrize(
    ("written", "base"),
    [
        ("kotihoidon", "kotihoito"), ("kotihoitoa", "kotihoito"), ("Kotisiivousta", "kotisiivous"), ("lääkkeiden", "laake"),
        ("hemvården", "hemvard"), ("hemvårdens", "hemvard"), ("städningen", "stadning"), ("turvapuhelimen", "turvapuhelin"),
        ("trygghetstelefonen", "trygghetstelefon"), ("avun", "apu"), ("Helsingissä", "helsinki"), ("fönstertvättar", "fonstertvatt"),
    ],
)  # fmt: skip
def test_a_query_takes_base_forms_in_both_languages(written, base):
    assert query_words(written)[0].likeliest == base


@pytest.mark.parametrize("slip", ["kotihoitp", "siivuospalvelu", "kotihito", "ateriapalvely"])
def test_a_typo_is_not_cut_into_another_word(slip):
    assert query_words(slip)[0].forms == (slip,)


def test_words_for_the_index_are_base_forms_once_each_without_stopwords():
    words = words_of("Kotihoitoa ja kotihoidon käyntejä, myös kotihoito!", "fi")
    assert words == ["kotihoito", "kaynti"]


def test_words_as_written_stay_where_asked_for():
    assert words_of("Kotihoitoa", "fi", as_written_too=True) == ["kotihoito", "kotihoitoa"]


def test_unknown_languages_keep_their_words():
    assert words_of("Home care", "en") == ["home", "care"]


def test_what_asks_for_nothing_is_left_out():
    assert query_words("tarvitsen palveluseteli ja äidille") == query_words("äidille")
    assert query_words("") == query_words("   \x00 – !") == ()


def test_only_a_word_that_nothing_follows_is_open():
    assert [word.is_open for word in query_words("siivous kot")] == [False, True]
    assert [word.is_open for word in query_words("siivous kot ")] == [False, False]


def test_a_topic_brings_its_other_names():
    assert "muistisairaus" in query_words("dementiaa")[0].kin


def test_long_texts_are_cut():
    assert len(query_words(" ".join(f"sana{n}" for n in range(5_000)))) == MAX_QUERY_WORDS
    assert len(query_words("a" * 10_000)[0].written) == 40


def test_marks_and_case_are_folded():
    assert fold("Hemvård ÅÄÖ") == "hemvard aao"


@pytest.mark.parametrize(
    ("one", "other"),
    [("koti", "kota"), ("koti", "kotu"), ("koti", "kti"), ("koti", "kkoti"), ("koti", "ktoi"), ("koti", "koti")],
)
def test_one_slip(one, other):
    assert one_slip(one, other)
    assert one_slip(other, one)
    assert set(shortened(one)) & set(shortened(other))


@pytest.mark.parametrize(("one", "other"), [("koti", "kt"), ("koti", "okit"), ("koti", "hoito"), ("abcd", "bacx")])
def test_more_than_one_slip(one, other):
    assert not one_slip(one, other)
    assert not one_slip(other, one)
