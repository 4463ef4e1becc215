"""Child processes of ``marketplace run``: started, watched, started again ever more slowly, and never left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

STOP_TIMEOUT_SECONDS = 15.0
STEADY_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 30.0
PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux
_LIBC = ctypes.CDLL(None)


class Part:
    """One process. It has a session of its own: Ctrl-C reaches us alone, and we stop our children in order."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = 0.0
        self._again_at: float | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command line, no shell
                self._command, env=self._environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGTERM),  # noqa: PLW1509 - None where there are threads
            )  # fmt: skip
        self._started, self._again_at = time.monotonic(), None

    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def tend(self) -> bool:
        """Starts the part again after a pause that doubles each time it does not last; True when it did."""
        if not self.has_ended():
            return False
        if self._again_at is None:
            self._plan_restart()
        if self._again_at is not None and time.monotonic() >= self._again_at:
            self.start()
            return True
        return False

    def _plan_restart(self) -> None:
        assert self._process is not None
        kill_group(self._process.pid)
        lasted = time.monotonic() - self._started
        self._pause = 1.0 if lasted > STEADY_SECONDS or not self._pause else min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        self._again_at = time.monotonic() + self._pause
        sys.stderr.write(
            f"{self.name} ended ({self._process.returncode}); starting it again in {self._pause:.0f} s. Log: {self.log}\n"
        )

    def ask_to_stop(self) -> None:
        if self._process is not None and not self.has_ended():
            self._process.terminate()

    def end(self) -> None:
        """Asks, waits, and in the end insists. Nothing of the part's group is left."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(timeout=STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"{self.name} did not stop in time and was killed.\n")
        kill_group(self._process.pid)
        self._process.wait()

    def log_end(self, lines: int = 20) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def note_running(path: Path, parts: Iterable[Part]) -> None:
    """Writes down which processes are ours, for a successor that finds us killed."""
    draft = path.with_suffix(".new")
    draft.write_bytes(msgspec.json.encode([part.pid for part in parts if part.pid is not None]))
    draft.replace(path)


def end_leftovers(path: Path, data: Path) -> None:
    """Waits for the processes of a killed predecessor over the same folder, who die with it, and ends those that do not."""
    if not path.exists():
        return
    try:
        pids = msgspec.json.decode(path.read_bytes(), type=list[int])
    except msgspec.MsgspecError:
        pids = []
    deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
    for pid in pids:
        while _is_ours(pid, data) and time.monotonic() < deadline:
            time.sleep(0.05)
        if _is_ours(pid, data):
            kill_group(pid)
    path.unlink()


def _is_ours(pid: int, data: Path) -> bool:
    """A number may belong to somebody else by now: our children carry our folder in their environment."""
    try:
        carried = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    return f"DATA_DIR={data}".encode() in carried


def kill_group(pid: int) -> None:
    """Kills what is left of a child's process group: a server's own children may outlive it."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def dying_with_parent(number: int) -> Callable[[], None] | None:
    """What a child does before it begins, so that it gets this signal when we are killed outright.

    Linux only, and only from a process without threads: after a fork with threads little may be called. Without it a
    killed run leaves its children behind, and the next one over the same folder ends them.
    """
    try:
        has_threads = len(list(Path("/proc/self/task").iterdir())) > 1
    except OSError:
        return None
    return None if has_threads else lambda: _LIBC.prctl(PARENT_DEATH_SIGNAL, number)
