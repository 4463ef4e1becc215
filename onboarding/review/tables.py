"""Decisions on their way: what is being prepared, what was proposed to a second person; and who looks at what."""

from piccolo.columns import UUID, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.column_types import JSONB
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id
from onboarding.applications.tables import Application
from onboarding.rulebooks.tables import RulebookVersion


class DecisionDraft(Table):
    """What was chosen so far of a decision: kept while it is prepared, gone when it is made or proposed."""

    id = UUID(primary_key=True, default=new_id)
    application_id = ForeignKey(references=Application, null=False, default=None, unique=True)
    content = JSONB()
    saved_by = UUID()
    saved_at = Timestamptz()


class DecisionProposal(Table):
    """A decision that a second person is to confirm, as it would be made. Answered once, by somebody else, then kept."""

    id = UUID(primary_key=True, default=new_id)
    application_id = ForeignKey(references=Application, null=False, default=None, index=True)
    content = JSONB()
    proposed_by = UUID()
    proposed_at = Timestamptz()
    answer = Varchar(20, null=True, default=None)
    answered_by = UUID(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)
    words = Text(default="")
    decision_proposal_known_answer = Check("answer is null or answer in ('confirmed', 'returned')")
    decision_proposal_answered_when_said = Check("(answer is null) = (answered_at is null)")
    decision_proposal_by_two = Check("answered_by is null or answered_by <> proposed_by")


class CheckSnapshot(Table):
    """What the automatic checks looked at and found when a decision was made. Append-only.

    With the rulebook's version, ``facts`` are all that the checks need to find the same again.
    """

    id = UUID(primary_key=True, default=new_id)
    application_id = ForeignKey(references=Application, null=False, default=None, index=True)
    rulebook_version_id = ForeignKey(references=RulebookVersion, null=False, default=None)
    facts = JSONB()
    checks = JSONB()
    taken_at = Timestamptz()


class ReviewPresence(Table):
    """Somebody of the organiser has an application open. Renewed by their page, and forgotten when it no longer is."""

    id = UUID(primary_key=True, default=new_id)
    application_id = ForeignKey(references=Application, null=False, default=None)
    person_id = UUID()
    since = Timestamptz()
    seen_at = Timestamptz()
    review_presence_once = Unique(["application_id", "person_id"])
