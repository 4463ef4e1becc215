"""Finds English on a page that is in another language."""

import re
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from playwright.async_api import Page

from marketplace.kernel.i18n import Language

LOCALES = Path(__file__).parents[2] / "marketplace" / "locales"
SHORTEST_PATTERN = 14
"""Letters that a text with places to fill must have beside them, lest it fit anything."""

ENGLISH_WORDS = re.compile(r"\b(the|and|your|with|this|from|are|you|which)\b", re.IGNORECASE)
"""Words that neither Finnish nor Swedish has."""

SWEDISH_TOO = frozenset({"Register"})
"""English source texts that are Swedish words of another meaning as well."""

OWN_NAMES = [language.own_name for language in Language]
"""Languages are named in themselves where they are chosen."""

TEXTS = """names => {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const foreign = parent.closest('[lang]') !== document.documentElement;
    if (!foreign && !['SCRIPT', 'STYLE'].includes(parent.tagName)) texts.push(walker.currentNode.textContent);
  }
  for (const each of document.querySelectorAll('[aria-label], [placeholder], [alt]'))
    for (const name of ['aria-label', 'placeholder', 'alt']) texts.push(each.getAttribute(name) || '');
  texts.push(document.title);
  return texts.map(text => text.replace(/\\s+/g, ' ').trim()).filter(text => text && !names.includes(text));
}"""
"""Every text of a page as it stands in its elements, but those that say that they are in another language."""


@cache
def _english(language: Language) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """English source texts that read otherwise in ``language``: whole ones, and patterns of those with places."""
    whole, patterns = set[str](), list[re.Pattern[str]]()
    for path in sorted((LOCALES / language.value).glob("*.po")):
        with path.open("rb") as file:
            for entry in read_po(file):
                for source in (entry.id,) if isinstance(entry.id, str) else entry.id:
                    if not source or source in (entry.string or ""):
                        continue
                    if "{" not in source:
                        whole.add(" ".join(source.split()))
                    elif len(re.sub(r"\{.*?\}|\W", "", source)) >= SHORTEST_PATTERN:
                        patterns.append(_pattern(source))
    return frozenset(whole - SWEDISH_TOO if language is Language.SV else whole), tuple(patterns)


def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(".+".join(re.escape(part) for part in re.split(r"\{.*?\}", source)))


async def english_on(page: Page, language: Language) -> list[str]:
    """Texts of the page that were left in English. Empty is good."""
    if language is Language.EN:
        return []
    whole, patterns = _english(language)
    texts: list[str] = await page.evaluate(TEXTS, OWN_NAMES)
    return [
        f"{page.url}: English: {text!r}"
        for text in texts
        if text in whole or ENGLISH_WORDS.search(text) or any(pattern.fullmatch(text) for pattern in patterns)
    ]
