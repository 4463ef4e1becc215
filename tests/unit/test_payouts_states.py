"""Every status has words in plain language, a tone and capabilities; what is final stays final."""

import pytest

from marketplace.payouts.states import (
    FINANCE,
    STRIPE,
    SYSTEM,
    Capability,
    PayoutAction,
    PayoutStatus,
    may,
    statuses_with,
)
from marketplace.payouts.words import STATUS_WORDS, TONES


@pytest.mark.parametrize("status", list(PayoutStatus))
def test_every_status_has_words_and_a_tone(status):
    assert STATUS_WORDS[status].text
    assert status in TONES


def test_every_action_belongs_to_one_actor():
    tables = (SYSTEM, STRIPE, FINANCE)
    assert sorted(action for table in tables for action in table.moves) == sorted(PayoutAction)


def test_every_status_can_be_left_or_tried_again_or_is_paid():
    for status in PayoutStatus:
        leaves = any(table.actions(status) for table in (SYSTEM, STRIPE, FINANCE))
        assert leaves or may(status, Capability.BE_TRIED_AGAIN)


def test_nothing_is_sent_twice():
    """What can be tried again can no longer be sent, and the other way round."""
    assert not set(statuses_with(Capability.BE_SENT)) & set(statuses_with(Capability.BE_TRIED_AGAIN))
