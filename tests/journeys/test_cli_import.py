"""Price lists and offers from and to files on the command line: zero is success, and only that."""

from pathlib import Path

import msgspec
import pytest

from marketplace.catalogue.offers.offers import my_offers
from marketplace.kernel.actors import Actor
from tests.factories.catalogue import approve, make_provider
from tests.factories.organisers import make_organiser
from tests.factories.sheets import MESSY
from tests.journeys.test_cli_database import Installation, installation

__all__ = ["installation"]
PROVIDER = "2345678-9"


@pytest.fixture
def business_id(installation: Installation) -> str:
    async def make() -> str:
        organiser = await make_organiser("Varsinais-Suomi", county_code="05")
        await approve(await make_provider(business_id=PROVIDER), organiser)
        return organiser.business_id

    return installation.within(make)


def scope(business_id: str) -> tuple[str, ...]:
    return ("--provider", PROVIDER, "--organiser", business_id)


def sheet(folder: Path, text: str, name: str = "hinnat.csv") -> str:
    (folder / name).write_text(text)
    return str(folder / name)


async def count_offers() -> int:
    from marketplace.catalogue.sheets.queries import provider_with
    from marketplace.kernel.actors import Role

    return len(await my_offers(Actor(role=Role.PROVIDER_ADMIN, provider_id=await provider_with(PROVIDER))))


def test_a_dry_run_tells_and_changes_nothing(installation: Installation, business_id: str, tmp_path: Path) -> None:
    file = sheet(tmp_path, MESSY)
    errors = tmp_path / "errors.csv"
    done = installation.run(
        "import", "prices", file, *scope(business_id), "--dry-run", "--errors", str(errors), "--json"
    )
    assert done.exit_code == 1
    offer, row, totals = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    assert (offer["action"], offer["status"]) == ("new_draft", "proposed")
    assert (row["row"], row["column"]) == (5, "B")
    assert totals == {"would_import": 1, "unchanged": 0, "published": 0, "failed": 1}
    assert "Siivous;abc" in errors.read_text()
    assert installation.within(count_offers) == 0


def test_a_good_list_goes_in_and_comes_out_again(installation: Installation, business_id: str, tmp_path: Path) -> None:
    rows = "".join(f"Siivous {i};ma-pe 7-18;{30 + i % 9},50\n" for i in range(30))
    file = sheet(tmp_path, f"Palvelu;Aika;Hinta\n{rows}")
    done = installation.run(
        "import", "prices", file, *scope(business_id), "--from", "2027-01-01", "--service-class", "V-CLEANING"
    )
    assert (done.exit_code, done.stderr.strip().splitlines()[-1]) == (0, "Importing: 30/30")
    assert "imported: 30" in done.stdout
    out = tmp_path / "out.xlsx"
    assert installation.run("export", "prices", str(out), "--provider", PROVIDER).exit_code == 0
    *_, totals = installation.lines("import", "prices", str(out), *scope(business_id), "--json")
    assert totals == {"imported": 0, "unchanged": 30, "published": 0, "failed": 0}
    offers = tmp_path / "offers.csv"
    assert "written" in installation.run("export", "offers", str(offers), "--provider", PROVIDER).stdout
    *_, totals = installation.lines("import", "offers", str(offers), *scope(business_id), "--publish", "--json")
    assert totals["unchanged"] == 30


def test_what_is_wrong_is_one_clear_line(installation: Installation, business_id: str, tmp_path: Path) -> None:
    nobody = installation.run("import", "prices", sheet(tmp_path, MESSY), "--provider", "1", "--organiser", business_id)
    assert (nobody.exit_code, "No provider has the business ID 1." in nobody.output) == (1, True)
    nowhere = installation.run("import", "offers", sheet(tmp_path, MESSY), "--provider", PROVIDER, "--organiser", "1")
    assert (nowhere.exit_code, "Choose an organiser" in nowhere.output) == (1, True)
    junk = installation.run("import", "prices", sheet(tmp_path, "hei\n"), *scope(business_id))
    assert (junk.exit_code, "No column with prices" in junk.output) == (1, True)
    assert installation.run("export", "prices", "x.pdf", "--provider", PROVIDER).exit_code == 1
