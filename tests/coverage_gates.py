"""The coverage gates: 95 % of branches where money is decided, 90 % elsewhere. Run by ``make test`` after the tests.

Tests that only pass by everything (``tests.conftest.WALKS``) are not counted.
"""

import io
import sys

from coverage import Coverage

GATES = {
    "marketplace/pricing/*": 95.0,
    "marketplace/ledger/*": 95.0,
    "marketplace/vouchers/*": 95.0,
    "marketplace/payouts/*": 95.0,
    "marketplace/*": 90.0,
    "onboarding/*": 90.0,
    "search/*": 90.0,
}


def main() -> int:
    coverage = Coverage()
    coverage.load()
    missed = 0
    for pattern, floor in GATES.items():
        report = io.StringIO()
        reached = coverage.report(include=[pattern], file=report, skip_covered=True)
        verdict = "ok" if reached >= floor else "TOO LOW"
        print(f"{pattern:28} {reached:6.2f} %  (at least {floor:.0f} %)  {verdict}")
        if reached < floor:
            missed += 1
            print(report.getvalue())
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
