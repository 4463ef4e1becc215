"""The whole product on one machine: database, doubles, web and worker, started in order and stopped in order.

``marketplace run`` and the demonstration build on this; production runs ``marketplace web`` and ``marketplace
worker`` as processes of their own beside a real PostgreSQL.
"""

import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import msgspec
from dotenv import dotenv_values

from marketplace.kernel.config import Config
from marketplace.kernel.crypto import new_key
from marketplace.kernel.embedded_postgres import EmbeddedPostgres, free_port

READY_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 15.0
PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


class StackError(RuntimeError):
    """A part of the stack did not start; the message says which, and shows the end of its log."""


class Stack:
    """Every process of one machine. Use as a context manager; ``base_url`` serves once it is entered."""

    def __init__(self, config: Config, *, host: str = "127.0.0.1", port: int = 8000, fast: bool = False) -> None:
        self.config = config
        self.host, self.port = host, port
        self.fast = fast
        self.data = config.data_path
        self.base_url = f"http://{host}:{port}"
        self.database_url = config.database_url
        self.environment: dict[str, str] = {}
        self._commands: dict[str, list[str]] = {}
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        self.data.mkdir(parents=True, exist_ok=True)
        self._refuse_taken_port()
        self.environment = {
            **os.environ,
            **own_secrets(self.data),
            "DATA_DIR": str(self.data),
            "BASE_URL": self.base_url,
        }
        try:
            self._start_database()
            self._start_search_engine()
            self._start_stripe_double()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def serve(self) -> None:
        """Starts web and worker, and waits until the web answers that it is ready."""
        granian = ["granian", "--interface", "asgi", "--factory", "marketplace.app:create_app", "--no-ws"]
        self._start("web", [*granian, "--host", self.host, "--port", str(self.port), "--log-level", "warning"])
        self._start("worker", ["marketplace", "worker"])
        self._wait_for("web", lambda: _answers(f"{self.base_url}/health/ready"))

    def watch(self) -> None:
        """Returns when a signal asks to stop; starts a part again that ended by itself."""
        while True:
            time.sleep(0.5)
            for name, child in list(self._children.items()):
                if child.poll() is not None:
                    sys.stderr.write(f"{name} ended ({child.returncode}); starting it again. Log: {self._log(name)}\n")
                    self._spawn(name)

    def run(self, *arguments: str) -> None:
        """Runs a ``marketplace`` command against this stack, its output on our own terminal."""
        command = [sys.executable, "-m", "marketplace", *arguments]
        subprocess.run(command, env=self.environment, check=True)  # noqa: S603 - our own command line, no shell

    def stop(self) -> None:
        """Stops everything in the opposite order of starting. Safe to call twice."""
        for name in reversed(list(self._children)):
            _end(self._children.pop(name))
        self._closing.close()

    # --- the parts ---------------------------------------------------------------------------------------------------

    def _start_database(self) -> None:
        if not self.database_url:
            server = EmbeddedPostgres(self.data / "postgres", fsync=not self.fast)
            self.database_url = self._closing.enter_context(server.running())
        self.environment["DATABASE_URL"] = self.database_url

    def _start_search_engine(self) -> None:
        """A Meilisearch on the PATH is used when no address is configured; without one PostgreSQL searches."""
        program = shutil.which("meilisearch")
        if self.config.meilisearch_url or program is None:
            return
        port, key = free_port(), secrets.token_urlsafe(24)
        folder = self.data / "meilisearch"
        arguments = [
            "--http-addr",
            f"127.0.0.1:{port}",
            "--master-key",
            key,
            "--db-path",
            str(folder),
            "--no-analytics",
        ]
        self.environment |= {"MEILISEARCH_URL": f"http://127.0.0.1:{port}", "MEILISEARCH_KEY": key}
        self._start("meilisearch", [program, *arguments], module=False)
        self._wait_for("meilisearch", lambda: _answers(f"http://127.0.0.1:{port}/health"))

    def _start_stripe_double(self) -> None:
        if self.config.stripe_api_key:
            return
        port = free_port()
        self.environment |= {"STRIPE_API_KEY": "sk_test_double", "STRIPE_API_URL": f"http://127.0.0.1:{port}"}
        state = str(self.data / "stripe-double.json")
        self._start(
            "stripe double",
            ["marketplace.stripe.double", "--port", str(port), "--webhooks-to", self.base_url, "--state", state],
        )
        self._wait_for("stripe double", lambda: _answers(f"http://127.0.0.1:{port}/_double/state"))

    # --- processes ---------------------------------------------------------------------------------------------------

    def _start(self, name: str, command: list[str], *, module: bool = True) -> None:
        self._commands[name] = [sys.executable, "-m", *command] if module else command
        self._spawn(name)

    def _spawn(self, name: str) -> None:
        """The child has a session of its own: Ctrl-C reaches us alone, and we stop the children in order."""
        with self._log(name).open("ab") as log:
            self._children[name] = subprocess.Popen(  # noqa: S603 - our own command line, no shell
                self._commands[name], env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - this process starts no threads before its children
            )  # fmt: skip

    def _wait_for(self, name: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        while not ready():
            if self._children[name].poll() is not None or time.monotonic() > deadline:
                end = "\n".join(self._log(name).read_text(errors="replace").splitlines()[-20:])
                raise StackError(f"{name} did not start. The end of {self._log(name)}:\n{end}")
            time.sleep(0.05)

    def _log(self, name: str) -> Path:
        folder = self.data / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name.replace(' ', '-')}.log"

    def _refuse_taken_port(self) -> None:
        """A clear word instead of a stack trace when something else serves on our port."""
        if _accepts(self.host, self.port):
            raise StackError(
                f"Something already serves on {self.base_url}. Stop it, or choose another port: marketplace run --port 8001"
            )


def own_secrets(data: Path) -> dict[str, str]:
    """Secrets of this development installation: made once, kept in the data folder, readable by its owner only."""
    path = data / "secrets.env"
    if not path.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ENCRYPTION_KEYS": new_key(),
            "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}",
            "STRIPE_CONNECT_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}",
            "STRIPE_ACCOUNT_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}",
        }
        path.touch(mode=0o600)
        path.write_text("".join(f"{name}={value}\n" for name, value in made.items()))
    kept = {name: value or "" for name, value in dotenv_values(path).items()}
    return {name: value for name, value in kept.items() if not os.environ.get(name)}


def scratch_config(config: Config, data: Path) -> Config:
    """The same configuration with everything that keeps data pointed at an empty folder of its own."""
    return msgspec.structs.replace(config, data_dir=str(data), database_url="", files_url="", stripe_api_key="")


def _die_with_parent() -> None:
    """Linux ends the child when we are killed outright, so that a killed run leaves nothing behind on its port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(timeout=STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0).is_success
    except httpx.HTTPError:
        return False


def _accepts(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0
