"""People at a browser: they click what they see, and every page they meet is held against the law and our promises."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, WebError
from playwright.async_api import Error as PlaywrightError

from tests.browser.accessibility import faults
from tests.factories.accounts import PASSWORD, Someone

LOOKS: Final = 50
ASKED_FOR_REFUSALS = ("422", "409", "403", "404", "413")
"""A form that comes back with its errors is no fault of the page, though the console tells of its status."""


@dataclass
class Watch:
    """Notes what no page of ours may do: script errors, what the security policy refused, another host."""

    site: str
    problems: list[str] = field(default_factory=list)

    def on(self, context: BrowserContext) -> "Watch":
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        return self

    def _console(self, said: ConsoleMessage) -> None:
        expected = said.text.startswith("Failed to load resource") and any(
            each in said.text for each in ASKED_FOR_REFUSALS
        )
        if said.type in {"error", "warning"} and not expected:
            self.problems.append(f"console of {said.location.get('url')}: {said.text}")

    def _error(self, raised: WebError) -> None:
        self.problems.append(f"script error: {raised.error}")

    def _request(self, asked: Request) -> None:
        if not asked.url.startswith((self.site, "data:", "blob:")):
            self.problems.append(f"another host was asked: {asked.url}")


@dataclass
class Visitor:
    """One person with one browser. What is wrong with the pages gathers in ``found``, unless nobody ``looks``."""

    page: Page
    site: str
    watch: Watch
    has_scripts: bool = True
    looks: bool = True
    found: list[str] = field(default_factory=list)
    met: set[str] = field(default_factory=set)

    async def open(self, path: str) -> None:
        """Opens a page, which must be there, and looks at it."""
        answer = await self.page.goto(path)
        assert answer is not None, path
        assert answer.status == 200, f"{path}: {answer.status}"
        await self.look()

    async def look(self) -> None:
        """Holds the page as it stands against axe (a script, so not where scripts are off).

        Each address once, and again when a form came back with errors.
        """
        if not (self.has_scripts and self.looks):
            return
        seen = urlsplit(self.page.url).path + (" with errors" if await self.has_errors() else "")
        if seen not in self.met:
            self.met.add(seen)
            self.found += await faults(self.page)

    async def has_errors(self) -> bool:
        return await self.page.locator(".govuk-error-summary").count() > 0

    async def press(self, name: str) -> None:
        """Presses the button of this name (a link may look like one)."""
        button = self.page.get_by_role("button", name=name, exact=True).first
        await button.click()
        await self._arrived()

    async def follow(self, name: str) -> None:
        """Follows the first link of this name."""
        await self.page.get_by_role("link", name=name).first.click()
        await self._arrived()

    async def _arrived(self) -> None:
        await self.page.wait_for_load_state("load")
        await self.look()

    async def fill(self, **answers: str) -> None:
        """Writes answers into the fields of these names."""
        for name, answer in answers.items():
            await self.page.locator(f"main [name='{name}']").first.fill(answer)

    async def tick(self, *names_and_values: str) -> None:
        """Ticks or chooses: ``name`` or ``name=value``."""
        for each in names_and_values:
            name, _, value = each.partition("=")
            exact = f"[value='{value}']" if value else ""
            await self.page.locator(f"main input[name='{name}']{exact}").first.check()

    async def sees(self, *texts: str) -> None:
        """The page says all of this, now or in a moment: what a key sends takes its time."""
        for _ in range(LOOKS):
            if not await self._missing(texts):
                return
            await self.page.wait_for_timeout(100)
        shown = " ".join((await self.page.locator("body").inner_text()).split())
        assert all(text in shown for text in texts), f"{self.page.url} does not say all of {texts}:\n{shown}"

    async def _missing(self, texts: Sequence[str]) -> list[str]:
        try:
            shown = " ".join((await self.page.locator("body").inner_text()).split())
        except PlaywrightError:  # The page is just being left for the next.
            return list(texts)
        return [text for text in texts if text not in shown]

    async def sign_in(self, someone: Someone) -> None:
        """Signs in on the page, with the code where there is a second factor."""
        await self.open("/sign-in")
        await self.fill(email=someone.email, password=PASSWORD)
        await self.press_in_main("submit")
        if someone.secret:
            await self.fill(code=someone.code())
            await self.press_in_main("submit")
        assert not await self.has_errors(), await self.page.locator(".govuk-error-summary").inner_text()

    async def press_in_main(self, kind: str) -> None:
        """Presses the page's own first button of this type, whatever its language."""
        await self.page.locator(f"main button[type='{kind}']").first.click()
        await self._arrived()

    def judge(self) -> None:
        """Fails with everything that was found wrong on the way."""
        wrong = self.found + self.watch.problems
        assert not wrong, "\n".join(wrong)
