"""The payout account: made once by a job, told in five states, asked about again, never believed from an event."""

from collections.abc import Iterator

import pytest

from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch, fetch_value, new_id
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.stripe.current import gateway_set_to
from marketplace.stripe.double import Double
from marketplace.stripe.double.control import AccountStage
from marketplace.stripe.errors import StripeRefused, StripeUnavailable
from marketplace.stripe.gateway import StripeGateway
from marketplace.stripe.states import PayoutAccountState
from marketplace.stripe.values import StripeEvent
from onboarding.providers import payout_accounts
from onboarding.providers.bank_accounts import my_bank_account, save_bank_account
from onboarding.providers.requirement_words import requirements_in_words
from onboarding.providers.schemas import BankAccount
from onboarding.topics import OfProvider
from tests.factories.onboarding import Applicant, make_applicant

WAITING = "select count(*) from pgqueuer where entrypoint = $1"


@pytest.fixture
def stripe(stripe_gateway: StripeGateway) -> Iterator[StripeGateway]:
    with gateway_set_to(stripe_gateway):
        yield stripe_gateway


async def made() -> Applicant:
    applicant = await make_applicant()
    await payout_accounts.start_stripe_account(applicant.actor)
    await payout_accounts.create_stripe_account(OfProvider(applicant.provider.id))
    return applicant


def event(account_id: str | None) -> StripeEvent:
    return StripeEvent(
        event_id="evt_1", type="v2.core.account.updated", created=now(), account_id=account_id, object_id=account_id or "",
        object_type="v2.core.account", livemode=False,
    )  # fmt: skip


async def test_account_is_asked_for_once_and_made_by_a_job(database: str) -> None:
    applicant = await make_applicant()
    for _ in range(2):
        view = await payout_accounts.start_stripe_account(applicant.actor)
    assert (view.state, view.stripe_account_id) == (PayoutAccountState.NEW, None)
    assert await fetch_value(WAITING, "payout_account.create") == 1
    with pytest.raises(Conflict):
        await payout_accounts.onboarding_link(applicant.actor)


async def test_job_run_twice_makes_one_account(database: str, stripe: StripeGateway) -> None:
    applicant = await made()
    first = await payout_accounts.my_stripe_account(applicant.actor)
    await payout_accounts.create_stripe_account(OfProvider(applicant.provider.id))
    assert first is not None
    assert first.stripe_account_id
    assert await payout_accounts.my_stripe_account(applicant.actor) == first


async def test_worker_killed_after_stripe_acted_finds_the_same_account(database: str, stripe: StripeGateway) -> None:
    applicant = await make_applicant()
    await payout_accounts.start_stripe_account(applicant.actor)
    provider = applicant.provider
    lost = await stripe.create_recipient_account(
        provider.id, provider.name, provider.contact_email, "FI", f"account-{provider.id}"
    )
    await payout_accounts.create_stripe_account(OfProvider(provider.id))
    kept = await payout_accounts.my_stripe_account(applicant.actor)
    assert kept is not None
    assert kept.stripe_account_id == lost.account_id


async def test_event_makes_us_ask_stripe_what_is_true(
    database: str, stripe: StripeGateway, stripe_double: Double
) -> None:
    applicant = await made()
    known = await payout_accounts.my_stripe_account(applicant.actor)
    assert known is not None
    stripe_double.advance(AccountStage(account=known.stripe_account_id or "", to="active"))
    await payout_accounts.on_account_event(event(known.stripe_account_id))
    account = await payout_accounts.receiving_account(applicant.provider.id)
    assert account is not None
    assert (account.kind, account.can_receive, account.name) == ("stripe", True, "Stadin Arkiapu Oy")
    assert await fetch_value(WAITING, "payout_account.changed") == 1


async def test_check_again_tells_the_state(database: str, stripe: StripeGateway, stripe_double: Double) -> None:
    applicant = await made()
    view = await payout_accounts.refresh(applicant.actor)
    assert (view.state, view.can_receive) == (PayoutAccountState.NEW, False)
    assert view.requirements_due
    stripe_double.advance(AccountStage(account=view.stripe_account_id or "", to="active"))
    again = await payout_accounts.refresh(applicant.actor)
    assert (again.state, again.requirements_due) == (PayoutAccountState.ACTIVE, ())


async def test_link_leads_to_stripe_and_back(database: str, stripe: StripeGateway) -> None:
    applicant = await made()
    link = await payout_accounts.onboarding_link(applicant.actor)
    assert link.url.startswith("http")
    assert link.expires_at > now()


async def test_event_about_an_unknown_account_is_nothing(database: str, stripe: StripeGateway) -> None:
    await payout_accounts.on_account_event(event("acct_unknown"))
    await payout_accounts.on_account_event(event(None))
    await payout_accounts.create_stripe_account(OfProvider(new_id()))
    assert await fetch_value("select count(*) from payout_account") == 0


class Refusing:
    """A Stripe that says no."""

    def __getattr__(self, name: str) -> object:
        raise StripeRefused("country_unsupported", "Not in this country.")


