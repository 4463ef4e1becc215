"""The main job over the API: client, plan, voucher, agreement, visit; and what it answers when it refuses."""

from uuid import UUID

import msgspec
import pytest

from marketplace.app import assemble
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.config import get_config
from marketplace.kernel.db import new_id
from marketplace.plans import wiring as plans
from marketplace.vouchers import wiring as vouchers
from tests.factories.catalogue import approve, make_offer, make_provider
from tests.factories.organisers import make_organiser
from tests.factories.plans import a_case_manager, client_of
from tests.factories.pricing import helsinki_value
from tests.factories.vouchers import NOW, Setting, a_product, a_setting, another_provider, hourly
from tests.web.browser import Api, browser_of
from tests.web.desks import WhoeverTheySay, as_program

HOME_CARE = "V-HOMECARE-REG"
VISIT = {"start": "2026-11-30T08:00:00+02:00", "end": "2026-11-30T09:30:00+02:00"}


@pytest.fixture(scope="module")
def app():
    return assemble(get_config(), [*plans.ROUTES, *vouchers.ROUTES], WhoeverTheySay(), {})


@pytest.fixture
async def clock():
    with clock_set_to(NOW):
        yield


@pytest.fixture
async def setting(database: str, clock) -> Setting:
    return await a_setting()


@pytest.fixture
async def api(app, database: str):
    async with browser_of(app, kind=Api) as machine:
        yield machine


async def call(api: Api, actor: Actor, path: str, body: object = None, *, key: str = "", status: int = 200):
    """Posts a body, or gets without one, as the actor; the status must be as told."""
    headers = {"Idempotency-Key": key} if key else {}
    path = f"/api/v1{path}"
    as_program(api, actor)
    answer = await (api.get(path) if body is None else api.post(path, json=body, headers=headers))
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_from_client_to_redeemed_visit(api: Api, database: str, clock) -> None:
    organiser, provider = await make_organiser(), await make_provider()
    manager, product = a_case_manager(organiser), await a_product(organiser, helsinki_value())
    await approve(provider, organiser)
    offer_id = await make_offer(provider, organiser, prices=hourly(4200))
    person = {
        "given_names": "Maija",
        "family_name": "Mattila",
        "municipality_code": "091",
        "gross_income_cents": 150000,
    }
    client = await call(api, manager, "/organiser/clients", person, status=201)
    needs = {"client_id": client["id"], "valid_from": "2026-11-01", "activate": True,
             "services": [{"service_class": HOME_CARE, "minutes_per_month": 1200}]}  # fmt: skip
    plan = await call(api, manager, "/organiser/plans", needs, status=201)
    grant = {"client_id": client["id"], "product_id": str(product.id), "plan_service_id": plan["services"][0]["id"],
             "valid_from": "2026-11-01", "valid_to": "2026-12-31", "reasons": "Tarvitsee apua."}  # fmt: skip
    voucher = await call(api, manager, "/organiser/vouchers", grant, status=201)
    opening = {"voucher_number": voucher["number"], "offer_id": str(offer_id), "starts_on": "2026-11-30"}
    agreement = await call(api, provider, "/provider/agreements", opening, status=201)
    visit = await call(api, provider, "/provider/visits", {"agreement_id": agreement["id"], **VISIT}, status=201)
    assert (visit["price_cents"], visit["payer_cents"], visit["own_share_cents"]) == (6300, 5231, 1069)
    mine = await call(api, client_of(msgspec.convert({**client}, Named)), "/client/vouchers")
    assert (mine[0]["used_cents"], mine[0]["month"]["left_minutes"]) == (5231, 1110)


class Named(msgspec.Struct):
    id: UUID


async def test_the_same_key_logs_once_and_answers_alike(api: Api, setting: Setting) -> None:
    body = {"agreement_id": str(setting.agreement.id), **VISIT}
    first = await call(api, setting.provider, "/provider/visits", body, key="k1", status=201)
    assert await call(api, setting.provider, "/provider/visits", body, key="k1", status=201) == first
    other = {**body, "end": "2026-11-30T10:00:00+02:00"}
    problem = await call(api, setting.provider, "/provider/visits", other, key="k1", status=409)
    assert problem["code"] == "idempotency_key_reused"
    problem = await call(api, setting.provider, "/provider/visits", body, key="k2", status=409)
    assert problem["code"] == "duplicate_visit"


async def test_the_same_key_grants_once(api: Api, setting: Setting) -> None:
    grant = {"client_id": str(setting.client.id), "product_id": str(setting.product.id),
             "plan_service_id": str(setting.plan.services[0].id), "valid_from": "2027-01-01", "valid_to": "2027-01-31",
             "reasons": "Jatkuu."}  # fmt: skip
    first = await call(api, setting.manager, "/organiser/vouchers", grant, key="g", status=201)
    assert await call(api, setting.manager, "/organiser/vouchers", grant, key="g", status=201) == first
    assert len(await call(api, setting.manager, "/organiser/vouchers")) == 2


async def test_a_preview_costs_nothing(api: Api, setting: Setting) -> None:
    body = {"agreement_id": str(setting.agreement.id), **VISIT}
    seen = await call(api, setting.worker, "/provider/visits/preview", body)
    assert (seen["payer_cents"], len(seen["lines"])) == (4950, 1)
    assert (await call(api, setting.provider, "/provider/visits"))["items"] == []


