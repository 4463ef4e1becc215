"""The comparison, the week and the letter, without a script."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from marketplace.catalogue.offers.schemas import OfferDetails
from marketplace.kernel.actors import SYSTEM
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import new_id
from marketplace.kernel.i18n import Language
from marketplace.organisers.own_service import set_own_service
from marketplace.organisers.own_service_schemas import NewOwnService
from marketplace.pricing.own_service import UnitFee
from marketplace.pricing.prices import PriceList, Unit
from search.comparisons.week_words import week_words
from search.comparisons.weeks import PRESETS, read_week
from tests.factories.catalogue import approve, band_prices, make_offer, make_provider
from tests.factories.organisers import make_organiser, make_product

NOVEMBER = datetime(2026, 11, 22, 9, tzinfo=UTC)
WEEK = "mon0900x60"


@pytest.fixture(autouse=True)
def evening():
    with clock_set_to(NOVEMBER):
        yield


@pytest.fixture
async def organiser(database):
    return await make_organiser()


@pytest.fixture
async def offers(organiser) -> list[UUID]:
    made = []
    for number, name in enumerate(("Kotiapu Oy", "Hoiva <b>Oy</b>", "Arki Ky")):
        provider = await make_provider(name, business_id=f"234567{number}-9")
        await approve(provider, organiser)
        details = OfferDetails(attributes={"medicines": number > 0})
        prices = band_prices(day=3000 + 500 * number)
        changes = {
            "accepts_new_clients": number > 0,
            "prices": prices,
            "details": details,
            "skills": ("Muistisairaudet",),
        }
        made.append(await make_offer(provider, organiser, **changes))
    return made


def address(offers, **more: object) -> str:
    query = "&".join([*(f"offers={each}" for each in offers), *(f"{name}={value}" for name, value in more.items())])
    return f"/compare?{query}&lang=fi"


def cells(page, header: str) -> list[str]:
    row = next(row for row in page.select("tr") if row.th and row.th.get_text(" ", strip=True).startswith(header))
    return [cell.get_text(" ", strip=True).replace("\xa0", " ") for cell in row.select("td")]


async def test_chosen_offers_stand_side_by_side(client, offers):
    page = await client.page(address(offers[:2]))
    assert len(page.select("th[scope=col]")) == 2
    assert cells(page, "Arkisin klo 10–11") == ["30,00 €", "35,00 €"]
    assert "Sinä maksat" not in page.get_text()
    assert "Arkipäivän tunti on halvin palveluntuottajalla Kotiapu Oy: 30,00 €." in page.get_text().replace("\xa0", " ")
    assert "<b>Oy" not in str(page.select_one("table"))


async def test_a_week_shows_what_the_month_costs_in_words(client, offers, organiser):
    product = await make_product(organiser, value_cents=3300)
    page = await client.page(address(offers, week=WEEK, product=product.id))
    assert cells(page, "Sinä maksat") == ["0,00 €", "8,00 €", "28,00 €"]
    said = page.select_one(".st-says").get_text(" ", strip=True).replace("\xa0", " ")
    assert "Näillä käynneillä Kotiapu Oy ei maksa sinulle mitään" in said
    assert "Arki Ky maksaa sinulle 28,00 € kuukaudessa eli 28,00 € enemmän." in said
    assert "Maanantaisin klo 9, tunti kerrallaan" in page.get_text()
    assert "Joulukuu 2026" in page.get_text()
    assert "Miten tämä on laskettu?" in page.get_text()


async def test_the_organisers_own_service_has_a_column(client, offers, organiser):
    fee = NewOwnService(
        service_class="V-HOMECARE-REG", rule=UnitFee(unit=Unit.HOUR, cents=500), valid_from=NOVEMBER.date()
    )
    await set_own_service(SYSTEM, organiser.id, fee)
    page = await client.page(address(offers[:1], week=WEEK))
    assert cells(page, "Sinä maksat") == ["120,00 €", "20,00 €"]
    assert "Järjestäjän oma palvelu maksaisi sinulle 20,00 €" in page.get_text().replace("\xa0", " ")


async def test_differences_are_told_in_words_and_can_stand_alone(client, offers):
    page = await client.page(address(offers[:2]))
    assert cells(page, "Ottaa nyt uusia asiakkaita") == ["Ei", "Kyllä"]
    assert "eroaa" in next(h for h in page.select("th") if "Ottaa nyt" in h.get_text()).get_text()
    toggle = next(link for link in page.select("main a") if link.get_text() == "Näytä vain erot")
    only = await client.page(f"{toggle['href']}&lang=fi")
    headers = [header.get_text(" ", strip=True) for header in only.select("th[scope=row]")]
    assert not any(header.startswith("Kenen palveluseteli") for header in headers)
    assert any(header.startswith("Ottaa nyt uusia") for header in headers)
    assert "Näytä kaikki" in only.get_text()


async def test_an_offer_is_left_out_with_one_press(client, offers):
    page = await client.page(address(offers, week=WEEK))
    out = page.select_one("th a.st-compare__out")
    rest = await client.page(f"{out['href']}&lang=fi")
    assert [link.get_text() for link in rest.select("th[scope=col] a[href^='/offers']")] == [
        "Hoiva <b>Oy</b>",
        "Arki Ky",
    ]
    assert "Maanantaisin klo 9" in rest.get_text()


async def test_a_voucher_is_chosen_among_those_that_fit(client, offers, organiser):
    product = await make_product(organiser, value_cents=3300)
    page = await client.page(address(offers, week=WEEK))
    values = [each["value"] for each in page.select("input[name=pays]")]
    assert values == [f"product.{product.id}", "none"]
    answer = await client.get(address(offers, week=WEEK, pays=values[0]))
    assert answer.status_code == 303
    assert f"product={product.id}" in answer.headers["location"]
    without = await client.get(address(offers, week=WEEK, pays="none"))
    assert "voucher=none" in without.headers["location"]


async def test_income_is_sent_in_the_body_and_stands_in_no_address(client, offers, organiser):
    product = await make_product(organiser)
    answers = {
        "offers": str(offers[0]), "week": WEEK, "product": str(product.id), "household_size": "1",
        "gross_income_cents": "1500,00",
    }  # fmt: skip
    response = await client.submit("/compare", answers)
    assert response.status_code == 200
    assert not any("1500" in each for each in _addresses(response.text))
    letter = await client.submit("/compare/letter", answers)
    assert letter.status_code == 200
    pdf = await client.submit("/compare/letter", {**answers, "pdf": "yes", "size": "large"})
    assert pdf.content.startswith(b"%PDF")


def _addresses(html: str) -> list[str]:
    from bs4 import BeautifulSoup

    page = BeautifulSoup(html, "html.parser")
    return [each.get("href") or each.get("value") or "" for each in page.select("a, input#share")]


async def test_nothing_chosen_says_how_to_choose(client, database):
    page = await client.page("/compare?lang=fi")
    assert "Et ole vielä valinnut palveluja" in page.get_text()
    assert (await client.get("/compare/letter")).headers["location"] == "/compare"
    assert (await client.get("/compare/letter.pdf")).headers["location"] == "/compare"
    assert (await client.submit("/compare/letter", {})).headers["location"] == "/compare"


async def test_a_seventh_offer_is_refused_with_a_way_on(client, offers):
    ids = [*offers, *(new_id() for _ in range(4))]
    response = await client.get(address(ids))
    assert response.status_code == 422
    assert "enintään 6 palvelua" in response.text
    assert "Vertaile 6 ensimmäistä" in response.text


@pytest.mark.parametrize("odd", ["week=xyz", "month=2026-13", "pause=never", "pause=2026-12-24~2026-12-01", "km=-1",
                                 "units=99999999", "household_size=0", "product=x"])  # fmt: skip
async def test_odd_questions_are_refused_kindly(client, offers, odd):
    response = await client.get(f"{address(offers[:1])}&{odd}")
    assert response.status_code in {200, 422}
    assert (await client.get(f"/compare/letter?offers={offers[0]}&{odd}")).status_code in {200, 422}


async def test_a_visitor_opens_an_address_with_somebodys_voucher(client, offers):
    page = await client.page(address(offers[:1], week=WEEK, voucher=new_id(), client=new_id()))
    assert cells(page, "Sinä maksat") == ["120,00 €"]
    assert "client" not in page.select_one("#share")["value"]


async def test_meals_are_counted_by_the_piece_and_in_units(client, organiser):
    provider = await make_provider()
    await approve(provider, organiser, service_classes=["V-MEAL"])
    prices = PriceList(unit=Unit.PIECE, one_price_cents=1100)
    meal = await make_offer(provider, organiser, service_class="V-MEAL", prices=prices)
    assert cells(await client.page(address([meal], week="mon1200x15p2")), "Sinä maksat") == ["88,00 €"]
    assert cells(await client.page(address([meal], units=10)), "Sinä maksat") == ["110,00 €"]


class TestTheWeek:
    async def test_a_usual_week_leads_straight_back(self, client, offers):
        page = await client.page(f"/compare/week?back=/compare%3Foffers%3D{offers[0]}&lang=fi")
        chosen = page.select_one("a.st-preset")
        assert chosen["href"] == f"/compare?offers={offers[0]}&week={PRESETS[0].text}"

    async def test_three_answers_make_a_week(self, client, database):
        answer = await client.get("/compare/week/use?times=3&start=08:00&minutes=30&back=/compare")
        assert answer.headers["location"] == "/compare?week=mon0800x30_wed0800x30_fri0800x30"

    async def test_unanswered_questions_are_named(self, client, database):
        answer = await client.get("/compare/week/use?start=08:00&lang=fi")
        assert answer.status_code == 422
        assert "Kuinka monta kertaa viikossa" in answer.text
        assert (await client.get("/compare/week/use?times=6&start=08:00&minutes=30")).status_code == 422

    async def test_a_week_comes_only_to_our_own_pages(self, client, database):
        answer = await client.get("/compare/week/use?times=1&start=08:00&minutes=30&back=//evil.example")
        assert answer.headers["location"].startswith("/compare?")
        again = await client.get("/compare/week/use?times=1&start=08:00&minutes=30&back=/?text=hoito%26week=x")
        assert again.headers["location"] == "/?text=hoito&week=wed0800x30"

    async def test_the_week_is_shown_exactly_row_by_row(self, client, database):
        given = "week=mon0900x60_thu0900x60_sun1430x45~2p3&km=12&month=2026-12&pause=2026-12-23~2026-12-27"
        page = await client.page(f"/compare/week/exact?{given}&lang=fi")
        assert [box["value"] for box in page.select("input[name='rows.0.days'][checked]")] == ["mon", "thu"]
        assert page.select_one("input[name='rows.1.start']")["value"] == "14.30"
        assert page.select_one("input[name='rows.1.pieces']")["value"] == "3"
        assert page.select_one("input[name='pauses.0.first_day']")["value"] == "23.12.2026"
        assert page.select_one("option[value='2026-12']").has_attr("selected")

    async def test_exact_answers_make_an_address(self, client, database):
        query = (
            "rows.0.days=mon&rows.0.days=thu&rows.0.start=9&rows.0.start=9.00&rows.0.minutes=60&rows.0.every_weeks=2"
            "&rows.1.minutes=60&rows.1.every_weeks=1&rows.1.pieces=1"
            "&pauses.0.first_day=23.12.2026&pauses.0.last_day=27.12.2026&month=2026-12&km=10&back=/compare"
        )
        answer = await client.get(f"/compare/week/exact?{query}")
        expected = "/compare?week=mon0900x60%7E2_thu0900x60%7E2&month=2026-12&km=10&pause=2026-12-23%7E2026-12-27"
        assert answer.headers["location"].replace("~", "%7E") == expected

    async def test_units_do_where_there_are_no_visits(self, client, database):
        answer = await client.get("/compare/week/exact?rows.0.minutes=60&units=12&back=/compare")
        assert answer.headers["location"] == "/compare?units=12"

    async def test_mistakes_are_named_and_answers_kept(self, client, database):
        answer = await client.get("/compare/week/exact?rows.0.start=25.00&rows.0.minutes=60&month=2026-12&lang=fi")
        assert answer.status_code == 422
        assert "25.00" in answer.text
        nothing = await client.get("/compare/week/exact?rows.0.minutes=60&lang=fi")
        assert "Valitse ainakin yksi päivä." in nothing.text
        late = "rows.0.days=mon&rows.0.start=9.00&pauses.0.first_day=1.1.1999&pauses.0.last_day=2.1.1999"
        assert (await client.get(f"/compare/week/exact?{late}")).status_code == 422
        turned = "rows.0.days=mon&rows.0.start=9.00&pauses.0.first_day=3.1.2027&pauses.0.last_day=2.1.2027"
        assert (await client.get(f"/compare/week/exact?{turned}")).status_code == 422

    async def test_another_row_is_had_for_the_asking(self, client, database):
        page = await client.page("/compare/week/exact?rows.0.days=mon&rows.0.start=9.00&more=yes&lang=fi")
        assert len(page.select("fieldset.st-visit-row")) == 2

    async def test_a_week_that_cannot_be_read_begins_anew(self, client, database):
        page = await client.page("/compare/week?week=zzz&lang=fi")
        assert "Viikkosi nyt" not in page.get_text()
        assert len((await client.page("/compare/week/exact?week=zzz")).select("fieldset.st-visit-row")) == 1

    async def test_the_week_is_said_back(self):
        said = week_words(read_week("mon0900x60_thu0900x60_sat1900x45~2_sun1900x45~2_wed1200x15~6p2"), Language.FI)
        assert said == [
            "Maanantaisin ja torstaisin klo 9, tunti kerrallaan",
            "Keskiviikkoisin klo 12, vartti kerrallaan, 6 viikon välein, 2 kappaletta kerralla",
            "Viikonloppuisin klo 19, 45 min kerrallaan, joka toinen viikko",
        ]
        assert week_words(read_week("mon0930x60"), Language.EN) == ["Mondays at 09:30, one hour at a time"]


class TestTheLetter:
    async def test_the_page_tells_all_that_the_file_tells(self, client, offers, organiser):
        product = await make_product(organiser, value_cents=3300)
        page = await client.page(
            address(offers, week=WEEK, product=product.id).replace("/compare?", "/compare/letter?")
        )
        text = page.select_one(".st-letter").get_text(" ", strip=True).replace("\xa0", " ")
        for expected in ("22.11.2026", "Maanantaisin klo 9", "28,00 €", "Näin valitset", "avaavat saman vertailun"):
            assert expected in text
        assert page.select_one(".st-letter--large") is None

    async def test_large_type_is_asked_for(self, client, offers):
        path = address(offers[:1]).replace("/compare?", "/compare/letter?") + "&size=large"
        page = await client.page(path)
        assert page.select_one(".st-letter--large")
        assert "Näytä tavallisella tekstillä" in page.get_text()

    async def test_the_file_is_a_tagged_pdf_in_the_readers_language(self, client, offers):
        for language, name in (("sv", "jamforelse"), ("fi", "palveluntuottajien-vertailu")):
            answer = await client.get(
                address(offers, week=WEEK)
                .replace("/compare?", "/compare/letter.pdf?")
                .replace("lang=fi", f"lang={language}")
            )
            assert answer.content.startswith(b"%PDF")
            assert name in answer.headers["content-disposition"]
