"""What sheets do to what is published and drafted already: price changes on their day, drafts under other words."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from marketplace.catalogue.changes.history import scheduled_change
from marketplace.catalogue.offers.offers import my_offer, my_offers, published_offer, save_draft
from marketplace.catalogue.sheets import accepting, exporting, queries
from marketplace.catalogue.sheets.schemas import Acceptance
from marketplace.catalogue.sheets.states import ItemAction, ItemStatus, SheetKind
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import new_id
from marketplace.organisers.rules import set_price_rules
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.prices import IncreaseRules, PriceList, PriceRules, Unit
from tests.factories.catalogue import approve, band_prices, make_offer, make_provider, offer_draft
from tests.factories.sheets import MESSY, sent

SOON = date(2099, 6, 1)
CHEAPER = "Palvelu;Arki klo 7-18;Arki-ilta 18–22;Arki klo 22–7;La;Su ja pyhät\nKotihoito;30;31;32;33;34\n"


@pytest.fixture
async def provider(turku: Organiser) -> Actor:
    actor = await make_provider()
    await approve(actor, turku, service_classes=("V-HOMECARE-REG", "V-CLEANING"))
    return actor


async def accepted(provider: Actor, turku: Organiser, text: str, kind=SheetKind.PRICES, **more):
    view = await sent(provider, turku, text, kind, **more)
    await accepting.accept(provider, view.summary.id, Acceptance(publish_complete=True))
    return await queries.my_import(provider, view.summary.id)


async def limit_increases(turku: Organiser, **rules) -> None:
    admin = Actor(person_id=new_id(), role=Role.ORGANISER_ADMIN, organiser_id=turku.id)
    limits = PriceRules(increases=IncreaseRules(**rules))
    await set_price_rules(admin, turku.id, "V-HOMECARE-REG", limits, today())


async def test_cheaper_prices_of_a_published_offer_begin_today(provider: Actor, turku: Organiser) -> None:
    offer_id = await make_offer(provider, turku)
    after = await accepted(provider, turku, CHEAPER)
    assert [(each.action, each.status, each.valid_from) for each in after.items] == [
        (ItemAction.PRICE_CHANGE, ItemStatus.DONE, today())
    ]
    offer = await published_offer(offer_id)
    assert (offer.prices.price_of("weekday_day"), offer.name.fi) == (3_000, "Kotihoitoa kaikkina päivinä")


async def test_dearer_prices_wait_for_the_first_day_that_is_allowed(provider: Actor, turku: Organiser) -> None:
    offer_id = await make_offer(provider, turku)
    await limit_increases(turku, notice_days=60)
    after = await accepted(provider, turku, MESSY)
    assert after.items[0].valid_from == today() + timedelta(days=60)
    coming = await scheduled_change(offer_id)
    assert (coming.valid_from, coming.prices.price_of("weekday_day")) == (after.items[0].valid_from, 3_950)
    assert (await published_offer(offer_id)).prices.price_of("weekday_day") == 3_800
    again = await sent(provider, turku, CHEAPER)
    assert again.items[0].status is ItemStatus.LEFT_OUT
    assert "is waiting already" in again.items[0].problems[0].en


async def test_a_day_that_the_rules_forbid_is_told_in_the_dry_run(provider: Actor, turku: Organiser) -> None:
    await make_offer(provider, turku)
    await limit_increases(turku, notice_days=60)
    view = await sent(provider, turku, MESSY, valid_from=today() + timedelta(days=3))
    assert view.items[0].status is ItemStatus.LEFT_OUT
    assert "60" in view.items[0].problems[0].en


async def test_what_the_rules_forbid_meanwhile_is_refused_with_its_reason(provider: Actor, turku: Organiser) -> None:
    await make_offer(provider, turku)
    view = await sent(provider, turku, MESSY, valid_from=today() + timedelta(days=3))
    assert view.items[0].status is ItemStatus.PROPOSED
    await limit_increases(turku, notice_days=60)
    await accepting.accept(provider, view.summary.id, Acceptance())
    after = await queries.my_import(provider, view.summary.id)
    assert (after.items[0].status, after.counts.refused) == (ItemStatus.REFUSED, 1)
    assert "60" in after.items[0].problems[0].en
    _, errors = await accepting.error_file_of(provider, view.summary.id)
    assert "Kotihoito" in errors.decode("utf-8-sig")


async def test_lists_find_their_offers_by_id_name_and_place(provider: Actor, turku: Organiser) -> None:
    here, there = turku.municipality_codes[:1], turku.municipality_codes[1:2]
    one = await save_draft(provider, None, offer_draft(turku, name_fi="Aamuhoito", municipality_codes=here))
    other = await save_draft(provider, None, offer_draft(turku, name_fi="Toinen hoito", municipality_codes=there))
    head = "Palvelukoodi;Palvelu;Kunta;Hinta"
    view = await sent(
        provider, turku,
        f"{head}\nV-HOMECARE-REG;toinen hoito;;41\nV-HOMECARE-REG;Kolmas;{here[0]};42\nV-HOMECARE-REG;Neljäs;;43\n",
    )  # fmt: skip
    assert [each.offer_id for each in view.items] == [other.id, one.id, None]
    unclear = await sent(provider, turku, f"{head}\nV-HOMECARE-REG;Kolmas;;42\n")
    assert "Several of your offers" in unclear.items[0].problems[0].en
    sheet = (await exporting.own_prices(provider, "csv")).content.decode("utf-8-sig")
    unknown = await sent(provider, turku, sheet.replace(str(one.id), str(new_id())))
    assert "None of your offers has the id" in unknown.items[0].problems[0].en
    moved = await sent(provider, turku, sheet.replace("V-HOMECARE-REG", "V-CLEANING"))
    assert "keeps its organiser" in moved.items[0].problems[0].en


async def test_offers_are_begun_changed_and_published(provider: Actor, turku: Organiser) -> None:
    known = await save_draft(provider, None, offer_draft(turku))
    place = turku.municipality_codes[0]
    sheet = (
        "offer_id;service_class;municipality_codes;name_fi;description_fi;capacity;accepts_new_clients\n"
        f"{known.id};V-HOMECARE-REG;{place};Uusi nimi;Uusi kuvaus;3;ei\n;V-CLEANING;{place};Siivous;Siivoamme;;kyllä\n"
        f"{new_id()};V-CLEANING;{place};X;Y;;\n{known.id};V-HOMECARE-REG;{place};Toinen;Z;;\n;QQ;{place};X;Y;;\n"
        f"{known.id};V-CLEANING;{place};Toinen;Z;;\n"
    )
    view = await sent(provider, turku, sheet, SheetKind.OFFERS)
    assert (view.counts.changed_drafts, view.counts.new_drafts, view.counts.left_out) == (1, 1, 3)
    assert view.summary.rows_refused == 1
    await accepting.accept(provider, view.summary.id, Acceptance(publish_complete=True))
    after = await queries.my_import(provider, view.summary.id)
    assert (after.counts.imported, after.counts.published) == (2, 1)
    offer = await published_offer(known.id)
    assert (offer.name.fi, offer.details.capacity, offer.accepts_new_clients) == ("Uusi nimi", 3, False)
    assert offer.prices == band_prices()
    again = await sent(provider, turku, sheet.split(f"{new_id()}", maxsplit=1)[0], SheetKind.OFFERS)
    assert again.counts.new_drafts == 0
    assert len(await my_offers(provider)) == 2


async def test_wrong_cells_of_offers_are_named_with_their_column(provider: Actor, turku: Organiser) -> None:
    sheet = (
        "service_class;postal_codes;capacity;self_monitoring_url;name_fi;municipality_codes\n"
        f"V-CLEANING;abc;;;A;{turku.municipality_codes[0]}\nV-CLEANING;;moni;;B;\nV-CLEANING;;;omavalvonta.fi;C;\n"
        "V-CLEANING;;5;https://example.org/plan;D;\n# huomautus;;;;;\n"
    )
    view = await sent(provider, turku, sheet, SheetKind.OFFERS)
    assert [(row.number, row.column) for row in view.refused] == [(2, "B"), (3, "C"), (4, "D")]
    [item] = view.items
    assert (item.content.details.capacity, item.content.details.self_monitoring_url) == (5, "https://example.org/plan")


async def test_a_draft_that_cannot_be_published_stays_one_with_the_reason(provider: Actor, turku: Organiser) -> None:
    place = turku.municipality_codes[0]
    head = "service_class;municipality_codes;name_fi;description_fi"
    after = await accepted(provider, turku, f"{head}\nV-CLEANING;{place};Siivous;Siivoamme\n", SheetKind.OFFERS)
    assert [(each.status, each.is_published) for each in after.items] == [(ItemStatus.DONE, False)]
    assert after.items[0].problems[0].en == "Give the prices."
    stranger = await make_provider("Ilman hyväksyntää Oy", business_id="3456789-0")
    saved = await save_draft(stranger, None, offer_draft(turku))
    sheet = f"offer_id;{head}\n{saved.id};V-HOMECARE-REG;{place};Toinen nimi;Kuvaus\n"
    refused = await accepted(stranger, turku, sheet, SheetKind.OFFERS)
    assert [(each.status, each.is_published) for each in refused.items] == [(ItemStatus.DONE, False)]
    assert (await my_offer(stranger, saved.id)).content.name_fi == "Toinen nimi"


async def test_a_published_offer_whose_words_change_gets_a_draft(provider: Actor, turku: Organiser) -> None:
    offer_id: UUID = await make_offer(provider, turku)
    sheet = (await exporting.own_offers(provider, "csv", turku.id)).content.decode("utf-8-sig")
    view = await sent(provider, turku, sheet.replace("Autamme", "Autamme ja autamme"), SheetKind.OFFERS)
    assert [each.action for each in view.items] == [ItemAction.CHANGED_DRAFT]
    await accepting.accept(provider, view.summary.id, Acceptance())
    assert (await published_offer(offer_id)).description.fi == "Autamme kotona arjessa."
    assert "ja autamme" in (await my_offer(provider, offer_id)).content.description_fi


async def test_prices_under_other_conditions_get_names_of_their_own(provider: Actor, turku: Organiser) -> None:
    text = "Palvelu;Aika;Alue;Hinta;ALV %\nSiivous;;Turku;30;0\nSiivous;;Turku;38;25,5\nSiivous;;Kaarina;31;0\nSiivous;;Turku;39;25,5\n"
    view = await sent(provider, turku, text)
    assert len({each.content.name_fi for each in view.items}) == len(view.items) == 4
    assert view.items[0].content.municipality_codes == ("853",)
    assert str(view.items[1].content.prices.vat_percent) == "25.5"


async def test_a_service_that_is_none_of_ours_asks_for_its_class(provider: Actor, turku: Organiser) -> None:
    text = "Palvelukoodi;Palvelu;Hinta\nOTHER;Terapia;80 €/käynti\n"
    view = await sent(provider, turku, text)
    assert "Choose a service class" in view.items[0].problems[0].en
    chosen = await sent(provider, turku, text, service_class="V-HOMENURSING")
    assert chosen.items[0].status is ItemStatus.PROPOSED
    assert chosen.items[0].content.prices == PriceList(unit=Unit.VISIT, one_price_cents=8_000)
    known = await save_draft(provider, None, replace(offer_draft(turku), service_class="V-CLEANING", prices=None))
    other = await sent(provider, turku, "Palvelu;Hinta\nSiivous;80 €/km\n")
    assert (other.items[0].offer_id, other.items[0].status) == (known.id, ItemStatus.LEFT_OUT)


async def test_lengths_and_bands_of_another_unit_are_kept_in_words(provider: Actor, turku: Organiser) -> None:
    by_length = await sent(provider, turku, "Palvelu;30 min;60 min\nHenkilökohtainen apu;30;50\n")
    assert by_length.items[0].content.description_fi.count("\n") == 1
    sheet = "Palvelu;Aika;Hinta\nHenkilökohtainen apu;ma-pe 7-18;30 €/käynti\nHenkilökohtainen apu;la;40 €/käynti\n"
    by_band = await sent(provider, turku, sheet)
    assert "Arkipäivä: 30,00" in by_band.items[0].content.description_fi
