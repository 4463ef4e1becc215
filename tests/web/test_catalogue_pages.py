"""The provider's editor and the public page of an offer."""

from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from marketplace.catalogue.offers import offers
from marketplace.kernel.actors import Actor
from marketplace.organisers.schemas import Organiser
from tests.factories.catalogue import approve, band_prices, make_offer, make_provider, offer_draft
from tests.web.browser import Browser, browser_of
from tests.web.desks import desk_app, sign_in

LIST = "/provider/offers"
BANDS = {
    "pricing": "bands",
    "bands.0.name": "Daytime", "bands.0.hours": "ma-pe 7-18", "bands.0.price_cents": "38,55",
    "bands.1.name": "Other", "bands.1.hours": "ma-pe 18-7, la, su ja arkipyhät", "bands.1.price_cents": "44",
    "bands.4.name": "", "bands.4.hours": " ", "bands.4.price_cents": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def provider(turku: Organiser) -> Actor:
    actor = await make_provider()
    await approve(actor, turku, municipality_codes=["853", "202"])
    return actor


@pytest.fixture
async def desk(app, provider: Actor):
    async with browser_of(app) as browser:
        yield await sign_in(browser, provider)


async def begun(desk: Browser, turku: Organiser) -> str:
    """The address of a new offer of home care."""
    answer = await desk.submit(f"{LIST}/new", {"scope": f"{turku.id}/V-HOMECARE-REG"})
    return answer.headers["location"]


def words(response) -> str:
    return BeautifulSoup(response.text, "html.parser").get_text(" ", strip=True)


async def test_an_offer_is_made_step_by_step_and_published(desk: Browser, turku: Organiser) -> None:
    assert "No offers yet" in (await desk.page(LIST)).text
    assert "Regular home care" in (await desk.page(f"{LIST}/new")).text
    here = await begun(desk, turku)
    answers = [
        ("place", {"municipality_codes": ["853"], "languages": ["fi", "sv"], "accepts_new_clients": "true"}),
        ("service", {"skills": "muistisairaus, Auton ajaminen", "hours": "ma-pe 7-18"}),
        ("description", {"name_fi": "Kotihoitoa Turussa", "description_fi": "Tuttu hoitaja.\n\nJoka päivä."}),
        ("prices", BANDS),
    ]  # fmt: skip
    for step, sent in answers:
        assert (await desk.submit(f"{here}/{step}", sent)).headers["location"] == here, step
    assert "Kotihoitoa Turussa" in (await desk.page(f"{here}/preview")).text
    published = await desk.submit(f"{here}/publish", key="once")
    assert published.status_code == 303
    assert (await desk.submit(f"{here}/publish", key="once")).status_code == 303
    assert "The offer is published" in (await desk.page(here)).text
    shown = (await desk.page(here.removeprefix("/provider"))).get_text(" ", strip=True)
    for text in (
        "Hoiva Oy",
        "Turku",
        "Daytime",
        "Mon–Fri 7–18",
        "€38.55",
        "Memory disorders, Auton ajaminen",
        "Finnish, Swedish",
    ):
        assert text in shown


async def test_new_offer_needs_a_choice(desk: Browser, turku: Organiser) -> None:
    for sent in ({}, {"scope": "nonsense"}, {"scope": f"{UUID(int=1)}/V-PA"}):
        assert (await desk.submit(f"{LIST}/new", sent)).status_code == 422


async def test_without_approval_the_way_to_it_is_shown(app, turku: Organiser) -> None:
    async with browser_of(app) as browser:
        await sign_in(browser, await make_provider())
        assert "Apply first" in (await browser.page(f"{LIST}/new")).text


async def test_steps_ask_for_what_is_missing(desk: Browser, turku: Organiser) -> None:
    here = await begun(desk, turku)
    page = (await desk.page(here)).text
    for text in ("Give the prices.", "Give the offer a name in Finnish.", "To do"):
        assert text in page
    refused = await desk.submit(f"{here}/publish")
    assert refused.status_code == 422
    assert "The offer was not published" in refused.text
    assert (await desk.get(f"{here}/preview")).status_code == 409


async def test_wrong_answers_are_kept_and_named(desk: Browser, turku: Organiser) -> None:
    here = await begun(desk, turku)
    place = await desk.submit(f"{here}/place", {"languages": ["xx"], "municipality_codes": ["091"]})
    assert place.status_code == 422
    described = await desk.submit(f"{here}/description", {"name_fi": "x" * 300, "description_sv": "Bra"})
    assert described.status_code == 422
    assert "Bra" in described.text
    unknown = await desk.submit(
        f"{here}/place", {"languages": ["xx"], "municipality_codes": ["091"], "accepts_new_clients": "true"}
    )
    assert "Varsinais-Suomi does not serve Helsinki." in words(unknown)
    assert "Choose languages from the list." in words(unknown)
    long = await desk.submit(f"{here}/service", {"skills": "x" * 101})
    assert "Separate the skills by commas" in words(long)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bands.0.price_cents": "38,555"}, "decimals"),
        ({"bands.0.price_cents": "-5"}, "less than zero"),
        ({"bands.0.hours": "ma-pe 7-25"}, "“25.00” is not a time of day."),
        ({"bands.0.hours": "ma-pe 8-18"}, "Weekday 07:00–08:00 is in no time band."),
        ({"bands.0.hours": "ma-pe 7-19"}, "Weekday 18:00–19:00 is in two time bands: Daytime and Other."),
        ({"not_served": "öisin"}, "“öisin” is not a day or a time."),
        ({"pricing": "one"}, "Give a price."),
    ],
)
async def test_wrong_prices_are_named(desk: Browser, turku: Organiser, changes: dict[str, str], said: str) -> None:
    here = await begun(desk, turku)
    answer = await desk.submit(f"{here}/prices", BANDS | changes)
    assert answer.status_code == 422
    assert said in words(answer)
    assert "44" in answer.text