async def test_refusal_is_shown_and_another_try_has_a_new_key(database: str, stripe_gateway: StripeGateway) -> None:
    applicant = await make_applicant()
    await payout_accounts.start_stripe_account(applicant.actor)
    with gateway_set_to(Refusing()):  # type: ignore[arg-type]
        await payout_accounts.create_stripe_account(OfProvider(applicant.provider.id))
    refused = await payout_accounts.my_stripe_account(applicant.actor)
    assert refused is not None
    assert refused.problem == "Not in this country."
    assert (await payout_accounts.start_stripe_account(applicant.actor)).problem == ""
    assert await fetch_value("select attempt from payout_account") == 2
    with gateway_set_to(stripe_gateway):
        await payout_accounts.create_stripe_account(OfProvider(applicant.provider.id))
    made_now = await payout_accounts.my_stripe_account(applicant.actor)
    assert made_now is not None
    assert made_now.stripe_account_id


class Silent:
    """A Stripe that does not answer."""

    def __getattr__(self, name: str) -> object:
        raise StripeUnavailable


async def test_job_that_fails_is_no_silent_failure(database: str) -> None:
    applicant = await make_applicant()
    waiting = await payout_accounts.start_stripe_account(applicant.actor)
    assert (waiting.is_failing, waiting.next_try_at is not None) == (False, True)
    with gateway_set_to(Silent()), pytest.raises(StripeUnavailable):  # type: ignore[arg-type]
        await payout_accounts.create_stripe_account(OfProvider(applicant.provider.id))
    shown = await payout_accounts.my_stripe_account(applicant.actor)
    assert shown is not None
    assert (shown.is_failing, shown.tried_at is not None, shown.next_try_at is not None) == (True, True, True)


async def test_lost_job_is_asked_for_again(database: str, stripe: StripeGateway) -> None:
    applicant = await make_applicant()
    await payout_accounts.start_stripe_account(applicant.actor)
    await execute("update pgqueuer set status = 'failed'")
    again = await payout_accounts.start_stripe_account(applicant.actor)
    assert again.next_try_at is not None
    await payout_accounts.create_stripe_account(OfProvider(applicant.provider.id))
    done = await payout_accounts.my_stripe_account(applicant.actor)
    assert done is not None
    assert (done.is_failing, done.next_try_at) == (False, None)


def account(iban: str = "fi21 1234 5600 0007 85", holder: str = "STADIN ARKIAPU OY", bic: str = "") -> BankAccount:
    return BankAccount(iban=iban, holder_name=holder, bic=bic)


async def test_bank_account_is_checked_and_kept(database: str) -> None:
    applicant = await make_applicant()
    with pytest.raises(Invalid):
        await save_bank_account(applicant.actor, account("FI21 1234 5600 0007 86"))
    assert await my_bank_account(applicant.actor) is None
    saved = await save_bank_account(applicant.actor, account())
    assert (saved.iban, saved.bic, saved.holder_differs) == ("FI21 1234 5600 0007 85", "NDEAFIHH", False)
    receiving = await payout_accounts.receiving_account(applicant.provider.id)
    assert receiving is not None
    assert (receiving.kind, receiving.iban, receiving.can_receive) == ("iban", "FI2112345600000785", True)
    assert await my_bank_account(applicant.actor) == saved


async def test_other_holder_is_kept_and_shown_to_those_who_pay(database: str) -> None:
    applicant = await make_applicant()
    saved = await save_bank_account(applicant.actor, account(holder="Aino Asiakas"))
    assert saved.holder_differs
    receiving = await payout_accounts.receiving_account(applicant.provider.id)
    assert receiving is not None
    assert (receiving.holder_name, receiving.holder_differs) == ("Aino Asiakas", True)


@pytest.mark.parametrize(
    ("iban", "bic", "field"),
    [
        ("CH9300762011623852957", "", "bic"),
        ("DE89370400440532013000", "NOT A BIC", "bic"),
        ("DE89370400440532013001", "", "iban"),
    ],
)
async def test_account_abroad_needs_what_the_transfer_needs(database: str, iban: str, bic: str, field: str) -> None:
    applicant = await make_applicant()
    with pytest.raises(Invalid) as refused:
        await save_bank_account(applicant.actor, account(iban, bic=bic))
    assert [each.field for each in refused.value.fields] == [field]
    good = await save_bank_account(applicant.actor, account("CH9300762011623852957", bic="poficHBE XXX"))
    assert good.bic == "POFICHBEXXX"


async def test_administrators_hear_of_a_new_number_only(database: str) -> None:
    applicant = await make_applicant()
    await save_bank_account(applicant.actor, account())
    await save_bank_account(applicant.actor, account(holder="Stadin Arkiapu"))
    await save_bank_account(applicant.actor, account("FI1410093000123458"))
    notices = await fetch("select receiver, body_fi from notice where kind = 'payout_account.iban_changed' order by id")
    assert [each["receiver"] for each in notices] == [applicant.someone.id] * 2
    assert "3458" in notices[1]["body_fi"]


def test_missing_things_are_said_in_words() -> None:
    known = ["identity.business_details.address", "company.address.city", "identity.attestations.terms_of_service"]
    words = requirements_in_words([*known, "something.new"])
    assert len(words) == 3
    assert words[2] == "something.new"


async def test_without_an_account_there_is_nothing_to_receive_with(database: str) -> None:
    applicant = await make_applicant()
    assert await payout_accounts.receiving_account(applicant.provider.id) is None
    assert await payout_accounts.my_stripe_account(applicant.actor) is None
    with pytest.raises(NotFound):
        await payout_accounts.refresh(applicant.actor)
