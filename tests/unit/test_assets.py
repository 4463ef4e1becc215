import shutil
from pathlib import Path

import pytest

from marketplace.web import assets
from marketplace.web.assets import COPIED, AssetsError, build, main


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose npm and compiler only note that they were called."""
    (tmp_path / "static" / "scss").mkdir(parents=True)
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "static/scss/setelitori.scss").write_text("a {}")
    for name, place in {
        "ROOT": ".",
        "STATIC": "static",
        "VENDOR": "static/vendor",
        "SOURCES": "static/scss",
        "MODULES": "node_modules",
    }.items():
        monkeypatch.setattr(assets, name, tmp_path / place)
    monkeypatch.setattr(assets, "_run", lambda *command: pretend(tmp_path, command))
    return tmp_path


def pretend(root: Path, command: tuple[str, ...]) -> None:
    with (root / "calls").open("a") as calls:
        calls.write("npm\n" if "ci" in command else "sass\n")
    if "ci" in command:
        for name in COPIED:
            (root / "node_modules" / name).parent.mkdir(parents=True, exist_ok=True)
            (root / "node_modules" / name).write_text(name)
    else:
        Path(command[-1]).write_text("css")


def calls(root: Path) -> list[str]:
    return (root / "calls").read_text().split()


def test_everything_that_is_served_is_built(project: Path) -> None:
    assert build()
    served = {
        str(path.relative_to(project / "static/vendor"))
        for path in (project / "static/vendor").rglob("*")
        if path.is_file()
    }
    assert served == {*COPIED.values(), "setelitori.css", assets.STAMP}


def test_nothing_is_done_when_nothing_changed(project: Path) -> None:
    assert build()
    assert not build()
    assert calls(project) == ["npm", "sass"]


def test_a_changed_stylesheet_is_compiled_without_fetching_again(project: Path) -> None:
    build()
    (project / "static/scss/setelitori.scss").write_text("b {}")
    assert build()
    assert calls(project) == ["npm", "sass", "sass"]


def test_a_changed_lock_file_fetches_again(project: Path) -> None:
    build()
    (project / "package-lock.json").write_text('{"changed": true}')
    assert build()
    assert calls(project) == ["npm", "sass", "npm", "sass"]


def test_a_failing_tool_is_told_with_its_own_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> bool:
        assets._run("sh", "-c", "echo no such package >&2; exit 3")
        return True

    monkeypatch.setattr(assets, "build", fail)
    assert main() == 1
    assert "no such package" in capsys.readouterr().err


def test_the_command_says_what_it_did(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [main(), main()] == [0, 0]
    assert capsys.readouterr().out.splitlines() == ["assets: built", "assets: up to date"]


def test_without_a_node_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(AssetsError, match="npm was not found"):
        assets._program("npm")


def test_a_node_of_the_system_is_taken_where_the_wheel_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert assets._program("node") == ("/usr/bin/node",)
