"""What accounts takes in and gives out. Secrets go in and never come out again, save a new token or code, once."""

import datetime as dt
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.actors import ORGANISER_ROLES, Role
from marketplace.kernel.i18n import Language, Message, message
from marketplace.kernel.inputs import Secret, label

Email = Annotated[str, msgspec.Meta(min_length=1, max_length=254)]
PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Registration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person makes an account of their own."""

    name: Annotated[PersonName, label(message("Name"))]
    email: Annotated[Email, label(message("E-mail address"))]
    password: Annotated[Secret, label(message("Password"))]
    language: Language = Language.FI


class Credentials(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """E-mail and password; ``code`` is the six digits of the authenticator app, or a recovery code."""

    email: Annotated[Email, label(message("E-mail address"))]
    password: Annotated[Secret, label(message("Password"))]
    code: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class Code(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Six digits of the authenticator app, or a recovery code where one is taken."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40), label(message("Code"))]


class HatChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of one's hats to put on."""

    membership_id: UUID


class Details(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people may change about themselves."""

    name: Annotated[PersonName, label(message("Name"))]
    language: Language


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The old password proves that it is not a passer-by at an open screen."""

    current_password: Annotated[Secret, label(message("Present password"))]
    new_password: Annotated[Secret, label(message("New password"))]


class EmailOnly(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to send a link."""

    email: Annotated[Email, label(message("E-mail address"))]


class NewPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A password chosen with the link that came by e-mail."""

    password: Annotated[Secret, label(message("New password"))]


class Invitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to invite and as what; the scope is the inviter's own. ``valid_to`` is a mandate's last day, for a proxy."""

    email: Annotated[Email, label(message("E-mail address"))]
    role: Annotated[Role, label(message("Role"))]
    valid_to: Annotated[dt.date, label(message("Last day"))] | None = None


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an invited person without an account tells. One who has an account signs in first and sends nothing."""

    name: Annotated[PersonName, label(message("Name"))]
    password: Annotated[Secret, label(message("Password"))]


class Hat(msgspec.Struct, frozen=True, kw_only=True):
    """A role that a person may act in now. Exactly one of the three scope ids is set; ``name`` is what it is called."""

    id: UUID
    role: Role
    organiser_id: UUID | None
    provider_id: UUID | None
    client_id: UUID | None
    name: str
    valid_to: dt.date | None

    @property
    def needs_second_factor(self) -> bool:
        return self.role in ORGANISER_ROLES


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person with a hat, as the administrator of its scope sees them."""

    membership_id: UUID
    person_id: UUID
    name: str
    email: str | None
    role: Role
    valid_from: dt.date | None
    valid_to: dt.date | None
    since: dt.datetime


class OpenInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that waits for its answer."""

    id: UUID
    email: str
    role: Role
    expires_at: dt.datetime


class InvitationShown(msgspec.Struct, frozen=True, kw_only=True):
    """What the holder of an invitation's link sees. ``has_account``: they sign in to accept rather than register."""

    email: str
    role: Role
    scope_name: str
    has_account: bool


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Proof of who signs in, to be put into a session or a token at once.

    ``is_strong`` is true where a second factor was shown, or a staff identity provider vouches for one.
    """

    person_id: UUID
    epoch: int
    is_strong: bool
    language: Language


class SecondFactorNeeded(msgspec.Struct, frozen=True, kw_only=True):
    """The password was right and a code must follow."""

    person_id: UUID
    epoch: int


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The signed-in person, the hat they wear and the hats they own."""

    person_id: UUID
    name: str
    email: str | None
    email_confirmed: bool
    has_password: bool
    language: Language
    second_factor_since: dt.datetime | None
    role: Role | None
    organiser_id: UUID | None
    provider_id: UUID | None
    client_id: UUID | None
    hats: list[Hat]


class IssuedToken(msgspec.Struct, frozen=True, kw_only=True):
    """An API token, told this once. ``hat`` is the membership that it acts under, None until one is chosen."""

    token: str
    expires_at: dt.datetime
    hat: UUID | None
    hats: list[Hat]


class SecondFactorOffer(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into the authenticator app: the secret for typing, the address for a QR code."""

    secret: str
    uri: str


class RecoveryCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Codes for the day when the phone is lost, told this once."""

    codes: list[str]


class MadeAccount(msgspec.Struct, frozen=True, kw_only=True):
    """The id of a new person."""

    person_id: UUID


class MadeInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """The id of a new invitation."""

    id: UUID


class MadeMembership(msgspec.Struct, frozen=True, kw_only=True):
    """The id of a new hat."""

    membership_id: UUID


class IdentityClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What a verified ID token says. ``email`` only where the provider has verified it."""

    provider_key: str
    audience: str
    subject: str
    name: str
    email: str | None


WRONG_SIGN_IN: Message = message("The e-mail address or the password is wrong.")
WRONG_CODE: Message = message("The code is wrong or was used already. Wait for the next code in the app and try again.")
