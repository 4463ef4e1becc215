"""The product's HTTP API as a program outside would use it: JSON over HTTP with bearer tokens, and clear failures."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from marketplace.demo.people import code_of
from marketplace.kernel.clock import now

T = TypeVar("T")
Json = Mapping[str, Any]
PATIENCE_SECONDS = 30.0


class DemoFailed(Exception):
    """A step did not do what it should; the message says what came instead."""


class Api:
    """One person's use of the API: under a token once they have signed in."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=20, trust_env=False, headers={"Accept-Language": "en"})

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        return self._answered(self._http.get(f"/api/v1{path}", params=query))

    def post(self, path: str, body: object = None) -> Any:
        """Each call carries a key of its own, as a careful client's would: repeated by the network it acts once."""
        headers = {"Idempotency-Key": str(uuid4())}
        return self._answered(self._http.post(f"/api/v1{path}", json=body, headers=headers))

    def patch(self, path: str, body: object) -> Any:
        return self._answered(self._http.patch(f"/api/v1{path}", json=body))

    def upload(self, path: str, fields: Mapping[str, str], name: str, content: bytes) -> Any:
        files = {"file": (name, content, "application/pdf")}
        return self._answered(self._http.post(f"/api/v1{path}", data=dict(fields), files=files))

    def refusal_of(self, path: str, body: object) -> Json:
        """The problem document of a call that must be refused.

        Raises:
            DemoFailed: it was not.
        """
        answer = self._http.post(f"/api/v1{path}", json=body)
        if answer.is_success:
            raise DemoFailed(f"POST {path} should have been refused and was not")
        return answer.json()

    def sign_in(self, email: str, password: str, secret: str = "") -> Json:
        """Signs in, with the six digits of this moment where there is a second factor."""
        code = {"code": code_of(secret, int(now().timestamp()))} if secret else {}
        issued = self.post("/sign-in", {"email": email, "password": password, **code})
        return self._under(issued)

    def put_on_hat(self, role: str) -> Json:
        """Goes on under the person's hat of this role."""
        hats = [hat for hat in self.get("/me")["hats"] if hat["role"] == role]
        if not hats:
            raise DemoFailed(f"there is no hat of the role {role}")
        return self._under(self.post("/hat", {"membership_id": hats[0]["id"]}))

    def _under(self, issued: Json) -> Json:
        self._http.headers["Authorization"] = f"Bearer {issued['token']}"
        return issued

    def _answered(self, answer: httpx.Response) -> Any:
        if answer.is_success:
            return answer.json() if answer.content else None
        request = f"{answer.request.method} {answer.request.url.path}"
        raise DemoFailed(f"{request} answered {answer.status_code}: {answer.text[:600]}")


def until(what: str, look: Callable[[], T | None]) -> T:
    """Looks again and again until there is something to see.

    Raises:
        DemoFailed: it took too long.
    """
    deadline, pause = time.monotonic() + PATIENCE_SECONDS, 0.03
    while time.monotonic() < deadline:
        if (seen := look()) is not None:
            return seen
        time.sleep(pause)
        pause = min(pause * 1.5, 0.3)
    raise DemoFailed(f"waited {PATIENCE_SECONDS:.0f} s in vain for this: {what}")
