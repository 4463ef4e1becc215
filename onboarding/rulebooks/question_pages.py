"""The draft's pages of questions: added, changed, moved up and down, removed after asking."""

from typing import Literal

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Language, Message, Text, counted, message
from marketplace.web.forms import Form, empty_form, filled_form, read_form, read_query
from marketplace.web.security import Caller
from marketplace.web.templating import page, redirect
from onboarding.rulebooks.drafts import draft_of
from onboarding.rulebooks.editing import (
    ADMIN,
    BASE,
    DRAFT,
    INVALID,
    AnyRequest,
    Judge,
    Page,
    Saving,
    apply,
    save,
    saved_note,
)
from onboarding.rulebooks.language import placed_groups
from onboarding.rulebooks.page_edits import (
    DOWN,
    UP,
    depending_on,
    keys_of,
    new_key,
    placed_group,
    placed_question,
    services_of,
    with_group,
    with_group_changed,
    with_group_moved,
    with_question,
    with_question_changed,
    with_question_moved,
    without_group,
    without_question,
)
from onboarding.rulebooks.page_forms import (
    NUMBERS,
    EditForm,
    GroupForm,
    QuestionForm,
    TypeForm,
    maybe_text,
    maybe_words,
    question_form,
    question_in,
    text_in,
    told_at_fields,
    words_of,
)
from onboarding.rulebooks.page_words import condition_options, fact_options, service_options, short
from onboarding.rulebooks.requirements import (
    PER_NAMES,
    QUESTION_TYPE_NAMES,
    Question,
    QuestionGroup,
    QuestionType,
    RulebookContent,
)
from onboarding.rulebooks.schemas import DraftView

GROUP = f"{DRAFT}/pages/{{group_key:str}}"
QUESTION = f"{DRAFT}/questions/{{question_key:str}}"
SPARE_CHOICES = 3


class MoveForm(EditForm, frozen=True, kw_only=True):
    """Up or down by one."""

    step: Literal["up", "down"]


# --- pages of questions ----------------------------------------------------------------------------------------------


@get(f"{DRAFT}/pages/new", guards=[ADMIN], include_in_schema=False)
async def show_new_group(request: AnyRequest, actor: Caller) -> Response[str]:
    """Asks for the title of a new page and who is asked."""
    draft = await draft_of(actor)
    form = Form(GroupForm, {"edit": [str(draft.edit)], "asked_of": ["everybody"]})
    return _group_page(request, form, Saving(draft), None, 200)


@post(f"{DRAFT}/pages/new", guards=[ADMIN], include_in_schema=False)
async def send_new_group(request: AnyRequest, actor: Caller) -> Page:
    """Adds a page."""
    draft, form = await draft_of(actor), await read_form(request, GroupForm)

    def change(data: GroupForm, content: RulebookContent) -> RulebookContent:
        key = new_key(text_in(data.title), keys_of(content), "page")
        return with_group(content, _group_in(data, key, ()), _services_in(data))

    _choose_services(form)
    saving = await save(actor, draft, form, change)
    return _after_group(request, saving, form, None)


@get(GROUP, guards=[ADMIN], include_in_schema=False)
async def show_group(request: AnyRequest, actor: Caller, group_key: FromPath[str]) -> Response[str]:
    """A page's title and who is asked."""
    draft = await draft_of(actor)
    group, services = placed_group(draft.content, group_key).group, services_of(draft.content, group_key)
    form = filled_form(
        GroupForm(
            edit=draft.edit, title=words_of(group.title), intro=maybe_words(group.intro),
            asked_of="services" if services else "everybody", services=list(services),
        )
    )  # fmt: skip
    return _group_page(request, form, Saving(draft), group_key, 200)


@post(GROUP, guards=[ADMIN], include_in_schema=False)
async def send_group(request: AnyRequest, actor: Caller, group_key: FromPath[str]) -> Page:
    """Saves a page's title and who is asked."""
    draft, form = await draft_of(actor), await read_form(request, GroupForm)
    placed_group(draft.content, group_key)

    def change(data: GroupForm, content: RulebookContent) -> RulebookContent:
        questions = placed_group(content, group_key).group.questions
        return with_group_changed(content, group_key, _group_in(data, group_key, questions), _services_in(data))

    _choose_services(form)
    saving = await save(actor, draft, form, change)
    return _after_group(request, saving, form, group_key)


def _group_in(data: GroupForm, key: str, questions: tuple[Question, ...]) -> QuestionGroup:
    return QuestionGroup(key=key, title=text_in(data.title), intro=maybe_text(data.intro), questions=questions)


def _services_in(data: GroupForm) -> list[str]:
    return data.services if data.asked_of == "services" else []


def _choose_services(form: Form[GroupForm]) -> None:
    if form.ok and form.data.asked_of == "services" and not form.data.services:
        form.errors["services"] = message("Choose at least one of the options.")


def _after_group(request: AnyRequest, saving: Saving, form: Form[GroupForm], key: str | None) -> Page:
    if not saving.saved:
        return _group_page(request, form, saving, key, saving.status_code)
    saved_note(request)
    return redirect(f"{DRAFT}#{key}" if key else f"{DRAFT}#pages")


