"""The double itself: what it refuses, remembers and tells, seen by a client that is not our gateway."""

import httpx
import msgspec
import pytest

from marketplace.stripe.double import create_double, running_double
from marketplace.stripe.double.control import PayoutStep
from marketplace.stripe.errors import StripeRefused
from marketplace.stripe.settings import DOUBLE_KEY
from tests.doubles.stripe import PROVIDER, active_account, gateway

AUTH = {"Authorization": f"Bearer {DOUBLE_KEY}"}


@pytest.fixture
async def http(stripe_double):
    async with httpx.AsyncClient(base_url=stripe_double.url, headers=AUTH, trust_env=False) as client:
        yield client


async def test_nobody_is_let_in_without_the_key(http):
    answer = await http.get("/v1/balance", headers={"Authorization": "Bearer sk_other"})
    assert answer.status_code == 401
    assert answer.headers["Request-Id"].startswith("req_")


async def test_unknown_address_is_404(http):
    assert (await http.get("/v1/charges")).status_code == 404
    assert (await http.get("/_double/nothing")).status_code == 404


@pytest.mark.parametrize(
    ("form", "code", "param"),
    [
        ({"amount": "1", "currency": "eur", "destination": "a", "colour": "red"}, "parameter_unknown", "colour"),
        ({"currency": "eur", "destination": "a"}, "parameter_missing", "amount"),
        ({"amount": "1.5", "currency": "eur", "destination": "a"}, "parameter_invalid_integer", "amount"),
        ({"amount": "0", "currency": "eur", "destination": "a"}, "parameter_invalid_integer", "amount"),
        (
            {"amount": "1", "currency": "eur", "destination": "a", "metadata": "x"},
            "parameter_invalid_object",
            "metadata",
        ),
        ({"amount": "1", "amount[x]": "2", "currency": "eur", "destination": "a"}, "parameter_invalid", "amount[x]"),
    ],
)
async def test_wrong_parameters_of_v1_are_named(http, form, code, param):
    answer = await http.post("/v1/transfers", data=form)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, code, param)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "invalid_json"),
        (b'{"colour": "red"}', "parameter_unknown"),
        (b'{"dashboard": "huge"}', "parameter_invalid"),
        (b'{"display_name": 3}', "parameter_invalid_string"),
        (b'{"include": "identity"}', "parameter_invalid_array"),
        (
            b'{"configuration":{"recipient":{"capabilities":{"stripe_balance":{"stripe_transfers":{"requested":1.5}}}}}}',
            "parameter_invalid_boolean",
        ),
    ],
)
async def test_wrong_parameters_of_v2_are_named(http, body, code):
    answer = await http.post("/v2/core/accounts", content=body)
    assert answer.json()["error"]["code"] == code


async def test_mistyped_request_uses_up_no_key(http):
    headers = {"Idempotency-Key": "k"}
    assert (await http.post("/v2/core/accounts", json={"colour": "red"}, headers=headers)).status_code == 400
    made = await http.post("/v2/core/accounts", json={"display_name": "A"}, headers=headers)
    again = await http.post("/v2/core/accounts", json={"display_name": "A"}, headers=headers)
    assert made.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_what_is_not_included_is_null(http):
    made = (await http.post("/v2/core/accounts", json={"display_name": "A"})).json()
    assert made["configuration"] is None
    assert made["requirements"] is None
    full = await http.get(
        f"/v2/core/accounts/{made['id']}", params={"include[0]": "defaults", "include[1]": "future_requirements"}
    )
    assert full.json()["defaults"]["responsibilities"]["requirements_collector"] == "stripe"


async def test_lists_come_in_pages_newest_first(stripe_double, stripe_gateway, http):
    account_id = await active_account(stripe_double, stripe_gateway)
    for number in range(3):
        await stripe_gateway.transfer(100 + number, "eur", account_id, "g", f"t{number}", {})
    first = (await http.get("/v1/transfers", params={"limit": 2, "destination": account_id})).json()
    rest = (await http.get("/v1/transfers", params={"starting_after": first["data"][1]["id"]})).json()
    assert [t["amount"] for t in first["data"] + rest["data"]] == [102, 101, 100]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    none = await http.get("/v1/transfers", params={"created[gt]": 4_000_000_000})
    assert none.json()["data"] == []


async def test_single_transfer_and_payout_lists_can_be_asked_for(stripe_double, stripe_gateway, http):
    account_id = await active_account(stripe_double, stripe_gateway)
    made = await stripe_gateway.transfer(100, "eur", account_id, "g", "t", {})
    await stripe_gateway.payout(account_id, 100, "p")
    assert (await http.get(f"/v1/transfers/{made.transfer_id}")).json()["amount"] == 100
    assert (await http.get("/v1/transfers/tr_none")).status_code == 404
    listed = await http.get("/v1/payouts", params={"status": "pending"}, headers={"Stripe-Account": account_id})
    assert len(listed.json()["data"]) == 1


