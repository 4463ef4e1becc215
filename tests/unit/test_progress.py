"""Progress: a bar on a terminal, a few plain lines elsewhere, JSON where asked; always beside the results."""

import msgspec
import pytest
from rich.console import Console

from marketplace.kernel import progress as module
from marketplace.kernel.progress import progress


def test_plain_lines_are_few(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Loading") as bar:
        for done in range(1, 101):
            bar.advance(done, 100)
    told = capsys.readouterr()
    assert told.out == ""
    assert 10 <= len(told.err.splitlines()) <= 11
    assert told.err.splitlines()[-1] == "Loading: 100/100"


def test_json_lines_tell_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Loading", as_json=True) as bar:
        bar.advance(1, 1)
        bar.advance(1, 1)
    lines = [msgspec.json.decode(line) for line in capsys.readouterr().err.splitlines()]
    assert lines == [{"progress": "Loading", "done": 1, "total": 1}]


def test_nothing_to_do_is_done_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Loading") as bar:
        bar.advance(0, 0)
    assert capsys.readouterr().err == "Loading: 0/0\n"


def test_terminal_shows_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(module, "Console", lambda stderr: Console(stderr=stderr, force_terminal=True, width=100))
    with progress("Loading") as bar:
        bar.advance(5, 10)
    shown = capsys.readouterr().err
    assert "Loading" in shown
    assert "5/10" in shown
