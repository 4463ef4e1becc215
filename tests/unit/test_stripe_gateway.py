"""The gateway against the double, through the real library and real sockets."""

import pytest

from marketplace.kernel.config import Config
from marketplace.stripe.double.control import AccountStage, FailNextPayouts, PayoutStep, TopUp
from marketplace.stripe.double.faults import Fault, FaultKind
from marketplace.stripe.errors import StripeRefused, StripeUnavailable
from marketplace.stripe.gateway import StripeApiGateway, gateway_from
from marketplace.stripe.settings import DOUBLE_SECRETS, DOUBLE_URL, STRIPE_URL, stripe_settings
from marketplace.stripe.states import PayoutAccountState, PayoutStatus
from tests.doubles.stripe import PROVIDER, active_account, gateway

GROUP = "statement_1"


async def move(gateway, destination, cents=12_345, key="transfer:1", group=GROUP):
    return await gateway.transfer(cents, "EUR", destination, group, key, {"statement_id": "1"})


async def test_new_account_waits_for_its_onboarding(stripe_gateway):
    account = await stripe_gateway.create_recipient_account(PROVIDER, "Kaisla Oy", "k@example.fi", "fi", "key")
    assert account.state is PayoutAccountState.NEW
    assert not account.can_receive
    assert "identity.attestations.terms_of_service" in account.requirements_due
    assert await stripe_gateway.retrieve_account(account.account_id) == account


async def test_same_key_makes_one_account(stripe_double, stripe_gateway):
    first = await stripe_gateway.create_recipient_account(PROVIDER, "Kaisla Oy", "k@example.fi", "FI", "key")
    again = await stripe_gateway.create_recipient_account(PROVIDER, "Kaisla Oy", "k@example.fi", "FI", "key")
    assert first == again
    assert len(stripe_double.world.accounts) == 1


@pytest.mark.parametrize(
    ("stage", "state"),
    [
        ("information_due", PayoutAccountState.INFORMATION_DUE),
        ("pending", PayoutAccountState.PENDING),
        ("active", PayoutAccountState.ACTIVE),
        ("restricted", PayoutAccountState.RESTRICTED),
        ("rejected", PayoutAccountState.RESTRICTED),
    ],
)
async def test_every_stage_of_an_account_is_told(stripe_double, stripe_gateway, stage, state):
    account_id = await active_account(stripe_double, stripe_gateway)
    stripe_double.advance(AccountStage(account=account_id, to=stage))
    account = await stripe_gateway.retrieve_account(account_id)
    assert account.state is state
    assert account.can_receive == (stage == "active")


async def test_link_leads_to_a_page_of_stripe(stripe_double, stripe_gateway):
    account = await stripe_gateway.create_recipient_account(PROVIDER, "Kaisla Oy", "k@example.fi", "FI", "key")
    link = await stripe_gateway.account_link(account.account_id, "http://me/back", "http://me/again")
    assert link.url.startswith(stripe_double.url)
    assert link.expires_at.tzinfo is not None


async def test_transfer_moves_money_between_balances(stripe_double, stripe_gateway):
    account_id = await active_account(stripe_double, stripe_gateway)
    before = await stripe_gateway.balance()
    transfer = await move(stripe_gateway, account_id)
    assert (transfer.amount_cents, transfer.currency, transfer.destination) == (12_345, "eur", account_id)
    assert transfer.metadata == {"statement_id": "1"}
    assert (await stripe_gateway.balance(account_id)).available_cents == 12_345
    assert (await stripe_gateway.balance()).available_cents == before.available_cents - 12_345


async def test_transfer_to_an_account_that_is_not_ready_is_refused(stripe_gateway):
    account = await stripe_gateway.create_recipient_account(PROVIDER, "Kaisla Oy", "k@example.fi", "FI", "key")
    with pytest.raises(StripeRefused) as refused:
        await move(stripe_gateway, account.account_id)
    assert refused.value.stripe_code == "insufficient_capabilities_for_transfer"
    assert refused.value.code == "stripe.insufficient_capabilities_for_transfer"


async def test_refusal_is_replayed_for_its_key_even_after_a_top_up(stripe_double, stripe_gateway):
    account_id = await active_account(stripe_double, stripe_gateway)
    too_much = stripe_double.world.balances["platform"] + 1
    for _ in range(2):
        with pytest.raises(StripeRefused, match="balance_insufficient"):
            await move(stripe_gateway, account_id, too_much)
        stripe_double.advance(TopUp(amount=too_much))
    assert (await move(stripe_gateway, account_id, too_much, key="transfer:1:2")).amount_cents == too_much


