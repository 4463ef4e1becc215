"""Price changes on pages and over the API: a provider's, the organiser's, and prices through time for everybody."""

import re
from datetime import date, datetime
from uuid import UUID

import msgspec
import pytest
from bs4 import BeautifulSoup

from marketplace.catalogue.changes.beginning import begin_due
from marketplace.catalogue.changes.sources import clients_are_counted_by
from marketplace.catalogue.offers import offers
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import HELSINKI, clock_set_to
from marketplace.organisers.schemas import Organiser
from tests.factories.catalogue import approve, band_prices, make_offer, make_provider, offer_draft
from tests.factories.organisers import make_organiser
from tests.factories.price_changes import a_reviewer, allow_increases, announced
from tests.web.browser import Api, Browser, browser_of
from tests.web.desks import as_program, desk_app, sign_in

NOW = datetime(2026, 11, 2, 12, 7, 31, tzinfo=HELSINKI)
NEW_YEAR = date(2027, 1, 1)
NEW_PRICES = {"pricing": "one", "one_price_cents": "39,50", "valid_from": "1.1.2027"}


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def organiser(database: str):
    with clock_set_to(NOW):
        yield await make_organiser()


@pytest.fixture
async def provider(organiser: Organiser) -> Actor:
    actor = await make_provider()
    await approve(actor, organiser)
    return actor


@pytest.fixture
async def offer_id(provider: Actor, organiser: Organiser) -> UUID:
    return await make_offer(provider, organiser)


@pytest.fixture
async def desk(app, provider: Actor):
    async with browser_of(app) as browser:
        yield await sign_in(browser, provider)


@pytest.fixture
async def reviewing(app, organiser: Organiser):
    async with browser_of(app) as browser:
        yield await sign_in(browser, a_reviewer(organiser))


@pytest.fixture
async def program(app, provider: Actor):
    async with browser_of(app, kind=Api) as machine:
        yield as_program(machine, provider)


def words(response) -> str:
    text = response.text if hasattr(response, "status_code") else str(response)
    return re.sub(r"\s+", " ", BeautifulSoup(text, "html.parser").get_text(" ", strip=True))


def hidden(response) -> dict[str, str]:
    """The fields that a page sends on."""
    form = BeautifulSoup(response.text, "html.parser").select_one("main form")
    assert form is not None
    fields = {each["name"]: each.get("value", "") for each in form.select("input[type=hidden]")}
    return {name: value for name, value in fields.items() if not name.startswith("_")}


async def test_a_price_change_is_checked_confirmed_and_announced_once(
    desk: Browser, organiser: Organiser, offer_id: UUID
) -> None:
    await allow_increases(organiser, notice_days=60)
    clients_are_counted_by(_three)
    here = f"/provider/offers/{offer_id}"
    form = await desk.page(f"{here}/price-change")
    assert form.find(id="valid_from")["value"] == "1.1.2027"
    assert "The earliest day for higher prices is 1 January 2027." in words(form)
    checked = await desk.submit(f"{here}/price-change", NEW_PRICES)
    assert checked.status_code == 200
    shown = words(checked)
    assert "This is a price increase." in shown
    assert "It concerns 3 clients of yours." in shown
    assert await _statuses(desk, here) == []
    for _ in range(2):
        sent = await desk.submit(f"{here}/price-change", {**hidden(checked), "confirmed": "true"}, key="once")
        assert sent.headers["location"] == f"{here}/price-changes"
    assert await _statuses(desk, here) == ["Coming"]
    assert "Prices from 1 January 2027" in words(await desk.page(f"/offers/{offer_id}"))


async def _three(_: UUID) -> int:
    return 3


async def _statuses(desk: Browser, here: str) -> list[str]:
    page = await desk.page(f"{here}/price-changes")
    return [words(tag) for tag in page.select("section .govuk-tag")]


async def test_what_is_wrong_is_told_at_its_field_and_kept(desk: Browser, organiser: Organiser, offer_id: UUID) -> None:
    await allow_increases(organiser, notice_days=60)
    here = f"/provider/offers/{offer_id}/price-change"
    early = await desk.submit(here, {**NEW_PRICES, "valid_from": "1.12.2026"})
    assert early.status_code == 422
    assert "Choose 1 January 2027 or a later day" in words(early)
    assert 'value="39,50"' in early.text
    unread = await desk.submit(here, {**NEW_PRICES, "valid_from": "joskus", "one_price_cents": "x"})
    errors = BeautifulSoup(unread.text, "html.parser").select(".govuk-error-summary__list a")
    assert {each["href"] for each in errors} == {"#valid_from", "#one_price_cents"}
    odd = await desk.submit(here, {**NEW_PRICES, "valid_from": "1.1.2099"})
    assert odd.status_code == 422


