"""What the pages' forms hold beside the inputs of ``schemas``: each also carries where the person wanted to go."""

from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.accounts.schemas import Email, PersonName
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import Secret, label

Next = Annotated[str, msgspec.Meta(max_length=2000)]


class SignInForm(msgspec.Struct, frozen=True, kw_only=True):
    """E-mail and password."""

    email: Annotated[Email, label(message("E-mail address"))]
    password: Annotated[Secret, label(message("Password"))]
    next: Next = ""


class AccountForm(msgspec.Struct, frozen=True, kw_only=True):
    """A new account."""

    name: Annotated[PersonName, label(message("Name"))]
    email: Annotated[Email, label(message("E-mail address"))]
    password: Annotated[Secret, label(message("Password"))]
    next: Next = ""


class HatForm(msgspec.Struct, frozen=True, kw_only=True):
    """The hat whose button was pressed."""

    membership_id: UUID
    next: Next = ""
