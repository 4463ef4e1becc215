"""The product as real processes on this machine: started as people start it, watched from outside, never left behind."""

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def data_folder() -> Iterator[Path]:
    """A folder that the database server's own user can walk down to, which pytest's private ones are not."""
    with tempfile.TemporaryDirectory(prefix="setelitori-journey-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def environment() -> dict[str, str]:
    """What a person's shell has: nothing of the settings of this test run."""
    ours = {"ENVIRONMENT", "DATA_DIR", "SECRET_KEY", "ENCRYPTION_KEYS", "DATABASE_URL", "STRIPE_API_KEY", "STRIPE_API_URL",
            "MEILISEARCH_URL", "YTJ_URL", "FILES_URL"}  # fmt: skip
    return {name: value for name, value in os.environ.items() if name not in ours}


class Running:
    """A ``marketplace run`` in a terminal of its own."""

    def __init__(self, data: Path, *options: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = ""
        command = [
            sys.executable,
            "-m",
            "marketplace",
            "run",
            "--port",
            str(self.port),
            "--data-dir",
            str(data),
            *options,
        ]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_for(self, words: str, seconds: float = PATIENCE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.output:
            assert time.monotonic() < deadline, f"{words!r} did not come:\n{self.output}"
            assert not self._read(0.2), f"it ended before it said {words!r}:\n{self.output}"

    def end(self, number: int) -> int:
        """Sends a signal and gives the exit status."""
        self.process.send_signal(number)
        return self.status()

    def status(self) -> int:
        while not self._read(PATIENCE_SECONDS):
            pass
        return self.process.wait(timeout=PATIENCE_SECONDS)

    def answers(self, path: str = "/health/ready") -> bool:
        try:
            return httpx.get(self.url + path, timeout=5).is_success
        except httpx.TransportError:
            return False

    def children(self) -> list[int]:
        return [pid for pid, parent in _parents().items() if parent == self.process.pid]

    def child_called(self, words: str) -> int:
        return next(pid for pid in self.children() if words in _command(pid))

    def _read(self, seconds: float) -> bool:
        """Takes in what was said; True when nothing more will be."""
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        if not ready:
            return False
        chunk = os.read(self.process.stdout.fileno(), 65536)
        self.output += chunk.decode()
        return not chunk


@contextmanager
def running(data: Path, *options: str, port: int | None = None) -> Iterator[Running]:
    """A run that is ended whatever happens to the test."""
    run = Running(data, *options, port=port)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.process.send_signal(signal.SIGTERM)
            try:
                run.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(run.process.pid, signal.SIGKILL)
                run.process.wait()
        if run.process.stdout is not None:
            run.process.stdout.close()


def processes_over(data: Path) -> list[str]:
    """The commands of all living processes that work on a folder."""
    return [command for pid in _parents() if str(data) in (command := _command(pid)) or _carries(pid, data)]


def eventually(true: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _parents() -> dict[int, int]:
    """Every living process with its parent; those that are dead and merely not buried are left out."""
    found: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (path / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            found[int(path.name)] = int(parent)
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _carries(pid: int, data: Path) -> bool:
    try:
        return f"DATA_DIR={data}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
