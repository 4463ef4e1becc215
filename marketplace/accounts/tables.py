"""Who signs in and what they may be: people, their hats, second factors, outside identities, links and tokens.

Secrets are kept only as hashes (passwords, links, tokens, recovery codes) or encrypted (the second factor's secret).
Scope ids point upwards, to features that accounts does not know, and are plain columns for that reason.
"""

from piccolo.columns import UUID, Boolean, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

from marketplace.kernel.db import new_id

ROLE_NAMES = (
    "('provider_admin', 'provider_worker', 'reviewer', 'case_manager', 'finance', 'organiser_admin', 'client', 'proxy')"
)
SCOPE_BY_ROLE = (
    "num_nonnulls(organiser_id, provider_id, client_id) = 1 and case"
    " when role in ('provider_admin', 'provider_worker') then provider_id is not null"
    " when role in ('client', 'proxy') then client_id is not null"
    " else organiser_id is not null end"
)


class Person(Table):
    """A human being who can sign in. The e-mail address is missing for citizens whose identity provider tells none."""

    id = UUID(primary_key=True, default=new_id)
    email = Varchar(254, null=True, default=None)
    email_confirmed_at = Timestamptz(null=True, default=None)
    name = Varchar(200)
    password_hash = Varchar(255, null=True, default=None)
    language = Varchar(2)
    session_epoch = Integer(default=0)
    """Raised to end every session and token of the person at once."""
    created_at = Timestamptz()
    person_language = Check("language in ('fi', 'sv', 'en')", name="person_language_known")
    person_name = Check("length(name) > 0", name="person_name_given")


class Membership(Table):
    """A hat: a role within one organiser or provider, or towards one client."""

    id = UUID(primary_key=True, default=new_id)
    person = ForeignKey(Person, on_delete=OnDelete.restrict, null=False, index=True)
    role = Varchar(40)
    organiser_id = UUID(null=True, default=None, index=True)
    provider_id = UUID(null=True, default=None, index=True)
    client_id = UUID(null=True, default=None, index=True)
    scope_name = Varchar(200)
    """What the organiser, provider or client was called when the hat was given; kept fresh by ``rename_scope``."""
    valid_from = Date(null=True, default=None)
    valid_to = Date(null=True, default=None)
    granted_by = UUID(null=True, default=None)
    created_at = Timestamptz()
    revoked_at = Timestamptz(null=True, default=None)
    membership_role = Check(f"role in {ROLE_NAMES}", name="membership_role_known")
    membership_scope = Check(SCOPE_BY_ROLE, name="membership_scope_by_role")
    membership_days = Check("valid_from <= valid_to", name="membership_days_in_order")


class SecondFactor(Table):
    """A person's authenticator app. ``last_used_step`` is the newest 30-second step spent: no code works twice."""

    id = UUID(primary_key=True, default=new_id)
    person = ForeignKey(Person, on_delete=OnDelete.cascade, null=False, unique=True)
    secret = Text()
    confirmed_at = Timestamptz(null=True, default=None)
    last_used_step = Integer(default=0)
    created_at = Timestamptz()


class RecoveryCode(Table):
    """One of the codes for the day when the phone is lost. Each works once."""

    id = UUID(primary_key=True, default=new_id)
    person = ForeignKey(Person, on_delete=OnDelete.cascade, null=False, index=True)
    code_hash = Varchar(64)
    used_at = Timestamptz(null=True, default=None)


class ExternalIdentity(Table):
    """The person behind a subject of an identity provider."""

    id = UUID(primary_key=True, default=new_id)
    person = ForeignKey(Person, on_delete=OnDelete.cascade, null=False, index=True)
    provider_key = Varchar(40)
    subject = Varchar(255)
    created_at = Timestamptz()


class SignInAttempt(Table):
    """A failed or unfinished try of something that may be tried only so often. Who and from where are keyed hashes."""

    id = UUID(primary_key=True, default=new_id)
    kind = Varchar(20)
    email_hash = Varchar(64)
    address_hash = Varchar(64)
    happened_at = Timestamptz(index=True)


class OneTimeLink(Table):
    """An invitation, e-mail confirmation or new-password link. Its token is made when the mail leaves; we keep a hash."""

    id = UUID(primary_key=True, default=new_id)
    purpose = Varchar(20)
    token_hash = Varchar(64, null=True, default=None, unique=True)
    person_id = UUID(null=True, default=None, index=True)
    email = Varchar(254, null=True, default=None)
    role = Varchar(40, null=True, default=None)
    organiser_id = UUID(null=True, default=None)
    provider_id = UUID(null=True, default=None)
    client_id = UUID(null=True, default=None)
    scope_name = Varchar(200, null=True, default=None)
    valid_to = Date(null=True, default=None)
    """Last day of the mandate that an invitation gives, for a proxy."""
    language = Varchar(2)
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)
    one_time_link_purpose = Check(
        "purpose in ('invitation', 'confirm_email', 'new_password')", name="one_time_link_purpose_known"
    )
    one_time_link_invitation = Check(
        f"purpose <> 'invitation' or (email is not null and role in {ROLE_NAMES} and {SCOPE_BY_ROLE})",
        name="one_time_link_invitation_complete",
    )


class ApiToken(Table):
    """A signed-in API client. Tokens of one sign-in (one for each hat that was put on) end together."""

    id = UUID(primary_key=True, default=new_id)
    token_hash = Varchar(64, unique=True)
    sign_in_id = UUID(index=True)
    person = ForeignKey(Person, on_delete=OnDelete.cascade, null=False, index=True)
    membership_id = UUID(null=True, default=None)
    session_epoch = Integer()
    is_strong = Boolean(default=False)
    created_at = Timestamptz()
    expires_at = Timestamptz(index=True)
