"""The desks of finance and of the provider: settle, follow, put right, download; and the same over the API."""

import csv
import io
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup

from marketplace.app import assemble
from marketplace.kernel.clock import clock_set_to, today
from marketplace.kernel.config import get_config
from marketplace.kernel.db import new_id
from marketplace.payouts import wiring
from marketplace.payouts.events import on_payout_event
from marketplace.payouts.states import PayoutStatus
from marketplace.payouts.stripe_rail import send
from marketplace.payouts.topics import OfPayout
from marketplace.stripe.current import gateway_set_to
from marketplace.stripe.double.world import PLATFORM
from tests.factories.payouts import (
    FIRST_DAY,
    a_debt,
    an_account,
    bank_says,
    event_about,
    finance_of,
    last_payout,
    sent,
    settled,
)
from tests.factories.vouchers import NOW
from tests.web.browser import Api, browser_of
from tests.web.desks import WhoeverTheySay, as_program, enter, front, sign_in

SETTLEMENTS, PAYMENTS = "/organiser/settlements", "/provider/payments"
API = "/api/v1/organiser"


@pytest.fixture(scope="module")
def app():
    return assemble(get_config(), [*wiring.ROUTES, enter, front], WhoeverTheySay(), {})


@pytest.fixture
async def debt(database, stripe_double, stripe_gateway):
    with clock_set_to(NOW), gateway_set_to(stripe_gateway):
        made = await a_debt(3_300)
        await an_account(stripe_double, stripe_gateway, made.provider_id)
        yield made


@pytest.fixture
async def finance(app, debt):
    async with browser_of(app) as browser:
        yield await sign_in(browser, debt.finance)


@pytest.fixture
async def provider(app, debt):
    async with browser_of(app) as browser:
        yield await sign_in(browser, debt.provider)


@pytest.fixture
async def program(app, debt):
    async with browser_of(app, kind=Api) as api:
        yield as_program(api, debt.finance)


def words(page: BeautifulSoup) -> str:
    return page.get_text(" ", strip=True).replace("\xa0", " ")


async def test_finance_settles_and_sees_the_statement(finance):
    assert "No statements yet" in words(await finance.page(SETTLEMENTS))
    answer = await finance.submit(SETTLEMENTS, {"until_day": "30.11.2026"}, key="once")
    assert (answer.status_code, answer.headers["location"]) == (303, SETTLEMENTS)
    page = words(await finance.page(SETTLEMENTS))
    assert "1 statement was made, €33.00 in all" in page
    assert "2026-00001 Hoiva Oy 30 November 2026 €33.00 Not sent yet" in page


async def test_double_click_settles_once_and_a_second_run_finds_nothing(finance):
    for _ in range(2):
        await finance.submit(SETTLEMENTS, {"until_day": "30.11.2026"}, key="once")
    assert "1 statement was made" in words(await finance.page(SETTLEMENTS))
    await finance.submit(SETTLEMENTS, {"until_day": "30.11.2026"}, key="again")
    assert "There was nothing new to settle" in words(await finance.page(SETTLEMENTS))


@pytest.mark.parametrize("day", ["", "31.2.2026", "1.12.2026"])
async def test_wrong_day_is_told_at_its_field(finance, day):
    answer = await finance.submit(SETTLEMENTS, {"until_day": day})
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    assert page.select_one("#until_day-error") is not None
    assert page.select_one(".govuk-error-summary a")["href"] == "#until_day"
    assert page.title.text.startswith("Error:")


async def test_statement_page_lists_visits_and_says_what_comes_next(finance, debt):
    payout = await sent(debt)
    page = await finance.page(f"{SETTLEMENTS}/{payout.statement_id}")
    assert "Statement 2026-00001" in page.h1.text
    assert "On its way to the bank" in words(page)
    assert "17 November 2026" in words(page)
    assert "€7.00" in words(page)


async def test_finance_tries_a_failed_payment_again(finance, debt, stripe_double):
    stripe_double.world.balances[PLATFORM] = 0
    payout = await settled(debt)
    await send(OfPayout(payout.id))
    address = f"{SETTLEMENTS}/{payout.statement_id}"
    assert "not enough money" in words(await finance.page(address))
    for _ in range(2):
        assert (await finance.submit(f"{address}/retry", key="once")).status_code == 303
    assert (await last_payout()).attempt == 2
    assert "Earlier attempts to pay" in words(await finance.page(address))


