"""Pages where administrators see their colleagues, and clients those who act for them."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from marketplace.accounts import invitations, memberships
from marketplace.accounts.pages import INVALID
from marketplace.accounts.schemas import Invitation
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import DomainError
from marketplace.kernel.i18n import message
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.navigation import ROLE_NAMES, Desk, add_to_navigation, own_desk
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect

MANAGERS = allow(Role.ORGANISER_ADMIN, Role.PROVIDER_ADMIN, Role.CLIENT)
DESKS = ("/provider", "/organiser", "/client")

for desk, role, text in (
    (Desk.PROVIDER, Role.PROVIDER_ADMIN, message("People")),
    (Desk.ORGANISER, Role.ORGANISER_ADMIN, message("People")),
    (Desk.CLIENT, Role.CLIENT, message("Who acts for me")),
):
    add_to_navigation(desk, text, f"{desk.value}/people", order=900, roles=frozenset({role}))


@get([f"{desk}/people" for desk in DESKS], guards=[MANAGERS], include_in_schema=False)
async def show_people(request: AnyRequest, actor: Caller) -> Response[str]:
    """Who has a hat here, who is invited, and a form to invite more."""
    return await _people_page(request, actor, empty_form(Invitation))


@post([f"{desk}/people" for desk in DESKS], guards=[MANAGERS], include_in_schema=False)
async def submit_invitation(request: AnyRequest, actor: Caller) -> Page:
    """Invites somebody."""
    form = await read_form(request, Invitation)
    try:
        data = form.data
        await invitations.invite(actor, data.email, data.role, valid_to=data.valid_to)
    except DomainError as error:
        form.failed(error)
        return await _people_page(request, actor, form)
    flash(request, message("The invitation was sent."))
    return redirect(_own_path(actor))


@post([f"{desk}/people/{{membership_id:uuid}}/revoke" for desk in DESKS], guards=[MANAGERS], include_in_schema=False)
async def revoke(request: AnyRequest, actor: Caller, membership_id: FromPath[UUID]) -> Redirect:
    """Takes a hat away, at once."""
    await memberships.revoke_membership(actor, membership_id)
    flash(request, message("The role was taken away."))
    return redirect(_own_path(actor))


@post(
    [f"{desk}/invitations/{{invitation_id:uuid}}/withdraw" for desk in DESKS],
    guards=[MANAGERS],
    include_in_schema=False,
)
async def withdraw(request: AnyRequest, actor: Caller, invitation_id: FromPath[UUID]) -> Redirect:
    """Makes an invitation's link worthless."""
    await invitations.withdraw_invitation(actor, invitation_id)
    flash(request, message("The invitation was withdrawn."))
    return redirect(_own_path(actor))


async def _people_page(request: AnyRequest, actor: Actor, form: Form[Invitation]) -> Response[str]:
    roles = memberships.invitable_roles(actor)
    return page(
        request, "accounts/people.html", status_code=200 if form.ok else INVALID, form=form,
        members=await memberships.members_of(actor), invited=await invitations.open_invitations(actor),
        roles=[(role.value, ROLE_NAMES[role]) for role in roles], role_names=ROLE_NAMES,
        is_client=actor.role is Role.CLIENT, own_id=actor.person_id, base=_own_base(actor),
    )  # fmt: skip


def _own_base(actor: Actor) -> str:
    desk = own_desk(actor)
    return desk.value if desk else ""


def _own_path(actor: Actor) -> str:
    return f"{_own_base(actor)}/people"


PAGES = [show_people, submit_invitation, revoke, withdraw]
