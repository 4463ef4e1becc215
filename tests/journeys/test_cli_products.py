"""Voucher products from a file on the command line."""

from pathlib import Path

import msgspec
import pytest

from marketplace.demo.organisers import DATA
from marketplace.kernel.db import fetch_value
from tests.factories.organisers import make_organiser
from tests.journeys.test_cli_database import Installation, installation

__all__ = ["installation"]
FILE = str(DATA / "products" / "satakunta.yaml")


@pytest.fixture
def business_id(installation: Installation) -> str:
    async def make() -> str:
        return (await make_organiser("Satakunta", county_code="06")).business_id

    return installation.within(make)


async def count_products() -> int:
    return await fetch_value("select count(*) from voucher_product")


def test_a_file_is_tried_out_and_then_taken_in(installation: Installation, business_id: str) -> None:
    tried = installation.run("import", "products", FILE, "--organiser", business_id, "--dry-run", "--json")
    assert (tried.exit_code, installation.within(count_products)) == (0, 0)
    done = installation.run("import", "products", FILE, "--organiser", business_id, "--json")
    assert done.exit_code == 0
    product, totals = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    assert product == {"done": "added", "code": "HUITTINEN-CLEANING"}
    assert (totals["added"], totals["known"]) == (1, 0)
    assert installation.within(count_products) == 1


def test_what_is_wrong_is_told_in_words(installation: Installation, business_id: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("products: [{code: x, name_fi: X}]")
    told = installation.run("import", "products", str(wrong), "--organiser", business_id)
    assert told.exit_code == 1
    assert "products.0.service_class" in told.output
    unknown = installation.run("import", "products", FILE)
    assert (unknown.exit_code, "No organiser has the business ID" in unknown.output) == (1, True)
