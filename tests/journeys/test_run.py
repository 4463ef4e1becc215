"""`marketplace run` as real processes: started, stopped, killed, started again; nothing lost and nobody left behind."""

import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.machine import ROOT, data_folder, environment, eventually, free_port, processes_over, running


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """One folder for the story that the tests of this module tell in order."""
    with data_folder() as folder:
        yield folder


def test_first_start_serves_with_demo_data_and_ctrl_c_stops_everything(data: Path) -> None:
    with running(data) as run:
        for words in (run.url, "Stripe (a local double", "client@demo.example", "Password of all", "marketplace code"):
            run.wait_for(words)
        assert run.answers()
        assert httpx.get(f"{run.url}/api/v1/register").json()["items"]
        assert run.end(signal.SIGINT) == 0
    assert "Stopped" in run.output
    assert processes_over(data) == []


def test_killed_run_recovers_and_repairs_itself(data: Path) -> None:
    """`kill -9` of the whole; then of its worker, web and database, one after the other."""
    port = free_port()
    with running(data, port=port) as run:
        run.wait_for("Password of all")
        run.process.kill()
        run.process.wait()
    with running(data, port=port) as run:
        run.wait_for("The demo data is there.")
        run.wait_for("Password of all")
        before = run.children()
        for part in ("marketplace worker", "marketplace web", "postgres -D"):
            os.kill(run.child_called(part), signal.SIGKILL)
        assert eventually(lambda: len(run.children()) == len(before))
        assert eventually(run.answers)
        assert httpx.get(f"{run.url}/api/v1/register").json()["items"]
        assert run.end(signal.SIGTERM) == 0
    assert "worker ended (-9); starting it again" in run.output
    assert processes_over(data) == []


def test_taken_port_and_taken_folder_are_told_clearly(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with running(data, "--no-demo", port=taken.getsockname()[1]) as run:
            assert run.status() == 1
    assert "choose another port" in run.output
    assert "Traceback" not in run.output


def test_no_demo_starts_empty_and_one_folder_serves_one_run() -> None:
    with data_folder() as folder, running(folder, "--no-demo") as run:
        run.wait_for("serves on")
        assert "demo.example" not in run.output
        assert httpx.get(f"{run.url}/api/v1/register").json()["items"] == []
        with running(folder, "--no-demo") as second:
            assert second.status() == 1
        assert "Another `marketplace run` uses the folder" in second.output
        assert run.answers()


def test_folder_that_cannot_be_written_is_told_clearly(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    with running(blocked / "data", "--no-demo") as run:
        assert run.status() == 1
    assert "Error:" in run.output
    assert "Traceback" not in run.output


def can_use_our_python(someone: dict[str, Any]) -> bool:
    command = [sys.executable, "-c", "import marketplace.run"]
    try:
        return subprocess.run(command, cwd="/", capture_output=True, check=False, **someone).returncode == 0
    except PermissionError:
        return False


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_ordinary_user_can_run_it() -> None:
    """As `nobody`, whom root's own files may be closed to: then there is nothing to try."""
    nobody = pwd.getpwnam("nobody")
    someone = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    if not can_use_our_python(someone):
        pytest.skip("another user cannot read this virtual environment")
    with data_folder() as folder:
        folder.chmod(0o777)
        options = ["--no-demo", "--port", str(free_port()), "--data-dir", f"{folder}/d"]
        run = [sys.executable, "-m", "marketplace", "run", *options]
        with subprocess.Popen(
            run, cwd="/", env={**environment(), "PYTHONPATH": str(ROOT), "HOME": str(folder)}, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, **someone,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            said = ""
            while "serves on" not in said:
                line = process.stdout.readline()
                assert line, said
                said += line
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0
        assert processes_over(folder) == []
