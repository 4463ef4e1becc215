"""Accounts over the API: tokens, hats, second factor, colleagues; no cookie counts there."""

import pytest

from marketplace.accounts import invitations
from marketplace.kernel.actors import SYSTEM, Role
from marketplace.kernel.db import execute, fetch_value, new_id
from tests.factories.accounts import PASSWORD, a_hat, a_person, code_of, newest_token, with_second_factor
from tests.web.browser import Api

OTHER = "aivan toinen salalause 9"


async def signed_in(api: Api, someone, **code: str) -> dict:
    """Signs in; the answer's token is used from then on."""
    answer = await api.post("/api/v1/sign-in", json={"email": someone.email, "password": PASSWORD, **code})
    assert answer.status_code == 200, answer.text
    api.with_token(answer.json()["token"])
    return answer.json()


async def test_from_registering_to_a_token_with_a_hat(api):
    person = {"email": "aino@esimerkki.fi", "password": PASSWORD, "name": "Aino", "language": "sv"}
    made = await api.post("/api/v1/people", json=person)
    assert made.status_code == 201
    await a_hat_of(made.json()["person_id"])
    answer = await api.post("/api/v1/sign-in", json={"email": person["email"], "password": PASSWORD})
    told = answer.json()
    assert [hat["role"] for hat in told["hats"]] == ["provider_admin"]
    assert told["hat"] == told["hats"][0]["id"]
    assert answer.headers["cache-control"] == "no-store"
    own = (await api.with_token(told["token"]).get("/api/v1/me")).json()
    assert (own["role"], own["language"], own["name"]) == ("provider_admin", "sv", "Aino")


async def a_hat_of(person_id: str):
    from uuid import UUID

    from tests.factories.accounts import Someone

    return await a_hat(Someone(UUID(person_id), ""), Role.PROVIDER_ADMIN)


async def test_every_wrong_field_of_a_registration_is_listed(api):
    answer = await api.post(
        "/api/v1/people", json={"email": "outo", "password": "lyhyt", "name": "A", "language": "fi"}
    )
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["email", "password"]


