"""The organiser's pages of time bands and price rules."""

from datetime import date

import pytest
from bs4 import BeautifulSoup

from marketplace.kernel.calendar import DayType, Holiday
from marketplace.organisers import rules
from marketplace.organisers.schemas import Organiser
from tests.factories.catalogue import approve, make_offer, make_provider
from tests.factories.organisers import organiser_admin
from tests.web.browser import Browser, browser_of
from tests.web.desks import desk_app, sign_in

HERE = "/organiser/rules"
CARE = f"{HERE}/prices/V-HOMECARE-REG"
APRIL = date(2027, 4, 1)
BANDS = {
    "valid_from": "1.4.2027", "holidays_as": "sunday", "own_bands_allowed": "true",
    "bands.0.name_fi": "Päivä", "bands.0.name_sv": "Dag", "bands.0.hours": "ma-pe 7-18", "bands.0.coefficient": "1",
    "bands.1.name_fi": "Muu aika", "bands.1.hours": "ma-pe 18-7, la, su", "bands.1.coefficient": "1,5",
    "bands.4.name_fi": " ", "bands.4.hours": "", "eves.0.before": "christmas", "eves.0.counts_as": "sunday",
    "eves.1.before": "midsummer", "eves.1.counts_as": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def app():
    return desk_app()


@pytest.fixture
async def desk(app, turku: Organiser):
    async with browser_of(app) as browser:
        yield await sign_in(browser, organiser_admin(turku.id))


def words(response) -> str:
    return BeautifulSoup(response.text, "html.parser").get_text(" ", strip=True)


async def test_bands_are_shown_as_a_picture_and_set_from_a_day(desk: Browser, turku: Organiser) -> None:
    page = await desk.page(HERE)
    assert "07:00–18:00 Weekday daytime" in page.get_text(" ", strip=True)
    assert (await desk.page(f"{HERE}/bands/new")).select_one("[name='bands.2.hours']")["value"] == "Mon–Fri 22–7"
    assert (await desk.submit(f"{HERE}/bands/new", BANDS)).headers["location"] == HERE
    held = await rules.bands_on(turku.id, APRIL)
    assert held.calendar.keys == ("weekday_day", "muu_aika")
    assert [(rule.before, rule.counts_as) for rule in held.calendar.eves] == [(Holiday.CHRISTMAS, DayType.SUNDAY)]
    assert [str(entry.coefficient) for entry in held.coefficients] == ["1", "1.5"]
    assert "To come" in (await desk.page(HERE)).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bands.1.hours": "ma-pe 18-7, la"}, "Sunday 00:00–24:00 is in no time band."),
        ({"bands.1.hours": "ma-pe 18-8, la, su"}, "Weekday 07:00–08:00 is in two time bands: Päivä and Muu aika."),
        ({"bands.1.hours": "öisin"}, "“öisin” is not a day or a time."),
        ({"not_served": "öisin"}, "“öisin” is not a day or a time."),
        ({"bands.1.coefficient": ""}, "The value for Muu aika is missing."),
        ({"bands.1.coefficient": "0"}, "Give a number over 0 and at most 10."),
        ({"valid_from": ""}, "First day"),
        ({"valid_from": "1.1.9999"}, "Give a day between the years 2000 and 2100."),
        ({"holidays_as": "friday"}, "Public holidays"),
    ],
    ids=["gap", "overlap", "hours", "not served", "no coefficient", "zero", "no day", "far day", "kind"],
)
async def test_wrong_bands_are_named_and_drawn(desk: Browser, changes: dict[str, str], said: str) -> None:
    answer = await desk.submit(f"{HERE}/bands/new", BANDS | changes)
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'value="Muu aika"' in answer.text


