"""Applications with their answers, attachments and notes."""

from piccolo.columns import UUID, Array, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.column_types import JSONB
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id
from marketplace.organisers.tables import Organiser
from onboarding.providers.tables import Provider
from onboarding.rulebooks.tables import RulebookVersion


class ApplicationBundle(Table):
    """Applications to several organisers that are filled in together. An application alone is a bundle of one.

    ``edits`` counts the pages saved, so that a colleague who saves an older page is told. ``unread`` keeps, by
    application and slot, what was typed but could not be taken as an answer.
    """

    id = UUID(primary_key=True, default=new_id)
    provider_id = ForeignKey(references=Provider, null=False, default=None, index=True)
    edits = Integer(default=0)
    unread = JSONB(default="{}")
    created_by = UUID()
    created_at = Timestamptz()


class Application(Table):
    """One provider asks one organiser to approve it for service classes in municipalities.

    ``kind``: new, or an extension or renewal of ``previous_approval_id``. A draft's rulebook version is the one that its
    provider has last seen; a sent application is judged by it for good.

    ``decide_by`` is the Finnish day by which the rulebook wants a decision. While the applicant is asked for more the
    clock stands: it is ``infinity`` then, and ``days_left`` keeps what was left. The database keeps both (0018).
    """

    id = UUID(primary_key=True, default=new_id)
    bundle_id = ForeignKey(references=ApplicationBundle, null=True, default=None, index=True)
    kind = Varchar(20, default="new")
    previous_approval_id = UUID(null=True, default=None)
    unit_ids = Array(base_column=Varchar(36), default=list)
    reference = Varchar(20, unique=True)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    rulebook_version_id = ForeignKey(references=RulebookVersion, null=False, default=None)
    service_classes = Array(base_column=Varchar(40))
    municipality_codes = Array(base_column=Varchar(3))
    status = Varchar(30)
    decide_by = Date(null=True, default=None)
    days_left = Integer(null=True, default=None)
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
        "status in ('draft', 'submitted', 'information_requested', 'decision_proposed', 'approved', 'partly_approved',"
        " 'rejected', 'withdrawn', 'transferred')"
    )
    application_known_kind = Check("kind in ('new', 'extension', 'renewal')")
    application_submitted_when_said = Check("status in ('draft', 'withdrawn') or submitted_at is not null")
    application_decided_when_said = Check(
        "(status in ('approved', 'partly_approved', 'rejected', 'transferred')) = (decided_at is not null)"
    )


class ApplicationAnswer(Table):
    """The answer to one question of the rulebook, as JSON of the question's type. ``question`` is the slot.

    ``source``: the provider's own words, its profile (frozen on sending), or carried over from an earlier application.
    """

    id = UUID(primary_key=True, default=new_id)
    application_id = ForeignKey(references=Application, null=False, default=None)
    question = Varchar(120)
    value = JSONB()
    source = Varchar(20, default="own")
    answered_by = UUID()
    answered_at = Timestamptz()
    application_answer_once = Unique(["application_id", "question"])
    application_answer_known_source = Check("source in ('own', 'profile', 'carried')")


class ApplicationEdit(Table):
    """One answer changed on one page of a bundle: what it was, what it became. Append-only; ``edit`` is the page's number."""

    id = UUID(primary_key=True, default=new_id)
    bundle_id = ForeignKey(references=ApplicationBundle, null=False, default=None)
    application_id = ForeignKey(references=Application, null=False, default=None)
    edit = Integer(default=None)
    slot = Varchar(120)
    before = JSONB(null=True, default=None)
    after = JSONB(null=True, default=None)
    edited_by = UUID(null=True, default=None)
    edited_at = Timestamptz()


class ApplicationAttachment(Table):
    """A file that answers a question; the bytes are in the file store under the same ``file_id``.

    ``issued_on`` is the date on the document, where the rule has a greatest age. One file may stand in several
    applications.
    """

    id = UUID(primary_key=True, default=new_id)
    application_id = ForeignKey(references=Application, null=False, default=None)
    question = Varchar(120)
    file_id = UUID()
    issued_on = Date(null=True, default=None)
    source = Varchar(20, default="own")
    created_by = UUID()
    created_at = Timestamptz()
    application_attachment_known_source = Check("source in ('own', 'profile', 'carried')")


class InformationRequest(Table):
    """What an organiser asks for before it decides, item by item, until ``answered_at``."""

    id = UUID(primary_key=True, default=new_id)
    application_id = ForeignKey(references=Application, null=False, default=None, index=True)
    due_on = Date(null=True, default=None)
    asked_by = UUID()
    asked_at = Timestamptz()
    answered_by = UUID(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)


class InformationRequestItem(Table):
    """One thing that is asked, perhaps about one answer (``slot``). Answered with words, a changed answer or a file."""

    id = UUID(primary_key=True, default=new_id)
    request_id = ForeignKey(references=InformationRequest, null=False, default=None)
    position = Integer(default=None)
    asked = Text()
    slot = Varchar(120, null=True, default=None)
    reply = Text(default="")
    answer = JSONB(null=True, default=None)
    replied_by = UUID(null=True, default=None)
    replied_at = Timestamptz(null=True, default=None)
    information_request_item_asks = Check("length(asked) > 0")
    information_request_item_in_order = Unique(["request_id", "position"])


class ReviewNote(Table):
    """What is written beside an application: internal notes, and messages between reviewer and applicant."""

    id = UUID(primary_key=True, default=new_id)
    application_id = ForeignKey(references=Application, null=False, default=None)
    kind = Varchar(20)
    body = Text()
    written_by = UUID()
    written_at = Timestamptz()
    review_note_known_kind = Check("kind in ('note', 'request', 'answer', 'decision', 'to_organiser', 'to_applicant')")
    review_note_written = Check("length(body) > 0")