def _group_page(
    request: AnyRequest, form: Form[GroupForm], saving: Saving, key: str | None, status_code: int
) -> Response[str]:
    content = saving.draft.content
    codes = [*dict.fromkeys([*content.service_classes, *form.all("services")])]
    return page(
        request, "rulebooks/group.html", form=form, content=content, key=key, merge=saving.merge, base=BASE,
        draft_base=DRAFT, services=service_options(codes, request.user.language), status_code=status_code,
    )  # fmt: skip


@post(f"{GROUP}/move", guards=[ADMIN], include_in_schema=False)
async def send_group_move(request: AnyRequest, actor: Caller, group_key: FromPath[str]) -> Redirect:
    """Changes a page over with its neighbour."""
    data = (await read_form(request, MoveForm)).data

    def change(content: RulebookContent) -> RulebookContent:
        placed_group(content, group_key)
        return with_group_moved(content, group_key, UP if data.step == "up" else DOWN)

    return await apply(request, actor, data.edit, change, f"{DRAFT}#{group_key}")


@get(f"{GROUP}/remove", guards=[ADMIN], include_in_schema=False)
async def ask_group_removal(request: AnyRequest, actor: Caller, group_key: FromPath[str]) -> Response[str]:
    """Asks whether a page is really to go, with all its questions."""
    draft = await draft_of(actor)
    group = placed_group(draft.content, group_key).group
    text = counted(
        "Its {count} question goes with it. Published versions stay as they are.",
        "Its {count} questions go with it. Published versions stay as they are.",
        count=len(group.questions),
    )
    heading = message("Remove the page “{text}”?", text=group.title)
    return _removal_page(request, draft, f"{DRAFT}/pages/{group_key}", heading, text)


@post(f"{GROUP}/remove", guards=[ADMIN], include_in_schema=False)
async def send_group_removal(request: AnyRequest, actor: Caller, group_key: FromPath[str]) -> Redirect:
    """Takes a page out."""
    form = await read_form(request, EditForm)

    def change(content: RulebookContent) -> RulebookContent:
        placed_group(content, group_key)
        return without_group(content, group_key)

    return await apply(request, actor, form.data.edit, change, f"{DRAFT}#pages")


def _removal_page(request: AnyRequest, draft: DraftView, base: str, heading: Message, text: Message) -> Response[str]:
    return page(
        request, "pages/confirm.html", heading=heading, text=text, button=message("Remove"), action=f"{base}/remove",
        back=base, danger=True, fields={"edit": draft.edit},
    )  # fmt: skip


# --- questions -------------------------------------------------------------------------------------------------------


@get(f"{GROUP}/questions/new", guards=[ADMIN], include_in_schema=False)
async def show_new_question(request: AnyRequest, actor: Caller, group_key: FromPath[str]) -> Response[str]:
    """Asks for the type of a new question, then for the rest of it."""
    draft, asked = await draft_of(actor), read_query(request, TypeForm)
    group = placed_group(draft.content, group_key).group
    if not asked.ok:
        shown = asked if "type" in asked.sent else empty_form(TypeForm)
        return _type_page(request, shown, group, INVALID if shown is asked else 200)
    form = Form(
        QuestionForm, {"edit": [str(draft.edit)], "group": [group_key], "required": ["true"], "per": ["application"]}
    )
    return _question_page(request, form, Saving(draft), asked.data.type, None, 200)


def _type_page(request: AnyRequest, form: Form[TypeForm], group: QuestionGroup, status_code: int) -> Response[str]:
    return page(
        request, "rulebooks/question_type.html", form=form, group=group, types=list(QUESTION_TYPE_NAMES.items()),
        draft_base=DRAFT, status_code=status_code,
    )  # fmt: skip


@post(f"{GROUP}/questions/new", guards=[ADMIN], include_in_schema=False)
async def send_new_question(request: AnyRequest, actor: Caller, group_key: FromPath[str]) -> Page:
    """Adds a question at the end of its page."""
    draft, form = await draft_of(actor), await read_form(request, QuestionForm)
    placed_group(draft.content, group_key)
    asked = read_query(request, TypeForm)
    if not asked.ok:
        return redirect(f"{DRAFT}/pages/{group_key}/questions/new")
    kind, made = asked.data.type, dict[str, str]()

    def change(data: QuestionForm, content: RulebookContent) -> RulebookContent:
        made["key"] = new_key(text_in(data.text), keys_of(content), "question")
        return with_question(content, data.group or group_key, question_in(data, made["key"], kind, content))

    saving = await save(actor, draft, form, change, _judge(made))
    return _after_question(request, saving, form, kind, None, made.get("key", ""))


@get(QUESTION, guards=[ADMIN], include_in_schema=False)
async def show_question(request: AnyRequest, actor: Caller, question_key: FromPath[str]) -> Response[str]:
    """One question with everything about it."""
    draft = await draft_of(actor)
    placed = placed_question(draft.content, question_key)
    form = filled_form(question_form(placed, draft.edit))
    return _question_page(request, form, Saving(draft), placed.question.type, question_key, 200)


