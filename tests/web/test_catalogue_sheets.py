"""Sheets over the API and on the provider's pages: sent, read, accepted in part, mended and sent again."""

import csv
import io
import re
from urllib.parse import urlsplit
from uuid import UUID

import openpyxl
import pytest
from bs4 import BeautifulSoup

from marketplace.catalogue.offers.offers import save_draft
from marketplace.catalogue.sheets import importing
from marketplace.kernel.actors import Actor
from marketplace.kernel.db import new_id
from marketplace.organisers.schemas import Organiser
from tests.factories.catalogue import band_prices, make_offer, make_provider, offer_draft
from tests.factories.sheets import MESSY
from tests.web.browser import Api, Browser, browser_of
from tests.web.desks import as_program, desk_app, sign_in

LIST, API = "/provider/imports", "/api/v1/provider/imports"
EXPORTS = "/api/v1/provider/exports"
CSV = {"content-type": "text/csv"}


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def desk(app, provider: Actor):
    async with browser_of(app) as browser:
        yield await sign_in(browser, provider)


@pytest.fixture
async def machine(app, provider: Actor):
    async with browser_of(app, kind=Api) as api:
        yield as_program(api, provider)


def files(text: str | bytes, name: str = "hinnasto.csv") -> dict:
    return {"file": (name, text if isinstance(text, bytes) else text.encode(), "application/octet-stream")}


def answers(organiser: Organiser, **more: str) -> dict[str, str]:
    return {"kind": "prices", "organiser_id": str(organiser.id), **more}


def words(response) -> str:
    return BeautifulSoup(response.text, "html.parser").get_text(" ", strip=True)


async def opened(desk: Browser, organiser: Organiser, text: str, **more: str) -> str:
    answer = await desk.submit(LIST, answers(organiser, **more), files=files(text))
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"]


async def test_a_sheet_goes_from_the_page_to_a_draft(desk: Browser, turku: Organiser) -> None:
    here = await opened(desk, turku, MESSY)
    shown = (await desk.page(here)).get_text(" ", strip=True)
    for text in ("Waits for you", "Nothing has been changed yet", "Kotihoito", "Mon–Fri 7–18", "€39.50", "Row 5",
                 "Column B", "“abc” is not an amount in euros.", "Import 1 offer"):  # fmt: skip
        assert text in shown, text
    done = await desk.submit(f"{here}/accept", {"ticked": "true", "take": ["1"]}, key="k")
    assert done.headers["location"] == here
    assert (await desk.submit(f"{here}/accept", {"ticked": "true", "take": ["1"]}, key="k")).status_code == 303
    after = await desk.page(here)
    assert "Open the offer Kotihoito" in after.get_text(" ", strip=True)
    offer = after.select_one("main a[href^='/provider/offers/']")["href"]
    assert "Kotihoito" in (await desk.page(offer)).text
    assert "hinnasto.csv" in (await desk.page(LIST)).text


async def test_rows_to_mend_come_in_the_format_of_the_file(desk: Browser, turku: Organiser) -> None:
    here = await opened(desk, turku, MESSY)
    answer = await desk.get(f"{here}/errors")
    assert answer.headers["content-disposition"].startswith('attachment; filename="hinnasto-errors.csv"')
    assert "Row 5, column B: “abc” is not an amount in euros." in answer.content.decode("utf-8-sig")


async def test_nothing_ticked_imports_nothing(desk: Browser, turku: Organiser) -> None:
    here = await opened(desk, turku, MESSY)
    answer = await desk.submit(f"{here}/accept", {"ticked": "true"})
    assert (answer.status_code, "There is nothing to import." in words(answer)) == (409, True)
    assert (await desk.submit(f"{here}/accept", {"take": ["x"], "ticked": "true"})).status_code == 422
    assert (await desk.submit(f"{here}/discard")).headers["location"] == LIST
    assert (await desk.submit(f"{here}/discard")).status_code == 409
    assert "Thrown away" in (await desk.page(here)).text


async def test_prices_before_and_after_stand_beside_each_other(desk: Browser, turku, provider: Actor) -> None:
    await save_draft(provider, None, offer_draft(turku))
    shown = (await desk.page(await opened(desk, turku, MESSY))).get_text(" ", strip=True)
    assert re.search(r"Mon–Fri 7–18 €38\.00 €39\.50", shown)
    assert "Changed draft" in shown


