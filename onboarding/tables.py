"""Providers, what organisers require of them, their applications, and the approvals that come of these."""

from piccolo.columns import UUID, Array, BigInt, Boolean, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.column_types import JSONB
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id
from marketplace.organisers.tables import Organiser


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


class Rulebook(Table):
    """One organiser's set of requirements, under one name through all its versions."""

    id = UUID(primary_key=True, default=new_id)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    name = JSONB()
    created_at = Timestamptz()


class RulebookVersion(Table):
    """A published version is never changed: applications and approvals keep the one they were judged by."""

    id = UUID(primary_key=True, default=new_id)
    rulebook_id = ForeignKey(references=Rulebook, null=False, default=None)
    number = BigInt()
    content = JSONB()
    valid_from = Date(default=None)
    published_by = UUID(null=True, default=None)
    published_at = Timestamptz()
    rulebook_version_number = Unique(["rulebook_id", "number"])
    rulebook_version_numbered = Check("number > 0")


class Application(Table):
    """One provider asks one organiser to approve it for service classes in municipalities."""

    id = UUID(primary_key=True, default=new_id)
    reference = Varchar(20, unique=True)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    rulebook_version_id = ForeignKey(references=RulebookVersion, null=False, default=None)
    service_classes = Array(base_column=Varchar(40))
    municipality_codes = Array(base_column=Varchar(3))
    status = Varchar(30)
    claimed_by = UUID(null=True, default=None)
    claimed_at = Timestamptz(null=True, default=None)
    created_by = UUID()
    created_at = Timestamptz()
    changed_at = Timestamptz()
    submitted_by = UUID(null=True, default=None)
    submitted_at = Timestamptz(null=True, default=None)
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    decision_reasons = Text(default="")
    application_known_status = Check(
        "status in ('draft', 'submitted', 'information_requested', 'approved', 'rejected', 'withdrawn')"
    )
    application_submitted_when_said = Check("status in ('draft', 'withdrawn') or submitted_at is not null")
    application_decided_when_said = Check("(status in ('approved', 'rejected')) = (decided_at is not null)")


class ApplicationAnswer(Table):
    """The answer to one question of the rulebook, as JSON of the question's type."""

    id = UUID(primary_key=True, default=new_id)
    application_id = ForeignKey(references=Application, null=False, default=None)
    question = Varchar(80)
    value = JSONB()
    answered_by = UUID()
    answered_at = Timestamptz()
    application_answer_once = Unique(["application_id", "question"])


class ApplicationAttachment(Table):
    """A file that answers a question; the bytes are in the file store under the same ``file_id``."""

    id = UUID(primary_key=True, default=new_id)
    application_id = ForeignKey(references=Application, null=False, default=None)
    question = Varchar(80)
    file_id = UUID(unique=True)
    created_by = UUID()
    created_at = Timestamptz()


class ReviewNote(Table):
    """What is written beside an application: internal notes, and messages between reviewer and applicant."""

    id = UUID(primary_key=True, default=new_id)
    application_id = ForeignKey(references=Application, null=False, default=None)
    kind = Varchar(20)
    body = Text()
    written_by = UUID()
    written_at = Timestamptz()
    review_note_known_kind = Check("kind in ('note', 'request', 'answer', 'decision')")
    review_note_written = Check("length(body) > 0")


class Approval(Table):
    """What an organiser approved: a provider, for service classes in municipalities, from one day to another.

    ``valid_to`` is the last day, null for until further notice. A suspension or an end counts from ``status_from``.
    """

    id = UUID(primary_key=True, default=new_id)
    application_id = ForeignKey(references=Application, null=False, default=None)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    service_classes = Array(base_column=Varchar(40))
    municipality_codes = Array(base_column=Varchar(3))
    valid_from = Date(default=None)
    valid_to = Date(null=True, default=None)
    conditions = Text(default="")
    status = Varchar(20)
    status_from = Date(default=None)
    status_reason = Text(default="")
    granted_by = UUID()
    granted_at = Timestamptz()
    approval_known_status = Check("status in ('in_force', 'suspended', 'ended')")
    approval_in_order = Check("valid_to is null or valid_to >= valid_from")
    approval_of_something = Check("cardinality(service_classes) > 0 and cardinality(municipality_codes) > 0")


class ApprovalPause(Table):
    """Days on which an approval was suspended, both included; ``last_day`` is null until it is resumed.

    Kept beside the approval, so that resuming it does not pay for what was done meanwhile.
    """

    id = UUID(primary_key=True, default=new_id)
    approval_id = ForeignKey(references=Approval, null=False, default=None, index=True)
    first_day = Date(default=None)
    last_day = Date(null=True, default=None)
    approval_pause_in_order = Check("last_day is null or last_day >= first_day")


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
