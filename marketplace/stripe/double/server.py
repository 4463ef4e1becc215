"""The double as a running server: checks each request as Stripe does, acts, remembers, and sends its webhooks."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Any

from marketplace.stripe.double import accounts, balances, calls, idempotency, onboarding, payouts, transfers
from marketplace.stripe.double.control import Advance, advance, control
from marketplace.stripe.double.errors import ApiError
from marketplace.stripe.double.faults import AFTER_ACTING, Fault, FaultKind, Faults, refusal
from marketplace.stripe.double.forms import decode_form, decode_json
from marketplace.stripe.double.http import HangUp, HttpServer, Request, Response, json_response
from marketplace.stripe.double.routing import Call, Route
from marketplace.stripe.double.schema import check
from marketplace.stripe.double.webhooks import Deliveries, Endpoint
from marketplace.stripe.double.world import PLATFORM, Json, World, load, new_id, save
from marketplace.stripe.settings import DOUBLE_KEY, DOUBLE_SECRETS

ROUTES = (
    Route("POST", "/v2/core/accounts", calls.ACCOUNT_CREATE, accounts.create),
    Route("GET", "/v2/core/accounts/{id}", calls.ACCOUNT_RETRIEVE, accounts.retrieve),
    Route("POST", "/v2/core/account_links", calls.ACCOUNT_LINK, onboarding.create_link),
    Route("GET", "/v1/balance", calls.NOTHING, balances.retrieve),
    Route("POST", "/v1/balance_settings", calls.BALANCE_SETTINGS, balances.update_settings),
    Route("POST", "/v1/transfers", calls.TRANSFER_CREATE, transfers.create),
    Route("GET", "/v1/transfers", calls.TRANSFER_LIST, transfers.list_all),
    Route("GET", "/v1/transfers/{id}", calls.NOTHING, transfers.retrieve),
    Route("POST", "/v1/transfers/{id}/reversals", calls.REVERSAL_CREATE, transfers.reverse),
    Route("POST", "/v1/payouts", calls.PAYOUT_CREATE, payouts.create),
    Route("GET", "/v1/payouts", calls.PAYOUT_LIST, payouts.list_all),
    Route("GET", "/v1/payouts/{id}", calls.NOTHING, payouts.retrieve),
)

RETRY_PAUSES = (1, 5, 30, 120, 600)
"""Seconds. Stripe itself goes on for three days."""


class Double:
    """One Stripe of its own. ``url`` is known once it has started."""

    def __init__(
        self,
        world: World,
        *,
        api_key: str,
        endpoints: Mapping[str, Endpoint],
        state_path: Path | None,
        pauses: Sequence[float],
    ) -> None:
        self.world = world
        self.faults = Faults()
        self.url = ""
        self._api_key = api_key
        self._state_path = state_path
        self._deliveries = Deliveries(world, endpoints, pauses)
        self._changed = asyncio.Event()
        self._server: HttpServer | None = None
        self._clockwork: asyncio.Task[None] | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = HttpServer(self.answer)
        self.url = f"http://{host}:{await self._server.start(host, port)}"
        self._clockwork = asyncio.create_task(self._run_clockwork(), name="stripe-double")

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop()
        if self._clockwork is not None:
            self._clockwork.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._clockwork
        await self._deliveries.aclose()
        save(self.world, self._state_path)

    def advance(self, step: Advance) -> object:
        """The same as ``POST /_double/advance``, for tests in the same process."""
        result = advance(self.world, step)
        self._remember()
        return result

    async def webhooks_sent(self) -> None:
        """Waits until no event is waiting to be sent (events held back do not count)."""
        while self._deliveries.next_due() is not None:  # noqa: ASYNC110 - deliveries take real time
            await asyncio.sleep(0.01)

    async def answer(self, request: Request) -> Response:
        try:
            if request.path.startswith(onboarding.PATH):
                return onboarding.page(self.world, request)
            if request.path.startswith("/_double/"):
                return json_response(200, control(self.world, self.faults, request))
            return await self._answer_call(request)
        except ApiError as error:
            return json_response(error.status, error.body(), _headers(error))
        finally:
            if request.method != "GET":
                self._remember()

    async def _answer_call(self, request: Request) -> Response:
        self._authenticate(request)
        fault = self.faults.take(request.method, request.path)
        if fault is not None and fault.kind not in AFTER_ACTING:
            raise refusal(fault.kind) or HangUp
        response = self._act(request)
        if fault is not None:
            await self._fail_after_acting(fault)
        return response

    async def _fail_after_acting(self, fault: Fault) -> None:
        self._remember()
        if fault.kind is FaultKind.TIMEOUT_AFTER_ACTING:
            await asyncio.sleep(fault.seconds)
        raise HangUp

    def _authenticate(self, request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if given != self._api_key:
            raise ApiError(401, f"Invalid API Key provided: {given[:8]}***")
        account = request.headers.get("stripe-account")
        if account is not None and account not in self.world.accounts:
            text = f"The provided key does not have access to account '{account}' (or that account does not exist)."
            raise ApiError(403, text, code="account_invalid")

    def _act(self, request: Request) -> Response:
        route, path = _route(request)
        call = Call(
            world=self.world,
            params=check(route.accepts, _parameters(route, request)),
            path=path,
            account=request.headers.get("stripe-account", PLATFORM),
            base_url=request.base_url,
        )
        key = request.headers.get("idempotency-key")
        if request.method != "POST" or not key:
            return json_response(200, route.act(call), _headers())
        return self._act_once(route, call, key, request.path)

    def _act_once(self, route: Route, call: Call, key: str, path: str) -> Response:
        asked = idempotency.fingerprint(route.method, path, call.params)
        kept = idempotency.kept_answer(self.world, call.account, key, asked)
        if kept is not None:
            return json_response(kept.status, kept.body, {**_headers(), "Idempotent-Replayed": "true"})
        status, body = _attempted(route, call)
        idempotency.keep(self.world, call.account, key, asked, (status, body), is_v2=route.is_v2)
        return json_response(status, body, _headers())

    def _remember(self) -> None:
        save(self.world, self._state_path)
        self._changed.set()

    async def _run_clockwork(self) -> None:
        """Payouts on their way and events to be sent: whatever is due next, or sooner when something happens."""
        while True:
            self._changed.clear()
            moved = payouts.take_due_steps(self.world)
            sent = await self._deliveries.send_due()
            if moved or sent:
                save(self.world, self._state_path)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), self._seconds_to_next())

    def _seconds_to_next(self) -> float | None:
        moments = [record.due for record in self.world.payouts.values()] + [self._deliveries.next_due()]
        due = [moment for moment in moments if moment is not None]
        return max(min(due) - time.time(), 0) if due else None


def create_double(
    *,
    api_key: str = DOUBLE_KEY,
    webhooks_to: str | None = None,
    secrets: Mapping[str, str] = DOUBLE_SECRETS,
    state_path: Path | None = None,
    payout_seconds: float | None = None,
    pauses: Sequence[float] = RETRY_PAUSES,
) -> Double:
    """A double that has not started yet.

    ``webhooks_to`` is the product's address (``http://127.0.0.1:8000``); without it no webhook is sent.
    ``payout_seconds`` lets payouts take their next step by themselves; None waits for ``/_double/advance``.
    """
    world = load(state_path)
    world.payout_seconds = payout_seconds
    endpoints = {
        kind: Endpoint(f"{webhooks_to.rstrip('/')}/webhooks/stripe/{kind}", secret)
        for kind, secret in secrets.items()
        if webhooks_to
    }
    return Double(world, api_key=api_key, endpoints=endpoints, state_path=state_path, pauses=pauses)


@contextlib.asynccontextmanager
async def running_double(host: str = "127.0.0.1", port: int = 0, **settings: Any) -> AsyncGenerator[Double]:
    """A started double on loopback, in this event loop. ``settings`` as in ``create_double``."""
    double = create_double(**settings)
    await double.start(host, port)
    try:
        yield double
    finally:
        await double.stop()


def _route(request: Request) -> tuple[Route, tuple[str, ...]]:
    for route in ROUTES:
        path = route.match(request.method, request.path)
        if path is not None:
            return route, path
    raise ApiError(404, f"Unrecognized request URL ({request.method}: {request.path}).")


def _parameters(route: Route, request: Request) -> Json:
    if request.method != "POST":
        return decode_form(request.query)
    return decode_json(request.body) if route.is_v2 else decode_form(request.body.decode())


def _attempted(route: Route, call: Call) -> tuple[int, Json]:
    try:
        return 200, route.act(call)
    except ApiError as error:
        return error.status, error.body()


def _headers(error: ApiError | None = None) -> dict[str, str]:
    headers = {"Request-Id": new_id("req")}
    if error is not None and error.status == 429:
        headers["Retry-After"] = "1"
    return headers