async def test_a_price_change_says_from_which_day(desk: Browser, turku, provider: Actor) -> None:
    offer_id = await make_offer(provider, turku)
    here = await opened(desk, turku, MESSY, valid_from="1.6.2099")
    shown = (await desk.page(here)).get_text(" ", strip=True)
    assert "New prices from 1 June 2099." in shown
    late = await opened(desk, turku, MESSY)
    assert "Price change" in (await desk.page(late)).text
    await desk.submit(f"{late}/accept", {"ticked": "true", "take": ["1"]})
    assert str(offer_id) in (await desk.page(late)).decode()


@pytest.mark.parametrize(
    ("sent", "content", "said"),
    [
        ({"kind": "nonsense"}, MESSY, "Choose"),
        ({"organiser_id": str(UUID(int=1))}, MESSY, "Choose an organiser from the list."),
        ({"service_class": "QQQ"}, MESSY, "Choose a service class from the list."),
        ({"valid_from": "soon"}, MESSY, "Write"),
        ({}, "hello", "No column with prices was found."),
        ({"kind": "offers"}, "a;b\n1;2\n", "No column with the service class was found."),
        ({}, "", "The file is empty."),
    ],
    ids=["kind", "organiser", "class", "day", "no-prices", "no-class", "empty"],
)
async def test_what_is_wrong_with_a_file_is_named(desk: Browser, turku, sent: dict, content: str, said: str) -> None:
    answer = await desk.submit(LIST, answers(turku) | sent, files=files(content))
    assert answer.status_code == 422
    assert said in words(answer)
    assert (await desk.submit(LIST, answers(turku))).status_code == 422


async def test_a_large_file_shows_how_far_it_is(desk: Browser, turku: Organiser) -> None:
    rows = "".join(f"Siivous {i};ma-pe 7-18;{30 + i % 9},50\n" for i in range(1_200))
    here = await opened(desk, turku, f"Palvelu;Aika;Hinta\n{rows}")
    shown = (await desk.page(here)).get_text(" ", strip=True)
    assert "The file is being read." in shown
    assert "You can leave this page." in shown
    await importing.read_import(UUID(here.rpartition("/")[2]))
    page = await desk.page(f"{here}?page=24")
    assert "Import 1200 offers" in page.get_text(" ", strip=True)
    assert page.select("input[name=take]") == []
    assert (await desk.get(f"{here}?page=0")).status_code == 200
    await desk.submit(f"{here}/accept", {"publish_complete": "true"})
    waiting = await desk.page(here)
    assert waiting.select_one("progress")["max"] == "1200"


async def test_another_providers_import_is_not_there(app, desk: Browser, turku: Organiser) -> None:
    here = await opened(desk, turku, MESSY)
    async with browser_of(app) as browser:
        await sign_in(browser, await make_provider("Toinen Oy", business_id="3456789-0"))
        for answer in (await browser.get(here), await browser.get(f"{here}/errors"),
                       await browser.submit(f"{here}/accept"), await browser.submit(f"{here}/discard")):  # fmt: skip
            assert answer.status_code == 404


async def test_what_a_sheet_says_is_never_code(desk: Browser, turku: Organiser) -> None:
    evil = "<script>alert(1)</script>"
    here = await opened(desk, turku, f"Palvelu;Hinta;Koodi\n{evil};30;V-PA\n{evil};{evil};V-PA\n")
    assert evil not in (await desk.get(here)).text
    assert "&lt;script&gt;" in (await desk.get(here)).text


async def test_own_data_and_templates_are_taken_out(desk: Browser, turku, provider: Actor) -> None:
    await make_offer(provider, turku)
    exported = await desk.get("/provider/exports/prices.csv")
    assert "Kotihoitoa kaikkina päivinä" in exported.content.decode("utf-8-sig")
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    book = openpyxl.load_workbook(io.BytesIO((await desk.get("/provider/exports/offers.xlsx")).content))
    assert book.active["C2"].value == "V-HOMECARE-REG"
    for name in ("prices-template.xlsx", "offers-template.csv", "prices-template.csv"):
        empty = await desk.get(f"/provider/exports/{name}?organiser_id={turku.id}")
        assert empty.status_code == 200
    assert "weekday_evening" in empty.content.decode("utf-8-sig")
    for name in ("prices.pdf", "secrets.csv", "prices-x.csv", "prices-template.csv"):
        assert (await desk.get(f"/provider/exports/{name}")).status_code == 404
    unknown = f"/provider/exports/prices-template.csv?organiser_id={new_id()}"
    assert (await desk.get(unknown)).status_code == 404


