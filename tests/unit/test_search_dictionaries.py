"""Where the dictionaries of base forms come from, and that searching works without them."""

from pathlib import Path

import pytest

from search import dictionaries
from search.dictionaries import BaseForms

WORDS = {"fi": {"koti": "koti", "hoidon": "hoito", "Turussa": "Turku"}}


def test_without_dictionaries_a_word_is_its_own_base_form():
    forms = BaseForms()
    assert forms.of("kotihoidon", "fi") == "kotihoidon"
    assert not forms.are_known


def test_compounds_are_taken_apart_where_the_parts_are_known():
    forms = BaseForms(WORDS)
    assert forms.of("kotihoidon", "fi") == "kotihoito"
    assert forms.of("turussa", "fi") == "Turku"
    assert forms.of("xyzhoidon", "fi") == "xyzhoidon"
    assert forms.of("hoidon", "en") == "hoidon"


@pytest.fixture
def nowhere(monkeypatch, tmp_path: Path):
    """An installation whose own folder cannot be written."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr(dictionaries, "BESIDE_US", blocked / "dictionaries")
    return blocked


def test_they_are_kept_in_the_data_folder_where_ours_cannot_be_written(nowhere, tmp_path):
    assert dictionaries._kept_in(tmp_path) == tmp_path / dictionaries.VERSION


def test_and_in_the_temporary_folder_where_neither_can(nowhere, monkeypatch, tmp_path):
    monkeypatch.setattr(dictionaries.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    assert dictionaries._kept_in(nowhere) == tmp_path / "tmp/setelitori-dictionaries" / dictionaries.VERSION


def test_made_ones_are_moved_in_whole(monkeypatch, tmp_path):
    class Factory:
        def __init__(self, disk_cache_dir: str) -> None:
            self.folder = Path(disk_cache_dir)

        def get_dictionary(self, language: str) -> None:
            (self.folder / f"{language}.dic").write_text(language)

    monkeypatch.setattr(dictionaries, "TrieDictionaryFactory", Factory)
    dictionaries.make(tmp_path / "made")
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["fi.dic", "sv.dic"]


def test_the_set_up_makes_them_once(monkeypatch, nowhere, tmp_path):
    made: list[Path] = []
    monkeypatch.setattr(dictionaries, "make", made.append)
    dictionaries.make_once(tmp_path)
    for language in dictionaries.LANGUAGES:
        (tmp_path / dictionaries.VERSION / f"{language}.dic").write_text("")
    dictionaries.make_once(tmp_path)
    assert made == [tmp_path / dictionaries.VERSION]


def test_they_are_loaded_beside_the_running_process(tmp_path):
    thread = dictionaries.load_in_background(tmp_path)
    thread.join(60)
    assert dictionaries.base_forms().are_known


def test_missing_ones_are_made_by_another_process(nowhere, monkeypatch, tmp_path):
    commands: list[list[str]] = []

    class Factory:
        def __init__(self, disk_cache_dir: str) -> None:
            self.folder = disk_cache_dir

        def get_dictionary(self, language: str) -> dict[str, str]:
            return WORDS.get(language, {"hem": "hem"})

    monkeypatch.setattr(dictionaries._Current, "forms", BaseForms())
    monkeypatch.setattr(dictionaries.subprocess, "run", lambda command, check: commands.append(command))
    monkeypatch.setattr(dictionaries, "TrieDictionaryFactory", Factory)
    dictionaries.load(tmp_path)
    assert commands[0][1:] == ["-m", "search.dictionaries", str(tmp_path / dictionaries.VERSION)]
    assert dictionaries.base_forms().of("kotihoidon", "fi") == "kotihoito"
