"""The forms of the registration."""

from typing import Annotated

import msgspec

from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import label


class CompanyForm(msgspec.Struct, frozen=True, kw_only=True):
    """The first question of the registration."""

    business_id: Annotated[str, msgspec.Meta(min_length=1, max_length=40), label(message("Business ID"))]
