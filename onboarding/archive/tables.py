"""How long organisers keep closed applications, and which of them were erased."""

from piccolo.columns import UUID, Date, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id
from marketplace.organisers.tables import Organiser
from onboarding.applications.tables import Application

KINDS = "('withdrawn_draft', 'withdrawn_application', 'rejected_application', 'ended_approval')"


class RetentionRule(Table):
    """For how many months after its end an organiser keeps the content of one kind of application. No row: for good."""

    id = UUID(primary_key=True, default=new_id)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    kind = Varchar(30)
    months = Integer(default=None)
    changed_by = UUID(null=True, default=None)
    changed_at = Timestamptz()
    retention_rule_once = Unique(["organiser_id", "kind"])
    retention_rule_known_kind = Check(f"kind in {KINDS}")
    retention_rule_some_time = Check("months between 1 and 600")


class ErasedApplication(Table):
    """An application whose content was erased when its time was over. What is left of it names no person."""

    id = UUID(primary_key=True, default=new_id)
    application_id = ForeignKey(references=Application, null=False, default=None, unique=True)
    kind = Varchar(30)
    counted_from = Date()
    months = Integer(default=None)
    answers = Integer(default=0)
    files = Integer(default=0)
    notes = Integer(default=0)
    erased_at = Timestamptz()
    erased_application_known_kind = Check(f"kind in {KINDS}")
