"""Small rules about our own source: no unfinished business, no raw clock, no long files, no stray names."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [path for folder in ("marketplace", "onboarding", "search") for path in sorted((ROOT / folder).rglob("*.py"))]
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
RAW_CLOCK = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time)\(")
CLOCK = ROOT / "marketplace/kernel/clock.py"
OWN_CLOCK = ROOT / "marketplace/stripe/double"  # The double plays an outside system, which has its own clock.
MAX_LINES = 400
MAX_FUNCTION_LINES = 60


def test_nothing_is_left_unfinished() -> None:
    assert [str(path) for path in SOURCES if UNFINISHED.search(path.read_text())] == []


def test_only_the_clock_asks_the_system_for_the_time() -> None:
    found = [
        path
        for path in SOURCES
        if path != CLOCK and OWN_CLOCK not in path.parents and RAW_CLOCK.search(path.read_text())
    ]
    assert found == []


def test_files_stay_short() -> None:
    assert [str(path) for path in SOURCES if len(path.read_text().splitlines()) > MAX_LINES] == []


def test_functions_stay_short() -> None:
    long = [
        f"{path}:{node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert long == []


def test_money_is_never_a_float() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id.endswith("_cents")
        and "float" in ast.dump(node.annotation)
    ]
    assert found == []
