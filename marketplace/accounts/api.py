"""Accounts over the API: registering, tokens, hats, second factors, colleagues and invitations."""

from typing import Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.params import FromPath, JSONBody

from marketplace.accounts import invitations, memberships, people, recovery, second_factors, tokens
from marketplace.accounts.browser_session import address_of
from marketplace.accounts.own import me
from marketplace.accounts.schemas import (
    Acceptance,
    Code,
    Credentials,
    Details,
    EmailOnly,
    HatChoice,
    Invitation,
    InvitationShown,
    IssuedToken,
    MadeAccount,
    MadeInvitation,
    MadeMembership,
    Me,
    Member,
    NewPassword,
    OpenInvitation,
    PasswordChange,
    RecoveryCodes,
    Registration,
    SecondFactorNeeded,
    SecondFactorOffer,
)
from marketplace.accounts.signing_in import authenticate
from marketplace.kernel.actors import Role
from marketplace.kernel.errors import NotSignedIn
from marketplace.kernel.i18n import message
from marketplace.web.idempotency import idempotent
from marketplace.web.language import language_of
from marketplace.web.security import Caller, allow, allow_anyone, allow_signed_in

AnyRequest = Request[Any, Any, Any]
TAG = "Accounts"
MANAGERS = allow(Role.ORGANISER_ADMIN, Role.PROVIDER_ADMIN, Role.CLIENT)


@post("/api/v1/people", guards=[allow_anyone], tags=[TAG])
async def register_person(request: AnyRequest, data: JSONBody[Registration]) -> MadeAccount:
    """Makes an account; a mail to confirm the address follows."""
    person_id = await people.register_person(
        data.email, data.password, data.name, data.language, address=address_of(request)
    )
    return MadeAccount(person_id=person_id)


@post("/api/v1/sign-in", guards=[allow_anyone], tags=[TAG], status_code=200)
async def sign_in(request: AnyRequest, data: JSONBody[Credentials]) -> IssuedToken:
    """Gives a token for 12 hours. Answers 401 `second_factor_needed` where `code` is missing."""
    done = await authenticate(data.email, data.password, data.code, address_of(request))
    if isinstance(done, SecondFactorNeeded):
        raise NotSignedIn(message("Send also the code of the authenticator app."), code="second_factor_needed")
    return await tokens.issue_token(done)


@post("/api/v1/hat", guards=[allow_signed_in], tags=[TAG], status_code=200)
async def put_on_hat(request: AnyRequest, data: JSONBody[HatChoice]) -> IssuedToken:
    """Gives another token of the same sign-in, under the chosen hat."""
    return await tokens.token_for_hat(_token(request), data.membership_id)


@post("/api/v1/sign-out", guards=[allow_signed_in], tags=[TAG], status_code=204)
async def sign_out(request: AnyRequest) -> None:
    """Ends this token and the others of the same sign-in."""
    await tokens.end_token(_token(request))


@get("/api/v1/me", guards=[allow_signed_in], tags=[TAG])
async def show_me(actor: Caller) -> Me:
    """Who the token stands for, and which hats the person owns."""
    return await me(actor)


@put("/api/v1/me", guards=[allow_signed_in], tags=[TAG])
async def change_me(actor: Caller, data: JSONBody[Details]) -> Me:
    """A new name or language."""
    await people.change_details(actor, data.name, data.language)
    return await me(actor)


@post("/api/v1/me/password", guards=[allow_signed_in], tags=[TAG], status_code=204)
async def change_password(request: AnyRequest, actor: Caller, data: JSONBody[PasswordChange]) -> None:
    """A new password. Every other session and token of the person ends."""
    epoch = await people.change_password(actor, data.current_password, data.new_password, address=address_of(request))
    await tokens.keep_token(_token(request), epoch=epoch)


@post("/api/v1/me/confirmation", guards=[allow_signed_in], tags=[TAG], status_code=202)
async def ask_confirmation(request: AnyRequest, actor: Caller) -> None:
    """Sends the mail that confirms the e-mail address once more."""
    await recovery.ask_confirmation(actor, address=address_of(request))


@post("/api/v1/me/confirmation/{token:str}", guards=[allow_signed_in], tags=[TAG], status_code=204)
async def confirm_email(actor: Caller, token: FromPath[str]) -> None:
    """Confirms the e-mail address with the token of the mail's link."""
    await recovery.confirm_email(actor, token)


@post("/api/v1/me/second-factor", guards=[allow_signed_in], tags=[TAG])
async def start_second_factor(actor: Caller) -> SecondFactorOffer:
    """Makes a secret for an authenticator app; it counts once confirmed."""
    return await second_factors.start_second_factor(actor)


@post("/api/v1/me/second-factor/confirm", guards=[allow_signed_in], tags=[TAG], status_code=200)
async def confirm_second_factor(request: AnyRequest, actor: Caller, data: JSONBody[Code]) -> RecoveryCodes:
    """Puts the second factor into use; the token becomes good for hats that need one."""
    codes = await second_factors.confirm_second_factor(actor, data.code, address=address_of(request))
    await tokens.keep_token(_token(request), is_strong=True)
    return codes


