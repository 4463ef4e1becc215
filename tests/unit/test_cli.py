"""The command line without a database: what it refuses, and in which words."""

import os
import signal
import stat
from pathlib import Path
from typing import Self

import msgspec
import pytest
from click.testing import CliRunner, Result

from marketplace import cli, cli_tools
from marketplace.demo import people
from marketplace.demo.people import DemoPerson, code_now, read_people, sign_ins
from marketplace.kernel.config import Config, ConfigProblems, Environment
from marketplace.run import StackError

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, list(arguments))


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch):
    """Gives the command line another configuration."""

    def with_settings(**settings) -> None:
        monkeypatch.setattr(cli_tools, "get_config", lambda: Config(**settings))

    return with_settings


def test_config_lists_every_setting_and_shows_no_secret(configured) -> None:
    configured(secret_key="not to be seen", base_url="http://here.example")
    shown = run("config")
    assert shown.exit_code == 0
    assert "not to be seen" not in shown.output
    assert "http://here.example" in shown.output
    names = {field.name.upper() for field in msgspec.structs.fields(Config)}
    assert names == {line.split()[0] for line in shown.output.splitlines()}


def test_config_as_json_is_one_object_a_line(configured) -> None:
    configured(stripe_api_key="sk_live_x")
    lines = [msgspec.json.decode(line) for line in run("config", "--json").output.splitlines()]
    by_name = {line["setting"]: line["value"] for line in lines}
    assert by_name["STRIPE_API_KEY"] == "(set)"
    assert by_name["SMTP_URL"] == "(not set)"


def test_wrong_configuration_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong() -> Config:
        raise ConfigProblems(["LOG_LEVEL: must be debug", "SMTP_URL: must start with smtp://"])

    monkeypatch.setattr(cli_tools, "get_config", wrong)
    told = run("migrate")
    assert told.exit_code == 1
    assert "LOG_LEVEL" in told.output
    assert "SMTP_URL" in told.output


@pytest.mark.parametrize(
    "command",
    [("web",), ("worker",), ("migrate",), ("seed",), ("reindex",), ("ledger", "verify"), ("ledger", "export"),
     ("settle", "0201256-6"), ("rotate-keys",), ("retention",), ("retention", "--dry-run"), ("compliance",)],
)  # fmt: skip
def test_without_a_database_it_says_so(configured, command: tuple[str, ...]) -> None:
    configured()
    told = run(*command)
    assert told.exit_code == 1
    assert "DATABASE_URL is not set" in told.output


@pytest.mark.parametrize("command", [("run",), ("seed",), ("code", "reviewer@demo.example")])
def test_production_refuses_demonstrations(configured, command: tuple[str, ...]) -> None:
    configured(environment=Environment.PRODUCTION)
    told = run(*command)
    assert told.exit_code == 1
    assert "roduction" in told.output


def test_database_that_is_not_there_is_one_clear_line(configured) -> None:
    configured(database_url="postgresql://postgres@127.0.0.1:1/none")
    told = run("ledger", "verify")
    assert told.exit_code == 1
    assert "The database did not do it" in told.output


@pytest.mark.parametrize("port", ["0", "65536", "eight"])
def test_impossible_port_is_refused(port: str) -> None:
    assert run("run", "--port", port).exit_code == 2


# --- the six digits --------------------------------------------------------------------------------------------------


@pytest.fixture
def told(tmp_path: Path) -> Path:
    somebody = DemoPerson(email="reviewer@demo.example", name="Raija", hats=("Helsinki: reviewer",), secret=SECRET)
    people._write([somebody, DemoPerson(email="client@demo.example", name="Helmi", hats=("Helmi: client",))], tmp_path)
    return tmp_path


def test_sign_ins_are_for_their_owner_only(told: Path) -> None:
    assert stat.S_IMODE((told / people.FILE).stat().st_mode) == 0o600
    assert [each.email for each in read_people(told)] == ["reviewer@demo.example", "client@demo.example"]


def test_code_prints_six_digits(configured, told: Path) -> None:
    configured(data_dir="/nowhere")
    before = code_now(told, "reviewer@demo.example")
    shown = run("code", "Reviewer@demo.example", "--data-dir", str(told))
    assert shown.exit_code == 0
    assert shown.output.strip() in {before, code_now(told, "reviewer@demo.example")}
    assert len(shown.output.strip()) == 6


