"""A rulebook as applicants will see it: services and units are chosen, conditions follow the answers, nothing is saved."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from marketplace.kernel.clock import today
from marketplace.kernel.i18n import Language, Message, Text, message, translate
from marketplace.web.forms import Form, read_query
from marketplace.web.security import Caller
from marketplace.web.templating import page
from marketplace.web.typed_by_people import NO, YES
from onboarding.rulebooks.drafts import draft_of
from onboarding.rulebooks.editing import ADMIN, BASE, DRAFT, AnyRequest
from onboarding.rulebooks.page_words import service_options
from onboarding.rulebooks.requirements import (
    Answer,
    Question,
    QuestionType,
    RulebookContent,
    Subject,
    questions_for,
    read_answer,
    slots_for,
    split_slot,
)
from onboarding.rulebooks.versions import own_version

MOST_UNITS = 5


class PreviewForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the imagined applicant applies for."""

    service_classes: list[str] = []
    units: Annotated[int, msgspec.Meta(ge=0, le=MOST_UNITS)] = 1


@get(f"{DRAFT}/preview", guards=[ADMIN], include_in_schema=False)
async def preview_draft(request: AnyRequest, actor: Caller) -> Response[str]:
    """The draft as an applicant will see it."""
    draft = await draft_of(actor)
    return _preview(request, draft.content, message("Draft"), f"{DRAFT}/preview", DRAFT)


@get(f"{BASE}/versions/{{version_id:uuid}}/preview", guards=[ADMIN], include_in_schema=False)
async def preview_version(request: AnyRequest, actor: Caller, version_id: FromPath[UUID]) -> Response[str]:
    """A version as an applicant sees it."""
    version, own = await own_version(actor, version_id), f"{BASE}/versions/{version_id}"
    return _preview(request, version.content, message("Version {number}", number=version.number), f"{own}/preview", own)


def _preview(request: AnyRequest, content: RulebookContent, name: Message, action: str, back: str) -> Response[str]:
    form: Form[Any] = read_query(request, PreviewForm)
    if "units" not in form.sent:
        form.sent |= {"units": ["1"], "service_classes": list(content.service_classes[:1])}
    chosen = [code for code in content.service_classes if code in form.all("service_classes")]
    count = form.data.units if form.ok and "units" in form.sent else 1
    units = [Subject(str(n), _unit(n)) for n in range(1, min(count, MOST_UNITS) + 1)]
    groups = slots_for(content, chosen, units, _answers(form, content, chosen))
    return page(
        request, "rulebooks/preview.html", form=form, content=content, name=name, groups=groups, types=QuestionType,
        services=service_options(content.service_classes, request.user.language), action=action, back=back,
    )  # fmt: skip


def _unit(number: int) -> Text:
    words = message("Unit {number}", number=number)
    return Text(*(translate(words, language) for language in (Language.FI, Language.SV, Language.EN)))


def _answers(form: Form[Any], content: RulebookContent, chosen: list[str]) -> dict[str, Answer]:
    """What was answered, as far as it can be read: the imagined applicant is not told of mistakes."""
    asked = questions_for(content, chosen)
    found: dict[str, Answer] = {}
    for slot in form.sent:
        question = asked.get(split_slot(slot)[0])
        if question is not None and (answer := _read(question, form.value(slot).strip())) is not None:
            found[slot] = answer
    return found


def _read(question: Question, text: str) -> Answer | None:
    value: object = text
    if question.type in {QuestionType.YES_NO, QuestionType.DECLARATION}:
        value = True if text in YES else False if text in NO else None
    elif question.type is QuestionType.NUMBER:
        digits = text.replace(" ", "")
        value = int(digits) if digits.isascii() and digits.lstrip("-").isdigit() and len(digits) < 14 else None
    answer = read_answer(question, value, today())
    return None if isinstance(answer, Message) else answer


PAGES = [preview_draft, preview_version]
