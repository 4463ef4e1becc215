"""A draft of a rulebook in which every page of the editor has something to show."""

from datetime import timedelta

from msgspec.structs import replace

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.i18n import Text
from onboarding.rulebooks.drafts import begin_draft, save_draft
from onboarding.rulebooks.page_edits import placed_question, with_question_changed
from onboarding.rulebooks.requirements import Reason
from tests.factories.onboarding import CLASS

DRAFT = "/organiser/rulebook/draft"


async def rulebook_places(admin: Actor) -> dict[str, str]:
    """Begins a draft that is stricter than the version in force; gives what to write into the editor's addresses."""
    draft = await begin_draft(admin)
    text = Text("Sääntökirjan ehto ei täyty.", "Regelbokens villkor uppfylls inte.", "A condition is not met.")
    staff = replace(placed_question(draft.content, "staff").question, minimum=50)
    content = with_question_changed(draft.content, "staff", "basics", staff)
    await save_draft(admin, replace(content, reasons=(Reason(code="unmet", text=text),)), draft.edit)
    return {
        "{version_id}": str(draft.based_on),
        "{group_key}": "basics",
        "{question_key}": "staff",
        "{reason_code}": "unmet",
        f"{DRAFT}/services/{{code}}": f"{DRAFT}/services/{CLASS}",
        f"{DRAFT}/publish": f"{DRAFT}/publish?valid_from={today() + timedelta(days=1)}",
    }