async def test_wrong_password_is_a_problem_document(api):
    someone = await a_person()
    answer = await api.post("/api/v1/sign-in", json={"email": someone.email, "password": "arvaus"})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_sign_in")
    for _ in range(4):
        await api.post("/api/v1/sign-in", json={"email": someone.email, "password": "arvaus"})
    answer = await api.post("/api/v1/sign-in", json={"email": someone.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(answer.headers["retry-after"]) <= 900


async def test_a_second_factor_is_asked_for_and_taken(api):
    someone = await with_second_factor(await a_person())
    await a_hat(someone, Role.REVIEWER)
    answer = await api.post("/api/v1/sign-in", json={"email": someone.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_needed")
    told = await signed_in(api, someone, code=someone.code())
    assert told["hat"] is not None
    assert (await api.get("/api/v1/me")).json()["role"] == "reviewer"


async def test_hats_are_changed_by_new_tokens(api):
    someone = await a_person()
    client = await a_hat(someone, Role.CLIENT)
    await a_hat(someone, Role.PROVIDER_ADMIN)
    await signed_in(api, someone)
    assert (await api.get("/api/v1/me")).json()["role"] is None
    assert (await api.get("/api/v1/members")).status_code == 403
    answer = await api.post("/api/v1/hat", json={"membership_id": str(client)})
    assert answer.status_code == 200
    assert (await api.with_token(answer.json()["token"]).get("/api/v1/me")).json()["role"] == "client"
    assert (await api.post("/api/v1/hat", json={"membership_id": str(new_id())})).status_code == 404


async def test_staff_enrol_a_second_factor_over_the_api(api):
    someone = await a_person()
    hat = await a_hat(someone, Role.FINANCE)
    await signed_in(api, someone)
    refused = await api.post("/api/v1/hat", json={"membership_id": str(hat)})
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_needed")
    offer = (await api.post("/api/v1/me/second-factor")).json()
    assert offer["uri"].startswith("otpauth://totp/Setelitori:")
    codes = await api.post("/api/v1/me/second-factor/confirm", json={"code": code_of(offer["secret"])})
    assert len(codes.json()["codes"]) == 10
    assert (await api.post("/api/v1/hat", json={"membership_id": str(hat)})).status_code == 200


async def test_a_second_factor_is_shown_and_removed_over_the_api(api):
    someone = await with_second_factor(await a_person())
    await signed_in(api, someone, code=someone.code())
    assert (await api.post("/api/v1/me/second-factor/show", json={"code": someone.code()})).status_code == 422
    assert (await api.post("/api/v1/me/second-factor/show", json={"code": someone.code(+1)})).status_code == 204
    code = someone.recovery_codes[0]
    assert (await api.post("/api/v1/me/second-factor/remove", json={"code": code})).status_code == 204
    assert (await api.get("/api/v1/me")).json()["second_factor_since"] is None


async def test_signing_out_ends_the_token(api):
    await signed_in(api, await a_person())
    assert (await api.post("/api/v1/sign-out")).status_code == 204
    answer = await api.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")


async def test_a_revoked_hat_ends_its_tokens_at_once(api):
    someone = await a_person()
    hat = await a_hat(someone, Role.PROVIDER_ADMIN)
    await signed_in(api, someone)
    await execute("update membership set revoked_at = now() where id = $1", hat)
    assert (await api.get("/api/v1/me")).status_code == 401


async def test_the_api_does_not_read_cookies(api, client):
    someone = await a_person()
    await client.get("/sign-in")
    await client.submit("/sign-in", {"email": someone.email, "password": PASSWORD})
    assert (await client.get("/account")).status_code == 200
    assert (await client.get("/api/v1/me")).status_code == 401


async def test_own_details_and_password_over_the_api(api):
    someone = await a_person()
    await signed_in(api, someone)
    changed = await api.put("/api/v1/me", json={"name": "Uusi Nimi", "language": "en"})
    assert changed.json()["name"] == "Uusi Nimi"
    change = {"current_password": PASSWORD, "new_password": OTHER}
    assert (await api.post("/api/v1/me/password", json=change)).status_code == 204
    assert (await api.get("/api/v1/me")).status_code == 200
    assert (await api.post("/api/v1/me/password", json=change)).status_code == 422


async def test_links_over_the_api(api):
    someone = await a_person()
    await signed_in(api, someone)
    assert (await api.post("/api/v1/me/confirmation")).status_code == 202
    token = await newest_token("confirm_email")
    assert (await api.post(f"/api/v1/me/confirmation/{token}")).status_code == 204
    assert (await api.post("/api/v1/new-password", json={"email": someone.email})).status_code == 202
    token = await newest_token("new_password")
    assert (await api.post(f"/api/v1/new-password/{token}", json={"password": OTHER})).status_code == 204
    assert (await api.get("/api/v1/me")).status_code == 401


async def test_colleagues_are_invited_seen_and_removed_over_the_api(api):
    admin, worker, shop = await a_person(), await a_person(), new_id()
    await a_hat(admin, Role.PROVIDER_ADMIN, scope_id=shop)
    await a_hat(worker, Role.PROVIDER_WORKER, scope_id=shop)
    await signed_in(api, admin)
    theirs = next(each for each in (await api.get("/api/v1/members")).json() if each["role"] == "provider_worker")
    assert (await api.delete(f"/api/v1/members/{theirs['membership_id']}")).status_code == 204
    invitation = {"email": "uusi@hoiva.fi", "role": "provider_worker"}
    made = await api.post("/api/v1/invitations", json=invitation, headers={"Idempotency-Key": "k1"})
    again = await api.post("/api/v1/invitations", json=invitation, headers={"Idempotency-Key": "k1"})
    assert (made.status_code, made.json()) == (201, again.json())
    assert [each["email"] for each in (await api.get("/api/v1/invitations")).json()] == ["uusi@hoiva.fi"]
    assert (await api.delete(f"/api/v1/invitations/{made.json()['id']}")).status_code == 204
    assert (await api.post("/api/v1/invitations", json={**invitation, "role": "finance"})).status_code == 403


@pytest.mark.parametrize("has_account", [False, True])
async def test_invitations_are_accepted_over_the_api(api, has_account):
    someone = await a_person()
    email = someone.email if has_account else "uusi@hoiva.fi"
    await invitations.invite_to(SYSTEM, email, Role.PROVIDER_WORKER, name="Hoiva Oy", provider_id=new_id())
    path = f"/api/v1/invitation/{await newest_token('invitation')}"
    assert (await api.get(path)).json()["has_account"] is has_account
    if has_account:
        await signed_in(api, someone)
        assert (await api.post(f"{path}/accept")).status_code == 200
    else:
        assert (await api.post(path, json={"name": "Uusi", "password": PASSWORD})).status_code == 201
    assert (await api.get(path)).status_code == 404
    assert await fetch_value("select count(*) from membership") == 1


async def test_no_secret_reaches_the_log(api, capsys):
    someone = await with_second_factor(await a_person())
    token = (await signed_in(api, someone, code=someone.code()))["token"]
    await api.get("/api/v1/me")
    await api.post("/api/v1/new-password", json={"email": someone.email})
    link = await newest_token("new_password")
    await api.post(f"/api/v1/new-password/{link}", json={"password": OTHER})
    written = "".join(capsys.readouterr())
    assert "new-password" in written
    assert not any(secret in written for secret in (token, link, someone.email, PASSWORD, OTHER, someone.secret))
