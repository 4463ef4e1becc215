"""Signing in with identity providers, against an issuer of our own that can misbehave in every way we guard against."""

import json
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from marketplace.accounts import invitations, oidc
from marketplace.accounts.external_identities import sign_in_identity
from marketplace.accounts.memberships import hats
from marketplace.accounts.oidc import OidcFailed, Reason, finish_sign_in, start_sign_in
from marketplace.accounts.own import me
from marketplace.accounts.schemas import IdentityClaims
from marketplace.accounts.second_factors import has_second_factor
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to, now
from marketplace.kernel.config import get_config
from marketplace.kernel.db import execute, fetch_value
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Language
from tests.doubles.oidc_issuer import CLIENT, SECRET, oidc_issuer
from tests.factories.accounts import a_hat, a_person, an_actor, epoch_of, newest_token, with_second_factor

FULL = {"name": "Aino Virtanen", "email": "aino@varha.fi", "email_verified": True}


@pytest.fixture
def issuer(monkeypatch):
    """An issuer that serves as a citizens' provider ``c`` and as a staff provider ``s``."""
    with oidc_issuer() as running:
        common = {"issuer": running.url, "client_id": CLIENT, "client_secret": SECRET}
        providers = [
            {"key": "c", "label": "Tunnistus", "audience": "citizens", **common},
            {"key": "s", "label": "Henkilöstö", "audience": "staff", **common},
        ]
        monkeypatch.setenv("OIDC_PROVIDERS", json.dumps(providers))
        get_config.cache_clear()
        yield running
        monkeypatch.undo()
        get_config.cache_clear()


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


async def round_trip(issuer, key: str = "c") -> IdentityClaims:
    address, pending = await start_sign_in(key, "/client")
    return await finish_sign_in(key, pending, query_of(issuer.agree(address)))


async def failure(issuer, key: str = "c") -> Reason:
    with pytest.raises(OidcFailed) as refusal:
        await round_trip(issuer, key)
    return refusal.value.reason


async def test_a_round_trip_brings_verified_claims(issuer):
    issuer.claims = FULL
    claims = await round_trip(issuer)
    assert claims == IdentityClaims(
        provider_key="c", audience="citizens", subject="sub-1", name="Aino Virtanen", email="aino@varha.fi"
    )


async def test_an_unverified_address_is_no_address(issuer):
    issuer.claims = {**FULL, "email_verified": False}
    assert (await round_trip(issuer)).email is None


async def test_names_in_parts_and_from_userinfo(issuer):
    issuer.claims = {"given_name": "Aino", "family_name": "Virtanen"}
    assert (await round_trip(issuer)).name == "Aino Virtanen"
    oidc._cache.clear()
    issuer.userinfo = {"sub": "sub-1", **FULL}
    assert (await round_trip(issuer)).email == "aino@varha.fi"
    issuer.userinfo = {"sub": "somebody else", **FULL}
    assert (await round_trip(issuer)).email is None
    issuer.faults = {"/userinfo"}
    assert (await round_trip(issuer)).email is None


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"}, {"nonce": None}, {"iss": "https://somebody.else"}, {"iss": None}, {"aud": "another client"},
        {"aud": None}, {"exp": 1}, {"exp": None}, {"sub": None}, {"sub": ""}, {"sub": "x" * 256}, {"azp": "another client"},
        {"aud": [CLIENT, "another"]}, {"iat": 99999999999},
    ],
)  # fmt: skip
async def test_a_token_with_wrong_claims_is_not_believed(issuer, claims):
    issuer.claims = claims
    assert await failure(issuer) is Reason.NOT_BELIEVED


@pytest.mark.parametrize("fault", ["symmetric", "unsigned", "forged"])
async def test_a_token_with_a_wrong_signature_is_not_believed(issuer, fault):
    issuer.faults = {fault}
    assert await failure(issuer) is Reason.NOT_BELIEVED