@pytest.mark.parametrize("email", ["client@demo.example", "nobody@demo.example"])
def test_code_of_somebody_without_a_second_factor_is_refused(configured, told: Path, email: str) -> None:
    configured(data_dir=str(told))
    assert run("code", email).exit_code == 1


def test_terminal_tells_everybody_password_and_secret(told: Path) -> None:
    lines = "\n".join(sign_ins(told))
    assert people.PASSWORD in lines
    assert SECRET in lines
    assert "client@demo.example" in lines


def test_nobody_is_told_before_the_seed(tmp_path: Path) -> None:
    assert sign_ins(tmp_path) == []


# --- serving, with stand-ins for what would serve --------------------------------------------------------------------


class FakeStack:
    """Takes note of what it is asked; ``watch`` ends as Ctrl-C would end it."""

    def __init__(self, config: Config, **where: object) -> None:
        self.config, self.data, self.local_url = config, config.data_path, "http://127.0.0.1:8000"
        self.asked: list[object] = [where]
        FakeStack.last = self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.asked.append("stopped")

    def run(self, *arguments: str) -> None:
        self.asked.append(arguments)

    def serve(self) -> None:
        self.asked.append("serve")

    def parts_in_words(self) -> list[str]:
        return ["Doubles in use: all"]

    def watch(self) -> None:
        raise KeyboardInterrupt


@pytest.fixture
def stack(configured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    configured(data_dir=str(tmp_path))
    monkeypatch.setattr("marketplace.run.Stack", FakeStack)
    monkeypatch.setattr(cli, "_stop_on_signals", lambda: None)


def test_run_seeds_serves_and_stops_on_ctrl_c(stack: None, told: Path) -> None:
    done = run("run", "--port", "8010", "--data-dir", str(told))
    assert done.exit_code == 0
    assert FakeStack.last.asked == [{"host": "127.0.0.1", "port": 8010}, ("seed", "--migrate"), "serve", "stopped"]
    for words in ("http://127.0.0.1:8000", "Doubles in use: all", "reviewer@demo.example", "Stopped"):
        assert words in done.output


def test_run_without_demo_only_migrates(stack: None) -> None:
    done = run("run", "--no-demo")
    assert FakeStack.last.asked[1] == ("migrate",)
    assert "sign-ins" not in done.output


def test_run_that_cannot_start_says_why(stack: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: FakeStack) -> None:
        raise StackError("web did not start")

    monkeypatch.setattr(FakeStack, "serve", fails)
    done = run("run")
    assert done.exit_code == 1
    assert "Error: web did not start" in done.output


@pytest.mark.parametrize(("workers", "is_shared"), [(1, False), (3, True)])
def test_several_web_processes_share_their_figures(
    configured, monkeypatch: pytest.MonkeyPatch, workers: int, is_shared: bool
) -> None:
    seen: list[tuple[object, bool]] = []

    class Server:
        def __init__(self, target: str, **options: object) -> None:
            self.options = options

        def serve(self) -> None:
            folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
            seen.append((self.options["workers"], bool(folder) and Path(folder).is_dir()))

    configured(database_url="postgresql://x")
    monkeypatch.setattr("granian.server.Server", Server)
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    assert run("web", "--workers", str(workers)).exit_code == 0
    assert seen == [(workers, is_shared)]
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)


def test_worker_and_demo_are_handed_the_configuration(configured, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    async def work(config: Config) -> None:
        asked.append(config.database_url)

    configured(database_url="postgresql://x")
    monkeypatch.setattr("marketplace.worker.work", work)
    monkeypatch.setattr("marketplace.demo.journey.run_demo", lambda _config, *, as_json: 0 if as_json else 1)
    monkeypatch.setattr(cli, "_stop_on_signals", lambda: None)
    assert run("worker").exit_code == 0
    assert asked == ["postgresql://x"]
    assert (run("demo", "--json").exit_code, run("demo").exit_code) == (0, 1)


def test_signals_end_a_command_as_ctrl_c_does() -> None:
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        cli._stop_on_signals()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