async def test_rows_are_added_and_one_may_go_back(desk: Browser, offer_id: UUID) -> None:
    here = f"/provider/offers/{offer_id}/price-change"
    more = await desk.submit(here, {**NEW_PRICES, "add": "surcharges"})
    assert more.status_code == 200
    back = await desk.submit(here, {**NEW_PRICES, "back": "true"})
    assert back.status_code == 200
    assert 'value="39,50"' in back.text


async def test_what_waits_leads_to_the_list_and_is_cancelled_there(
    desk: Browser, provider: Actor, offer_id: UUID
) -> None:
    change = await announced(provider, offer_id, NEW_YEAR)
    here = f"/provider/offers/{offer_id}"
    for answer in (await desk.get(f"{here}/price-change"), await desk.submit(f"{here}/price-change", NEW_PRICES)):
        assert answer.headers["location"] == f"{here}/price-changes"
    cancel = f"/provider/price-changes/{change.id}/cancel"
    assert "Cancel the price change?" in words(await desk.page(cancel))
    await desk.submit(cancel)
    assert await _statuses(desk, here) == ["Cancelled"]
    await desk.submit(cancel)
    assert "This cannot be done now" in words(await desk.page(f"{here}/price-changes"))


async def test_only_what_is_published_has_a_price_change(desk: Browser, provider: Actor, organiser: Organiser) -> None:
    saved = await offers.save_draft(provider, None, offer_draft(organiser))
    answer = await desk.get(f"/provider/offers/{saved.id}/price-change", follow_redirects=True)
    assert "This offer is not published." in words(answer)


async def test_a_lower_price_begins_at_once(desk: Browser, offer_id: UUID) -> None:
    here = f"/provider/offers/{offer_id}"
    lower = {**NEW_PRICES, "one_price_cents": "38", "valid_from": "2.11.2026", "confirmed": "true"}
    answer = await desk.submit(f"{here}/price-change", lower)
    assert answer.status_code == 303
    assert "The new prices are in force." in words(await desk.page(f"{here}/price-changes"))