async def test_faults_of_different_kinds_are_told_together(desk: Browser, turku: Organiser) -> None:
    here = await begun(desk, turku)
    answer = words(
        await desk.submit(f"{here}/prices", BANDS | {"bands.0.price_cents": "1,234", "bands.1.hours": "öisin"})
    )
    assert "“öisin” is not a day or a time." in answer
    assert "at most two decimals" in answer


async def test_gaps_of_two_days_are_both_told(desk: Browser, turku: Organiser) -> None:
    here = await begun(desk, turku)
    answer = words(
        await desk.submit(f"{here}/prices", BANDS | {"bands.1.hours": "ma-pe 18-7, su ja arkipyhät 8-24, la"})
    )
    assert "Sunday 00:00–08:00 is in no time band. Public holiday 00:00–08:00 is in no time band." in answer


async def test_usual_bands_are_offered_and_kept(desk: Browser, turku: Organiser, provider: Actor) -> None:
    here = await begun(desk, turku)
    page = await desk.page(f"{here}/prices")
    sent = {field["name"]: field.get("value", "") for field in page.select("main input[name^=bands]")}
    assert sent["bands.2.hours"] == "Mon–Fri 22–7"
    prices = {f"bands.{i}.price_cents": f"{40 + i}" for i in range(5)}
    await desk.submit(f"{here}/prices", {**sent, **prices, "pricing": "bands", "minimum_minutes": "30"})
    own = await offers.my_offer(provider, UUID(here.rpartition("/")[2]))
    assert own.content.calendar is None
    assert own.content.prices is not None
    assert (own.content.prices.price_of("night"), own.content.prices.minimum_minutes) == (4200, 30)
    again = await desk.page(f"{here}/prices")
    assert again.select_one("[name='bands.2.price_cents']")["value"] == "42,00"