def written(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


async def test_finance_records_its_own_bank_transfer(finance, debt):
    payout = await settled(debt)
    address = f"{SETTLEMENTS}/{payout.statement_id}"
    wrong = await finance.submit(f"{address}/bank-payment", {"bank_reference": "", "paid_on": written(today())})
    assert "bank_reference-error" in wrong.text
    for days in (1, -1):
        wrong_day = {"bank_reference": "RF18", "paid_on": written(today() + timedelta(days=days))}
        answer = await finance.submit(f"{address}/bank-payment", wrong_day)
        assert (answer.status_code, "paid_on-error" in answer.text) == (422, True)
    paid = {"bank_reference": "RF18", "paid_on": written(today())}
    assert (await finance.submit(f"{address}/bank-payment", paid)).status_code == 303
    assert "Paid by bank transfer on" in words(await finance.page(address))


async def test_visits_are_downloaded_by_both_sides(finance, provider, debt):
    payout = await settled(debt)
    for browser, desk in ((finance, SETTLEMENTS), (provider, PAYMENTS)):
        answer = await browser.get(f"{desk}/{payout.statement_id}/visits.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert 'filename="statement-2026-00001.csv"' in answer.headers["content-disposition"]
        [row] = csv.DictReader(io.StringIO(answer.text))
        assert (row["visited_on"], row["payer_cents"], row["own_share_cents"]) == (FIRST_DAY.isoformat(), "3300", "700")


async def test_provider_sees_what_is_coming_when(provider, debt, stripe_double):
    assert "No statements yet" in words(await provider.page(PAYMENTS))
    payout = await sent(debt)
    assert "The money should reach the bank by" in words(await provider.page(PAYMENTS))
    bank_says(stripe_double, payout, "in_transit", "paid")
    await on_payout_event(event_about(payout, "payout.paid"))
    page = words(await provider.page(f"{PAYMENTS}/{payout.statement_id}"))
    assert "The money reached the bank on" in page
    assert "Own shares that you invoice from clients €7.00" in page


async def test_provider_sees_why_a_payment_waits_and_where_to_act(app, database):
    with clock_set_to(NOW):
        debt = await a_debt(3_300)
        payout = await settled(debt)
        await send(OfPayout(payout.id))
    async with browser_of(app) as browser:
        page = await (await sign_in(browser, debt.provider)).page(PAYMENTS)
    assert "Open a payout account to be paid" in words(page)
    assert page.select_one("a[href='/provider/payout-account']") is not None


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_pages_speak_three_languages(finance, provider, debt, language):
    payout = await sent(debt)
    for browser, desk in ((finance, SETTLEMENTS), (provider, PAYMENTS)):
        for path in (desk, f"{desk}/{payout.statement_id}"):
            page = await browser.page(f"{path}?lang={language}")
            assert page.html["lang"] == language
            assert len(page.select("h1")) == 1


async def test_other_peoples_statements_are_not_there(app, debt):
    payout = await settled(debt)
    async with browser_of(app) as stranger:
        await sign_in(stranger, finance_of(new_id()))
        for path in ("", "/visits.csv"):
            assert (await stranger.get(f"{SETTLEMENTS}/{payout.statement_id}{path}")).status_code == 404
        for path in ("/retry", "/bank-payment"):
            form = {"bank_reference": "RF18", "paid_on": written(today())}
            assert (await stranger.submit(f"{SETTLEMENTS}/{payout.statement_id}{path}", form)).status_code == 404
        assert (await stranger.get(f"{PAYMENTS}/{payout.statement_id}")).status_code == 403


async def test_api_settles_once_per_key(program, debt):
    order = {"until_day": "2026-11-30"}
    answers = [await program.post(f"{API}/settlements", json=order, headers={"idempotency-key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    [statement] = answers[0].json()["statements"]
    assert (statement["amount_cents"], statement["payout"]["status"]) == (3_300, "requested")
    assert (await program.get(f"{API}/settlements/sums")).json()["to_pay_cents"] == 3_300


async def test_api_names_the_wrong_field(program):
    tomorrow = (today() + timedelta(days=1)).isoformat()
    answer = await program.post(f"{API}/settlements", json={"until_day": tomorrow})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["until_day"]


async def test_api_shows_statements_to_both_sides(app, program, debt):
    payout = await settled(debt)
    listed = (await program.get(f"{API}/statements", params={"page": 1})).json()
    assert (listed["total"], listed["pages"]) == (1, 1)
    seen = (await program.get(f"{API}/statements/{payout.statement_id}")).json()
    async with browser_of(app, kind=Api) as api:
        theirs = as_program(api, debt.provider)
        assert (await theirs.get("/api/v1/provider/statements")).json()["statements"] == listed["statements"]
        assert (await theirs.get(f"/api/v1/provider/statements/{payout.statement_id}")).json() == seen
        assert (await theirs.get("/api/v1/provider/payments/sums")).json()["to_pay_cents"] == 3_300


async def test_api_puts_payments_right(program, debt, stripe_double):
    stripe_double.world.balances[PLATFORM] = 0
    payout = await settled(debt)
    await send(OfPayout(payout.id))
    fresh = (await program.post(f"{API}/payouts/{payout.id}/retry")).json()
    assert fresh["attempt"] == 2
    assert (await program.post(f"{API}/payouts/{payout.id}/retry")).status_code == 409
    paid = {"bank_reference": "RF18", "paid_on": today().isoformat()}
    assert (await program.post(f"{API}/payouts/{fresh['id']}/bank-payment", json=paid)).json()["status"] == "paid"
    assert (await last_payout()).status is PayoutStatus.PAID
