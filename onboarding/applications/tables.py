"""Applications with their answers, attachments and notes."""

from piccolo.columns import UUID, Array, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.column_types import JSONB
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id
from marketplace.organisers.tables import Organiser
from onboarding.providers.tables import Provider
from onboarding.rulebooks.tables import RulebookVersion


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
