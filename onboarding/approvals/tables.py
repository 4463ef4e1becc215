"""What organisers approved, and the days on which it was suspended."""

from piccolo.columns import UUID, Array, BigInt, Date, ForeignKey, Text, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from marketplace.kernel.db import new_id
from marketplace.organisers.tables import Organiser
from onboarding.applications.tables import Application
from onboarding.providers.tables import Provider


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