async def test_a_filled_template_goes_in(machine: Api, turku: Organiser) -> None:
    text = (await machine.get(f"{EXPORTS}/prices-template.csv")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    code, price = rows[0].index("service_code"), rows[0].index("price_eur")
    for i in range(1, 6):
        rows[i][code], rows[i][price] = "V-HOMECARE-REG", f"{40 + i},50"
    filled = io.StringIO()
    csv.writer(filled, delimiter=";").writerows(rows)
    answer = await machine.post(f"{API}?name=tayte.csv", content=filled.getvalue().encode(), headers=CSV)
    report = answer.json()
    assert (answer.status_code, report["rows_refused"], report["file_name"]) == (201, 0, "tayte.csv")
    assert report["items"][0]["content"]["calendar"] is None
    empty = await machine.post(API, content=text.encode(), headers=CSV)
    assert (empty.status_code, empty.json()["items"], empty.json()["rows_refused"]) == (201, [], 0)


async def test_a_program_sends_reads_and_accepts(machine: Api, turku: Organiser) -> None:
    answer = await machine.post(API, data={"kind": "prices"}, files=files(MESSY), headers={"idempotency-key": "a"})
    report = answer.json()
    assert (report["status"], report["counts"]["new_drafts"], report["rows_refused"]) == ("ready", 1, 1)
    assert report["refused_rows"][0] == {
        "number": 5, "outcome": "refused", "column": "B", "heading": "Arki klo 7-18", "reasons": ["“abc” is not an amount in euros."],
    }  # fmt: skip
    one = f"{API}/{report['id']}"
    assert (await machine.get(f"{one}?limit=1&offset=1")).json()["items"] == []
    done = (await machine.post(f"{one}/accept", json={"publish_complete": True})).json()
    assert (done["status"], done["counts"]["imported"], done["items"][0]["is_published"]) == ("done", 1, False)
    assert done["items"][0]["problems"]
    assert (await machine.post(f"{one}/accept", json={})).status_code == 409
    assert (await machine.get(f"{one}/errors")).content
    assert len((await machine.get(API)).json()["items"]) == 1


async def test_a_program_may_throw_a_file_away(machine: Api, turku: Organiser) -> None:
    report = (await machine.post(f"{API}?organiser_id={turku.business_id}", content=MESSY.encode(), headers=CSV)).json()
    gone = await machine.post(f"{API}/{report['id']}/discard")
    assert gone.json()["status"] == "discarded"


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [("?kind=x&valid_from=y", CSV, 422), ("?organiser_id=nobody", CSV, 422), ("?service_class=QQ", CSV, 422),
     ("", {"content-type": "application/json"}, 415), ("?valid_from=2027-01-01", CSV, 201)], ids=str,
)  # fmt: skip
async def test_odd_requests_are_refused(machine: Api, turku, query: str, headers: dict, status: int) -> None:
    assert (await machine.post(f"{API}{query}", content=MESSY.encode(), headers=headers)).status_code == status


async def test_without_a_file_or_an_only_organiser_it_asks(app, machine: Api, turku: Organiser) -> None:
    assert (await machine.post(API, data={"kind": "prices"}, files={"x": ("a", b"b")})).status_code == 422
    async with browser_of(app, kind=Api) as api:
        newcomer = as_program(api, await make_provider("Uusi Oy", business_id="3456789-0"))
        assert (await newcomer.post(API, content=MESSY.encode(), headers=CSV)).status_code == 201


async def test_exports_come_in_again_without_a_change(machine: Api, turku, provider: Actor) -> None:
    await make_offer(provider, turku)
    await save_draft(provider, None, offer_draft(turku, name_fi="Luonnos", prices=band_prices(day=1_000)))
    for kind, name in (("prices", "prices.xlsx"), ("prices", "prices.csv"), ("offers", "offers.csv")):
        content = (await machine.get(f"{EXPORTS}/{name}")).content
        report = (await machine.post(API, data={"kind": kind}, files=files(content, name))).json()
        assert report["counts"]["unchanged"] == 2, report
        assert urlsplit(name).path == report["file_name"]
