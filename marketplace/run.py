"""The whole product on one machine: database, doubles, web and worker, started in order and stopped in order.

``marketplace run`` and the demonstration build on this; production runs ``marketplace web`` and ``marketplace
worker`` as processes of their own beside a real PostgreSQL.
"""

import fcntl
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from os import environ
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import msgspec

from marketplace.kernel.config import Config, Environment
from marketplace.kernel.crypto import new_key
from marketplace.kernel.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError, free_port
from marketplace.kernel.processes import Part, end_leftovers, note_running

READY_TIMEOUT_SECONDS = 60.0
WATCH_SECONDS = 0.5
PORTS_BELOW_NEED_ROOT = 1024
ANY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not bound to


class StackError(RuntimeError):
    """A part of the stack did not start; the message says which, and shows the end of its log."""


class Stack:
    """Every process of one machine. Use as a context manager; ``base_url`` serves after ``serve()``.

    ``fast`` gives up durability: for scratch databases only.
    """

    def __init__(self, config: Config, *, host: str = "127.0.0.1", port: int = 8000, fast: bool = False) -> None:
        self.config = config
        self.host, self.port = host, port
        self.fast = fast
        self.data = config.data_path
        self.local_url = f"http://{'127.0.0.1' if host in ANY_ADDRESS else _bracketed(host)}:{port}"
        self.base_url = config.base_url if config.base_url != Config().base_url else f"http://{_bracketed(host)}:{port}"
        self.environment: dict[str, str] = {}
        self._database: EmbeddedPostgres | None = None
        self._parts: dict[str, Part] = {}
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._take_folder()
            self._refuse_taken_port()
            self.environment = {**environ, **settings_of(self.config), **own_secrets(self.config, self.data)}
            self.environment |= {"DATA_DIR": str(self.data), "BASE_URL": self.base_url}
            self._start_database()
            self._start_search_engine()
            self._start_stripe_double()
        except (OSError, EmbeddedPostgresError) as error:
            self.stop()
            raise StackError(str(error)) from error
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def serve(self, *, with_worker: bool = True) -> None:
        """Starts web and worker, and waits until the web answers that it is ready.

        Without a worker nothing changes by itself: for measuring what was filled in.
        """
        if with_worker:
            self._start("worker", _ourselves("worker"))
        self._start("web", _ourselves("web", "--host", self.host, "--port", str(self.port)))
        self._wait_for("web", f"{self.local_url}/health/ready")

    def watch(self) -> None:
        """Goes on until a signal raises ``KeyboardInterrupt``; starts a part again that ended by itself, ever slower."""
        while True:
            time.sleep(WATCH_SECONDS)
            self.tend()

    def tend(self) -> None:
        """One look at every part, and at the database that they need."""
        if self._database is not None and self._database.has_ended():
            sys.stderr.write(f"PostgreSQL ended; starting it again. Log: {self._database.log}\n")
            self._database.start()
        for part in self._parts.values():
            if part.tend():
                self._note()

    def run(self, *arguments: str) -> None:
        """Runs a ``marketplace`` command against this stack, its output on our own terminal.

        Raises:
            StackError: it failed; its own words stand above.
        """
        done = subprocess.run(_ourselves(*arguments), env=self.environment, check=False)  # noqa: S603 - our own command line
        if done.returncode != 0:
            raise StackError(f"`marketplace {' '.join(arguments)}` failed.")

    def stop(self) -> None:
        """Stops everything in the opposite order of starting, undisturbed by further signals. Safe to call twice."""
        with _undisturbed():
            for part in self._parts.values():
                part.ask_to_stop()
            for name in reversed(list(self._parts)):
                self._parts.pop(name).end()
            self._closing.close()

    def parts_in_words(self) -> list[str]:
        """Which doubles stand for which outside systems, and what searches: said at every start."""
        config = self.config
        doubles = [
            "" if config.stripe_api_key else "Stripe (a local double: no real money moves)",
            "" if config.ytj_url else "YTJ (made-up companies)",
            "" if config.smtp_url else f"e-mail (kept in {self.data / 'mail'})",
        ]
        engine = "Meilisearch" if self.environment["MEILISEARCH_URL"] else "PostgreSQL"
        database = "the given one" if config.database_url else f"our own in {self.data}"
        named = ", ".join(double for double in doubles if double)
        return [f"Doubles in use: {named or 'none'}", f"Search: {engine}. Database: {database}"]

    # --- the parts ---------------------------------------------------------------------------------------------------

    def _take_folder(self) -> None:
        """One stack for each data folder. What a killed one left behind is ended first."""
        self.data.mkdir(parents=True, exist_ok=True)
        lock = self._closing.enter_context((self.data / "run.lock").open("w"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(
                f"Another `marketplace run` uses the folder {self.data}. Stop it, or choose another one with --data-dir."
            ) from None
        end_leftovers(self._running, self.data)
        self._closing.callback(self._running.unlink, missing_ok=True)

    @property
    def _running(self) -> Path:
        return self.data / "running.json"

    def _note(self) -> None:
        note_running(self._running, self._parts.values())

    def _refuse_taken_port(self) -> None:
        """A clear word instead of a stack trace when we cannot serve where we were asked to."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((self.host, self.port))
        except PermissionError:
            raise StackError(
                f"Ports below {PORTS_BELOW_NEED_ROOT} need root. Choose another: marketplace run --port 8000"
            ) from None
        except OSError as error:
            where = f"{self.host}:{self.port}"
            raise StackError(
                f"Cannot serve on {where} ({error.strerror}). If something else serves there, stop it, "
                "or choose another port: marketplace run --port 8001"
            ) from error

    def _start_database(self) -> None:
        database_url = self.config.database_url
        if not database_url:
            self._database = EmbeddedPostgres(self.data / "postgres", fsync=not self.fast)
            database_url = self._closing.enter_context(self._database.running())
        self.environment["DATABASE_URL"] = database_url

    def _start_search_engine(self) -> None:
        """A Meilisearch on the PATH is used when no address is configured; without one PostgreSQL searches."""
        program = shutil.which("meilisearch")
        if self.config.meilisearch_url or program is None:
            return
        address, key = f"127.0.0.1:{free_port()}", secrets.token_urlsafe(24)
        options = ["--http-addr", address, "--master-key", key, "--db-path", str(self.data / "meilisearch")]
        self.environment |= {"MEILISEARCH_URL": f"http://{address}", "MEILISEARCH_KEY": key}
        self._start("meilisearch", [program, *options, "--no-analytics"])
        self._wait_for("meilisearch", f"http://{address}/health")

    def _start_stripe_double(self) -> None:
        if self.config.stripe_api_key:
            return
        port = str(free_port())
        self.environment |= {"STRIPE_API_KEY": "sk_test_double", "STRIPE_API_URL": f"http://127.0.0.1:{port}"}
        options = ["--port", port, "--webhooks-to", self.local_url, "--state", str(self.data / "stripe-double.json")]
        if self.fast:
            options += ["--payout-seconds", "0.2"]
        self._start("stripe double", [sys.executable, "-m", "marketplace.stripe.double", *options])
        self._wait_for("stripe double", f"http://127.0.0.1:{port}/_double/health")

    # --- processes ---------------------------------------------------------------------------------------------------

    def _start(self, name: str, command: list[str]) -> None:
        logs = self.data / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        self._parts[name] = Part(name, command, self.environment, logs / f"{name.replace(' ', '-')}.log")
        self._parts[name].start()
        self._note()

    def _wait_for(self, name: str, url: str) -> None:
        """Raises ``StackError`` with the end of the log when the part does not come up."""
        part, deadline = self._parts[name], time.monotonic() + READY_TIMEOUT_SECONDS
        while not _answers(url):
            if part.has_ended() or time.monotonic() > deadline:
                raise StackError(f"{name} did not start. The end of {part.log}:\n{part.log_end()}")
            time.sleep(0.05)


def settings_of(config: Config) -> dict[str, str]:
    """The configuration as environment variables, so that children read exactly what we read."""
    return {field.name.upper(): str(getattr(config, field.name)) for field in msgspec.structs.fields(Config)}


def own_secrets(config: Config, data: Path) -> dict[str, str]:
    """Secrets of this development installation: made once, kept in the data folder, readable by its owner only.

    Those that are configured win. Stripe's own webhook secrets are never made up for the real Stripe.
    """
    path = data / "secrets.json"
    if not path.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ENCRYPTION_KEYS": new_key(),
            "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}",
            "STRIPE_CONNECT_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}",
            "STRIPE_ACCOUNT_WEBHOOK_SECRET": f"whsec_{secrets.token_hex(16)}",
        }
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(made)))
        draft.replace(path)
    kept = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    return {
        name: value
        for name, value in kept.items()
        if not getattr(config, name.lower()) and not (config.stripe_api_key and name.startswith("STRIPE_"))
    }


def scratch_config(config: Config, data: Path) -> Config:
    """A configuration of defaults only, over an empty folder: nothing that is configured here is touched or asked."""
    return Config(environment=Environment.DEVELOPMENT, data_dir=str(data), log_level=config.log_level)


def _ourselves(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "marketplace", *arguments]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0, trust_env=False).is_success
    except httpx.HTTPError:
        return False


@contextmanager
def _undisturbed() -> Generator[None]:
    """While we stop, a second Ctrl-C must not leave half of the processes behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
