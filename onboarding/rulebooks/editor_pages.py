"""The draft's pages: the whole of it, its texts, services with their terms, and reasons for decisions."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.errors import FieldError, NotFound
from marketplace.kernel.i18n import Language, Message, message
from marketplace.organisers.reference import service_classes
from marketplace.web.forms import Form, filled_form, read_form
from marketplace.web.security import Caller
from marketplace.web.templating import page, redirect
from onboarding.rulebooks.drafts import draft_of
from onboarding.rulebooks.editing import ADMIN, BASE, DRAFT, AnyRequest, Page, Saving, apply, save, saved_note
from onboarding.rulebooks.page_edits import (
    new_key,
    reason_of,
    with_reason,
    with_services,
    with_terms,
    without_reason,
)
from onboarding.rulebooks.page_forms import (
    EditForm,
    ReasonForm,
    ServicesForm,
    TermsForm,
    TextsForm,
    maybe_text,
    reason_form,
    terms_form,
    text_in,
    texts_form,
    with_texts,
)
from onboarding.rulebooks.page_words import facts, placed_problems, service_name, service_options
from onboarding.rulebooks.requirements import ATTRIBUTES, Reason, RulebookContent, ServiceTerms, contradictions
from onboarding.rulebooks.schemas import DraftView


@get(DRAFT, guards=[ADMIN], include_in_schema=False)
async def show_rulebook_draft(request: AnyRequest, actor: Caller) -> Page:
    """The whole draft with what still keeps it from being published; without one, the overview."""
    try:
        draft = await draft_of(actor)
    except NotFound:
        return redirect(BASE)
    problems = placed_problems(contradictions(draft.content), draft.content, DRAFT, actor.language)
    return page(
        request, "rulebooks/draft.html", draft=draft, content=draft.content, problems=problems, base=BASE,
        draft_base=DRAFT, facts=facts, service_name=service_name, attributes=ATTRIBUTES,
    )  # fmt: skip


@get(f"{DRAFT}/texts", guards=[ADMIN], include_in_schema=False)
async def show_texts(request: AnyRequest, actor: Caller) -> Response[str]:
    """Title, declaration and the terms of decisions."""
    draft = await draft_of(actor)
    return _editor(request, "texts", filled_form(texts_form(draft.content, draft.edit)), Saving(draft), 200)


@post(f"{DRAFT}/texts", guards=[ADMIN], include_in_schema=False)
async def send_texts(request: AnyRequest, actor: Caller) -> Page:
    """Saves title, declaration and the terms of decisions."""
    draft, form = await draft_of(actor), await read_form(request, TextsForm)
    saving = await save(actor, draft, form, lambda data, content: with_texts(content, data))
    return _after(request, saving, "texts", form)


def _editor(
    request: AnyRequest, name: str, form: Form[Any], saving: Saving, status_code: int, **context: Any
) -> Response[str]:
    return page(
        request, f"rulebooks/{name}.html", form=form, content=saving.draft.content, merge=saving.merge, base=BASE,
        draft_base=DRAFT, status_code=status_code, **context,
    )  # fmt: skip


def _after(request: AnyRequest, saving: Saving, name: str, form: Form[Any], back: str = DRAFT, **context: Any) -> Page:
    """The draft again where the form was saved, else the form with what is wrong."""
    if not saving.saved:
        return _editor(request, name, form, saving, saving.status_code, **context)
    saved_note(request)
    return redirect(back)


@get(f"{DRAFT}/services", guards=[ADMIN], include_in_schema=False)
async def show_services(request: AnyRequest, actor: Caller) -> Response[str]:
    """The services that can be applied for."""
    draft = await draft_of(actor)
    form = filled_form(ServicesForm(edit=draft.edit, service_classes=list(draft.content.service_classes)))
    return _editor(request, "services", form, Saving(draft), 200, options=_all_services(actor.language))


@post(f"{DRAFT}/services", guards=[ADMIN], include_in_schema=False)
async def send_services(request: AnyRequest, actor: Caller) -> Page:
    """Saves which services can be applied for."""
    draft, form = await draft_of(actor), await read_form(request, ServicesForm)
    saving = await save(
        actor, draft, form, lambda data, content: with_services(content, data.service_classes), _unknown
    )
    return _after(request, saving, "services", form, options=_all_services(actor.language))


def _all_services(language: Language) -> list[tuple[str, str]]:
    return service_options([each.code for each in service_classes()], language)


def _unknown(problems: list[FieldError], _content: RulebookContent) -> list[FieldError]:
    return [
        FieldError("service_classes", each.message)
        for each in problems
        if each.field.partition(".")[0] == "service_classes"
    ]


@get(f"{DRAFT}/services/{{code:str}}", guards=[ADMIN], include_in_schema=False)
async def show_terms(request: AnyRequest, actor: Caller, code: FromPath[str]) -> Response[str]:
    """Price ceiling and required attributes of one service."""
    draft = await draft_of(actor)
    _offered(draft, code)
    form = filled_form(terms_form(draft.content, code, draft.edit))
    return _editor(request, "terms", form, Saving(draft), 200, code=code, **_terms_words(code))


@post(f"{DRAFT}/services/{{code:str}}", guards=[ADMIN], include_in_schema=False)
async def send_terms(request: AnyRequest, actor: Caller, code: FromPath[str]) -> Page:
    """Saves what holds for one service."""
    draft, form = await draft_of(actor), await read_form(request, TermsForm)
    _offered(draft, code)

    def change(data: TermsForm, content: RulebookContent) -> RulebookContent:
        chosen = tuple(dict.fromkeys(each for each in data.required_attributes if each in ATTRIBUTES))
        terms = ServiceTerms(service_class=code, ceiling_cents=data.ceiling or None, required_attributes=chosen)
        return with_terms(content, terms)

    return _after(
        request, await save(actor, draft, form, change), "terms", form, back=f"{DRAFT}#services", code=code,
        **_terms_words(code),
    )  # fmt: skip


def _offered(draft: DraftView, code: str) -> None:
    if code not in draft.content.service_classes:
        raise NotFound


def _terms_words(code: str) -> dict[str, Any]:
    return {"service": service_name(code), "attributes": [(key, text) for key, text in ATTRIBUTES.items()]}


@get(f"{DRAFT}/reasons/new", guards=[ADMIN], include_in_schema=False)
async def show_new_reason(request: AnyRequest, actor: Caller) -> Response[str]:
    """Asks for a reason that reviewers can choose."""
    draft = await draft_of(actor)
    return _editor(request, "reason", _blank(ReasonForm, draft), Saving(draft), 200, **_reason_words(None))


@post(f"{DRAFT}/reasons/new", guards=[ADMIN], include_in_schema=False)
async def send_new_reason(request: AnyRequest, actor: Caller) -> Page:
    """Adds a reason."""
    draft, form = await draft_of(actor), await read_form(request, ReasonForm)
    saving = await save(actor, draft, form, lambda data, content: _with_reason(data, content, None))
    return _after(request, saving, "reason", form, back=f"{DRAFT}#reasons", **_reason_words(None))


@get(f"{DRAFT}/reasons/{{reason_code:str}}", guards=[ADMIN], include_in_schema=False)
async def show_reason(request: AnyRequest, actor: Caller, reason_code: FromPath[str]) -> Response[str]:
    """One reason."""
    draft = await draft_of(actor)
    form = filled_form(reason_form(reason_of(draft.content, reason_code), draft.edit))
    return _editor(request, "reason", form, Saving(draft), 200, **_reason_words(reason_code))


@post(f"{DRAFT}/reasons/{{reason_code:str}}", guards=[ADMIN], include_in_schema=False)
async def send_reason(request: AnyRequest, actor: Caller, reason_code: FromPath[str]) -> Page:
    """Saves a reason."""
    draft, form = await draft_of(actor), await read_form(request, ReasonForm)
    reason_of(draft.content, reason_code)
    saving = await save(actor, draft, form, lambda data, content: _with_reason(data, content, reason_code))
    return _after(request, saving, "reason", form, back=f"{DRAFT}#reasons", **_reason_words(reason_code))


@post(f"{DRAFT}/reasons/{{reason_code:str}}/remove", guards=[ADMIN], include_in_schema=False)
async def send_reason_removal(request: AnyRequest, actor: Caller, reason_code: FromPath[str]) -> Redirect:
    """Takes a reason out."""
    form = await read_form(request, EditForm)

    def change(content: RulebookContent) -> RulebookContent:
        reason_of(content, reason_code)
        return without_reason(content, reason_code)

    return await apply(request, actor, form.data.edit, change, f"{DRAFT}#reasons")


@get(f"{DRAFT}/reasons/{{reason_code:str}}/remove", guards=[ADMIN], include_in_schema=False)
async def ask_reason_removal(request: AnyRequest, actor: Caller, reason_code: FromPath[str]) -> Response[str]:
    """Asks whether a reason is really to be taken out."""
    draft = await draft_of(actor)
    reason = reason_of(draft.content, reason_code)
    base = f"{DRAFT}/reasons/{reason_code}"
    return page(
        request, "pages/confirm.html", heading=message("Remove the reason “{text}”?", text=reason.text),
        text=message("Decisions that were made with it keep it."), button=message("Remove the reason"),
        action=f"{base}/remove", back=base, danger=True, fields={"edit": draft.edit},
    )  # fmt: skip


def _with_reason(data: ReasonForm, content: RulebookContent, code: str | None) -> RulebookContent:
    text = text_in(data.text)
    known = code or new_key(text, (each.code for each in content.reasons), "reason")
    return with_reason(content, Reason(code=known, text=text, legal_basis=maybe_text(data.legal_basis)))


def _reason_words(code: str | None) -> dict[str, Any]:
    heading: Message = message("Reason for decisions") if code else message("New reason for decisions")
    return {"heading_text": heading, "code": code}


def _blank(struct: type[Any], draft: DraftView) -> Form[Any]:
    return Form(struct, {"edit": [str(draft.edit)]})


PAGES = [
    show_rulebook_draft,
    show_texts,
    send_texts,
    show_services,
    send_services,
    show_terms,
    send_terms,
    show_new_reason,
    send_new_reason,
    show_reason,
    send_reason,
    ask_reason_removal,
    send_reason_removal,
]