async def test_one_price_for_all_times(desk: Browser, turku: Organiser) -> None:
    here = await begun(desk, turku)
    await desk.submit(f"{here}/prices", {"pricing": "one", "one_price_cents": "39", "visit_fee_cents": "4,90"})
    await desk.submit(f"{here}/description", {"name_fi": "Nimi", "description_fi": "Kuvaus"})
    page = await desk.page(f"{here}/prices")
    assert page.select_one("[name=one_price_cents]")["value"] == "39,00"
    preview = (await desk.page(f"{here}/preview")).get_text(" ", strip=True)
    assert "€39.00 per hour" in preview
    assert "€43.90" in preview


async def test_what_a_provider_writes_is_never_code(desk: Browser, turku: Organiser, provider: Actor) -> None:
    evil = "<script>alert(1)</script>"
    offer_id = await make_offer(
        provider, turku, municipality_codes=("853",), name_fi=evil, description_fi=evil, skills=(evil,)
    )
    for path in (
        f"/offers/{offer_id}",
        LIST,
        f"{LIST}/{offer_id}",
        f"{LIST}/{offer_id}/preview",
        f"{LIST}/{offer_id}/service",
    ):
        text = (await desk.get(path)).text
        assert evil not in text, path
        assert "&lt;script&gt;" in text, path


async def test_huge_description_is_refused_clearly(desk: Browser, turku: Organiser) -> None:
    here = await begun(desk, turku)
    answer = await desk.submit(f"{here}/description", {"name_fi": "Nimi", "description_fi": "x" * 5_000_000})
    assert answer.status_code == 413
    assert "too large" in answer.text


async def test_draft_of_the_next_version_is_announced(desk: Browser, turku: Organiser, provider: Actor) -> None:
    offer_id = await make_offer(provider, turku, municipality_codes=("853",))
    await offers.save_draft(
        provider, offer_id, offer_draft(turku, municipality_codes=("853",), prices=band_prices(day=1))
    )
    assert "changes that are not published yet" in (await desk.page(f"{LIST}/{offer_id}")).text
    assert "€38.00" in (await desk.page(f"/offers/{offer_id}")).text


async def test_offer_is_withdrawn_after_a_question(desk: Browser, turku: Organiser, provider: Actor) -> None:
    offer_id = await make_offer(provider, turku, municipality_codes=("853",))
    assert "Withdraw the offer?" in (await desk.page(f"{LIST}/{offer_id}/withdraw")).text
    assert (await desk.submit(f"{LIST}/{offer_id}/withdraw")).status_code == 303
    assert (await desk.get(f"/offers/{offer_id}")).status_code == 404
    assert "Withdrawn" in (await desk.page(LIST)).text


async def test_pages_speak_three_languages(desk: Browser, turku: Organiser, provider: Actor) -> None:
    offer_id = await make_offer(
        provider, turku, municipality_codes=("853",), name_sv="Hemvård", accepts_new_clients=False
    )
    assert "Palvelun kielet" in (await desk.page(f"/offers/{offer_id}?lang=fi")).text
    swedish = (await desk.page(f"/offers/{offer_id}?lang=sv")).get_text(" ", strip=True)
    assert "Hemvård" in swedish
    assert "Vardag mån–fre 7–18" in swedish


async def test_other_providers_offers_are_not_found(app, desk: Browser, turku: Organiser, provider: Actor) -> None:
    here = await begun(desk, turku)
    async with browser_of(app) as browser:
        await sign_in(browser, await make_provider("Toinen Oy", business_id="3456789-0"))
        for step in (
            "", "/place", "/service", "/facts", "/photo", "/photo/picture", "/description", "/prices", "/preview",
            "/withdraw", "/versions", "/versions/1", "/copy", "/draft/delete",
        ):  # fmt: skip
            assert (await browser.get(here + step)).status_code == 404, step
        assert (await browser.submit(f"{here}/publish")).status_code == 404