async def test_several_audiences_need_us_as_the_authorised_one(issuer):
    issuer.claims = {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert (await round_trip(issuer)).subject == "sub-1"


async def test_the_wrong_verifier_is_refused(issuer):
    address, pending = await start_sign_in("c", "")
    answer = query_of(issuer.agree(address))
    _, other = await start_sign_in("c", "")
    mixed = type(pending)(
        **{**{name: getattr(pending, name) for name in pending.__struct_fields__}, "verifier": other.verifier}
    )
    with pytest.raises(OidcFailed) as refusal:
        await finish_sign_in("c", mixed, answer)
    assert refusal.value.reason is Reason.CODE_REFUSED


async def test_a_code_works_once(issuer):
    address, pending = await start_sign_in("c", "")
    answer = query_of(issuer.agree(address))
    await finish_sign_in("c", pending, answer)
    with pytest.raises(OidcFailed) as refusal:
        await finish_sign_in("c", pending, answer)
    assert refusal.value.reason is Reason.CODE_REFUSED


async def test_denied_stale_and_mixed_up_answers(issuer):
    address, pending = await start_sign_in("c", "")
    denied, agreed = query_of(issuer.deny(address)), query_of(issuer.agree(address))
    cases = [
        (pending, denied, Reason.DENIED), (pending, {"error": "server_error"}, Reason.DOWN), (pending, {"state": pending.state}, Reason.NOT_BELIEVED),
        (pending, {**agreed, "state": "x"}, Reason.STALE), (pending, {"code": agreed["code"]}, Reason.STALE),
        (None, agreed, Reason.STALE), (pending, {**agreed, "iss": "https://somebody.else"}, Reason.NOT_BELIEVED),
    ]  # fmt: skip
    for kept, answer, reason in cases:
        with pytest.raises(OidcFailed) as refusal:
            await finish_sign_in("c", kept, answer)
        assert refusal.value.reason is reason
    with pytest.raises(OidcFailed), clock_set_to(now() + timedelta(minutes=16)):
        await finish_sign_in("c", pending, agreed)
    with pytest.raises(OidcFailed):
        await finish_sign_in("s", pending, agreed)


@pytest.mark.parametrize("fault", ["/.well-known/openid-configuration", "/keys", "/token"])
async def test_a_provider_that_is_down_is_said_to_be_down(issuer, fault):
    issuer.faults = {fault}
    assert await failure(issuer) is Reason.DOWN


async def test_a_provider_of_another_name_is_not_believed(issuer):
    issuer.faults = {"other_name"}
    assert await failure(issuer) is Reason.NOT_BELIEVED


async def test_documents_are_kept_and_a_new_key_is_looked_up(issuer):
    await round_trip(issuer)
    await round_trip(issuer)
    assert issuer.asked.count("/keys") == 1
    issuer.rotate_key()
    assert (
        await failure(issuer) is Reason.NOT_BELIEVED
    )  # Just asked: a made-up key does not make us ask again and again.
    issuer.claims = {"exp": int(now().timestamp()) + 600, "iat": int(now().timestamp())}
    with clock_set_to(now() + timedelta(seconds=31)):
        assert (await round_trip(issuer)).subject == "sub-1"
    assert issuer.asked.count("/keys") == 2


async def test_an_unknown_provider_is_not_found(issuer):
    with pytest.raises(NotFound):
        await start_sign_in("x", "")


def identity(audience: str = "citizens", subject: str = "sub-1", **more) -> IdentityClaims:
    return IdentityClaims(
        **{"provider_key": audience[0], "audience": audience, "subject": subject, "name": "Aino", "email": None, **more}
    )


async def test_a_citizen_gets_a_person_once(database):
    first = await sign_in_identity(identity(), Language.SV)
    again = await sign_in_identity(identity(name="Uusi nimi"), Language.FI)
    assert (first.person_id, first.is_strong) == (again.person_id, False)
    assert again.language is Language.SV
    other = await sign_in_identity(identity(subject="sub-2", name=""), Language.FI)
    assert other.person_id != first.person_id


async def test_a_citizen_with_a_confirmed_account_of_the_address_gets_that(database):
    someone = await a_person(email="aino@esimerkki.fi")
    await execute("update person set email_confirmed_at = now() where id = $1", someone.id)
    done = await sign_in_identity(identity(email="AINO@esimerkki.fi"), Language.FI)
    assert done.person_id == someone.id


async def test_an_unconfirmed_account_or_one_of_staff_is_not_handed_over(database):
    unconfirmed = await a_person(email="aino@esimerkki.fi")
    done = await sign_in_identity(identity(email="aino@esimerkki.fi"), Language.FI)
    assert done.person_id != unconfirmed.id
    assert (await me(Actor(person_id=done.person_id))).email is None
    staff = await a_person(email="eero@varha.fi")
    await execute("update person set email_confirmed_at = now() where id = $1", staff.id)
    await a_hat(staff, Role.FINANCE)
    done = await sign_in_identity(identity(subject="sub-2", email="eero@varha.fi"), Language.FI)
    assert done.person_id != staff.id


async def test_invited_staff_get_in_and_wear_the_hat(database):
    admin = await an_actor(Role.ORGANISER_ADMIN, name="Varha")
    await invitations.invite(admin, "eero@varha.fi", Role.REVIEWER)
    done = await sign_in_identity(identity("staff", email="Eero@varha.fi"), Language.FI)
    assert done.is_strong
    assert [hat.organiser_id for hat in await hats(done.person_id)] == [admin.organiser_id]
    with pytest.raises(NotFound):
        await invitations.show_invitation(await newest_token_or("x"))


async def newest_token_or(default: str) -> str:
    try:
        return await newest_token("invitation")
    except AssertionError:
        return default


@pytest.mark.parametrize("email", [None, "kukaan@varha.fi"])
async def test_staff_who_were_not_invited_stay_outside(database, email):
    await a_person(email="kukaan@varha.fi")
    with pytest.raises(OidcFailed) as refusal:
        await sign_in_identity(identity("staff", email=email), Language.FI)
    assert refusal.value.reason is Reason.NOT_INVITED
    assert await fetch_value("select count(*) from external_identity") == 0


async def test_a_later_invitation_is_taken_at_the_next_sign_in(database):
    first, second = await an_actor(Role.ORGANISER_ADMIN), await an_actor(Role.ORGANISER_ADMIN)
    await invitations.invite(first, "eero@varha.fi", Role.REVIEWER)
    done = await sign_in_identity(identity("staff", email="eero@varha.fi"), Language.FI)
    await invitations.invite(second, "eero@varha.fi", Role.FINANCE)
    await sign_in_identity(identity("staff", email="eero@varha.fi"), Language.FI)
    assert len(await hats(done.person_id)) == 2


async def test_the_owner_of_an_address_drives_out_whoever_took_it_without_proof(database):
    squatter = await with_second_factor(await a_person(email="eero@varha.fi"))
    before = await epoch_of(squatter.id)
    await invitations.invite(await an_actor(Role.ORGANISER_ADMIN), "eero@varha.fi", Role.REVIEWER)
    done = await sign_in_identity(identity("staff", email="eero@varha.fi"), Language.FI)
    assert (done.person_id, done.epoch) == (squatter.id, before + 1)
    assert not await has_second_factor(squatter.id)
    assert not (await me(squatter.actor)).has_password


async def test_an_existing_worker_is_known_by_the_verified_address(database):
    worker = await a_person(email="eero@varha.fi")
    await execute("update person set email_confirmed_at = now() where id = $1", worker.id)
    await a_hat(worker, Role.FINANCE)
    done = await sign_in_identity(identity("staff", email="eero@varha.fi"), Language.FI)
    assert done.person_id == worker.id
    assert (await me(worker.actor)).has_password
