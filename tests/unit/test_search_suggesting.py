"""What a text may become while it is typed."""

import pytest

from marketplace.kernel.i18n import Language
from search.schemas import Suggestion
from search.suggesting import suggestions


class Index:
    """An index with one provider."""

    asked = ""

    async def suggest_providers(self, prefix: str, limit: int) -> list[Suggestion]:
        self.asked = prefix
        return [Suggestion(text="Kotiapu Oy", kind="provider", value="Kotiapu Oy")][:limit]


async def suggested(prefix: str, language: Language = Language.FI, limit: int = 10) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in await suggestions(Index(), prefix, language, limit)]


async def test_services_places_providers_and_topics_are_suggested():
    found = await suggested("ko")
    assert {kind for kind, _ in found} >= {"service", "place", "provider"}
    assert [kind for kind, _ in found] == sorted(
        (kind for kind, _ in found), key=["service", "place", "provider", "word"].index
    )


async def test_postal_codes_and_towns_are_places():
    assert ("place", "00530 Helsinki") in await suggested("0053")
    assert ("place", "Åbo") in await suggested("åb", Language.SV)


async def test_each_thing_is_suggested_once_in_the_language_if_it_can_be():
    found = await suggestions(Index(), "hemv", Language.SV, 10)
    services = [each for each in found if each.kind == "service"]
    assert services
    assert len({each.value for each in services}) == len(services)
    assert (await suggestions(Index(), "Helsin", Language.FI, 1))[0].text == "Helsinki"


async def test_a_topic_is_a_word():
    assert ("word", "dementia") in await suggested("demen")


@pytest.mark.parametrize("prefix", ["", "k", " ", "\x00", "\x00k"])
async def test_too_little_suggests_nothing(prefix):
    assert await suggested(prefix) == []


async def test_only_twenty_characters_are_read():
    index = Index()
    await suggestions(index, "kotiapu" * 1_000, Language.FI, 3)
    assert len(index.asked) == 20


@pytest.mark.parametrize("limit", [1, 3])
async def test_no_more_than_asked(limit):
    assert len(await suggested("ko", limit=limit)) == limit
