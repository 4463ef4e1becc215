"""The provider's desk: what is to be done now, how the applications and approvals stand, and where to go on."""

from typing import Any

from litestar import Request, Response, get

from marketplace.kernel.actors import PROVIDER_ROLES, Role
from marketplace.kernel.i18n import message
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow_anyone
from marketplace.web.templating import page
from onboarding.applications import drafts as applications
from onboarding.applications.labels import STATUS_TONES
from onboarding.applications.states import APPLICATION_STATUS_NAMES
from onboarding.approvals import approvals
from onboarding.approvals.labels import APPROVAL_TONES
from onboarding.approvals.states import APPROVAL_STATUS_NAMES
from onboarding.desks.provider_tasks import things_to_do
from onboarding.labels import class_names, municipality_names
from onboarding.providers import bank_accounts, payout_accounts
from onboarding.providers import registration as providers
from onboarding.providers.labels import ACCOUNT_WORDS
from onboarding.providers.profile import own_profile
from onboarding.providers.profile_states import states_of

AnyRequest = Request[Any, Any, Any]

REGISTER = "/provider/register"
ACCOUNT = "/provider/payout-account"
MOST_APPLICATIONS = 5

add_to_navigation(Desk.PROVIDER, message("Applications"), "/provider/applications", order=10)
add_to_navigation(Desk.PROVIDER, message("Payout account"), ACCOUNT, order=80, roles=frozenset({Role.PROVIDER_ADMIN}))


@get("/provider", guards=[allow_anyone], include_in_schema=False)
async def show_desk(request: AnyRequest, actor: Caller) -> Response[str]:
    """The provider's desk with what is next; to everybody else, how to become a provider."""
    if actor.role not in PROVIDER_ROLES:
        return page(request, "providers/become_provider.html", register_path=REGISTER)
    provider = await providers.own_provider(actor)
    own, approved = await applications.my_applications(actor), await approvals.approvals_of_provider(actor)
    account = await payout_accounts.my_stripe_account(actor)
    bank = await bank_accounts.my_bank_account(actor)
    has_account = bool(account and account.stripe_account_id) or bank is not None
    sections = states_of(await own_profile(actor), has_account=has_account)
    return page(
        request, "desks/desk.html", provider=provider, approvals=approved, applications=own[:MOST_APPLICATIONS],
        to_do=await things_to_do(actor, own, approved, sections, account), account=account, bank=bank,
        account_words=ACCOUNT_WORDS, is_admin=actor.has_role(Role.PROVIDER_ADMIN), sections=sections,
        done=sum(1 for each in sections if each.is_done), status_names=APPLICATION_STATUS_NAMES,
        status_tones=STATUS_TONES, approval_names=APPROVAL_STATUS_NAMES, approval_tones=APPROVAL_TONES,
        class_names=class_names, municipality_names=municipality_names,
    )  # fmt: skip


PAGES = [
    show_desk,
]
