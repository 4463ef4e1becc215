"""Log lines: JSON for machines, one thing a line, below the level nothing."""

import json
import logging
from collections.abc import Iterator

import msgspec
import pytest
import structlog

from marketplace.kernel.config import Environment, get_config
from marketplace.web.logs import configure_logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    for handler in handlers:
        root.removeHandler(handler)  # Else they would be closed, and pytest needs them.
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_lines_are_json_objects(capsys):
    configure_logs(get_config())
    structlog.get_logger("here").info("voucher_granted", amount_cents=4200)
    logging.getLogger("elsewhere").warning("from the standard library")
    own, foreign = lines(capsys.readouterr().err)
    assert (own["event"], own["level"], own["amount_cents"]) == ("voucher_granted", "info", 4200)
    assert (foreign["event"], foreign["level"]) == ("from the standard library", "warning")
    assert {"timestamp"} <= own.keys() & foreign.keys()


def test_below_the_level_nothing_is_written(capsys):
    configure_logs(msgspec.structs.replace(get_config(), log_level="error"))
    structlog.get_logger("here").info("noise")
    logging.getLogger("elsewhere").warning("noise")
    assert capsys.readouterr().err == ""


def test_on_a_terminal_lines_are_for_people(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    configure_logs(get_config())
    structlog.get_logger("here").info("ready", port=8000)
    assert not capsys.readouterr().err.startswith("{")


@pytest.mark.parametrize("environment", [Environment.PRODUCTION, Environment.DEVELOPMENT])
def test_errors_are_logged_without_variables_and_in_production_without_words(capsys, environment):
    configure_logs(msgspec.structs.replace(get_config(), environment=environment))
    identity_code = "131052-" + "308T"
    try:
        raise ValueError("of matti@example.org")
    except ValueError:
        logging.getLogger("pgqueuer").exception("job failed")
        structlog.get_logger("here").exception("job failed")
    written = capsys.readouterr().err
    assert identity_code not in written
    assert ("matti@example.org" in written) == (environment is Environment.DEVELOPMENT)
    assert environment is Environment.DEVELOPMENT or [line["error"] for line in lines(written)] == ["ValueError"] * 2
