"""No package that the product ships with may be under a licence that the EUPL-1.2 cannot live beside. Run by ``make lint``."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
REFUSED = re.compile(r"(?<!L)GPL|AGPL|GNU General Public", re.IGNORECASE)
ALLOWED_DESPITE = re.compile(r"LGPL|Lesser|MIT|BSD|Apache", re.IGNORECASE)


def shipped() -> set[str]:
    """The names in the lock file of the product (test tools may be under any free licence)."""
    names = re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    return {name.lower().replace("_", "-") for name in names}


def refused(packages: list[dict[str, str]], names: set[str]) -> list[str]:
    return [
        f"{package['Name']}: {package['License']}"
        for package in packages
        if package["Name"].lower().replace("_", "-") in names
        and REFUSED.search(package["License"])
        and not ALLOWED_DESPITE.search(package["License"])
    ]


def main() -> int:
    listing = subprocess.run(
        [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = refused(json.loads(listing.stdout), shipped())
    for line in found:
        print(f"licence refused: {line}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
