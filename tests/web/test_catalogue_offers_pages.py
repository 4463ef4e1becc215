"""The editor's further steps, versions, copies and bulk changes on pages; what the public sees of them."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from marketplace.catalogue.offers import offers, photos, sources
from marketplace.catalogue.offers.attributes import Attribute, AttributeKind
from marketplace.catalogue.offers.organiser_attributes import set_attributes
from marketplace.catalogue.offers.schemas import OfferDetails, Reach
from marketplace.kernel.actors import Actor
from marketplace.kernel.calendar import DayType
from marketplace.kernel.clock import today
from marketplace.kernel.db import execute, new_id
from marketplace.kernel.i18n import Text
from marketplace.organisers import rules
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.bands import Hours
from tests.factories.catalogue import PNG, approve, band_prices, make_offer, make_provider, offer_draft
from tests.factories.organisers import organiser_admin
from tests.web.browser import Browser, browser_of
from tests.web.desks import desk_app, sign_in

LIST = "/provider/offers"
PLACE = {"municipality_codes": ["853"], "languages": ["fi"], "accepts_new_clients": "true"}
PETS = Attribute(key="own_pets", name=Text("Lemmikit", "Husdjur", "Pets"), kind=AttributeKind.YES_NO)


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def provider(turku: Organiser) -> Actor:
    actor = await make_provider()
    await approve(actor, turku, municipality_codes=["853", "202"], service_classes=("V-HOMECARE-REG", "V-MEAL"))
    await execute(
        "insert into provider_unit (id, provider_id, name, street, postal_code, post_office, municipality, soteri_id,"
        " self_monitoring_url, opening, is_open, version) values ($1, $2, 'Turun toimisto', '', '20100', '', '853', '',"
        " 'https://hoiva.example/plan', '', true, 1)", new_id(), actor.provider_id,
    )  # fmt: skip
    return actor


@pytest.fixture
async def desk(app, provider: Actor):
    async with browser_of(app) as browser:
        yield await sign_in(browser, provider)


@pytest.fixture
async def offer_id(turku: Organiser, provider: Actor) -> UUID:
    return await make_offer(provider, turku, municipality_codes=("853",))


def words(response) -> str:
    return BeautifulSoup(response.text, "html.parser").get_text(" ", strip=True)


async def changed(desk: Browser, offer_id: UUID, **sent) -> str:
    """What the page tells after a change of one ticked offer."""
    answer = await desk.submit(f"{LIST}/change", {"offers": [str(offer_id)], **sent})
    assert answer.headers["location"] == f"{LIST}/changed"
    return (await desk.page(f"{LIST}/changed")).get_text(" ", strip=True)


async def content_of(provider: Actor, offer_id: UUID):
    return (await offers.my_offer(provider, offer_id)).content


class TestSteps:
    async def test_a_new_offer_has_the_self_monitoring_plan_of_the_profile(
        self, desk: Browser, turku: Organiser, provider: Actor
    ) -> None:
        here = (await desk.submit(f"{LIST}/new", {"scope": f"{turku.id}/V-HOMECARE-REG"})).headers["location"]
        content = await content_of(provider, UUID(here.rpartition("/")[2]))
        assert content.details.self_monitoring_url == "https://hoiva.example/plan"
        assert "In your profile: https://hoiva.example/plan" in (await desk.page(f"{here}/service")).text

    async def test_postal_codes_reach_and_capacity_are_kept(
        self, desk: Browser, provider: Actor, offer_id: UUID
    ) -> None:
        here = f"{LIST}/{offer_id}/place"
        unit = (await desk.page(here)).select_one("#reach_from option:nth-of-type(2)")
        assert unit is not None
        assert unit.text.strip() == "Turun toimisto"
        answers = {"postal_codes": "20100, 20500-20540", "reach_from": unit["value"], "reach_km": "12", "capacity": "3"}
        assert (await desk.submit(here, PLACE | answers)).status_code == 303
        content = await content_of(provider, offer_id)
        assert content.reach is not None
        assert (content.reach.name, content.reach.km, content.details.capacity) == ("Turun toimisto", 12, 3)
        assert {"20100", "20500", "20540"} <= set(content.postal_codes)
        page = await desk.page(here)
        assert page.select_one("#reach_from option[selected]").text.strip() == "Turun toimisto"

    async def test_a_reach_whose_unit_is_gone_can_be_kept(
        self, desk: Browser, turku: Organiser, provider: Actor
    ) -> None:
        reach = Reach(name="Vanha toimisto", lat=60.0, lon=22.0, km=9)
        offer_id = await make_offer(provider, turku, municipality_codes=("853",), reach=reach)
        here = f"{LIST}/{offer_id}/place"
        assert (await desk.page(here)).select_one("#reach_from option[selected]").text.strip() == "Vanha toimisto"
        await desk.submit(here, PLACE | {"reach_from": "kept", "reach_km": "20"})
        kept = (await content_of(provider, offer_id)).reach
        assert kept is not None
        assert (kept.name, kept.km) == ("Vanha toimisto", 20)

    async def test_wrong_places_are_named(self, desk: Browser, offer_id: UUID) -> None:
        answer = await desk.submit(f"{LIST}/{offer_id}/place", PLACE | {"postal_codes": "00100", "reach_km": "5"})
        assert answer.status_code == 422
        assert "Choose from where the distance is measured." in words(answer)
        answer = await desk.submit(f"{LIST}/{offer_id}/place", PLACE | {"postal_codes": "00100"})
        assert "00100 is in Helsinki, which is not among your municipalities." in words(answer)

    async def test_hours_and_plan_that_cannot_be_read_are_named(self, desk: Browser, offer_id: UUID) -> None:
        answer = await desk.submit(f"{LIST}/{offer_id}/service", {"hours": "öisin"})
        assert "“öisin” is not a day or a time." in words(answer)
        answer = await desk.submit(f"{LIST}/{offer_id}/service", {"self_monitoring_url": "http://a.fi"})
        assert "begins with https://" in words(answer)

    async def test_facts_are_asked_by_the_class_and_the_organiser(
        self, desk: Browser, turku: Organiser, provider: Actor, offer_id: UUID
    ) -> None:
        await set_attributes(organiser_admin(turku.id), "V-HOMECARE-REG", [PETS])
        here = f"{LIST}/{offer_id}/facts"
        assert "Pets" in (await desk.page(here)).text
        answers = {
            "attributes.own_pets": "true", "attributes.medicines": "false", "attributes.same_carer": "always",
            "attributes.shortest_visit": "45", "attributes.speciality.fi": "Saatamme ulos", "attributes.travel_included": "",
        }  # fmt: skip
        assert (await desk.submit(here, answers)).status_code == 303
        assert (await content_of(provider, offer_id)).details.attributes == {
            "own_pets": True, "medicines": False, "same_carer": "always", "shortest_visit": 45,
            "speciality": Text("Saatamme ulos"),
        }  # fmt: skip
        page = await desk.page(here)
        assert page.select_one("[name='attributes.medicines'][value=false]").has_attr("checked")
        assert "5 facts told" in (await desk.page(f"{LIST}/{offer_id}")).text

    async def test_wrong_facts_are_named(self, desk: Browser, offer_id: UUID) -> None:
        here = f"{LIST}/{offer_id}/facts"
        answer = await desk.submit(here, {"attributes.shortest_visit": "kauan"})
        assert (answer.status_code, "Give a whole number." in words(answer)) == (422, True)
        answer = await desk.submit(here, {"attributes.shortest_visit": "2", "attributes.speciality.fi": "x" * 301})
        assert "Give a number from 5 to 600." in words(answer)
        assert "Write at most 300 characters." in words(answer)

    async def test_hints_are_shown_and_stand_in_nobodys_way(self, desk: Browser, offer_id: UUID) -> None:
        here = f"{LIST}/{offer_id}/description"
        sent = {"name_fi": "Nimi", "description_fi": "Mikäli palvelu annetaan.", "then": "hints"}
        assert (await desk.submit(here, sent)).headers["location"] == here
        shown = (await desk.page(here)).get_text(" ", strip=True)
        assert "“mikäli” is officialese. Plainer: “jos”." in shown
        assert "There is no Swedish description" in shown
        assert "hints for plainer language" in (await desk.page(f"{LIST}/{offer_id}/preview")).text


class TestPicture:
    async def test_a_picture_is_added_shown_and_removed(self, desk: Browser, offer_id: UUID) -> None:
        here = f"{LIST}/{offer_id}/photo"
        missing = await desk.submit(here, {"alt.fi": ""}, files={"photo": ("k.png", PNG)})
        assert "Tell in Finnish what the picture shows" in words(missing)
        assert (await desk.submit(here, {"alt.fi": "Hoitaja"}, files={"photo": ("k.png", PNG)})).status_code == 303
        assert (await desk.page(here)).select_one("img.st-photo")["alt"] == "Hoitaja"
        own = await desk.get(f"{here}/picture")
        assert (own.content, own.headers["cache-control"]) == (PNG, "private, no-cache")
        assert (await desk.get(f"/offers/{offer_id}/photo")).status_code == 404
        await desk.submit(f"{LIST}/{offer_id}/publish")
        page = await desk.page(f"/offers/{offer_id}")
        seen = await desk.get(page.select_one("img.st-photo")["src"])
        assert (seen.headers["content-type"], seen.headers["cache-control"]) == ("image/png", "public, max-age=3600")
        again = await desk.get(f"/offers/{offer_id}/photo", headers={"if-none-match": seen.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        await desk.submit(f"{here}/remove")
        assert (await desk.page(here)).select_one("img.st-photo") is None

    async def test_what_is_no_picture_is_refused(self, desk: Browser, offer_id: UUID) -> None:
        here = f"{LIST}/{offer_id}/photo"
        answer = await desk.submit(here, {"alt.fi": "Kuva"}, files={"photo": ("k.png", b"%PDF-1.7")})
        assert (answer.status_code, "must be a JPEG, PNG or WebP" in words(answer)) == (422, True)
        assert "Choose a picture." in words(await desk.submit(here, {"alt.fi": "Kuva"}))


class TestVersions:
    async def test_old_versions_are_read_and_used_again(
        self, desk: Browser, turku: Organiser, provider: Actor, offer_id: UUID
    ) -> None:
        here = f"{LIST}/{offer_id}"
        await offers.save_draft(provider, offer_id, offer_draft(turku, municipality_codes=("853",), name_fi="Toinen"))
        await offers.publish(provider, offer_id)
        listed = (await desk.page(f"{here}/versions")).get_text(" ", strip=True)
        assert all(each in listed for each in ("Version 1", "Version 2", "Replaced", "Published"))
        old = (await desk.page(f"{here}/versions/1")).get_text(" ", strip=True)
        assert "This version was public from" in old
        assert (await desk.submit(f"{here}/versions/1/use")).headers["location"] == here
        assert (await content_of(provider, offer_id)).name_fi == "Kotihoitoa kaikkina päivinä"
        assert "It is replaced by what this version says." in (await desk.page(f"{here}/versions/2")).text
        assert (await desk.get(f"{here}/versions/77")).status_code == 404

    async def test_a_version_that_breaks_todays_rules_says_which(
        self, desk: Browser, turku: Organiser, provider: Actor, offer_id: UUID
    ) -> None:
        await rules.set_price_rules(
            organiser_admin(turku.id), turku.id, "V-HOMECARE-REG", rules.PriceRules(ceiling_cents=100), today()
        )
        answer = await desk.submit(f"{LIST}/{offer_id}/versions/1/use")
        assert (answer.status_code, "breaks rules of today" in words(answer)) == (409, True)

    async def test_a_draft_is_deleted_after_a_question(
        self, desk: Browser, turku: Organiser, provider: Actor, offer_id: UUID
    ) -> None:
        await offers.save_draft(provider, offer_id, offer_draft(turku, municipality_codes=("853",)))
        here = f"{LIST}/{offer_id}"
        assert "Delete the draft?" in (await desk.page(f"{here}/draft/delete")).text
        assert (await desk.submit(f"{here}/draft/delete")).headers["location"] == here
        fresh = await offers.save_draft(provider, None, offer_draft(turku, municipality_codes=("853",)))
        assert (await desk.submit(f"{LIST}/{fresh.id}/draft/delete")).headers["location"] == LIST


class TestCopies:
    async def test_a_copy_is_made_where_an_approval_covers(
        self, desk: Browser, turku: Organiser, provider: Actor, offer_id: UUID
    ) -> None:
        here = f"{LIST}/{offer_id}/copy"
        assert "For which service and whose clients?" in (await desk.page(here)).text
        sent = {"scope": f"{turku.id}/V-HOMECARE-REG", "municipality_codes": ["202"]}
        copy = (await desk.submit(here, sent)).headers["location"]
        assert (await content_of(provider, UUID(copy.rpartition("/")[2]))).municipality_codes == ("202",)
        meal = await desk.submit(here, {"scope": f"{turku.id}/V-MEAL"})
        assert "without its prices" in (await desk.page(meal.headers["location"])).text

    async def test_elsewhere_it_is_refused_with_the_reason(
        self, desk: Browser, turku: Organiser, offer_id: UUID
    ) -> None:
        here = f"{LIST}/{offer_id}/copy"
        assert (await desk.submit(here, {})).status_code == 422
        refused = await desk.submit(here, {"scope": f"{turku.id}/V-PA", "municipality_codes": ["853"]})
        assert (refused.status_code, "No approval for Personal assistance" in words(refused)) == (422, True)

    async def test_without_approvals_the_way_to_one_is_shown(self, app, turku: Organiser) -> None:
        async with browser_of(app) as browser:
            newcomer = await make_provider("Toinen Oy", business_id="3456789-0")
            saved = await offers.save_draft(newcomer, None, offer_draft(turku))
            await sign_in(browser, newcomer)
            assert "Apply first" in (await browser.page(f"{LIST}/{saved.id}/copy")).text


class TestSeveralAtOnce:
    async def test_ticked_ones_are_changed_and_told(self, desk: Browser, provider: Actor, offer_id: UUID) -> None:
        for sent in (
            {"what": "accepts_none"}, {"what": "capacity", "capacity": "4"}, {"what": "start", "earliest_start": "1.2.2027"},
            {"what": "languages", "languages": ["fi", "sv"]},
        ):  # fmt: skip
            assert "Changed and published" in await changed(desk, offer_id, **sent), sent
        found = await offers.published_offer(offer_id)
        assert (found.accepts_new_clients, found.details.capacity, found.languages) == (False, 4, ("fi", "sv"))
        assert found.earliest_start is not None
        await desk.submit(f"{LIST}/change", {"offers": [str(offer_id)], "what": "start"})
        await desk.submit(f"{LIST}/change", {"offers": [str(offer_id)], "what": "accepts"})
        assert (await offers.published_offer(offer_id)).earliest_start is None
        assert "1 offer was changed." in await changed(desk, offer_id, what="withdraw")
        again = await changed(desk, offer_id, what="withdraw")
        assert "1 offer was not changed" in again
        assert "This offer is not published." in again

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"what": "accepts"}, "Choose at least one offer."),
            ({"offers": ["1"], "what": "accepts"}, "There is a problem"),
            ({"what": "everything"}, "Say what to change."),
            ({"what": "capacity"}, "Give a number."),
            ({"what": "languages"}, "Choose at least one language"),
            ({"what": "start", "earliest_start": "huomenna"}, "date"),
        ],
        ids=["no offer", "no id", "nothing", "no number", "no language", "no day"],
    )
    async def test_what_makes_no_sense_is_named(
        self, desk: Browser, offer_id: UUID, sent: dict[str, str], said: str
    ) -> None:
        answer = await desk.submit(f"{LIST}/change", sent)
        assert answer.status_code == 422
        if said != "There is a problem":
            assert said in words(answer)


class TestPublicPage:
    async def test_everything_is_laid_out(self, desk: Browser, turku: Organiser, provider: Actor) -> None:
        details = OfferDetails(
            attributes={"medicines": True, "shortest_visit": 45, "same_carer": "always", "speciality": Text("Ulkoilu", en="Walks")}, hours=(Hours((DayType.WEEKDAY,), 420, 1080),), capacity=2,
            self_monitoring_url="https://hoiva.example/plan",
        )  # fmt: skip
        offer_id = await make_offer(
            provider, turku, municipality_codes=("853",), details=details, postal_codes=("20100",), skills=("Muistisairaudet",),
            reach=Reach(name="Turun toimisto", lat=60.45, lon=22.26, km=15),
        )  # fmt: skip
        page = await desk.page(f"/offers/{offer_id}")
        shown = " ".join(page.get_text(" ", strip=True).split())
        for text in (
            "Takes 2 new clients now", "Mon–Fri 7–18", "Memory disorders", "At most 15 kilometres from Turun toimisto.",
            "Only in these postal codes: 20100.", "Takes care of medicines Yes", "45 minutes", "Always the same", "What is special Walks", "Read how the provider watches",
        ):  # fmt: skip
            assert text in shown, text
        assert page.select_one("a[href='https://hoiva.example/plan']")
        link = page.select_one("head link[type='application/ld+json']")["href"]
        answer = await desk.get(link)
        assert answer.headers["content-type"].startswith("application/ld+json")
        assert answer.json()["@type"] == "Offer"
        assert answer.json()["url"].endswith(f"/offers/{offer_id}")

    async def test_announced_prices_stand_below(self, desk: Browser, offer_id: UUID) -> None:
        news = sources.PriceNews(
            valid_from=today(), prices=band_prices(day=4100), calendar=rules.STANDARD_BANDS
        )  # fmt: skip

        async def read(ids: Sequence[UUID]) -> dict[UUID, sources.PriceNews]:
            return dict.fromkeys(ids, news)

        before = list(sources._readers)
        sources.price_news_is_read_by(read)
        shown = (await desk.page(f"/offers/{offer_id}")).get_text(" ", strip=True)
        sources._readers[:] = before
        assert "The prices change on" in shown
        assert "€41.00" in shown

    async def test_what_is_not_public_has_no_page(self, desk: Browser, turku: Organiser, provider: Actor) -> None:
        saved = await offers.save_draft(provider, None, offer_draft(turku))
        await photos.set_photo(provider, saved.id, "k.png", PNG, Text("Kuva"))
        for path in ("", "/photo", ".jsonld", ".xml"):
            assert (await desk.get(f"/offers/{saved.id}{path}")).status_code == 404
        assert (await desk.get("/offers/nonsense.jsonld")).status_code == 404


class TestOrganisersPages:
    async def test_an_organiser_adds_changes_and_removes_facts(self, app, turku: Organiser) -> None:
        here = "/organiser/attributes/V-PA"
        async with browser_of(app) as browser:
            await sign_in(browser, organiser_admin(turku.id))
            assert "Personal assistance" in (await browser.page("/organiser/attributes")).text
            assert "You have added nothing." in (await browser.page(here)).text
            sent = {"name_fi": "Lemmikit", "name_sv": "Husdjur", "name_en": "Pets", "kind": "choice"}
            assert (await browser.get(f"{here}/new")).status_code == 200
            wrong = await browser.submit(f"{here}/new", sent | {"choices": "kissa"})
            assert (wrong.status_code, "in three languages" in words(wrong)) == (422, True)
            assert (await browser.submit(f"{here}/new", sent | {"name_sv": ""})).status_code == 422
            alone = await browser.submit(f"{here}/new", sent | {"choices": "kissa | katt | cat"})
            assert "Give from 2 to 20 alternatives." in words(alone)
            two = {"choices": "kissa | katt | cat\nkoira | hund | dog"}
            assert (await browser.submit(f"{here}/new", sent | two)).headers["location"] == here
            assert "Pets One of several alternatives: cat, dog" in words(await browser.get(here))
            one = f"{here}/own_pets"
            assert "kissa | katt | cat" in (await browser.page(one)).text
            assert (await browser.submit(one, sent | two | {"name_en": ""})).status_code == 422
            assert (await browser.submit(one, sent | two | {"name_en": "All pets"})).status_code == 303
            assert "Remove “All pets”?" in (await browser.page(f"{one}/remove")).text
            assert (await browser.submit(f"{one}/remove")).status_code == 303
            assert (await browser.get(one)).status_code == 404
            assert (await browser.get("/organiser/attributes/V-NONE")).status_code == 404
