"""Transition tables: what is listed is allowed, everything else is refused by name."""

from enum import StrEnum

import pytest

from marketplace.kernel.errors import IllegalTransition
from marketplace.kernel.states import TransitionTable


class Light(StrEnum):
    RED = "red"
    GREEN = "green"


class Push(StrEnum):
    GO = "go"
    STOP = "stop"


TABLE = TransitionTable("light", {Push.GO: ({Light.RED}, Light.GREEN)})


def test_listed_move_leads_on() -> None:
    assert TABLE.after(Light.RED, Push.GO) is Light.GREEN
    assert TABLE.actions(Light.RED) == {Push.GO}


@pytest.mark.parametrize(("status", "action"), [(Light.GREEN, Push.GO), (Light.RED, Push.STOP)])
def test_everything_else_is_refused(status: Light, action: Push) -> None:
    assert not TABLE.allows(status, action)
    with pytest.raises(IllegalTransition) as caught:
        TABLE.after(status, action)
    assert caught.value.code == f"light.{action}_not_allowed_when_{status}"
