"""Logging visits in tests of vouchers."""

import pytest

from marketplace.kernel.errors import Refused
from marketplace.kernel.i18n import Language, translate
from marketplace.vouchers.visits import log_visit
from tests.factories.vouchers import Setting, at


async def log(setting: Setting, start: str, end: str):
    return await log_visit(setting.provider, setting.agreement.id, at(start), at(end))


async def refusal(setting: Setting, start: str, end: str) -> Refused:
    with pytest.raises(Refused) as refused:
        await log(setting, start, end)
    return refused.value


def in_english(error: Refused) -> str:
    return translate(error.message, Language.EN)