async def test_same_key_for_another_transfer_is_refused(stripe_double, stripe_gateway):
    account_id = await active_account(stripe_double, stripe_gateway)
    await move(stripe_gateway, account_id, 100)
    with pytest.raises(StripeRefused) as refused:
        await move(stripe_gateway, account_id, 101)
    assert refused.value.stripe_code == "idempotency_error"


async def test_transfer_to_nobody_is_refused(stripe_gateway):
    with pytest.raises(StripeRefused) as refused:
        await move(stripe_gateway, "acct_nobody")
    assert refused.value.stripe_code == "resource_missing"


async def test_transfer_can_be_taken_back_in_parts_but_not_twice(stripe_double, stripe_gateway):
    account_id = await active_account(stripe_double, stripe_gateway)
    transfer = await move(stripe_gateway, account_id, 1000)
    reversal = await stripe_gateway.reverse_transfer(transfer.transfer_id, 400, "reversal:1")
    assert (reversal.amount_cents, reversal.transfer_id) == (400, transfer.transfer_id)
    with pytest.raises(StripeRefused):
        await stripe_gateway.reverse_transfer(transfer.transfer_id, 601, "reversal:2")
    await stripe_gateway.reverse_transfer(transfer.transfer_id, 600, "reversal:3")
    [found] = await stripe_gateway.find_transfers(GROUP)
    assert found.reversed_cents == 1000


async def test_money_that_has_left_the_account_cannot_be_taken_back(stripe_double, stripe_gateway):
    account_id = await active_account(stripe_double, stripe_gateway)
    transfer = await move(stripe_gateway, account_id, 1000)
    await stripe_gateway.payout(account_id, 1000, "payout:1")
    with pytest.raises(StripeRefused, match="balance_insufficient"):
        await stripe_gateway.reverse_transfer(transfer.transfer_id, 1000, "reversal:1")


async def test_transfers_of_a_group_are_found_over_many_pages(stripe_double, stripe_gateway):
    account_id = await active_account(stripe_double, stripe_gateway)
    for number in range(103):
        await move(stripe_gateway, account_id, 1, f"transfer:{number}")
    await move(stripe_gateway, account_id, 1, "other", group="statement_2")
    found = await stripe_gateway.find_transfers(GROUP)
    assert len({transfer.transfer_id for transfer in found}) == 103


async def test_payout_goes_from_pending_to_paid(stripe_double, stripe_gateway):
    account_id = await active_account(stripe_double, stripe_gateway)
    await move(stripe_gateway, account_id, 1000)
    payout = await stripe_gateway.payout(account_id, 1000, "payout:1", {"statement_id": "1"})
    assert payout.status is PayoutStatus.PENDING
    for status in ("in_transit", "paid"):
        stripe_double.advance(PayoutStep(payout=payout.payout_id, to=status))
    found = await stripe_gateway.retrieve_payout(account_id, payout.payout_id)
    assert (found.status, found.metadata) == (PayoutStatus.PAID, {"statement_id": "1"})
    assert (await stripe_gateway.balance(account_id)).available_cents == 0


async def test_failed_payout_gives_the_money_back_and_says_why(stripe_double, stripe_gateway):
    account_id = await active_account(stripe_double, stripe_gateway)
    await move(stripe_gateway, account_id, 1000)
    payout = await stripe_gateway.payout(account_id, 1000, "payout:1")
    stripe_double.advance(PayoutStep(payout=payout.payout_id, to="failed"))
    found = await stripe_gateway.retrieve_payout(account_id, payout.payout_id)
    assert (found.status, found.failure_code) == (PayoutStatus.FAILED, "account_closed")
    assert (await stripe_gateway.balance(account_id)).available_cents == 1000


async def test_payout_of_more_than_there_is_is_refused(stripe_double, stripe_gateway):
    account_id = await active_account(stripe_double, stripe_gateway)
    with pytest.raises(StripeRefused, match="balance_insufficient"):
        await stripe_gateway.payout(account_id, 1, "payout:1")


async def test_payouts_of_one_account_are_not_seen_by_another(stripe_double, stripe_gateway):
    account_id = await active_account(stripe_double, stripe_gateway)
    other_id = await active_account(stripe_double, stripe_gateway, "other")
    await move(stripe_gateway, account_id, 1000)
    payout = await stripe_gateway.payout(account_id, 1000, "payout:1")
    with pytest.raises(StripeRefused, match="resource_missing"):
        await stripe_gateway.retrieve_payout(other_id, payout.payout_id)


