"""The parts of one machine, without starting them: folders, ports, secrets, settings, and what is said of them."""

import os
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from marketplace import run
from marketplace.kernel.config import Config, Environment, load
from marketplace.kernel.embedded_postgres import EmbeddedPostgresError
from marketplace.run import Stack, StackError, own_secrets, scratch_config, settings_of


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    made = Stack(Config(data_dir=str(tmp_path)), port=run.free_port())
    made.environment = {**os.environ, "MEILISEARCH_URL": "", "DATA_DIR": str(tmp_path)}
    yield made
    made.stop()


def test_addresses_follow_host_and_port() -> None:
    assert Stack(Config(), port=8001).base_url == "http://127.0.0.1:8001"
    everywhere = Stack(Config(), host="0.0.0.0", port=8001)
    assert (everywhere.base_url, everywhere.local_url) == ("http://0.0.0.0:8001", "http://127.0.0.1:8001")
    assert Stack(Config(), host="::1", port=8001).local_url == "http://[::1]:8001"
    behind_a_proxy = Stack(Config(base_url="https://seteli.example"), port=8001)
    assert behind_a_proxy.base_url == "https://seteli.example"


def test_children_read_the_configuration_that_we_have(tmp_path: Path) -> None:
    config = Config(environment=Environment.TEST, data_dir=str(tmp_path), database_pool_size=7, mail_from="a@b.example")
    assert load(settings_of(config)) == config


def test_secrets_are_made_once_and_for_their_owner(tmp_path: Path) -> None:
    made = own_secrets(Config(), tmp_path)
    assert own_secrets(Config(), tmp_path) == made
    assert len(made["SECRET_KEY"]) >= 32
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_configured_secrets_win_and_stripe_itself_gets_none_of_ours(tmp_path: Path) -> None:
    assert "SECRET_KEY" not in own_secrets(Config(secret_key="own"), tmp_path)
    assert not [name for name in own_secrets(Config(stripe_api_key="sk_live"), tmp_path) if name.startswith("STRIPE_")]


def test_scratch_touches_nothing_that_is_configured(tmp_path: Path) -> None:
    configured = Config(database_url="postgresql://real", meilisearch_url="http://real", smtp_url="smtp://real",
                        files_url="s3://real", stripe_api_key="sk_live", environment=Environment.PRODUCTION)  # fmt: skip
    scratch = scratch_config(configured, tmp_path)
    assert scratch == Config(data_dir=str(tmp_path))


def test_what_stands_for_what_is_said(stack: Stack) -> None:
    doubles, engine = stack.parts_in_words()
    assert "Stripe (a local double: no real money moves)" in doubles
    assert "YTJ" in doubles
    assert "PostgreSQL" in engine
    stack.config = Config(stripe_api_key="sk", ytj_url="http://ytj", smtp_url="smtp://x", database_url="postgresql://x")
    stack.environment["MEILISEARCH_URL"] = "http://127.0.0.1:7700"
    assert stack.parts_in_words() == ["Doubles in use: none", "Search: Meilisearch. Database: the given one"]


def test_one_folder_one_stack(stack: Stack, tmp_path: Path) -> None:
    stack._take_folder()
    other = Stack(Config(data_dir=str(tmp_path)))
    with pytest.raises(StackError, match="Another"):
        other._take_folder()
    stack.stop()
    other._take_folder()
    other.stop()


@pytest.mark.parametrize("error", [OSError("read-only file system"), EmbeddedPostgresError("no binaries")])
def test_what_fails_while_starting_is_one_clear_word(
    stack: Stack, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise error

    monkeypatch.setattr(stack, "_start_database", fails)
    with pytest.raises(StackError, match=str(error)):
        stack.__enter__()
    stack._take_folder()  # Everything taken was given back.


def test_taken_port_is_refused(stack: Stack) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", stack.port))
        taken.listen()
        with pytest.raises(StackError, match="choose another port"):
            stack._refuse_taken_port()
    stack._refuse_taken_port()


def test_port_for_root_only_is_refused(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(socket.socket, "bind", forbidden)
    with pytest.raises(StackError, match="Ports below 1024 need root"):
        stack._refuse_taken_port()


def test_part_that_does_not_come_up_shows_the_end_of_its_log(stack: Stack) -> None:
    stack._start("unlucky", [sys.executable, "-c", "raise SystemExit('no luck today')"])
    with pytest.raises(StackError, match="no luck today"):
        stack._wait_for("unlucky", "http://127.0.0.1:1/health")


def test_command_that_fails_is_told(stack: Stack) -> None:
    with pytest.raises(StackError, match="`marketplace no-such-command` failed"):
        stack.run("no-such-command")


def test_ended_parts_and_database_are_started_again(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Server:
        log = "server.log"
        started = 0

        def has_ended(self) -> bool:
            return True

        def start(self) -> None:
            self.started += 1

    server = Server()
    stack._start("sleeper", ["sleep", "60"])
    monkeypatch.setattr(stack, "_database", server)
    monkeypatch.setattr(stack._parts["sleeper"], "tend", lambda: True)
    stack.tend()
    assert server.started == 1
    assert "PostgreSQL ended" in capsys.readouterr().err
    assert msgspec.json.decode(stack._running.read_bytes()) == [stack._parts["sleeper"].pid]


def test_watching_looks_again_and_again(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(run, "WATCH_SECONDS", 0.001)
    monkeypatch.setattr(stack, "tend", look)
    with pytest.raises(KeyboardInterrupt):
        stack.watch()
    assert len(looks) == 3


def test_given_database_and_outside_systems_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = Config(data_dir=str(tmp_path), database_url="postgresql://given", stripe_api_key="sk_test",
                   meilisearch_url="http://given:7700")  # fmt: skip
    with Stack(given, port=run.free_port()) as stack:
        assert stack.environment["DATABASE_URL"] == "postgresql://given"
        assert stack.environment["MEILISEARCH_URL"] == "http://given:7700"
        assert stack.environment["STRIPE_API_KEY"] == "sk_test"
        assert stack._parts == {}


def test_meilisearch_on_the_path_is_started(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in that answers as the program would: `--http-addr HOST:PORT` and `GET /health`."""
    program = tmp_path / "bin" / "meilisearch"
    program.parent.mkdir()
    program.write_text(
        f"#!{sys.executable}\nimport sys, http.server as h\nclass H(h.BaseHTTPRequestHandler):\n"
        "    def do_GET(self): self.send_response(200); self.end_headers()\n"
        "    def log_message(self, *_): pass\n"
        "port = int(sys.argv[sys.argv.index('--http-addr') + 1].rpartition(':')[2])\n"
        "h.HTTPServer(('127.0.0.1', port), H).serve_forever()\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    stack._start_search_engine()
    assert stack.environment["MEILISEARCH_URL"].startswith("http://127.0.0.1:")
    assert len(stack.environment["MEILISEARCH_KEY"]) >= 16
