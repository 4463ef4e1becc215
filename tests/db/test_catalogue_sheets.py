"""A sheet is read into a dry run; what is accepted is exactly what was shown, each offer whole or not at all."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from marketplace.catalogue.offers.offers import my_offer, my_offers, published_offer, save_draft
from marketplace.catalogue.sheets import accepting, exporting, importing, queries
from marketplace.catalogue.sheets.schemas import Acceptance
from marketplace.catalogue.sheets.states import ImportStatus, ItemStatus, SheetKind
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import execute, new_id
from marketplace.kernel.errors import Forbidden, IllegalTransition, Invalid, NotFound, Refused
from marketplace.organisers.rules import STANDARD_BANDS, set_bands
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.charges import FeeWaiver, Package, Surcharge, Travel
from tests.factories.catalogue import approve, band_prices, make_offer, make_provider, offer_draft
from tests.factories.sheets import MESSY, sent

ALL = Acceptance()
PUBLISH = Acceptance(publish_complete=True)
REAL = (Path(__file__).parents[1] / "unit" / "data" / "price_lists.csv").read_bytes()


@pytest.fixture
async def provider(turku: Organiser) -> Actor:
    actor = await make_provider()
    await approve(actor, turku)
    return actor


def outcomes(view) -> list[tuple[str, str]]:
    return [(item.action.value, item.status.value) for item in view.items]


async def test_a_messy_list_becomes_a_draft_once_it_is_accepted(provider: Actor, turku: Organiser) -> None:
    view = await sent(provider, turku, MESSY)
    assert view.summary.status is ImportStatus.READY
    assert (view.summary.rows_accepted, view.summary.rows_refused) == (1, 1)
    assert outcomes(view) == [("new_draft", "proposed")]
    assert await my_offers(provider) == []
    await accepting.accept(provider, view.summary.id, ALL)
    [offer] = await my_offers(provider)
    content = (await my_offer(provider, offer.id)).content
    assert content.calendar is None
    assert {each.band: each.price_cents for each in content.prices.band_prices}["sunday_holiday"] == 7_700
    assert content.municipality_codes == turku.municipality_codes
    after = await queries.my_import(provider, view.summary.id)
    assert (after.summary.status, after.counts.imported) == (ImportStatus.DONE, 1)
    assert after.items[0].offer_id == offer.id


async def test_bad_rows_come_back_with_reasons_and_go_in_once_mended(provider: Actor, turku: Organiser) -> None:
    view = await sent(provider, turku, MESSY)
    _, errors = await accepting.error_file_of(provider, view.summary.id)
    text = errors.decode("utf-8-sig")
    assert "Siivous;abc" in text
    assert "Rivi 5" in text
    again = await sent(provider, turku, text.replace("abc", "38,50"))
    assert (again.summary.rows_refused, again.counts.new_drafts) == (0, 1)


async def test_prices_of_a_draft_are_changed_in_the_draft(provider: Actor, turku: Organiser) -> None:
    saved = await save_draft(provider, None, offer_draft(turku))
    view = await sent(provider, turku, MESSY)
    assert outcomes(view) == [("changed_draft", "proposed")]
    assert view.items[0].before.prices.price_of("weekday_day") == 3_800
    await accepting.accept(provider, view.summary.id, PUBLISH)
    offer = await published_offer(saved.id)
    assert (offer.name.fi, offer.prices.price_of("weekday_day")) == ("Kotihoitoa kaikkina päivinä", 3_950)
    assert (await queries.my_import(provider, view.summary.id)).counts.published == 1


async def test_an_export_changes_nothing(provider: Actor, turku: Organiser) -> None:
    rich = replace(
        band_prices(), visit_fee_cents=490, minimum_minutes=30, rounding_minutes=15, invoice_fee_cents=250,
        travel=Travel(cents_per_km=53, free_metres=10_000, minimum_cents=300), fee_waiver=FeeWaiver(visits_per_week=3),
        packages=(Package(key="p", name=STANDARD_BANDS.bands[0].name, over_minutes=0, up_to_minutes=600, price_cents=1),),
        surcharges=(Surcharge(key="s", name=STANDARD_BANDS.bands[1].name, bands=("night",), cents=600),),
    )  # fmt: skip
    await make_offer(provider, turku, prices=rich)
    await save_draft(provider, None, offer_draft(turku, name_fi="Toinen; =1", prices=band_prices(day=1)))
    for file_format in ("csv", "xlsx"):
        prices = await sent(provider, turku, (await exporting.own_prices(provider, file_format)).content)
        assert outcomes(prices) == [("nothing", "done")] * 2, [each.problems for each in prices.items]
        offers = (await exporting.own_offers(provider, file_format)).content
        assert outcomes(await sent(provider, turku, offers, SheetKind.OFFERS)) == [("nothing", "done")] * 2
        with pytest.raises(Refused):
            await accepting.accept(provider, prices.summary.id, ALL)


async def test_what_was_changed_after_the_dry_run_is_left_alone(provider: Actor, turku: Organiser) -> None:
    saved = await save_draft(provider, None, offer_draft(turku))
    view = await sent(provider, turku, MESSY)
    await save_draft(provider, saved.id, offer_draft(turku, prices=band_prices(day=4_444)))
    await accepting.accept(provider, view.summary.id, ALL)
    after = await queries.my_import(provider, view.summary.id)
    assert outcomes(after) == [("changed_draft", "changed_meanwhile")]
    assert (await my_offer(provider, saved.id)).content.prices.price_of("weekday_day") == 4_444
    _, errors = await accepting.error_file_of(provider, view.summary.id)
    assert "Kotihoito" in errors.decode("utf-8-sig")


async def test_what_is_left_out_stays_out(provider: Actor, turku: Organiser) -> None:
    view = await sent(provider, turku, "Palvelu;Hinta\nSiivous;30\nPyykki;40\nAteria;9\n")
    assert [item.status for item in view.items] == [ItemStatus.PROPOSED] * 3
    await accepting.accept(provider, view.summary.id, Acceptance(leave_out=(2,)))
    after = await queries.my_import(provider, view.summary.id)
    assert [each.status.value for each in after.items] == ["left_out", "done", "done"]
    assert len(await my_offers(provider)) == 2


async def test_an_import_is_accepted_once_and_by_its_own_provider(provider: Actor, turku: Organiser) -> None:
    view = await sent(provider, turku, MESSY)
    other = await make_provider("Toinen Oy", business_id="3456789-0")
    for use_case in (importing.discard, queries.my_import, accepting.error_file_of):
        with pytest.raises(NotFound):
            await use_case(other, view.summary.id)
    with pytest.raises(NotFound):
        await accepting.accept(other, view.summary.id, ALL)
    await accepting.accept(provider, view.summary.id, ALL)
    with pytest.raises(IllegalTransition):
        await accepting.accept(provider, view.summary.id, ALL)
    with pytest.raises(IllegalTransition):
        await importing.discard(provider, view.summary.id)
    assert [e.action for e in await audit.history("sheet_import", view.summary.id)][::-1] in (
        ["sheet.uploaded", "sheet.accepted", "sheet.imported"], ["sheet.imported", "sheet.accepted", "sheet.uploaded"],
    )  # fmt: skip


async def test_a_discarded_file_is_gone(provider: Actor, turku: Organiser) -> None:
    view = await sent(provider, turku, MESSY)
    await importing.discard(provider, view.summary.id)
    assert (await queries.my_imports(provider))[0].status is ImportStatus.DISCARDED
    with pytest.raises(IllegalTransition):
        await accepting.accept(provider, view.summary.id, ALL)
    await importing.read_import(view.summary.id)
    await accepting.run_import(view.summary.id)
    await accepting.run_import(new_id())


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "file_empty"), (b"x" * 10_000_001, "file_too_large"), (b"\xd0\xcf\x11\xe0abc", "file_unreadable"),
     (b"hello\n", "file_unreadable"), (b"PK\x03\x04junk", "file_unreadable")], ids=str,
)  # fmt: skip
async def test_what_is_no_table_is_refused_and_not_kept(provider, turku, content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await sent(provider, turku, content)
    assert (refusal.value.code, refusal.value.fields[0].field) == (code, "file")
    assert await queries.my_imports(provider) == []


async def test_unknown_organisers_and_classes_are_refused(provider: Actor, turku: Organiser) -> None:
    with pytest.raises(Invalid):
        await sent(provider, replace(turku, id=new_id()), MESSY)
    with pytest.raises(Invalid):
        await sent(provider, turku, MESSY, service_class="QQQ")
    with pytest.raises(Forbidden):
        await sent(Actor(role=Role.PROVIDER_WORKER, provider_id=provider.provider_id), turku, MESSY)


async def test_published_lists_go_in_through_the_door(provider: Actor, turku: Organiser) -> None:
    view = await sent(provider, turku, REAL, service_class="V-HOMENURSING")
    assert (view.summary.rows_accepted, view.summary.rows_refused) == (120, 0)
    assert [item.problems for item in view.items if item.status is ItemStatus.LEFT_OUT] == []
    await accepting.accept(provider, view.summary.id, ALL)
    await accepting.run_import(view.summary.id)
    after = await queries.my_import(provider, view.summary.id)
    assert (after.counts.imported, after.counts.refused) == (len(view.items), 0)
    assert len(await my_offers(provider)) == len(view.items)
    assert len({each.name.fi for each in await my_offers(provider)}) == len(view.items)


async def test_a_large_file_is_read_and_imported_by_jobs(provider: Actor, turku: Organiser) -> None:
    rows = "".join(f"Siivous {i};ma-pe 7-18;{30 + i % 9},50\n" for i in range(2_000))
    view = await sent(provider, turku, f"Palvelu;Aika;Hinta\n{rows}Siivous;ma-pe;abc\n")
    assert (view.summary.status, view.items) == (ImportStatus.READING, ())
    told: list[tuple[int, int]] = []
    await importing.read_import(view.summary.id, lambda done, total: told.append((done, total)))
    assert told[-1] == (2_000, 2_000)
    ready = await queries.my_import(provider, view.summary.id)
    assert (ready.counts.new_drafts, ready.summary.rows_refused) == (2_000, 1)
    await accepting.accept(provider, view.summary.id, Acceptance(leave_out=tuple(range(31, 2_001))))
    assert (await queries.my_import(provider, view.summary.id)).summary.status is ImportStatus.IMPORTING
    await accepting.run_import(view.summary.id, lambda done, total: told.append((done, total)))
    assert told[-1] == (30, 30)
    assert len(await my_offers(provider)) == 30


async def test_what_was_shown_can_never_be_changed(provider: Actor, turku: Organiser) -> None:
    view = await sent(provider, turku, MESSY)
    for sql in ("update sheet_import_item set content = '{}'", "update sheet_import_row set words = '[]'"):
        with pytest.raises(Exception, match=r"never changed|append-only"):
            await execute(sql + f" where import_id = '{view.summary.id}'")


async def test_an_organiser_that_sets_the_bands_gets_its_own(provider: Actor, turku: Organiser) -> None:
    admin = Actor(person_id=new_id(), role=Role.ORGANISER_ADMIN, organiser_id=turku.id)
    await set_bands(admin, turku.id, STANDARD_BANDS, today(), own_bands_allowed=False)
    fits = await sent(provider, turku, MESSY)
    assert outcomes(fits) == [("new_draft", "proposed")]
    view = await sent(provider, turku, "Palvelu;Aika;Hinta\nKotihoito;ma-pe 6-14;38\nKotihoito;muut ajat;50\n")
    assert outcomes(view) == [("new_draft", "left_out")]
    assert "decides the time bands" in view.items[0].problems[0].en
    _, errors = await accepting.error_file_of(provider, view.summary.id)
    assert errors.decode("utf-8-sig").count("Kotihoito") == 2


async def test_prices_in_another_unit_are_kept_in_words(provider: Actor, turku: Organiser) -> None:
    view = await sent(provider, turku, "Palvelu;Hinta\nKotihoito 5-10 h/kk;250 €/kk\n")
    [item] = view.items
    assert item.content.prices is None
    assert "250,00" in item.content.description_fi
    assert "priced by the hour" in item.warnings[-1].en