async def test_the_organiser_decides_on_its_desk(
    desk: Browser, reviewing: Browser, provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    await allow_increases(organiser, approval_needed=True)
    await desk.submit(f"/provider/offers/{offer_id}/price-change", {**NEW_PRICES, "confirmed": "true"})
    assert await _statuses(desk, f"/provider/offers/{offer_id}") == ["Waits for the organiser"]
    link = (await reviewing.page("/organiser/price-changes")).select_one("main td a, main th a")
    assert link is not None
    empty = await reviewing.submit(f"{link['href']}/reject", {"reasons": ""})
    assert empty.status_code == 422
    await reviewing.submit(f"{link['href']}/reject", {"reasons": "Liian kallis."})
    again = await reviewing.submit(f"{link['href']}/reject", {"reasons": "Liian kallis."})
    assert again.headers["location"] == link["href"]
    assert "Not accepted" in words(await reviewing.page("/organiser/price-changes"))
    assert "Liian kallis." in words(await desk.page(f"/provider/offers/{offer_id}/price-changes"))
    assert "Liian kallis." in words(await reviewing.page(link["href"]))


async def test_the_organiser_accepts_once(
    reviewing: Browser, provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    await allow_increases(organiser, approval_needed=True)
    change = await announced(provider, offer_id, NEW_YEAR)
    here = f"/organiser/price-changes/{change.id}"
    assert (await reviewing.submit(f"{here}/approve")).headers["location"] == "/organiser/price-changes"
    assert (await reviewing.submit(f"{here}/approve")).headers["location"] == here
    assert "Coming" in words(await reviewing.page("/organiser/price-changes"))
    assert (await reviewing.submit(f"/organiser/price-changes/{offer_id}/approve")).status_code == 404


async def test_prices_through_time_are_for_everybody(
    app, desk: Browser, provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    await announced(provider, offer_id, date(2026, 11, 10))
    with clock_set_to(datetime(2026, 11, 10, 1, tzinfo=HELSINKI)):
        await begin_due()
        await announced(provider, offer_id, NEW_YEAR, band_prices(4100))
        async with browser_of(app) as anybody:
            page = await anybody.page(f"/offers/{offer_id}/prices")
            told = (await anybody.get(f"/api/v1/offers/{offer_id}/prices")).json()["items"]
    titles = [words(title) for title in page.select("main h2")]
    assert titles == ["1.1.2027 – Tulossa", "10.11.2026 – 31.12.2026 Nyt", "2.11.2026 – 9.11.2026"]  # fmt: skip
    assert [(each["valid_from"], each["valid_to"], each["is_scheduled"]) for each in told] == [
        ("2026-11-02", "2026-11-09", False),
        ("2026-11-10", "2026-12-31", False),
        ("2027-01-01", None, True),
    ]
    assert [each["prices"]["band_prices"][0]["price_cents"] for each in told] == [3800, 4000, 4100]


async def test_history_leaves_out_what_never_was_the_price_of_a_day_and_days_without_an_offer(
    app, provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    async def published(day: int, **changes) -> None:
        with clock_set_to(NOW.replace(day=day)):
            await offers.save_draft(provider, offer_id, offer_draft(organiser, **changes))
            await offers.publish(provider, offer_id)

    await published(2, prices=band_prices(3700))
    await published(3, prices=band_prices(3700), name_fi="Toinen nimi")
    with clock_set_to(NOW.replace(day=5)):
        await offers.withdraw(provider, offer_id)
        async with browser_of(app) as anybody:
            assert (await anybody.get(f"/offers/{offer_id}/prices")).status_code == 404
            assert (await anybody.get(f"/api/v1/offers/{offer_id}/prices")).status_code == 404
    await published(10, prices=band_prices(3700))
    with clock_set_to(NOW.replace(day=11)):
        async with browser_of(app, kind=Api) as anybody:
            told = (await anybody.get(f"/api/v1/offers/{offer_id}/prices")).json()["items"]
    assert [(each["valid_from"], each["valid_to"]) for each in told] == [
        ("2026-11-02", "2026-11-05"),
        ("2026-11-10", None),
    ]


def body(cents: int = 4000, valid_from: str = "2027-01-01") -> dict[str, object]:
    return {"prices": {"unit": "hour", "one_price_cents": cents}, "valid_from": valid_from}


async def test_a_provider_announces_and_cancels_over_the_api(
    program: Api, provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    await allow_increases(organiser, notice_days=30)
    here = f"/api/v1/provider/offers/{offer_id}/price-changes"
    preview = await program.post(f"{here}/preview", json=body())
    assert (preview.status_code, preview.json()["is_increase"]) == (200, True)
    made = await program.post(here, json=body(), headers={"Idempotency-Key": "a-key-1"})
    again = await program.post(here, json=body(), headers={"Idempotency-Key": "a-key-1"})
    assert (made.status_code, made.json()["id"]) == (201, again.json()["id"])
    listed = (await program.get(here)).json()
    assert [each["status"] for each in listed["items"]] == ["scheduled"]
    assert listed["increases"]["earliest_day"] == "2026-12-02"
    cancelled = await program.post(f"/api/v1/provider/price-changes/{made.json()['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")


async def test_the_api_names_every_fault(program: Api, organiser: Organiser, offer_id: UUID) -> None:
    await allow_increases(organiser, notice_days=30)
    here = f"/api/v1/provider/offers/{offer_id}/price-changes"
    early = await program.post(here, json=body(valid_from="2026-11-20"))
    assert (early.status_code, early.json()["errors"][0]["field"]) == (422, "valid_from")
    wrong = await program.post(here, json={"prices": {"unit": "piece"}, "valid_from": "2026-11-20"})
    assert wrong.json()["errors"][0]["field"] == "prices.unit"
    odd = await program.post(here, json=body(valid_from="9999-12-31"))
    assert odd.status_code == 422


async def test_the_organiser_decides_over_the_api(app, provider: Actor, organiser: Organiser, offer_id: UUID) -> None:
    await allow_increases(organiser, approval_needed=True)
    first = await announced(provider, offer_id, NEW_YEAR)
    desk = "/api/v1/organiser/price-changes"
    async with browser_of(app, kind=Api) as machine:
        program = as_program(machine, msgspec.structs.replace(a_reviewer(organiser)))
        [waiting] = (await program.get(desk)).json()["items"]
        assert waiting["id"] == str(first.id)
        rejected = await program.post(f"{desk}/{first.id}/reject", json={"reasons": "Ei nyt."})
        assert rejected.json()["status"] == "rejected"
        second = await announced(provider, offer_id, NEW_YEAR)
        accepted = await program.post(f"{desk}/{second.id}/approve")
        assert accepted.json()["status"] == "scheduled"
        assert (await program.get(f"{desk}/{second.id}")).json()["before_prices"]["unit"] == "hour"
        [coming] = (await program.get(desk, params={"status": "scheduled", "page": 1})).json()["items"]
        assert coming["id"] == str(second.id)
