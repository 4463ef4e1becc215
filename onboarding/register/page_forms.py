"""The search of the register."""

from typing import Annotated
from uuid import UUID

import msgspec


class RegisterSearch(msgspec.Struct, frozen=True, kw_only=True):
    """The search of the public register."""

    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    organiser: UUID | None = None
    municipality: Annotated[str, msgspec.Meta(max_length=3)] = ""
    service_class: Annotated[str, msgspec.Meta(max_length=40)] = ""
    after: Annotated[str, msgspec.Meta(max_length=400)] = ""
