"""What tests speak HTTP with, straight into the application."""

from collections.abc import Mapping
from typing import Any, TypeVar

import httpx
from bs4 import BeautifulSoup
from litestar import Litestar

BASE_URL = "http://127.0.0.1:8000"
CSRF_COOKIE = "csrf"

C = TypeVar("C", bound=httpx.AsyncClient)


class Browser(httpx.AsyncClient):
    """A visitor with a cookie jar who does not follow redirects unasked."""

    async def csrf(self) -> str:
        """The token that every form of this visitor carries."""
        if CSRF_COOKIE not in self.cookies:
            await self.get("/")
        return self.cookies[CSRF_COOKIE]

    async def submit(
        self, path: str, answers: Mapping[str, Any] | None = None, *, files: Any = None, key: str | None = None
    ) -> httpx.Response:
        """Posts a form as its page would: with the token and, where given, the form's key."""
        hidden = {"_csrf_token": await self.csrf()} | ({"_form_key": key} if key else {})
        return await self.post(path, data={**(answers or {}), **hidden}, files=files)

    async def page(self, path: str) -> BeautifulSoup:
        """The page at ``path``, which must be there."""
        response = await self.get(path, follow_redirects=True)
        assert response.status_code == 200, f"{path}: {response.status_code}"
        return BeautifulSoup(response.text, "html.parser")


class Api(httpx.AsyncClient):
    """A program with an access token."""

    def with_token(self, token: str) -> "Api":
        self.headers["authorization"] = f"Bearer {token}"
        return self


def browser_of(app: Litestar, *, kind: type[C] = Browser, base_url: str = BASE_URL) -> C:
    return kind(transport=httpx.ASGITransport(app), base_url=base_url)
