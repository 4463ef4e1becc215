"""Children of `marketplace run`: watched, started again ever more slowly, ended with all that they started."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from marketplace.kernel import processes
from marketplace.kernel.processes import Part, dying_with_parent, end_leftovers, kill_group, note_running


def wait_for(true: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def sleeper(tmp_path: Path):
    part = Part("sleeper", ["sleep", "60"], {**os.environ, "DATA_DIR": str(tmp_path)}, tmp_path / "sleeper.log")
    part.start()
    yield part
    part.end()


def test_part_that_runs_is_left_alone(sleeper: Part) -> None:
    pid = sleeper.pid
    assert not sleeper.tend()
    assert sleeper.pid == pid


def test_part_that_ended_comes_back_after_a_pause(sleeper: Part, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    first = sleeper.pid
    kill_group(first)
    wait_for(sleeper.has_ended)
    assert not sleeper.tend()
    assert "starting it again in 1 s" in capsys.readouterr().err
    monkeypatch.setattr(sleeper, "_again_at", 0.0)
    assert sleeper.tend()
    assert sleeper.pid != first


def test_part_that_keeps_ending_is_started_ever_more_slowly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = Part("brief", ["true"], os.environ, tmp_path / "brief.log")
    pauses = []
    for _ in range(8):
        part.start()
        wait_for(part.has_ended)
        part.tend()
        pauses.append(part._pause)
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]
    monkeypatch.setattr(processes, "STEADY_SECONDS", -1.0)
    part.start()
    wait_for(part.has_ended)
    part.tend()
    assert part._pause == 1


def test_end_leaves_no_grandchild(tmp_path: Path) -> None:
    script = "sleep 61 & echo $!; wait"
    part = Part("family", ["sh", "-c", script], os.environ, tmp_path / "family.log")
    part.start()
    wait_for(lambda: part.log_end() != "")
    grandchild = int(part.log_end())
    part.end()
    wait_for(lambda: not is_alive(grandchild))
    assert part.has_ended()


def test_part_that_does_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(processes, "STOP_TIMEOUT_SECONDS", 0.2)
    part = Part(
        "deaf", ["sh", "-c", "trap '' TERM; echo on; while :; do sleep 0.05; done"], os.environ, tmp_path / "log"
    )
    part.start()
    wait_for(lambda: part.log_end() == "on")
    part.end()
    assert "was killed" in capsys.readouterr().err


def test_part_that_never_started_has_nothing_to_end(tmp_path: Path) -> None:
    part = Part("never", ["true"], os.environ, tmp_path / "log")
    part.ask_to_stop()
    part.end()
    assert part.has_ended()


def test_leftovers_of_the_same_folder_are_ended(sleeper: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOP_TIMEOUT_SECONDS", 0.1)
    note = tmp_path / "running.json"
    note_running(note, [sleeper])
    end_leftovers(note, tmp_path)
    wait_for(sleeper.has_ended)
    assert not note.exists()


def test_processes_of_others_are_left_alone(sleeper: Part, tmp_path: Path) -> None:
    note = tmp_path / "running.json"
    note_running(note, [sleeper])
    end_leftovers(note, tmp_path / "another")
    assert not sleeper.has_ended()


def test_unreadable_note_stops_nothing(tmp_path: Path) -> None:
    note = tmp_path / "running.json"
    note.write_text("[half")
    end_leftovers(note, tmp_path)
    end_leftovers(note, tmp_path)
    assert not note.exists()


def test_child_dies_with_its_killed_parent(tmp_path: Path) -> None:
    """In a process of its own: a test run has threads, and then nothing is promised."""
    script = (
        "import os, pathlib, sys, time\n"
        "from marketplace.kernel.processes import Part\n"
        "part = Part('child', ['sleep', '62'], os.environ, pathlib.Path(sys.argv[1]))\n"
        "part.start(); print(part.pid, flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    wait_for(lambda: not is_alive(child))


def test_nothing_is_promised_where_there_are_threads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "Path", lambda _path: tmp_path / "no-such-system")
    assert dying_with_parent(15) is None
