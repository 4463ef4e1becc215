"""What organisers approved, and the days on which it was suspended."""

from piccolo.columns import UUID, Array, BigInt, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.column_types import JSONB
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id
from marketplace.organisers.tables import Organiser
from onboarding.applications.tables import Application
from onboarding.providers.tables import Provider
from onboarding.rulebooks.tables import RulebookVersion


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


class RegisterChange(Table):
    """What became different in the public register, for those who keep a copy. Append-only; written by triggers and rounds.

    ``transaction`` is the number of the database transaction: rows are read in its order, so that none that commits late
    is passed over. ``approval_id`` is null where the provider itself changed; ``organiser_id`` where it concerns all.
    """

    id = UUID(primary_key=True, default=new_id)
    transaction = BigInt(default=None)
    happened_at = Timestamptz(default=None)
    kind = Varchar(20)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    organiser_id = ForeignKey(references=Organiser, null=True, default=None)
    approval_id = ForeignKey(references=Approval, null=True, default=None)
    register_change_known_kind = Check(
        "kind in ('granted', 'suspended', 'resumed', 'ended', 'shortened', 'began', 'expired', 'renamed', 'details', 'offers')"
    )


class DecisionCount(Table):
    """How many decisions an organiser has numbered in a year. Its row is locked while a number is given, so none is left out."""

    id = UUID(primary_key=True, default=new_id)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    year = Integer(default=None)
    last_number = Integer(default=None)
    decision_count_of_year = Unique(["organiser_id", "year"])


class Decision(Table):
    """A decision as it was made, with its reasons and what it was based on. Append-only.

    ``approved`` and ``refused`` are lists of a service class with its municipalities. Names are those of the day.
    ``decided_by`` prepared it; ``confirmed_by`` is the second person where the rulebook wants four eyes.
    """

    id = UUID(primary_key=True, default=new_id)
    number = Varchar(60)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    application_id = ForeignKey(references=Application, null=False, default=None, index=True)
    approval_id = ForeignKey(references=Approval, null=True, default=None, index=True)
    outcome = Varchar(20)
    approved = JSONB()
    refused = JSONB()
    reasons = JSONB()
    words = Text(default="")
    conditions = Text(default="")
    valid_from = Date(null=True, default=None)
    valid_to = Date(null=True, default=None)
    legal_basis = JSONB()
    appeal = JSONB()
    rulebook_version_id = ForeignKey(references=RulebookVersion, null=False, default=None)
    checks = JSONB()
    names = JSONB()
    transferred_to = ForeignKey(references=Organiser, null=True, default=None)
    decided_by = UUID(null=True, default=None)
    confirmed_by = UUID(null=True, default=None)
    decided_at = Timestamptz(default=None)
    language = Varchar(2)
    code = Varchar(40, unique=True)
    decision_number_once = Unique(["organiser_id", "number"])
    decision_known_outcome = Check(
        "outcome in ('approved', 'partly_approved', 'rejected', 'transferred', 'suspended', 'resumed', 'ended')"
    )
    decision_of_approval = Check("(outcome in ('suspended', 'resumed', 'ended')) = (approval_id is not null)")
    decision_by_two = Check("confirmed_by is null or confirmed_by <> decided_by")


class DecisionDocument(Table):
    """The PDF of a decision: waited for until a job has made it, then never changed. ``error`` says why it failed last."""

    id = UUID(primary_key=True, default=new_id)
    decision_id = ForeignKey(references=Decision, null=False, default=None, unique=True)
    attempts = Integer(default=0)
    error = Varchar(300, default="")
    file_id = UUID(null=True, default=None)
    sha256 = Varchar(64, null=True, default=None)
    made_at = Timestamptz(null=True, default=None)
    decision_document_made_when_said = Check(
        "(file_id is null) = (made_at is null) and (file_id is null) = (sha256 is null)"
    )


class RulebookImpact(Table):
    """A check, asked for by an organiser, of what a rulebook would mean for those approved: how far it is, what it found.

    One for each organiser, the newest: ``content`` is the rulebook as it was then, ``day`` the day it is judged on.
    """

    id = UUID(primary_key=True, default=new_id)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None, unique=True)
    content = JSONB()
    day = Date(default=None)
    checked = Integer(default=0)
    total = Integer(default=0)
    result = JSONB(null=True, default=None)
    asked_by = UUID(null=True, default=None)
    asked_at = Timestamptz(default=None)
    finished_at = Timestamptz(null=True, default=None)
    rulebook_impact_done_when_said = Check("(result is null) = (finished_at is null)")


class ApprovalLeaving(Table):
    """A provider that leaves the register on its own wish: from which day, and why if it said so. Append-only."""

    id = UUID(primary_key=True, default=new_id)
    approval_id = ForeignKey(references=Approval, null=False, default=None, unique=True)
    last_day = Date(default=None)
    reason = Text(default="")
    asked_by = UUID()
    asked_at = Timestamptz()
