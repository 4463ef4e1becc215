"""What organiser and provider read about a payment: never a code, always what happens next or who must act."""

from datetime import UTC, date, datetime

import pytest

from marketplace.kernel.db import new_id
from marketplace.kernel.i18n import Language, translate
from marketplace.payouts.schemas import PayoutView
from marketplace.payouts.states import PayoutStatus, Rail, WaitingFor
from marketplace.payouts.words import REASONS, explain, explain_to_provider

MOMENT = datetime(2026, 11, 30, tzinfo=UTC)


def payout(status: PayoutStatus, **facts) -> PayoutView:
    nothing = dict.fromkeys(PayoutView.__struct_fields__)
    known = {
        "id": new_id(), "statement_id": new_id(), "organiser_id": new_id(), "provider_id": new_id(), "attempt": 1,
        "rail": Rail.STRIPE, "amount_cents": 100, "requested_at": MOMENT, "changed_at": MOMENT,
        "arrives_on": date(2026, 12, 2),
    }  # fmt: skip
    return PayoutView(**{**nothing, **known, "status": status, **facts})


STATES = [
    payout(PayoutStatus.REQUESTED),
    payout(PayoutStatus.REQUESTED, waiting_for=WaitingFor.ACCOUNT),
    payout(PayoutStatus.REQUESTED, waiting_for=WaitingFor.ACCOUNT_READY),
    payout(PayoutStatus.REQUESTED, waiting_for=WaitingFor.BANK_TRANSFER),
    *(payout(status) for status in PayoutStatus if status not in {PayoutStatus.REQUESTED, PayoutStatus.FAILED}),
    payout(PayoutStatus.PAID, rail=Rail.SEPA, bank_reference="RF18"),
    payout(PayoutStatus.FAILED, failure_code="odd", failure_text="Very odd."),
    *(payout(PayoutStatus.FAILED, failure_code=code) for code in REASONS),
]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("state", STATES, ids=lambda state: f"{state.status}-{state.waiting_for or state.failure_code}")
def test_every_state_is_explained_to_both_sides(state, language):
    for told in (explain(state), explain_to_provider(state)):
        words = translate(told, language)
        assert words.endswith(".")
        assert "{" not in words


def test_day_of_arrival_is_written_as_the_language_does():
    assert translate(explain(payout(PayoutStatus.IN_TRANSIT)), Language.EN).endswith("2 December 2026.")
    assert translate(explain(payout(PayoutStatus.IN_TRANSIT)), Language.FI).endswith("2.12.2026.")


def test_provider_is_not_told_of_the_organisers_purse():
    short = payout(PayoutStatus.FAILED, failure_code="balance_insufficient")
    assert "money at the payment service" in explain(short).text
    assert "The organiser will send it again" in explain_to_provider(short).text


def test_money_never_reached_the_bank_on_a_day_to_come() -> None:
    early = payout(PayoutStatus.PAID, arrives_on=date(2026, 12, 2))
    assert "30 November 2026" in translate(explain(early), Language.EN)
