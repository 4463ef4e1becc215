"""Accounts as values: whose they are, on which side they stand, and an id that follows from both."""

import pytest

from marketplace.kernel.db import new_id
from marketplace.ledger import chart
from marketplace.ledger.chart import AccountKind, Side
from marketplace.ledger.schemas import credit, debit, move

ORGANISER, OTHER, OWNER = new_id(), new_id(), new_id()


def test_same_account_has_same_id_and_another_has_another() -> None:
    assert chart.voucher(ORGANISER, OWNER).id == chart.voucher(ORGANISER, OWNER).id
    ids = {
        chart.voucher(ORGANISER, OWNER).id, chart.voucher(OTHER, OWNER).id, chart.payable(ORGANISER, OWNER).id,
        chart.statement(ORGANISER, OWNER).id, chart.own_share_due(ORGANISER, OWNER).id,
        chart.own_share_income(ORGANISER, OWNER).id, chart.budget(ORGANISER).id, chart.returned(ORGANISER).id,
        chart.stripe_clearing(ORGANISER).id, chart.paid_out(ORGANISER).id,
    }  # fmt: skip
    assert len(ids) == 10


def test_account_names_its_kind_and_owner() -> None:
    assert chart.voucher(ORGANISER, OWNER).name == f"voucher:{OWNER}"
    assert chart.budget(ORGANISER).name == f"budget:{ORGANISER}"


def test_money_stands_on_the_credit_side_of_all_but_the_sources() -> None:
    debit_kinds = {kind for kind in AccountKind if kind.normal_side is Side.DEBIT}
    assert debit_kinds == {AccountKind.BUDGET, AccountKind.OWN_SHARE_DUE}
    assert (Side.DEBIT.sign, Side.CREDIT.sign) == (1, -1)


def test_only_what_a_provider_has_earned_may_go_below_zero() -> None:
    assert [kind for kind in AccountKind if not kind.is_bounded] == [AccountKind.PAYABLE]


def test_sides_become_signs() -> None:
    account = chart.budget(ORGANISER)
    assert (debit(account, 5).amount_cents, credit(account, 5).amount_cents) == (5, -5)


@pytest.mark.parametrize("cents", [0, -1])
def test_a_leg_moves_more_than_zero(cents: int) -> None:
    with pytest.raises(ValueError, match="more than zero"):
        debit(chart.budget(ORGANISER), cents)
    with pytest.raises(ValueError, match="more than zero"):
        credit(chart.budget(ORGANISER), cents)


def test_moving_nothing_takes_no_legs() -> None:
    assert list(move(chart.budget(ORGANISER), chart.returned(ORGANISER), 0)) == []
    assert sum(leg.amount_cents for leg in move(chart.budget(ORGANISER), chart.returned(ORGANISER), 7)) == 0
