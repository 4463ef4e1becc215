"""The import contracts hold, and each of them fails when it is broken: a check that cannot fail checks nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("marketplace", "onboarding", "search")

# Where a forbidden import is planted, and the name of the contract that must notice it.
BREAKS = [
    ("marketplace/ledger/chart.py", "import marketplace.vouchers.tables", "Features follow the money"),
    ("marketplace/vouchers/states.py", "import marketplace.vouchers.api", "Inside a feature"),
    ("marketplace/pricing/values.py", "import litestar", "Rules know no HTTP"),
    ("marketplace/catalogue/offers/pages.py", "import marketplace.catalogue.offers.tables", "Handlers touch no tables"),
    ("marketplace/payouts/states.py", "import marketplace.ledger.tables", "One door to the ledger"),
    ("marketplace/payouts/states.py", "import stripe", "One door to Stripe"),
    ("search/queries.py", "import search.meilisearch", "One door to Meilisearch"),
]


def lint(folder: Path) -> str:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Only the Python files: the linter reads nothing else."""
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    return tmp_path


def test_all_contracts_hold() -> None:
    assert " 0 broken" in lint(ROOT)


@pytest.mark.parametrize(("file", "line", "contract"), BREAKS)
def test_contract_notices_a_break(copy: Path, file: str, line: str, contract: str) -> None:
    path = copy / file
    path.write_text(path.read_text() + f"\n{line}\n")
    broken = [row for row in lint(copy).splitlines() if contract in row and "BROKEN" in row]
    assert broken