async def test_all_wrong_fields_of_a_visit_are_named(api: Api, setting: Setting) -> None:
    body = {"agreement_id": "x", "start": "2026-11-30T08:00:00", "end": "soon"}
    problem = await call(api, setting.provider, "/provider/visits", body, status=422)
    assert {error["field"] for error in problem["errors"]} == {"agreement_id", "start", "end"}
    body = {"agreement_id": str(setting.agreement.id), "start": VISIT["start"], "end": "2026-11-30T08:00:30+02:00"}
    problem = await call(api, setting.provider, "/provider/visits", body, status=422)
    assert [error["field"] for error in problem["errors"]] == ["end"]


async def test_a_visit_is_read_and_cancelled(api: Api, setting: Setting) -> None:
    body = {"agreement_id": str(setting.agreement.id), **VISIT}
    visit = await call(api, setting.provider, "/provider/visits", body, status=201)
    assert await call(api, setting.provider, f"/provider/visits/{visit['id']}") == visit
    cancelled = await call(api, setting.provider, f"/provider/visits/{visit['id']}/cancel", {"reason": "wrong_client"})
    assert cancelled["status"] == "reversed"
    assert (await call(api, setting.person, "/client/visits"))["items"] == [cancelled]
    assert (await call(api, setting.manager, "/organiser/visits"))["items"][0]["id"] == visit["id"]


async def test_a_client_chooses_among_offers_by_own_share(api: Api, setting: Setting) -> None:
    other = await another_provider(setting, prices=hourly(3300))
    offers = await call(api, setting.person, f"/client/vouchers/{setting.voucher.id}/offers")
    assert [offer["own_share_from_cents"] for offer in offers] == [0, 500]
    choice = {"offer_id": str(other.offer_id), "starts_on": "2026-12-01"}
    chosen = await call(api, setting.person, f"/client/vouchers/{setting.voucher.id}/agreement", choice, status=201)
    assert chosen["provider_name"] == "Toinen Hoiva Oy"
    ended = await call(api, setting.person, f"/client/agreements/{chosen['id']}/end", {"last_day": "2026-12-20"})
    assert ended["ends_on"] == "2026-12-20"


async def test_the_case_manager_chooses_ends_and_revokes(api: Api, setting: Setting) -> None:
    other = await another_provider(setting)
    base = f"/organiser/vouchers/{setting.voucher.id}"
    choice = {"offer_id": str(other.offer_id)}
    chosen = await call(api, setting.manager, f"{base}/agreement", choice, status=201)
    assert (await call(api, setting.manager, f"/organiser/agreements/{chosen['id']}/end", {}))["status"] == "ended"
    revoked = await call(api, setting.manager, f"{base}/revoke", {"reasons": "Tarve muuttui."})
    assert revoked["status"] == "revoked"
    decisions = await call(api, setting.manager, f"{base}/decisions")
    assert [each["kind"] for each in decisions] == ["granted", "revoked"]
    assert (await call(api, setting.manager, base))["id"] == revoked["id"]


async def test_a_provider_reads_and_ends_its_agreements(api: Api, setting: Setting) -> None:
    [card] = await call(api, setting.worker, "/provider/agreements?only_active=true")
    assert await call(api, setting.worker, f"/provider/agreements/{card['id']}") == card
    ended = await call(api, setting.provider, f"/provider/agreements/{card['id']}/end", {})
    assert ended["status"] == "ended"


async def test_the_client_reads_voucher_decisions_and_plan(api: Api, setting: Setting) -> None:
    proxy = client_of(setting.client, Role.PROXY)
    voucher = await call(api, proxy, f"/client/vouchers/{setting.voucher.id}")
    assert voucher["number"] == setting.voucher.number
    assert len(await call(api, proxy, f"/client/vouchers/{setting.voucher.id}/decisions")) == 1
    assert (await call(api, proxy, "/client/plan"))["goals"] == "Kotona asuminen jatkuu."


async def test_others_are_told_that_nothing_is_there(api: Api, setting: Setting) -> None:
    stranger = Actor(person_id=new_id(), role=Role.CLIENT, client_id=new_id())
    await call(api, stranger, f"/client/vouchers/{setting.voucher.id}", status=404)
    await call(api, stranger, f"/client/vouchers/{setting.voucher.id}/offers", status=404)
    await call(api, setting.person, f"/provider/agreements/{setting.agreement.id}", status=403)


async def test_clients_and_plans_over_the_api(api: Api, setting: Setting) -> None:
    manager, path = setting.manager, f"/organiser/clients/{setting.client.id}"
    assert (await call(api, manager, "/organiser/clients"))["total"] == 1
    assert (await call(api, manager, "/organiser/clients/search", {"q": "nobody"}))["total"] == 0
    assert (await call(api, manager, path))["given_names"] == "Maija"
    answer = await as_program(api, manager).put(
        f"/api/v1{path}", json={"given_names": "Maija", "family_name": "Uusi", "municipality_code": "091"}
    )
    assert answer.json()["family_name"] == "Uusi"
    invited = await call(api, manager, f"{path}/invitations", {"email": "maija@example.org"}, status=201)
    assert UUID(invited["invitation_id"])
    needs = {"client_id": str(setting.client.id), "valid_from": "2026-12-01",
             "services": [{"service_class": HOME_CARE, "minutes_per_month": 60}]}  # fmt: skip
    draft = await call(api, manager, "/organiser/plans", needs, status=201)
    assert (await call(api, manager, f"/organiser/plans/{draft['id']}/activate", {}))["status"] == "active"
    with clock_set_to(NOW.replace(month=12, day=5)):
        assert (await call(api, manager, f"/organiser/plans/{draft['id']}/end", {}))["status"] == "ended"
    assert [plan["status"] for plan in await call(api, manager, f"{path}/plans")] == ["ended", "ended"]