async def test_looking_at_the_week_writes_nothing(desk: Browser, turku: Organiser) -> None:
    drawn = await desk.submit(f"{HERE}/bands/new", BANDS | {"look": "1", "bands.1.hours": "ma-pe 18-7, la"})
    assert drawn.status_code == 200
    assert "00:00–24:00 In no time band" in words(drawn)
    more = await desk.submit(f"{HERE}/bands/new", BANDS | {"add": "bands", "valid_from": "soon"})
    assert 'name="bands.5.hours"' in more.text
    assert await rules.band_history(turku.id) == []


async def test_the_same_day_is_set_once(desk: Browser) -> None:
    await desk.submit(f"{HERE}/bands/new", BANDS)
    again = await desk.submit(f"{HERE}/bands/new", BANDS)
    assert again.status_code == 422
    assert "are already set" in again.text
    await desk.submit(f"{CARE}/new", {"valid_from": "1.4.2027"})
    assert "are already set" in (await desk.submit(f"{CARE}/new", {"valid_from": "1.4.2027"})).text


async def test_price_rules_tell_whom_they_would_touch(desk: Browser, turku: Organiser) -> None:
    provider = await make_provider()
    await approve(provider, turku)
    offer_id = await make_offer(provider, turku)
    sent = {"valid_from": "1.4.2027", "ceiling_cents": "50", "look": "1"}
    page = await desk.submit(f"{CARE}/new", sent)
    assert page.status_code == 200
    assert "1 published offer of the service is against the rules. Published in all: 1." in words(page)
    assert f'href="/offers/{offer_id}"' in page.text
    assert "€53.00 is over the price ceiling €50.00 (price rules of Varsinais-Suomi)." in words(page)
    assert await rules.price_rule_history(turku.id) == []


async def test_price_rules_are_set_and_told(desk: Browser, turku: Organiser) -> None:
    sent = {
        "valid_from": "1.4.2020", "ceiling_cents": "50", "band_ceilings.0.band": "night",
        "band_ceilings.0.price_cents": "80", "band_ceilings.1.band": "saturday", "band_ceilings.1.price_cents": "",
        "max_visit_fee_cents": "0", "max_minimum_minutes": "60", "free_for_client": "true", "most_per_year": "1",
        "on_days": "1.1. ja 1.7.", "notice_days": "30", "approval_needed": "true",
    }  # fmt: skip
    assert (await desk.submit(f"{CARE}/new", sent)).headers["location"] == CARE
    text = (await desk.page(CARE)).get_text(" ", strip=True)
    for said in ("Weekday night: at most €80.00 per hour.", "once a year", "1.1., 1.7.", "30 days before", "In force"):
        assert said in text
    form = await desk.page(f"{CARE}/new")
    assert form.select_one("[name=on_days]")["value"] == "1.1., 1.7."
    assert "Weekday night: at most €80.00" in (await desk.page(HERE)).get_text(" ", strip=True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"on_days": "31.2."}, "Give the days as"),
        ({"on_days": "tammikuussa"}, "Give the days as day and month"),
        ({"ceiling_cents": "-1"}, "less than zero"),
        ({"notice_days": "400"}, "Days of notice"),
        ({"band_ceilings.0.band": "noon", "band_ceilings.0.price_cents": "5"}, "There is no time band with the code noon."),
        ({"valid_from": "1.1.1066"}, "Give a day between the years"),
    ],
    ids=["no such day", "word", "negative", "long notice", "band", "long ago"],
)  # fmt: skip
async def test_wrong_price_rules_are_named(desk: Browser, changes: dict[str, str], said: str) -> None:
    answer = await desk.submit(f"{CARE}/new", {"valid_from": "1.4.2027"} | changes)
    assert answer.status_code == 422
    assert said in words(answer)


async def test_unknown_services_are_not_found(desk: Browser) -> None:
    assert (await desk.get(f"{HERE}/prices/NOTHING")).status_code == 404
    assert (await desk.get(f"{HERE}/prices/NOTHING/new")).status_code == 404
    assert "no price rules" in (await desk.page(f"{HERE}/prices/V-PA")).text