@post(QUESTION, guards=[ADMIN], include_in_schema=False)
async def send_question(request: AnyRequest, actor: Caller, question_key: FromPath[str]) -> Page:
    """Saves a question; its type stays."""
    draft, form = await draft_of(actor), await read_form(request, QuestionForm)
    kind = placed_question(draft.content, question_key).question.type

    def change(data: QuestionForm, content: RulebookContent) -> RulebookContent:
        group_key = data.group or placed_question(content, question_key).group.key
        return with_question_changed(content, question_key, group_key, question_in(data, question_key, kind, content))

    saving = await save(actor, draft, form, change, _judge({"key": question_key}))
    return _after_question(request, saving, form, kind, question_key, question_key)


def _judge(made: dict[str, str]) -> Judge:
    """Only what is wrong with the question of the form is told there; ``made`` has its key when it is asked."""

    def judged(problems: list[FieldError], content: RulebookContent) -> list[FieldError]:
        return told_at_fields(problems, placed_question(content, made["key"]).path)

    return judged


def _after_question(
    request: AnyRequest, saving: Saving, form: Form[QuestionForm], kind: QuestionType, key: str | None, made: str
) -> Page:
    if not saving.saved:
        return _question_page(request, form, saving, kind, key, saving.status_code)
    saved_note(request)
    if "more" in form.sent:
        return redirect(f"{DRAFT}/questions/{made}#choices")
    return redirect(f"{DRAFT}#{made}")


def _question_page(
    request: AnyRequest,
    form: Form[QuestionForm],
    saving: Saving,
    kind: QuestionType,
    key: str | None,
    status_code: int,
) -> Response[str]:
    content, language = saving.draft.content, request.user.language
    own = placed_question(content, key).question.shown_if if key else None
    conditions = condition_options(content, key, form.value("group"), own, language)
    rows = form.rows("choices")
    spare = range(max(rows, default=-1) + 1, max(rows, default=-1) + 1 + SPARE_CHOICES)
    return page(
        request, "rulebooks/question.html", form=form, content=content, kind=kind, key=key, types=QuestionType,
        type_names=QUESTION_TYPE_NAMES, pers=list(PER_NAMES.items()), merge=saving.merge, base=BASE, draft_base=DRAFT,
        groups=_group_options(content, language), facts=fact_options(kind, language), rows=[*rows, *spare],
        conditions=conditions, has_numbers=any(code.endswith(NUMBERS) for code, _ in conditions),
        status_code=status_code,
    )  # fmt: skip


def _group_options(content: RulebookContent, language: Language) -> list[tuple[str, str]]:
    return [(each.group.key, short(each.group.title, language)) for each in placed_groups(content)]


@post(f"{QUESTION}/move", guards=[ADMIN], include_in_schema=False)
async def send_question_move(request: AnyRequest, actor: Caller, question_key: FromPath[str]) -> Redirect:
    """Changes a question over with its neighbour on the page."""
    data = (await read_form(request, MoveForm)).data

    def change(content: RulebookContent) -> RulebookContent:
        placed_question(content, question_key)
        return with_question_moved(content, question_key, UP if data.step == "up" else DOWN)

    return await apply(request, actor, data.edit, change, f"{DRAFT}#{question_key}")


@get(f"{QUESTION}/remove", guards=[ADMIN], include_in_schema=False)
async def ask_question_removal(request: AnyRequest, actor: Caller, question_key: FromPath[str]) -> Response[str]:
    """Asks whether a question is really to go, and says which others depend on it."""
    draft = await draft_of(actor)
    question = placed_question(draft.content, question_key).question
    others = depending_on(draft.content, question_key)
    text = message("Published versions stay as they are.")
    if others:
        text = counted(
            "{count} question is shown only after a certain answer to it. Change it too.",
            "{count} questions are shown only after a certain answer to it. Change them too.",
            count=len(others),
        )
    heading = message("Remove the question “{text}”?", text=_shortened(question.text))
    return _removal_page(request, draft, f"{DRAFT}/questions/{question_key}", heading, text)


def _shortened(text: Text) -> Text:
    """Without what makes a heading too long."""
    return Text(*(short(text, language) for language in (Language.FI, Language.SV, Language.EN)))


@post(f"{QUESTION}/remove", guards=[ADMIN], include_in_schema=False)
async def send_question_removal(request: AnyRequest, actor: Caller, question_key: FromPath[str]) -> Redirect:
    """Takes a question out."""
    form = await read_form(request, EditForm)

    def change(content: RulebookContent) -> RulebookContent:
        placed_question(content, question_key)
        return without_question(content, question_key)

    return await apply(request, actor, form.data.edit, change, f"{DRAFT}#pages")


PAGES = [
    show_new_group,
    send_new_group,
    show_group,
    send_group,
    send_group_move,
    ask_group_removal,
    send_group_removal,
    show_new_question,
    send_new_question,
    show_question,
    send_question,
    send_question_move,
    ask_question_removal,
    send_question_removal,
]