async def test_platform_has_no_payout_schedule_to_set(http):
    answer = await http.post("/v1/balance_settings", data={"payments[payouts][schedule][interval]": "manual"})
    assert answer.json()["payments"]["payouts"]["schedule"]["interval"] == "manual"


async def test_onboarding_page_says_what_it_is_and_completes(stripe_gateway, http):
    account = await stripe_gateway.create_recipient_account(PROVIDER, "<b>Oy</b>", "k@example.fi", "FI", "key")
    link = await stripe_gateway.account_link(account.account_id, "http://me/back?a=1&b=2", "http://me/again")
    page = await http.get(link.url)
    assert "not the real Stripe" in page.text
    assert "&lt;b&gt;Oy" in page.text
    done = await http.post(link.url)
    assert (done.status_code, done.headers["Location"]) == (303, "http://me/back?a=1&b=2")
    assert (await stripe_gateway.retrieve_account(account.account_id)).can_receive


async def test_link_serves_once_and_for_ten_minutes(stripe_double, stripe_gateway, http):
    account_id = await active_account(stripe_double, stripe_gateway)
    used = await stripe_gateway.account_link(account_id, "http://me/back", "http://me/again")
    await http.post(used.url)
    old = await stripe_gateway.account_link(account_id, "http://me/back", "http://me/again")
    list(stripe_double.world.links.values())[-1].expires = 0
    for link in (used, old):
        assert (await http.get(link.url)).headers["Location"] == "http://me/again"
    assert (await http.get("/_double/onboarding/none")).status_code == 404


async def test_link_for_nobody_is_refused(stripe_gateway):
    with pytest.raises(StripeRefused, match="resource_missing"):
        await stripe_gateway.account_link("acct_none", "http://me/back", "http://me/again")


async def test_control_moves_time_money_and_faults(stripe_double, http):
    before = stripe_double.world.balances["platform"]
    await http.post("/_double/advance", json={"what": "top_up", "amount": 500})
    state = (await http.get("/_double/state")).json()
    assert state["balances"]["platform"] == before + 500
    assert len((await http.post("/_double/faults", json={"kind": "drop", "times": 2})).json()) == 1
    assert (await http.request("DELETE", "/_double/faults")).json() == []
    assert (await http.get("/_double/health")).json()["ok"]


@pytest.mark.parametrize(
    "step",
    [
        {"what": "rain"},
        {"what": "payout", "payout": "po_none", "to": "paid"},
        {"what": "account", "account": "acct_none", "to": "active"},
        {"what": "account", "account": "acct_none", "to": "happy"},
        {"what": "webhooks", "do": "redeliver", "event": "evt_none"},
    ],
)
async def test_control_refuses_nonsense(http, step):
    assert (await http.post("/_double/advance", json=step)).status_code in {400, 404}


async def test_paid_payout_can_fail_later_but_not_start_again(stripe_double, stripe_gateway, http):
    account_id = await active_account(stripe_double, stripe_gateway)
    await stripe_gateway.transfer(1000, "eur", account_id, "g", "t", {})
    payout = await stripe_gateway.payout(account_id, 1000, "p")
    stripe_double.advance(PayoutStep(payout=payout.payout_id, to="paid"))
    again = {"what": "payout", "payout": payout.payout_id, "to": "in_transit"}
    assert (await http.post("/_double/advance", json=again)).status_code == 400
    stripe_double.advance(PayoutStep(payout=payout.payout_id, to="failed"))
    assert (await stripe_gateway.balance(account_id)).available_cents == 1000


async def test_payouts_walk_by_themselves_when_told_to(wait_until):
    async with running_double(payout_seconds=0.02) as double, gateway(double) as ours:
        account_id = await active_account(double, ours)
        await ours.transfer(1000, "eur", account_id, "g", "t", {})
        payout = await ours.payout(account_id, 1000, "p")
        await wait_until(lambda: double.world.payouts[payout.payout_id].body["status"] == "paid")


async def test_double_remembers_over_a_restart(tmp_path):
    path = tmp_path / "stripe" / "state.json"
    async with running_double(state_path=path) as double, gateway(double) as ours:
        account_id = await active_account(double, ours)
        made = await ours.transfer(1000, "eur", account_id, "g", "t", {})
    async with running_double(state_path=path) as double, gateway(double) as ours:
        assert await ours.transfer(1000, "eur", account_id, "g", "t", {}) == made
        assert (await ours.balance(account_id)).available_cents == 1000


async def test_too_large_and_broken_requests_are_hung_up_on(stripe_double, http):
    with pytest.raises(httpx.TransportError):
        await http.post("/v1/transfers", content=b"x" * 1_100_000)
    answer = await http.head("/_double/health", headers={"Connection": "close"})
    assert answer.status_code == 404


def test_double_that_never_started_has_no_address():
    assert create_double(webhooks_to="http://127.0.0.1:1/").url == ""


def test_whole_state_can_be_written_as_json(stripe_double):
    assert msgspec.json.encode(stripe_double.world)
