"""People at a browser who read and press in a language of their own."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator

from marketplace.kernel.i18n import Language, Message, translate
from tests.browser.conftest import Visiting
from tests.browser.visiting import Visitor
from tests.browser.words import english_on


@dataclass
class Speaker(Visitor):
    """A visitor to whom the journey speaks in English source texts, and who looks for them in ``language``.

    Texts that nobody translates, such as names and references, are looked for as they are.
    """

    language: Language = Language.EN

    def said(self, text: str, **values: Any) -> str:
        return translate(Message(text, values), self.language)

    async def press(self, name: str, **values: Any) -> None:
        await super().press(self.said(name, **values))

    async def follow(self, name: str, **values: Any) -> None:
        await super().follow(self.said(name, **values))

    async def sees(self, *texts: str, **values: Any) -> None:
        await super().sees(*(self.said(text, **values) for text in texts))

    async def look(self) -> None:
        """As everybody, and that no English was left on the page."""
        await super().look()
        self.found += await english_on(self.page, self.language)

    def fields(self, name: str) -> Locator:
        """Where this is asked: once, or for each unit or service."""
        return self.page.locator(f"main [name='{name}'], main [name^='{name}@']")

    async def asks(self, name: str) -> bool:
        return await self.fields(name).count() > 0

    async def answer(self, **answers: str | bool) -> None:
        """Answers what the page asks under these names, for each unit and each service."""
        for name, answer in answers.items():
            fields = self.fields(name)
            if isinstance(answer, bool):
                await self._choose(fields, str(answer).lower())
            elif await fields.first.get_attribute("type") == "radio":
                await self._choose(fields, answer)
            else:
                assert await fields.count(), f"{self.page.url} does not ask {name}"
                for field in await fields.all():
                    await field.fill(answer)

    async def _choose(self, fields: Locator, value: str) -> None:
        chosen = fields.and_(self.page.locator(f"[value='{value}']"))
        assert await chosen.count(), f"{self.page.url} does not offer {value}"
        for each in await chosen.all():
            await each.check()


async def speaker(visitor: Visiting, language: Language, **how: bool) -> Speaker:
    """Somebody new with a browser set to ``language``."""
    made = await visitor(language=language.locale.replace("_", "-"), **how)
    return Speaker(made.page, made.site, made.watch, has_scripts=made.has_scripts, language=language)
