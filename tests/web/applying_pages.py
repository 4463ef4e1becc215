"""An applicant who walks through the pages of an application."""

from typing import Any

import httpx
from bs4 import BeautifulSoup

from marketplace.kernel.db import fetch_value
from tests.factories.onboarding import (
    Case,
)
from tests.web.browser import Browser

CONTACT = {"contact_name": "Aino", "contact_email": "aino@example.org", "contact_phone": "040 123 4567"}


ANSWERS = {"insured": "true", "staff": "3", "plan": "https://example.org", "checked_on": ""}


def text_of(response: httpx.Response) -> str:
    return " ".join(BeautifulSoup(response.text, "html.parser").get_text(" ").split())


def mine(case: Case, rest: str = "") -> str:
    return f"/provider/applications/{case.id}{rest}"


async def draft(case: Case, rest: str = "") -> str:
    """A page of the draft that the case's application belongs to."""
    bundle = await fetch_value("select bundle_id from application where id = $1", case.id)
    return f"/provider/applications/drafts/{bundle}{rest}"


async def page_fields(client: Browser, path: str) -> dict[str, Any]:
    """What a page of questions sends along: which questions it showed, and the count of edits."""
    shown = (await client.page(path)).select("main input[type=hidden]")
    fields: dict[str, Any] = {}
    for each in shown:
        if each["name"] in {"shown", "edits", "merging", "rulebooks"}:
            fields.setdefault(str(each["name"]), []).append(each["value"])
    return fields


async def answer(client: Browser, path: str, answers: dict[str, Any], **more: Any) -> httpx.Response:
    """Fills in a page of questions that was opened just before."""
    return await client.submit(path, {**await page_fields(client, path), **answers}, **more)


def theirs(case: Case, rest: str = "") -> str:
    return f"/organiser/applications/{case.id}{rest}"
