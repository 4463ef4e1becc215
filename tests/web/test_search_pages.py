"""The start page and the results, without a script."""

from uuid import UUID

import pytest

from marketplace.organisers.states import OrganiserKind
from search import dictionaries, indexer
from tests.factories.catalogue import approve, band_prices, make_offer, make_provider
from tests.factories.organisers import make_organiser


@pytest.fixture(scope="module", autouse=True)
def base_forms(tmp_path_factory):
    dictionaries.load(tmp_path_factory.mktemp("dictionaries"))


@pytest.fixture
async def organiser(database):
    return await make_organiser()


@pytest.fixture
async def offers(organiser) -> list[UUID]:
    made = []
    for number, name in enumerate(("Kotiapu Oy", "Hoiva <b>Oy</b>", "Arki Ky")):
        provider = await make_provider(name, business_id=f"234567{number}-9")
        await approve(provider, organiser)
        changes = {"accepts_new_clients": number > 0, "prices": band_prices(day=3000 + 500 * number)}
        made.append(await make_offer(provider, organiser, **changes))
    await indexer.rebuild()
    return made


def titles(page) -> list[str]:
    return [each.get_text(strip=True) for each in page.select(".st-offer__provider")]


async def test_the_start_page_asks_one_question(client, database):
    page = await client.page("/?lang=fi")
    assert page.h1.get_text(strip=True) == "Löydä kotihoito läheltäsi"
    assert page.select_one("form[role=search] input[name=text]")
    assert page.select_one("form[role=search] input[name=place]")


async def test_results_have_a_count_and_lead_to_the_offers(client, offers):
    page = await client.page("/?text=kotihoidon&lang=fi")
    assert page.h1.get_text(strip=True) == "3 palvelua"
    assert {link["href"] for link in page.select(".st-offer h2 a")} == {f"/offers/{each}" for each in offers}
    assert "<b>Oy" not in str(page.select_one(".st-cards"))


async def test_many_places_are_told_in_short(client, database):
    county = await make_organiser("Varha", county_code="05", business_id="0204819-8", kind=OrganiserKind.COUNTY)
    provider = await make_provider("Arki Ky")
    await approve(provider, county)
    await make_offer(provider, county, municipality_codes=county.municipality_codes[:9])
    await indexer.rebuild()
    assert "ja 5 muuta" in (await client.page("/?text=&lang=fi")).select_one(".st-offer__facts").get_text()


async def test_results_can_be_narrowed_and_ordered(client, offers):
    page = await client.page("/?text=&available=true&sort=price&lang=fi")
    assert [each.split(" ·")[0][:4] for each in titles(page)] == ["Hoiv", "Arki"]
    assert page.select_one("#narrow input[name=available]").has_attr("checked")


async def test_each_filter_can_be_taken_off_again(client, offers):
    page = await client.page(
        "/?text=hoito&municipality=091&when=evening&language=sv&service_class=V-HOMECARE-REG&lang=fi"
    )
    tags = {
        tag.get_text(strip=True).split("×")[0].strip(): tag["href"] for tag in page.select(".st-tags[aria-label] a")
    }
    assert set(tags) == {"Helsinki", "Iltaisin", "ruotsi", "Säännöllinen kotihoito"}
    assert "place=" not in tags["Helsinki"]
    assert (await client.page(tags["Iltaisin"])).h1.get_text(strip=True) == "3 palvelua"


async def test_filters_say_how_many_they_leave(client, offers):
    page = await client.page("/?text=&lang=fi")
    labels = [label.get_text(" ", strip=True) for label in page.select("#narrow label")]
    assert "Ottaa nyt uusia asiakkaita (2)" in labels
    assert "Säännöllinen kotihoito (3)" in labels
    assert "Helsingin kaupunki (3)" in labels


async def test_nothing_found_says_what_to_loosen(client, offers):
    page = await client.page("/?text=kotihoito&municipality=853&lang=fi")
    assert "Mikään palvelu ei vastaa kaikkea tätä" in page.get_text()
    link = next(each for each in page.select(".st-empty li a") if each.get_text(strip=True) == "Hae koko Suomesta")
    assert (await client.page(link["href"])).h1.get_text(strip=True) == "3 palvelua"


async def test_nothing_at_all_proposes_other_words(client, database):
    page = await client.page("/?text=xyzzyqwrt&lang=fi")
    assert "Kokeile toista sanaa" in page.get_text()


async def test_an_unknown_municipality_is_named(client, database):
    response = await client.get("/?municipality=Hesinki&lang=fi")
    assert response.status_code == 422
    assert "Kuntaa nimeltä ”Hesinki” ei ole" in response.text


async def test_a_page_number_is_read_kindly(client, offers):
    page = await client.page("/?text=&page=1&lang=fi")
    assert len(page.select(".st-offer")) == 3
    assert (await client.page("/?text=&page=abc&lang=fi")).h1.get_text(strip=True) == "3 palvelua"


async def test_the_order_of_results_is_explained(client, database):
    assert "arvotaan" in (await client.page("/how-results-are-ordered?lang=fi")).get_text()
