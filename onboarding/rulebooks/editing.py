"""Saving one form of the editor: everything wrong with it at once, and what was written kept where a colleague was faster."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from litestar import Request, Response
from litestar.response import Redirect

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.i18n import message
from marketplace.web.forms import Form
from marketplace.web.security import allow
from marketplace.web.templating import FlashKind, flash, redirect
from onboarding.rulebooks.differences import Difference, differences
from onboarding.rulebooks.drafts import draft_of, save_draft
from onboarding.rulebooks.page_forms import EDIT, EditForm
from onboarding.rulebooks.requirements import RulebookContent, contradictions
from onboarding.rulebooks.schemas import DraftView

FormT = TypeVar("FormT", bound=EditForm)
AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
Change = Callable[[RulebookContent], RulebookContent]
Judge = Callable[[list[FieldError], RulebookContent], Iterable[FieldError]]

ADMIN: Final = allow(Role.ORGANISER_ADMIN)
BASE: Final = "/organiser/rulebook"
DRAFT: Final = f"{BASE}/draft"
INVALID: Final = 422
CONFLICT: Final = 409


def no_judge(_problems: list[FieldError], _content: RulebookContent) -> list[FieldError]:
    return []


class Saving:
    """One attempt to save a form. ``draft`` is the draft to show it with; ``merge`` what saving it again would change."""

    def __init__(self, draft: DraftView) -> None:
        self.draft = draft
        self.merge: list[Difference] = []
        self.saved = False

    @property
    def status_code(self) -> int:
        return CONFLICT if self.merge else INVALID


async def save(
    actor: Actor, draft: DraftView, form: Form[FormT], change: Callable[[FormT, RulebookContent], RulebookContent],
    judge: Judge = no_judge,
) -> Saving:  # fmt: skip
    """Saves what a form changes in the draft.

    ``judge`` picks, from the contradictions of the whole, those that belong to this form; they are told at its fields.
    Where a colleague saved first, the form keeps what was written and fits the draft as it is now: it can be sent again.

    Raises:
        NotFound: what was to be changed is not there any more.
    """
    saving = Saving(draft)
    if not form.ok:
        return saving
    content = change(form.data, draft.content)
    if problems := list(judge(contradictions(content), content)):
        form.failed(Invalid(problems))
        return saving
    try:
        await save_draft(actor, content, form.data.edit)
    except Conflict as conflict:
        await _keep(actor, form, form.data, conflict, saving, change)
    except Invalid as invalid:
        form.failed(Invalid([FieldError("", each.message) for each in invalid.fields]))
    else:
        saving.saved = True
    return saving


async def _keep(
    actor: Actor, form: Form[FormT], written: FormT, conflict: Conflict, saving: Saving,
    change: Callable[[FormT, RulebookContent], RulebookContent],
) -> None:  # fmt: skip
    saving.draft = await draft_of(actor)
    form.failed(conflict)
    form.sent[EDIT] = [str(saving.draft.edit)]
    saving.merge = differences(saving.draft.content, change(written, saving.draft.content))


async def apply(request: AnyRequest, actor: Actor, edit: int, change: Change, back: str) -> Redirect:
    """One click that changes the draft, such as moving a question up. A colleague's newer draft is shown instead.

    Raises:
        NotFound: no draft is open, or what was to be changed is not there any more.
    """
    draft = await draft_of(actor)
    try:
        await save_draft(actor, change(draft.content), edit)
    except Conflict as conflict:
        flash(request, conflict.message, FlashKind.NOTE)
    except Invalid as invalid:
        flash(request, invalid.fields[0].message, FlashKind.NOTE)
    return redirect(back)


def saved_note(request: AnyRequest) -> None:
    flash(request, message("The draft was saved."))
