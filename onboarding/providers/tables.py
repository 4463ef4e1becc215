"""Providers, and where their money goes."""

from piccolo.columns import UUID, Array, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.column_types import JSONB
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id


class Provider(Table):
    """A company, association or other producer of services. ``facts`` are the business register's, with their date."""

    id = UUID(primary_key=True, default=new_id)
    business_id = Varchar(9, unique=True)
    name = Varchar(200)
    kind = Varchar(20)
    facts = JSONB(null=True, default=None)
    facts_source = Varchar(20)
    facts_checked_at = Timestamptz(null=True, default=None)
    facts_unverified = Boolean(default=False)
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
    state = Varchar(20)
    can_receive = Boolean(default=False)
    requirements_due = Array(base_column=Varchar(200))
    problem = Text(default="")
    attempt = Integer(default=1)
    checked_at = Timestamptz(null=True, default=None)
    created_by = UUID()
    created_at = Timestamptz()
    payout_account_one_of_each_kind = Unique(["provider_id", "kind"])
    payout_account_known_kind = Check("kind in ('stripe', 'iban')")
    payout_account_known_state = Check("state in ('new', 'information_due', 'pending', 'active', 'restricted')")
    payout_account_iban_when_said = Check("(kind = 'iban') = (iban is not null)")