@post("/api/v1/me/second-factor/show", guards=[allow_signed_in], tags=[TAG], status_code=204)
async def show_second_factor(request: AnyRequest, actor: Caller, data: JSONBody[Code]) -> None:
    """Shows a code after all, for a hat that needs one."""
    await second_factors.show_own_second_factor(actor, data.code, address=address_of(request))
    await tokens.keep_token(_token(request), is_strong=True)


@post("/api/v1/me/second-factor/remove", guards=[allow_signed_in], tags=[TAG], status_code=204)
async def remove_second_factor(request: AnyRequest, actor: Caller, data: JSONBody[Code]) -> None:
    """Takes the second factor out of use, on proof of it. The token loses its hat; all others end."""
    epoch = await second_factors.remove_second_factor(actor, data.code, address=address_of(request))
    await tokens.keep_token(_token(request), epoch=epoch, is_strong=False)


@post("/api/v1/new-password", guards=[allow_anyone], tags=[TAG], status_code=202)
async def ask_new_password(request: AnyRequest, data: JSONBody[EmailOnly]) -> None:
    """Sends a link for a new password, if the address has an account; the answer does not tell."""
    await recovery.ask_new_password(data.email, language_of(request), address=address_of(request))


@post("/api/v1/new-password/{token:str}", guards=[allow_anyone], tags=[TAG], status_code=204)
async def set_new_password(token: FromPath[str], data: JSONBody[NewPassword]) -> None:
    """Sets the password with the token of the mail's link."""
    await recovery.set_new_password(token, data.password)


@get("/api/v1/members", guards=[MANAGERS], tags=[TAG])
async def list_members(actor: Caller) -> list[Member]:
    """Everybody with a hat in the organiser or provider that one manages; for clients their proxies."""
    return await memberships.members_of(actor)


@delete("/api/v1/members/{membership_id:uuid}", guards=[allow_signed_in], tags=[TAG])
async def revoke_membership(actor: Caller, membership_id: FromPath[UUID]) -> None:
    """Takes a hat away, at once. People may lay down their own."""
    await memberships.revoke_membership(actor, membership_id)


@get("/api/v1/invitations", guards=[MANAGERS], tags=[TAG])
async def list_invitations(actor: Caller) -> list[OpenInvitation]:
    """Invitations that wait for an answer."""
    return await invitations.open_invitations(actor)


@post("/api/v1/invitations", guards=[MANAGERS], tags=[TAG])
async def invite_person(request: AnyRequest, actor: Caller, data: JSONBody[Invitation]) -> MadeInvitation:
    """Invites somebody by e-mail into one's own organiser, provider or mandate."""

    async def work() -> MadeInvitation:
        return MadeInvitation(id=await invitations.invite(actor, data.email, data.role, valid_to=data.valid_to))

    return await idempotent(request, work, MadeInvitation)


@delete("/api/v1/invitations/{invitation_id:uuid}", guards=[MANAGERS], tags=[TAG])
async def withdraw_invitation(actor: Caller, invitation_id: FromPath[UUID]) -> None:
    """Makes an invitation's link worthless."""
    await invitations.withdraw_invitation(actor, invitation_id)


@get("/api/v1/invitation/{token:str}", guards=[allow_anyone], tags=[TAG])
async def show_invitation(token: FromPath[str]) -> InvitationShown:
    """What the holder of a mail's link was invited to."""
    return await invitations.show_invitation(token)


@post("/api/v1/invitation/{token:str}", guards=[allow_anyone], tags=[TAG])
async def accept_invitation_as_new(
    request: AnyRequest, token: FromPath[str], data: JSONBody[Acceptance]
) -> MadeAccount:
    """Accepts an invitation by making an account."""
    person_id = await invitations.accept_as_new(token, data.name, data.password, language_of(request))
    return MadeAccount(person_id=person_id)


@post("/api/v1/invitation/{token:str}/accept", guards=[allow_signed_in], tags=[TAG], status_code=200)
async def accept_invitation(actor: Caller, token: FromPath[str]) -> MadeMembership:
    """Accepts an invitation with the account one is signed in to."""
    return MadeMembership(membership_id=await invitations.accept_signed_in(actor, token))


def _token(request: AnyRequest) -> str:
    return request.headers.get("authorization", "").partition(" ")[2].strip()


API_ROUTES = [
    register_person, sign_in, put_on_hat, sign_out, show_me, change_me, change_password, ask_confirmation,
    confirm_email, start_second_factor, confirm_second_factor, show_second_factor, remove_second_factor,
    ask_new_password, set_new_password, list_members, revoke_membership, list_invitations, invite_person,
    withdraw_invitation, show_invitation, accept_invitation_as_new, accept_invitation,
]  # fmt: skip
