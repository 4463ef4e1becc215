"""The search of the register, and the number by which a provider is known in public."""

import re
from datetime import date
from typing import Annotated, Final
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import label
from onboarding.providers.business_ids import read_business_id

OWN_NUMBER: Final = re.compile(r"L-[0-9]{6}")


class RegisterSearch(msgspec.Struct, frozen=True, kw_only=True):
    """The search of the public register."""

    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    organiser: UUID | None = None
    municipality: Annotated[str, msgspec.Meta(max_length=3)] = ""
    service_class: Annotated[str, msgspec.Meta(max_length=40)] = ""
    on: Annotated[date | None, label(message("Approved on the day"))] = None
    after: Annotated[str, msgspec.Meta(max_length=400)] = ""


def read_public_id(text: str) -> str:
    """A business id however written, or the number that a provider without one has here.

    Raises:
        Invalid: it is neither.
    """
    own = text.strip().upper()
    return own if OWN_NUMBER.fullmatch(own) else read_business_id(text)
