"""Cases of approvals whose conditions may no longer be met, what happened in each, and how far the rounds have come."""

from piccolo.columns import UUID, Boolean, Date, ForeignKey, Integer, SmallInt, Text, Timestamptz, Varchar
from piccolo.columns.column_types import JSONB, Array
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id
from marketplace.organisers.tables import Organiser
from onboarding.approvals.tables import Approval
from onboarding.providers.tables import Provider


class ComplianceSettings(Table):
    """How an organiser keeps its approvals true; the highest number counts. Written once, never changed."""

    id = UUID(primary_key=True, default=new_id)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    number = Integer()
    settings = JSONB()
    made_by = UUID(null=True, default=None)
    made_at = Timestamptz()
    compliance_settings_once = Unique(["organiser_id", "number"])


class ComplianceCase(Table):
    """One thing that one approval rests on and that ends, is missing or has changed.

    ``deadline`` is the last good day (Finnish), null where the thing is gone already. ``rank`` and ``urgent_on`` are the
    order of lists. ``is_over`` says of a decided case that what it was about has ended: it keeps no new case away.
    """

    id = UUID(primary_key=True, default=new_id)
    approval_id = ForeignKey(references=Approval, null=False, default=None)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    kind = Varchar(40)
    thing = Varchar(120)
    name = Varchar(300, default="")
    status = Varchar(20)
    due_on = Date(null=True, default=None)
    deadline = Date(null=True, default=None)
    is_extended = Boolean(default=False)
    source = Varchar(40)
    seen_at = Timestamptz()
    before = Text(default="")
    after = Text(default="")
    last_reminder = Integer(null=True, default=None)
    overdue_on = Date(null=True, default=None)
    hearing_until = Date(null=True, default=None)
    hearing_is_over = Boolean(default=False)
    explanation = Text(default="")
    explained_at = Timestamptz(null=True, default=None)
    explained_by = UUID(null=True, default=None)
    is_over = Boolean(default=False)
    rank = SmallInt(default=2)
    urgent_on = Date(default=None)
    settings_number = Integer(default=0)
    opened_at = Timestamptz()
    closed_at = Timestamptz(null=True, default=None)
    compliance_case_known_status = Check(
        "status in ('open', 'reminded', 'overdue', 'hearing', 'suspended', 'dismissed', 'resolved', 'lapsed')"
    )
    compliance_case_known_kind = Check(
        "kind in ('certificate_expiring', 'insurance_expiring', 'approval_expiring', 'self_monitoring_outdated',"
        " 'register_left', 'situation_changed', 'name_changed')"
    )
    compliance_case_closed_when_said = Check(
        "(status in ('suspended', 'dismissed', 'resolved', 'lapsed')) = (closed_at is not null)"
    )
    compliance_case_heard_by = Check("status <> 'hearing' or hearing_until is not null")


class ComplianceStep(Table):
    """One step of a case, for both sides to read. Written once, never changed."""

    id = UUID(primary_key=True, default=new_id)
    case_id = ForeignKey(references=ComplianceCase, null=False, default=None)
    happened_at = Timestamptz()
    role = Varchar(20)
    person_id = UUID(null=True, default=None)
    step = Varchar(20)
    status = Varchar(20)
    day = Date(null=True, default=None)
    words = Text(default="")


class ComplianceWatch(Table):
    """What was last known of a provider: compared with what is known now. One row also keeps two looks apart."""

    id = UUID(primary_key=True, default=new_id)
    provider_id = ForeignKey(references=Provider, null=False, default=None, unique=True)
    registers = Array(base_column=Varchar(20))
    name = Varchar(200, default="")
    gone_since = Date(null=True, default=None)
    asked_on = Date(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)


class ComplianceRound(Table):
    """How far the round of a Finnish day has come. ``last_provider`` is where it goes on after a stop."""

    id = UUID(primary_key=True, default=new_id)
    day = Date(unique=True)
    last_provider = UUID(null=True, default=None)
    done = Integer(default=0)
    total = Integer(default=0)
    started_at = Timestamptz()
    finished_at = Timestamptz(null=True, default=None)
