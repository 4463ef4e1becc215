"""The forms of decisions."""

from datetime import date
from typing import Annotated

import msgspec

from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import label


class TermsForm(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of an approval; without a last day it holds until further notice."""

    valid_from: Annotated[date, label(message("First day"))]
    valid_to: Annotated[date, label(message("Last day"))] | None = None
    conditions: Annotated[str, msgspec.Meta(max_length=5000), label(message("Conditions"))] = ""
