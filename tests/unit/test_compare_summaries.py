"""A comparison in plain sentences, and what its table says where offers differ in kind."""

from datetime import date
from typing import Any
from uuid import UUID

from marketplace.kernel.i18n import Language, Text
from marketplace.pricing.prices import Unit
from search.comparisons.asked import Asked, pause_text
from search.comparisons.schemas import BandPriceShown, ComparedOffer, HourPrice
from search.comparisons.summaries import month_name, names_of, summary_of
from search.comparisons.table import columns_of, facts_of

ANY = UUID(int=1)


def offer(provider: str = "Kotiapu Oy", **changes: Any) -> ComparedOffer:
    facts: dict[str, Any] = {
        "offer_id": ANY, "name": Text("Kotihoito"), "provider": provider, "provider_id": ANY, "organiser_id": ANY,
        "organiser": Text("Helsinki"), "service_class": "V-HOMECARE-REG", "unit": Unit.HOUR,
        "municipality_codes": ("091",), "languages": ("fi",), "accepts_new_clients": True, "earliest_start": None,
        "an_hour": (), "prices": (BandPriceShown(band="", name=Text(""), hours=(), price_cents=3000),),
        "prices_since": date(2026, 1, 1), "visit_fee_cents": 0, "minimum_minutes": 0, "voucher_accepted": True,
    }  # fmt: skip
    return ComparedOffer(**{**facts, **changes})


def month(provider: str, own: int, voucher: int = 0, overrun: int = 0, **changes: Any) -> ComparedOffer:
    total = own + voucher + overrun
    sums = {"total_cents": total, "voucher_cents": voucher, "own_share_cents": own, "overrun_cents": overrun}
    return offer(provider, visits=4, **sums, **changes)


def said(*items: ComparedOffer, own_cents: int | None = None, has_own_service: bool = False) -> list[str]:
    summary = summary_of(items, Language.EN, own_cents=own_cents, has_own_service=has_own_service)
    return [text.replace("\xa0", " ") for text in summary.sentences]


def hour(provider: str, cents: int | None) -> ComparedOffer:
    return offer(provider, an_hour=(HourPrice(name=Text("Arkisin klo 10–11"), total_cents=cents),))


def test_the_cheapest_comes_first_and_the_others_by_their_difference():
    assert said(month("A", 14_260, 1_000), month("B", 15_460)) == [
        "With this week A costs you least: €142.60 a month.",
        "A: of the price €152.60 the voucher pays €10.00 and you pay €142.60.",
        "B costs you €154.60 a month, which is €12.00 more.",
    ]


def test_one_offer_is_not_called_the_cheapest():
    assert said(month("A", 14_260)) == ["With this week A costs you €142.60 a month."]


def test_equal_sums_are_told_as_equal():
    assert said(month("A", 100), month("B", 100)) == ["With this week A and B cost you the same: €1.00 a month."]
    assert said(month("A", 0, 5), month("B", 0, 5))[0].startswith("With this week you pay nothing to A and B")
    assert said(month("A", 0, 5))[0] == "With this week you pay nothing to A: the voucher pays all of it."


def test_what_is_beyond_the_voucher_is_told():
    assert "Of what you pay, €3.00 is beyond what the voucher covers." in said(month("A", 200, 1_000, 300))


def test_the_organisers_own_service_is_dearer_cheaper_or_equal():
    assert said(month("A", 500), own_cents=700)[-1].endswith("€7.00 a month, which is €2.00 more.")
    assert said(month("A", 500), own_cents=100)[-1].endswith("€1.00 a month, which is €4.00 less.")
    assert said(month("A", 500), own_cents=500)[-1].endswith("just as much: €5.00 a month.")


def test_a_fee_of_the_organisers_own_service_that_is_not_known_is_spoken_of():
    assert "Ask the organiser" in said(month("A", 500), has_own_service=True)[-1]
    assert len(said(month("A", 500))) == 1


def test_without_a_month_hours_are_compared():
    assert said(hour("A", 3_000), hour("B", 4_000)) == [
        "An hour on a weekday costs least with A: €30.00.",
        "It costs most with B: €40.00.",
    ]
    assert said(hour("A", 3_000), hour("B", 3_000)) == ["An hour on a weekday costs the same with all of them: €30.00."]
    assert said(hour("A", 3_000), hour("B", None)) == []


def test_two_offers_of_one_provider_are_told_apart():
    assert names_of([offer(), offer(name=Text("Siivous"))], Language.FI) == [
        "Kotiapu Oy, Kotihoito",
        "Kotiapu Oy, Siivous",
    ]
    assert month_name(date(2026, 12, 1), Language.FI) == "joulukuu 2026"


def test_rows_say_what_is_missing_and_what_differs():
    items = [hour("A", None), offer("B", minimum_minutes=30, visit_fee_cents=500, unit=Unit.DAY)]
    facts = [facts_of(("Muistisairaudet",), date(2026, 12, 1), Language.FI), facts_of((), None, Language.FI)]
    table = columns_of(items, Language.FI, facts=facts)
    rows = {row.header: row.cells for row in (*table.prices, *table.facts)}
    assert rows["Arkisin klo 10–11"] == ("ei palvelua", "–")
    assert rows["Erityisosaaminen"] == ("Muistisairaudet", "–")
    assert rows["Lyhin laskutettava käynti"] == ("–", "30 min")
    assert table.has_differences
    assert table.has_likeness
    assert not any(not row.differs for row in table.only_differences().facts)


def test_a_voucher_that_is_not_for_an_offer_says_so():
    items = [month("A", 500, 500), month("B", 900, voucher_accepted=False)]
    rows = {row.header: row.cells for row in columns_of(items, Language.FI, own_cents=100).month}
    assert rows["Palveluseteli maksaa"][1] == "ei käy tähän"


def test_a_question_is_told_whole():
    asked = Asked(week="mon0900x60", km=12, pause=["2026-12-23~2026-12-27", "2026-12-31"])
    words = asked.words(Language.EN)
    assert words[1] == "12 kilometres for each visit"
    assert words[2].startswith("No visits: 23 December 2026–27 December 2026, 31 December 2026")
    assert [pause_text(each) for each in asked.pauses()][1] == "2026-12-31~2026-12-31"
    assert Asked(units=3).words(Language.EN) == ["3 in the month"]
