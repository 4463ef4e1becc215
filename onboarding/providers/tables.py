"""Providers, and where their money goes."""

from piccolo.columns import UUID, Array, Boolean, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.column_types import JSONB
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id


class Provider(Table):
    """A company, association or other producer of services. ``facts`` are the business register's, with their date.

    A person of a client's close network has no business id but a number of ours. The column ``public_id`` (made by the
    database, not known here) is the one or the other: ``2077474-0`` or ``L-000123``.
    """

    id = UUID(primary_key=True, default=new_id)
    business_id = Varchar(9, unique=True, null=True, default=None)
    internal_number = Integer(unique=True, null=True, default=None)
    name = Varchar(200)
    kind = Varchar(20)
    facts = JSONB(null=True, default=None)
    facts_source = Varchar(20)
    facts_checked_at = Timestamptz(null=True, default=None)
    facts_unverified = Boolean(default=False)
    facts_asked_at = Timestamptz(null=True, default=None)
    contact_name = Varchar(200)
    contact_email = Varchar(254)
    contact_phone = Varchar(40)
    street = Varchar(200)
    postal_code = Varchar(5)
    post_office = Varchar(100)
    website = Varchar(300)
    created_by = UUID()
    created_at = Timestamptz()
    provider_known_kind = Check("kind in ('company', 'association', 'foundation', 'sole_trader', 'close_network')")
    provider_written_business_id = Check("business_id ~ '^[0-9]{7}-[0-9]$'")
    provider_named = Check("length(name) > 0")


class PayoutAccount(Table):
    """Where a provider's money goes: an account at Stripe, or a bank account for organisers who pay by SEPA."""

    id = UUID(primary_key=True, default=new_id)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    kind = Varchar(10)
    stripe_account_id = Varchar(60, null=True, default=None, unique=True)
    iban = Varchar(34, null=True, default=None)
    bic = Varchar(11, default="")
    holder_name = Varchar(200, default="")
    holder_differs = Boolean(default=False)
    state = Varchar(20)
    can_receive = Boolean(default=False)
    requirements_due = Array(base_column=Varchar(200))
    problem = Text(default="")
    attempt = Integer(default=1)
    tried_at = Timestamptz(null=True, default=None)
    failing = Varchar(40, default="")
    checked_at = Timestamptz(null=True, default=None)
    created_by = UUID()
    created_at = Timestamptz()
    payout_account_one_of_each_kind = Unique(["provider_id", "kind"])
    payout_account_known_kind = Check("kind in ('stripe', 'iban')")
    payout_account_known_state = Check("state in ('new', 'information_due', 'pending', 'active', 'restricted')")
    payout_account_iban_when_said = Check("(kind = 'iban') = (iban is not null)")


class ProviderFacts(Table):
    """What the business register said of a provider, each time that it said something new. Rows stay as they are."""

    id = UUID(primary_key=True, default=new_id)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    source = Varchar(20)
    fetched_at = Timestamptz()
    facts = JSONB()


class ProfileSection(Table):
    """A part of the profile that is one page of answers. ``version`` grows with each edit."""

    id = UUID(primary_key=True, default=new_id)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    section = Varchar(20)
    content = JSONB()
    version = Integer(default=1)
    changed_by = UUID(null=True, default=None)
    changed_at = Timestamptz()
    profile_section_one_of_each = Unique(["provider_id", "section"])


class ProviderContact(Table):
    """A person to reach at the provider, for one kind of matter."""

    id = UUID(primary_key=True, default=new_id)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    role = Varchar(20)
    name = Varchar(200)
    email = Varchar(254)
    phone = Varchar(40)
    version = Integer(default=1)
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()
    provider_contact_known_role = Check("role in ('general', 'billing', 'quality', 'emergencies')")


class ProviderUnit(Table):
    """A place from which the provider serves, registered in Soteri. A closed one stays: applications may name it."""

    id = UUID(primary_key=True, default=new_id)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    name = Varchar(200)
    street = Varchar(200)
    postal_code = Varchar(5)
    post_office = Varchar(100)
    municipality = Varchar(3)
    soteri_id = Varchar(40)
    self_monitoring_url = Varchar(300)
    self_monitoring_on = Date(null=True, default=None)
    opening = Varchar(300)
    staff = Integer(null=True, default=None)
    is_open = Boolean(default=True)
    version = Integer(default=1)
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()
    provider_unit_named = Check("length(name) > 0")
    provider_unit_secure_plan = Check("self_monitoring_url = '' or self_monitoring_url like 'https://%'")


class ProviderInsurance(Table):
    """An insurance with the days on which it begins and ends (both included)."""

    id = UUID(primary_key=True, default=new_id)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    kind = Varchar(20)
    insurer = Varchar(200)
    policy_number = Varchar(60)
    valid_from = Date(null=True, default=None)
    valid_to = Date(null=True, default=None)
    version = Integer(default=1)
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()
    provider_insurance_known_kind = Check("kind in ('liability', 'patient', 'accident', 'other')")
    provider_insurance_in_order = Check("valid_to is null or valid_from is null or valid_to >= valid_from")


class ProviderCertificate(Table):
    """A certificate with its file. One that was removed stays readable where an application was sent with it."""

    id = UUID(primary_key=True, default=new_id)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    kind = Varchar(20)
    title = Varchar(200)
    issued_on = Date()
    expires_on = Date(null=True, default=None)
    file_id = UUID()
    version = Integer(default=1)
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()
    removed_at = Timestamptz(null=True, default=None)
    provider_certificate_known_kind = Check(
        "kind in ('tax', 'pension', 'accident', 'liability_insurance', 'patient_insurance', 'trade_register', 'other')"
    )
    provider_certificate_in_order = Check("expires_on is null or expires_on >= issued_on")


class ProviderSubcontractor(Table):
    """Who does a part of the work for the provider."""

    id = UUID(primary_key=True, default=new_id)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    name = Varchar(200)
    business_id = Varchar(9)
    does = Varchar(500)
    has_approved_terms = Boolean(default=False)
    version = Integer(default=1)
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()
