"""Log lines: JSON for machines, one thing a line, below the level nothing."""

import json
import logging
from collections.abc import Iterator

import msgspec
import pytest
import structlog

from marketplace.kernel.config import get_config
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
