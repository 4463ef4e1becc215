"""The organiser's pages about what its clients compare offers by, beside the templates of service classes."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from marketplace.catalogue.offers.attribute_forms import (
    KIND_NAMES,
    AttributeForm,
    attribute_form,
    attribute_of,
    in_form_words,
)
from marketplace.catalogue.offers.attributes import Attribute, template
from marketplace.catalogue.offers.organiser_attributes import added_by, added_of, own_organiser, set_attributes
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import message
from marketplace.organisers.reference import service_class, service_classes
from marketplace.web.forms import Form, empty_form, filled_form, read_form
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
ADMIN = allow(Role.ORGANISER_ADMIN)
LIST = "/organiser/attributes"
CLASS = LIST + "/{service_class_code:str}"
ONE = CLASS + "/{key:str}"

add_to_navigation(
    Desk.ORGANISER, message("Facts for comparing"), LIST, order=65, roles=frozenset({Role.ORGANISER_ADMIN})
)


@get(LIST, guards=[ADMIN], include_in_schema=False)
async def show_attribute_classes(request: AnyRequest, actor: Caller) -> Response[str]:
    """All service classes, with how much the organiser has added to each."""
    added = await added_of(actor)
    lines = [(each, len(template(each.code)), len(added.get(each.code, ()))) for each in service_classes()]
    return page(request, "offers/attribute_classes.html", lines=lines, list=LIST)


@get(CLASS, guards=[ADMIN], include_in_schema=False)
async def show_attributes(request: AnyRequest, actor: Caller, service_class_code: FromPath[str]) -> Response[str]:
    """What offers of a class are compared by."""
    return page(
        request, "offers/attributes.html", service=service_class(service_class_code), kinds=KIND_NAMES,
        added=await added_by(own_organiser(actor), service_class_code), usual=template(service_class_code),
        here=f"{LIST}/{service_class_code}", list=LIST,
    )  # fmt: skip


@get(f"{CLASS}/new", guards=[ADMIN], include_in_schema=False)
async def show_new_attribute(request: AnyRequest, service_class_code: FromPath[str]) -> Response[str]:
    """The form of a new one."""
    return _form_page(request, service_class_code, None, empty_form(AttributeForm))


@post(f"{CLASS}/new", guards=[ADMIN], include_in_schema=False)
async def send_new_attribute(request: AnyRequest, actor: Caller, service_class_code: FromPath[str]) -> Response[Any]:
    """Adds it at the end."""
    form = await read_form(request, AttributeForm)
    if await _saved(actor, service_class_code, form, None):
        flash(request, message("Added. Providers can tell it of their offers now."))
        return redirect(f"{LIST}/{service_class_code}")
    return _form_page(request, service_class_code, None, form, 422)


@get(ONE, guards=[ADMIN], include_in_schema=False)
async def show_attribute(
    request: AnyRequest, actor: Caller, service_class_code: FromPath[str], key: FromPath[str]
) -> Response[str]:
    """The form of one that the organiser has added."""
    before = await _one(actor, service_class_code, key)
    return _form_page(request, service_class_code, before, filled_form(attribute_form(before)))


@post(ONE, guards=[ADMIN], include_in_schema=False)
async def send_attribute(
    request: AnyRequest, actor: Caller, service_class_code: FromPath[str], key: FromPath[str]
) -> Response[Any]:
    """Changes one. What offers have told for it stays."""
    before = await _one(actor, service_class_code, key)
    form = await read_form(request, AttributeForm)
    if await _saved(actor, service_class_code, form, before):
        flash(request, message("Saved."))
        return redirect(f"{LIST}/{service_class_code}")
    return _form_page(request, service_class_code, before, form, 422)


@get(f"{ONE}/remove", guards=[ADMIN], include_in_schema=False)
async def ask_remove_attribute(
    request: AnyRequest, actor: Caller, service_class_code: FromPath[str], key: FromPath[str]
) -> Response[str]:
    """Asks before one is removed."""
    before = await _one(actor, service_class_code, key)
    here = f"{LIST}/{service_class_code}"
    return page(
        request, "pages/confirm.html", heading=message("Remove “{name}”?", name=before.name),
        text=message("What offers have told for it is shown no more."), button=message("Remove"),
        action=f"{here}/{key}/remove", back=here, danger=True,
    )  # fmt: skip


@post(f"{ONE}/remove", guards=[ADMIN], include_in_schema=False)
async def send_remove_attribute(
    request: AnyRequest, actor: Caller, service_class_code: FromPath[str], key: FromPath[str]
) -> Response[Any]:
    """Removes one."""
    before = await _one(actor, service_class_code, key)
    added = await added_by(own_organiser(actor), service_class_code)
    await set_attributes(actor, service_class_code, [each for each in added if each.key != before.key])
    flash(request, message("Removed."))
    return redirect(f"{LIST}/{service_class_code}")


async def _one(actor: Actor, service_class_code: str, key: str) -> Attribute:
    added = await added_by(own_organiser(actor), service_class_code)
    found = next((each for each in added if each.key == key), None)
    if found is None:
        raise NotFound
    return found


async def _saved(actor: Actor, service_class_code: str, form: Form[AttributeForm], before: Attribute | None) -> bool:
    """Saves the form's attribute among the others; otherwise the form has the errors."""
    added = await added_by(own_organiser(actor), service_class_code)
    taken = {each.key for each in (*added, *template(service_class_code))}
    if not form.ok:
        return False
    try:
        made = attribute_of(form.data, before, taken)
        changed = [made if before and each.key == before.key else each for each in added]
        await set_attributes(actor, service_class_code, changed if before else [*added, made])
    except Invalid as invalid:
        form.failed(Invalid(in_form_words(invalid.fields)))
        return False
    return True


def _form_page(
    request: AnyRequest,
    service_class_code: str,
    before: Attribute | None,
    form: Form[AttributeForm],
    status_code: int = 200,
) -> Response[str]:
    here = f"{LIST}/{service_class_code}"
    return page(
        request, "offers/attribute_form.html", form=form, before=before, service=service_class(service_class_code),
        kinds=[(kind.value, name) for kind, name in KIND_NAMES.items()], here=here,
        action=f"{here}/{before.key}" if before else f"{here}/new", status_code=status_code,
    )  # fmt: skip


ROUTES = [
    show_attribute_classes,
    show_attributes,
    show_new_attribute,
    send_new_attribute,
    show_attribute,
    send_attribute,
    ask_remove_attribute,
    send_remove_attribute,
]
