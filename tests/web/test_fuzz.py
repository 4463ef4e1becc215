"""Whatever is sent, to whichever address and by whomever: nothing fails (5xx), and nobody reaches another's things."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from litestar import Litestar
from msgspec.structs import replace

from marketplace.accounts.people import add_person
from marketplace.app import assemble, feature_handlers
from marketplace.kernel.actors import CLIENT_ROLES, ORGANISER_ROLES, PROVIDER_ROLES, SYSTEM, Actor
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.config import get_config
from marketplace.kernel.db import fetch_value, new_id, unit_of_work
from marketplace.kernel.i18n import Language
from marketplace.payouts.settlements import run_settlement
from marketplace.vouchers.visits import log_visit
from onboarding.rulebooks.versions import publish_rulebook
from tests.factories.compliance import a_case_of_insurance
from tests.factories.onboarding import small_rulebook
from tests.factories.vouchers import NOW, Setting, a_setting, at
from tests.web.browser import Api, browser_of
from tests.web.desks import WhoeverTheySay, as_program
from tests.web.fuzzing import ODD_TEXTS, Fuzzer, body_schema, operations

SEED = 20261130
TRIES = 15
SHARES = 4
FINAL = frozenset({"withdraw", "revoke", "end", "suspend", "reject"})
"""What ends things is asked for once in a hundred times: the rest must have something to work on."""

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def app() -> Litestar:
    return assemble(get_config(), feature_handlers(), WhoeverTheySay(), {})


@pytest.fixture
async def setting(database: str):
    with clock_set_to(NOW):
        made = await a_setting()
        await publish_rulebook(SYSTEM, made.organiser.id, small_rulebook(), NOW.date())
        yield made


async def actors_of(setting: Setting) -> dict[str, Actor]:
    """Everybody of the setting by role, each of them one and the same person."""
    async with unit_of_work():
        person_id = await add_person("sami@example.org", "Sami Salo", Language.EN)
    scopes = (
        (ORGANISER_ROLES, {"organiser_id": setting.organiser.id}),
        (PROVIDER_ROLES, {"provider_id": setting.provider.provider_id}),
        (CLIENT_ROLES, {"client_id": setting.client.id}),
    )
    return {
        role.value: Actor(person_id=person_id, role=role, **scope) for roles, scope in scopes for role in sorted(roles)
    }


def stranger_like(actor: Actor) -> Actor:
    """Somebody in the same role at another organiser, provider or client."""
    scopes = ("organiser_id", "provider_id", "client_id")
    elsewhere = {scope: new_id() for scope in scopes if getattr(actor, scope) is not None}
    return replace(actor, person_id=new_id(), **elsewhere)


async def ids_of(setting: Setting) -> dict[str, Sequence[str]]:
    """The ids of everything in the setting, by the names that the API gives them."""
    visit = await log_visit(setting.provider, setting.agreement.id, at("2026-11-28 08:00"), at("2026-11-28 09:00"))
    [statement] = (await run_settlement(SYSTEM, setting.organiser.id, date(2026, 11, 28))).statements
    known = {
        "voucher_id": setting.voucher.id, "agreement_id": setting.agreement.id, "client_id": setting.client.id,
        "plan_id": setting.plan.id, "plan_service_id": setting.plan.services[0].id, "product_id": setting.product.id,
        "offer_id": setting.offer_id, "approval_id": setting.approval_id, "organiser_id": setting.organiser.id,
        "provider_id": setting.provider.provider_id, "visit_id": visit.id, "statement_id": statement.id,
        "payout_id": statement.payout.id, "application_id": await fetch_value("select id from application"),
        "voucher_number": setting.voucher.number,
        "decision_id": await fetch_value("select id from decision limit 1"),
        "code": await fetch_value("select code from decision limit 1"),
        "case_id": await a_case_of_insurance(setting.provider.provider_id or setting.organiser.id),
    }  # fmt: skip
    return {name: [str(value)] for name, value in known.items()}


def address(fuzzer: Fuzzer, path: str, operation: Mapping[str, Any]) -> str:
    """The path with its parameters filled in, and perhaps an odd query."""
    asked = operation.get("parameters", [])
    for parameter in (each for each in asked if each["in"] == "path"):
        path = path.replace("{" + parameter["name"] + "}", quote(fuzzer.path_value(parameter["name"]), safe=""))
    query = [
        f"{each['name']}={quote(fuzzer.random.choice(ODD_TEXTS)[:3_000], safe='', errors='surrogatepass')}"
        for each in asked
        if each["in"] == "query" and fuzzer.random.random() < 0.4
    ]
    return f"{path}?{'&'.join(query)}" if query else path


def shuffled(fuzzer: Fuzzer, asked: Iterable[tuple[str, str, Mapping[str, Any]]]) -> list[Any]:
    tries = [each for each in asked for _ in range(1 if each[0].rpartition("/")[2] in FINAL else TRIES)]
    fuzzer.random.shuffle(tries)
    return tries


@pytest.mark.parametrize("share", range(SHARES))
async def test_odd_input_never_fails(app: Litestar, setting: Setting, share: int) -> None:
    actors, failed = await actors_of(setting), []
    async with browser_of(app, kind=Api) as api:
        document = (await api.get("/api/openapi.json")).json()
        fuzzer = Fuzzer(document, {**await ids_of(setting), "application_id": ()}, SEED + share)
        for path, method, operation in shuffled(fuzzer, operations(document))[share::SHARES]:
            who = [actors[role] for role in operation.get("x-roles", ()) if role in actors] or list(actors.values())
            schema = body_schema(operation)
            body = None if schema is None else fuzzer.body(schema)
            sent_to = address(fuzzer, path, operation)
            as_program(api, fuzzer.random.choice(who))
            answer = await api.request(method, sent_to, content=body, headers=JSON)
            if answer.status_code >= 500:
                failed.append(f"{method} {sent_to[:200]} {body!r:.400} -> {answer.status_code}")
    assert not failed, "\n".join(failed)


async def test_strangers_reach_nothing_by_its_id(app: Litestar, setting: Setting) -> None:
    actors, ids, reached = await actors_of(setting), await ids_of(setting), []
    async with browser_of(app, kind=Api) as api:
        document = (await api.get("/api/openapi.json")).json()
        fuzzer = Fuzzer(document, ids, SEED)
        for path, method, operation in operations(document):
            to = re.sub(r"{(\w+)}", lambda found: ids.get(found[1], [str(new_id())])[0], path)
            for role in operation.get("x-roles", ()) if to != path else ():
                as_program(api, stranger_like(actors[role]))
                for _ in range(4):
                    schema = body_schema(operation)
                    body = None if schema is None else json.dumps(fuzzer.sample(schema)).encode()
                    if (answer := await api.request(method, to, content=body, headers=JSON)).status_code < 400:
                        reached.append(f"{method} {to} as {role} -> {answer.status_code}")
    assert not reached, "\n".join(reached)


def test_odd_bodies_are_the_same_in_every_run() -> None:
    schema = {"type": "object", "properties": {"day": {"type": "string", "format": "date"}}, "required": ["day"]}
    first, second = (Fuzzer({}, {"any": ["x"]}, SEED) for _ in range(2))
    assert [first.body(schema) for _ in range(50)] == [second.body(schema) for _ in range(50)]
    assert msgspec.json.decode(msgspec.json.encode(first.sample(schema))).keys() == {"day"}