async def test_account_can_be_set_to_pay_out_by_hand(stripe_double, stripe_gateway):
    account_id = await active_account(stripe_double, stripe_gateway)
    await stripe_gateway.set_manual_payouts(account_id, "schedule:1")
    assert stripe_double.world.accounts[account_id].payout_interval == "manual"


async def test_wrong_api_key_is_ours_to_mend_and_no_verdict(stripe_double):
    async with gateway(stripe_double, api_key="sk_wrong") as stranger:
        with pytest.raises(StripeUnavailable):
            await stranger.balance()


async def test_unknown_account_is_refused(stripe_gateway):
    with pytest.raises(StripeRefused, match="account_invalid"):
        await stripe_gateway.balance("acct_nobody")
    with pytest.raises(StripeRefused, match="resource_missing"):
        await stripe_gateway.retrieve_account("acct_nobody")


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.LOCK_TIMEOUT, FaultKind.DROP, FaultKind.RATE_LIMIT])
async def test_fault_before_acting_leaves_nothing_behind(stripe_double, stripe_gateway, kind):
    account_id = await active_account(stripe_double, stripe_gateway)
    stripe_double.faults.add(Fault(kind=kind))
    with pytest.raises(StripeUnavailable):
        await move(stripe_gateway, account_id)
    assert stripe_double.world.transfers == {}
    await move(stripe_gateway, account_id)
    assert len(stripe_double.world.transfers) == 1


async def test_asked_pause_after_too_many_requests_is_told(stripe_double, stripe_gateway):
    stripe_double.faults.add(Fault(kind=FaultKind.RATE_LIMIT))
    with pytest.raises(StripeUnavailable) as unavailable:
        await stripe_gateway.balance()
    assert unavailable.value.retry_after_seconds == 1


async def test_library_repeats_after_a_server_error_by_itself(stripe_double):
    async with gateway(stripe_double, retries=1) as patient:
        stripe_double.faults.add(Fault(kind=FaultKind.SERVER_ERROR))
        assert (await patient.balance()).available_cents > 0


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT_AFTER_ACTING, FaultKind.DROP_AFTER_ACTING])
async def test_retry_after_stripe_acted_makes_no_second_transfer(stripe_double, kind):
    async with gateway(stripe_double, timeout_seconds=0.3) as hasty:
        account_id = await active_account(stripe_double, hasty)
        stripe_double.faults.add(Fault(kind=kind, path="/v1/transfers", seconds=5))
        with pytest.raises(StripeUnavailable):
            await move(hasty, account_id)
        [made] = stripe_double.world.transfers
        assert (await move(hasty, account_id)).transfer_id == made
    assert len(stripe_double.world.transfers) == 1


async def test_lost_payout_is_found_again_with_its_key(stripe_double, stripe_gateway):
    account_id = await active_account(stripe_double, stripe_gateway)
    await move(stripe_gateway, account_id, 1000)
    stripe_double.faults.add(Fault(kind=FaultKind.DROP_AFTER_ACTING, path="/v1/payouts"))
    with pytest.raises(StripeUnavailable):
        await stripe_gateway.payout(account_id, 1000, "payout:1")
    payout = await stripe_gateway.payout(account_id, 1000, "payout:1")
    assert list(stripe_double.world.payouts) == [payout.payout_id]


async def test_payout_that_is_due_to_fail_fails_at_the_end(stripe_double, stripe_gateway):
    account_id = await active_account(stripe_double, stripe_gateway)
    await move(stripe_gateway, account_id, 1000)
    stripe_double.advance(FailNextPayouts())
    payout = await stripe_gateway.payout(account_id, 1000, "payout:1")
    assert stripe_double.world.payouts[payout.payout_id].fails
    assert stripe_double.world.payouts_to_fail == 0


async def test_stopped_stripe_is_unavailable(stripe_double, stripe_gateway):
    await stripe_double.stop()
    with pytest.raises(StripeUnavailable):
        await stripe_gateway.balance()


async def test_without_a_key_the_double_serves_and_says_so():
    made = gateway_from(Config())
    assert isinstance(made, StripeApiGateway)
    assert made.is_double
    await made.aclose()
    assert stripe_settings(Config()).api_url == DOUBLE_URL


def test_with_a_key_stripe_itself_serves_and_known_secrets_open_nothing():
    settings = stripe_settings(Config(stripe_api_key="sk_live_x"))
    assert (settings.api_url, settings.is_double) == (STRIPE_URL, False)
    assert not set(settings.webhook_secrets.values()) & set(DOUBLE_SECRETS.values())
