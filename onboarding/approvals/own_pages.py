"""A provider's pages of its own approvals: what holds, renewing, extending, leaving."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.kernel.actors import PROVIDER_ROLES, Role
from marketplace.kernel.errors import DomainError, Invalid, NotFound
from marketplace.kernel.i18n import message
from marketplace.organisers.organisers import get_organiser
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect
from onboarding.applications.page_parts import bundle_path
from onboarding.approvals import approvals, leaving, renewal
from onboarding.approvals.labels import APPROVAL_TONES
from onboarding.approvals.leaving import Leaving, LeavingView
from onboarding.approvals.own import is_alive, own_approval
from onboarding.approvals.schemas import ApprovalView
from onboarding.approvals.states import APPROVAL_STATUS_NAMES
from onboarding.labels import class_names, class_options, municipality_groups, municipality_names
from onboarding.rulebooks.versions import rulebook_in_force

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
PROVIDER = allow(*sorted(PROVIDER_ROLES))
ADMIN = allow(Role.PROVIDER_ADMIN)
INVALID = 422
MINE = "/provider/approvals"
ONE = f"{MINE}/{{approval_id:uuid}}"

add_to_navigation(Desk.PROVIDER, message("Approvals"), MINE, order=12)


class ExtensionForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be added to an approval."""

    service_classes: list[str] = []
    municipalities: list[str] = []


@get(MINE, guards=[PROVIDER], include_in_schema=False)
async def show_own_approvals(request: AnyRequest, actor: Caller) -> Response[str]:
    """Everything that organisers have approved, newest first."""
    return page(
        request, "approvals/own_approvals.html", approvals=await approvals.approvals_of_provider(actor), base=MINE,
        tones=APPROVAL_TONES, status_names=APPROVAL_STATUS_NAMES, class_names=class_names,
    )  # fmt: skip


@get(ONE, guards=[PROVIDER], include_in_schema=False)
async def show_own_approval(request: AnyRequest, actor: Caller, approval_id: FromPath[UUID]) -> Response[str]:
    """One approval, with what its provider can do."""
    view = await own_approval(actor, approval_id)
    left = await leaving.leaving_of(approval_id)
    can_act = actor.has_role(Role.PROVIDER_ADMIN) and is_alive(view.status, view.valid_to)
    return page(
        request, "approvals/own_approval.html", view=view, base=f"{MINE}/{approval_id}", list=MINE, left=left,
        tones=APPROVAL_TONES, status_names=APPROVAL_STATUS_NAMES, class_names=class_names,
        municipality_names=municipality_names, can_extend=can_act and left is None,
        can_renew=can_act and view.valid_to is not None and left is None, can_leave=can_act and left is None,
    )  # fmt: skip


@post(f"{ONE}/renew", guards=[ADMIN], include_in_schema=False)
async def renew_approval(request: AnyRequest, actor: Caller, approval_id: FromPath[UUID]) -> Redirect:
    """Begins a renewal, or goes on with the one that was begun."""

    async def work() -> UUID:
        return await renewal.renew(actor, approval_id)

    return redirect(bundle_path(await idempotent(request, work, UUID)))


@get(f"{ONE}/extend", guards=[ADMIN], include_in_schema=False)
async def show_extension(request: AnyRequest, actor: Caller, approval_id: FromPath[UUID]) -> Response[str]:
    """What could be added."""
    return await _extension_page(request, await own_approval(actor, approval_id), empty_form(ExtensionForm))


@post(f"{ONE}/extend", guards=[ADMIN], include_in_schema=False)
async def begin_extension(request: AnyRequest, actor: Caller, approval_id: FromPath[UUID]) -> Page:
    """Begins a small application for what is new."""
    form = await read_form(request, ExtensionForm)

    async def work() -> UUID:
        return await renewal.extend(actor, approval_id, form.all("service_classes"), form.all("municipalities"))

    try:
        return redirect(bundle_path(await idempotent(request, work, UUID)))
    except NotFound:
        raise
    except DomainError as error:
        form.failed(_at_lists(error) if isinstance(error, Invalid) else error)
        return await _extension_page(request, await own_approval(actor, approval_id), form, status_code=error.status)


def _at_lists(invalid: Invalid) -> Invalid:
    """Errors of a list's items, told at the list: a page has one field for all of them."""
    found = {each.field.partition(".")[0]: each for each in invalid.fields}
    return Invalid([msgspec.structs.replace(each, field=name) for name, each in found.items()])


async def _extension_page(
    request: AnyRequest, view: ApprovalView, form: Form[ExtensionForm], *, status_code: int = 200
) -> Response[str]:
    language = request.user.language
    organiser, rulebook = await get_organiser(view.organiser_id), await rulebook_in_force(view.organiser_id)
    classes = [code for code in rulebook.content.service_classes if code not in view.service_classes]
    places = [code for code in organiser.municipality_codes if code not in view.municipalities]
    name = view.organiser_name.in_language(language)
    return page(
        request, "approvals/extend.html", view=view, form=form, base=f"{MINE}/{view.id}",
        classes=class_options(classes, language), status_code=status_code,
        groups=municipality_groups(name, places, language) if places else [],
    )  # fmt: skip


@get(f"{ONE}/leave", guards=[ADMIN], include_in_schema=False)
async def show_leaving(request: AnyRequest, actor: Caller, approval_id: FromPath[UUID]) -> Response[str]:
    """What leaving the register means, before anybody does it."""
    return _leaving_page(request, await own_approval(actor, approval_id), empty_form(Leaving))


@post(f"{ONE}/leave", guards=[ADMIN], include_in_schema=False)
async def leave_register(request: AnyRequest, actor: Caller, approval_id: FromPath[UUID]) -> Page:
    """Leaves the register with the chosen day."""
    form = await read_form(request, Leaving)

    async def work() -> LeavingView:
        return await leaving.leave(actor, approval_id, form.data)

    try:
        await idempotent(request, work, LeavingView)
    except NotFound:
        raise
    except DomainError as error:
        form.failed(error)
        return _leaving_page(request, await own_approval(actor, approval_id), form, status_code=error.status)
    flash(request, message("You have left the register. The organiser was told."))
    return redirect(f"{MINE}/{approval_id}")


def _leaving_page(
    request: AnyRequest, view: ApprovalView, form: Form[Leaving], *, status_code: int = 200
) -> Response[str]:
    return page(
        request, "approvals/leave.html", view=view, form=form, base=f"{MINE}/{view.id}", class_names=class_names,
        municipality_names=municipality_names, status_code=status_code,
    )  # fmt: skip


PAGES = [
    show_own_approvals, show_own_approval, renew_approval, show_extension, begin_extension, show_leaving, leave_register,
]  # fmt: skip
