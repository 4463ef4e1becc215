"""Offers: drafted by their provider, published under an approval, kept as they were."""

import asyncio
from datetime import date, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from marketplace.catalogue.offers import offers
from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.catalogue.wiring import HANDLERS
from marketplace.kernel import audit
from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.calendar import DayType
from marketplace.kernel.clock import clock_set_to, now, today
from marketplace.kernel.db import execute, fetch, fetch_value
from marketplace.kernel.errors import Forbidden, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.organisers import rules
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.bands import ANY_TIME, Band, BandCalendar, Hours
from marketplace.pricing.prices import BandPrice, PriceList, PriceRules, Unit
from onboarding.topics import APPROVAL_CHANGED, ApprovalChanged
from tests.factories.catalogue import (
    PROVIDER_IDS,
    approve,
    band_prices,
    make_offer,
    make_provider,
    offer_draft,
    suspend,
)
from tests.factories.organisers import make_product

EARLIER = date(2026, 1, 1)


@pytest.fixture
async def provider(turku: Organiser) -> Actor:
    """A provider approved for home care and personal assistance in all of the county."""
    actor = await make_provider()
    await approve(actor, turku, service_classes=("V-HOMECARE-REG", "V-PA"))
    return actor


async def refusals(draft: OfferDraft, provider: Actor) -> dict[str, str]:
    with pytest.raises(Invalid) as invalid:
        await offers.save_draft(provider, None, draft)
    return {error.field: translate(error.message, Language.EN) for error in invalid.value.fields}


async def waiting_jobs() -> int:
    return await fetch_value("select count(*) from pgqueuer where entrypoint = 'offer.changed'")


async def test_published_offer_says_everything_that_others_need(turku: Organiser, provider: Actor) -> None:
    offer_id = await make_offer(provider, turku)
    found = await offers.published_offer(offer_id)
    assert (found.provider_name, found.business_id, found.organiser_name.fi) == (
        "Hoiva Oy",
        PROVIDER_IDS[0],
        "Varsinais-Suomi",
    )
    assert (found.service_class, found.unit, found.version) == ("V-HOMECARE-REG", Unit.HOUR, 1)
    assert found.municipality_codes == turku.municipality_codes[:3]
    assert (found.prices, found.calendar) == (band_prices(), rules.STANDARD_BANDS)
    assert await offers.published_offer_ids() == [offer_id]
    assert await offers.published_offers_of(found.provider_id) == [found]
    assert await waiting_jobs() == 1


async def test_draft_is_nobody_elses(turku: Organiser, provider: Actor) -> None:
    saved = await offers.save_draft(provider, None, offer_draft(turku))
    with pytest.raises(NotFound):
        await offers.published_offer(saved.id)
    stranger = await make_provider("Toinen Oy", business_id=PROVIDER_IDS[1])
    for attempt in (
        offers.my_offer(stranger, saved.id),
        offers.save_draft(stranger, saved.id, offer_draft(turku)),
        offers.publish(stranger, saved.id),
        offers.withdraw(stranger, saved.id),
        offers.my_offer(provider, uuid4()),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await offers.my_offers(stranger) == []


async def test_without_approval_it_cannot_be_published_and_says_why(turku: Organiser, database: str) -> None:
    unknown = await make_provider()
    saved = await offers.save_draft(unknown, None, offer_draft(turku))
    with pytest.raises(Refused) as refused:
        await offers.publish(unknown, saved.id)
    assert refused.value.code == "not_approved"
    assert (
        translate(refused.value.message, Language.EN)
        == "Varsinais-Suomi has not approved this provider. Apply to it first."
    )


async def test_every_municipality_needs_its_approval(turku: Organiser, database: str) -> None:
    partly = await make_provider()
    await approve(partly, turku, municipality_codes=["853"])
    saved = await offers.save_draft(partly, None, offer_draft(turku, municipality_codes=("853", "019", "202")))
    with pytest.raises(Refused) as refused:
        await offers.publish(partly, saved.id)
    said = translate(refused.value.message, Language.EN)
    assert "Aura" in said
    assert "Kaarina" in said
    assert "Turku" not in said
    own = await offers.my_offer(partly, saved.id)
    assert len(own.obstacles) == 2


async def test_second_draft_leaves_the_first_version_public(turku: Organiser, provider: Actor) -> None:
    offer_id = await make_offer(provider, turku)
    saved = await offers.save_draft(
        provider, offer_id, offer_draft(turku, name_fi="Uusi", prices=band_prices(day=4000))
    )
    assert saved.version == 2
    assert (await offers.published_offer(offer_id)).prices == band_prices()
    await offers.publish(provider, offer_id)
    now_public = await offers.published_offer(offer_id)
    assert (now_public.version, now_public.name.fi, now_public.prices) == (2, "Uusi", band_prices(day=4000))


async def test_replaced_version_is_kept_as_it_was(turku: Organiser, provider: Actor) -> None:
    offer_id = await make_offer(provider, turku)
    first = await offers.published_offer(offer_id)
    await offers.save_draft(provider, offer_id, offer_draft(turku, prices=band_prices(day=4000)))
    await offers.publish(provider, offer_id)
    assert await offers.offer_as_published(first.version_id) == first
    for statement in (
        "update offer_version set name_fi = 'x' where id = $1",
        "delete from offer_version where id = $1",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await execute(statement, first.version_id)


async def test_drafts_are_never_shown_as_published_versions(turku: Organiser, provider: Actor) -> None:
    saved = await offers.save_draft(provider, None, offer_draft(turku))
    version_id = await fetch_value("select id from offer_version where offer_id = $1", saved.id)
    with pytest.raises(NotFound):
        await offers.offer_as_published(version_id)


async def test_withdrawn_offer_disappears_and_can_come_back(turku: Organiser, provider: Actor) -> None:
    offer_id = await make_offer(provider, turku)
    await offers.withdraw(provider, offer_id)
    assert await offers.published_offer_ids() == []
    with pytest.raises(Refused):
        await offers.withdraw(provider, offer_id)
    (line,) = await offers.my_offers(provider)
    assert line.withdrawn_at is not None
    assert (line.published_version, line.is_public, line.draft_version) == (None, False, None)
    own = await offers.my_offer(provider, offer_id)
    await offers.save_draft(provider, offer_id, own.content)
    assert (await offers.publish(provider, offer_id)).version == 2
    assert await waiting_jobs() == 3


async def test_two_publishing_at_once_publish_once(turku: Organiser, provider: Actor) -> None:
    saved = await offers.save_draft(provider, None, offer_draft(turku))
    outcomes = await asyncio.gather(*(offers.publish(provider, saved.id) for _ in range(4)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["Refused", "Refused", "Refused", "SavedOffer"]
    assert await fetch_value("select count(*) from offer_version where status = 'published'") == 1
    assert await waiting_jobs() == 1


async def test_two_saving_at_once_leave_one_draft(turku: Organiser, provider: Actor) -> None:
    offer_id = await make_offer(provider, turku)
    await asyncio.gather(
        *(offers.save_draft(provider, offer_id, offer_draft(turku, name_fi=f"N{i}")) for i in range(4))
    )
    rows = await fetch("select number from offer_version where offer_id = $1 and status = 'draft'", offer_id)
    assert [row["number"] for row in rows] == [2]


async def test_suspended_provider_disappears_at_once(turku: Organiser, database: str) -> None:
    provider = await make_provider()
    approval_id = await approve(provider, turku)
    offer_id = await make_offer(provider, turku)
    await suspend(approval_id, today())
    assert await offers.published_offer_ids() == []
    assert await offers.published_offers() == []
    with pytest.raises(NotFound):
        await offers.published_offer(offer_id)
    (line,) = await offers.my_offers(provider)
    assert (line.published_version, line.is_public) == (1, False)


async def test_narrower_approval_narrows_what_is_public(turku: Organiser, database: str) -> None:
    provider = await make_provider()
    everywhere = await approve(provider, turku)
    await approve(provider, turku, municipality_codes=["853"])
    offer_id = await make_offer(provider, turku, municipality_codes=("853", "019"))
    await suspend(everywhere, today())
    assert (await offers.published_offer(offer_id)).municipality_codes == ("853",)


async def test_offer_hides_on_the_day_after_the_approvals_last(turku: Organiser, database: str) -> None:
    provider = await make_provider()
    await approve(provider, turku, valid_to=today())
    offer_id = await make_offer(provider, turku)
    assert await offers.published_offer_ids() == [offer_id]
    with clock_set_to(now() + timedelta(days=1)):
        assert await offers.published_offer_ids() == []


async def test_change_of_approval_has_all_offers_looked_at_again(turku: Organiser, provider: Actor) -> None:
    await make_offer(provider, turku)
    await offers.save_draft(provider, None, offer_draft(turku))
    before = await waiting_jobs()
    assert provider.provider_id is not None
    await HANDLERS[APPROVAL_CHANGED](ApprovalChanged(provider.provider_id, turku.id))
    assert await waiting_jobs() == before + 2


async def test_pages_of_published_offers_come_by_id(turku: Organiser, provider: Actor) -> None:
    ids = [await make_offer(provider, turku) for _ in range(3)]
    first = await offers.published_offers(limit=2)
    rest = await offers.published_offers(after=first[-1].id, limit=2)
    assert [each.id for each in (*first, *rest)] == sorted(ids)


async def test_all_faults_are_named_at_once(turku: Organiser, provider: Actor) -> None:
    said = await refusals(
        offer_draft(
            turku, municipality_codes=("853", "999", "091"), languages=("fi", "xx"), name_sv="å" * 201,
            description_en="x" * 5001, skills=("ok", "\x07"), prices=band_prices(day=-1),
        ),
        provider,
    )  # fmt: skip
    assert set(said) == {
        "municipality_codes.1", "municipality_codes.2", "languages.1", "name_sv", "description_en", "skills.1",
        "prices.band_prices.0.price_cents",
    }  # fmt: skip
    assert said["municipality_codes.1"] == "There is no municipality with the code 999."
    assert said["municipality_codes.2"] == "Varsinais-Suomi does not serve Helsinki."


async def test_gaps_and_overlaps_of_bands_are_named(turku: Organiser, provider: Actor) -> None:
    weekday, rest = (DayType.WEEKDAY,), (DayType.SATURDAY, DayType.SUNDAY, DayType.HOLIDAY)
    calendar = BandCalendar(
        version="own",
        bands=(
            Band("day", Text("Päivä", en="Day"), (Hours(weekday, 420, 1080), Hours(rest, 0, 1440))),
            Band("late", Text("Ilta", en="Late"), (Hours(weekday, 1020, 1380),)),
        ),
    )
    prices = PriceList(unit=Unit.HOUR, band_prices=(BandPrice("day", 3800), BandPrice("late", 4400)))
    said = await refusals(offer_draft(turku, calendar=calendar, prices=prices), provider)
    assert "Weekday 17:00–18:00 is in two time bands: Day and Late." in said.values()
    assert said["calendar.bands"] in {
        "Weekday 00:00–07:00 is in no time band.",
        "Weekday 23:00–24:00 is in no time band.",
    }


async def test_unknown_organiser_and_service_are_refused(turku: Organiser, provider: Actor) -> None:
    said = await refusals(offer_draft(turku, organiser_id=uuid4(), service_class="V-X", languages=()), provider)
    assert set(said) == {"organiser_id", "service_class", "languages"}


async def test_unit_is_that_of_the_service(turku: Organiser, provider: Actor) -> None:
    said = await refusals(offer_draft(turku, prices=PriceList(unit=Unit.DAY, one_price_cents=100)), provider)
    assert said == {"prices.unit": "This service is priced by the hour. Give the price for that unit."}


async def test_price_ceiling_holds(turku: Organiser, provider: Actor) -> None:
    await rules.set_price_rules(SYSTEM, turku.id, "V-HOMECARE-REG", PriceRules(ceiling_cents=5000), EARLIER)
    said = await refusals(offer_draft(turku), provider)
    assert said == {
        "prices.band_prices.2.price_cents": "€53.00 is over the price ceiling €50.00 (price rules of Varsinais-Suomi).",
        "prices.band_prices.4.price_cents": "€76.00 is over the price ceiling €50.00 (price rules of Varsinais-Suomi).",
    }


async def test_own_bands_only_where_the_organiser_allows_them(turku: Organiser, provider: Actor) -> None:
    own = offer_draft(turku, calendar=ANY_TIME, prices=PriceList(unit=Unit.HOUR, band_prices=(BandPrice("any", 3800),)))
    await offers.save_draft(provider, None, own)
    await rules.set_bands(SYSTEM, turku.id, rules.STANDARD_BANDS, EARLIER, own_bands_allowed=False)
    said = await refusals(own, provider)
    assert said["calendar"] == "This organiser decides the time bands. Give your prices by them."


async def test_too_many_bands_are_refused(turku: Organiser, provider: Actor) -> None:
    many = BandCalendar(version="own", bands=tuple(Band(f"b{i}", Text("B"), ()) for i in range(31)))
    prices = PriceList(unit=Unit.HOUR, one_price_cents=3800)
    assert set(await refusals(offer_draft(turku, calendar=many, prices=prices), provider)) == {"calendar"}


async def test_service_free_for_the_client_cannot_cost_more_than_its_voucher(turku: Organiser, provider: Actor) -> None:
    await make_product(turku, service_class="V-PA", code="APU", value_cents=2100, no_own_share=True)
    draft = offer_draft(turku, service_class="V-PA", prices=PriceList(unit=Unit.HOUR, one_price_cents=2150))
    said = await refusals(draft, provider)
    assert said == {
        "prices.one_price_cents": "This service is free for the client: the price can be at most the voucher's value €21.00."
        " (voucher Kotihoidon seteli, 2026)"
    }
    cheap = PriceList(unit=Unit.HOUR, one_price_cents=2100)
    assert await make_offer(provider, turku, service_class="V-PA", prices=cheap)


async def test_rules_are_asked_again_when_publishing(turku: Organiser, provider: Actor) -> None:
    saved = await offers.save_draft(provider, None, offer_draft(turku))
    await rules.set_price_rules(SYSTEM, turku.id, "V-HOMECARE-REG", PriceRules(ceiling_cents=100), EARLIER)
    with pytest.raises(Invalid):
        await offers.publish(provider, saved.id)


async def test_incomplete_draft_is_kept_but_not_published(turku: Organiser, provider: Actor) -> None:
    bare = OfferDraft(organiser_id=turku.id, service_class="V-HOMECARE-REG")
    saved = await offers.save_draft(provider, None, bare)
    with pytest.raises(Invalid) as invalid:
        await offers.publish(provider, saved.id)
    assert [error.field for error in invalid.value.fields] == [
        "municipality_codes",
        "name_fi",
        "description_fi",
        "prices",
    ]


async def test_nothing_to_publish_is_said(turku: Organiser, provider: Actor) -> None:
    offer_id = await make_offer(provider, turku)
    with pytest.raises(Refused) as refused:
        await offers.publish(provider, offer_id)
    assert refused.value.code == "nothing_to_publish"


async def test_offer_keeps_its_service_and_organiser(turku: Organiser, provider: Actor) -> None:
    saved = await offers.save_draft(provider, None, offer_draft(turku))
    with pytest.raises(Invalid) as invalid:
        await offers.save_draft(provider, saved.id, offer_draft(turku, service_class="V-PA"))
    assert [error.field for error in invalid.value.fields] == ["service_class"]


@pytest.mark.parametrize("actor", [Actor(), Actor(role=Role.PROVIDER_WORKER, provider_id=UUID(int=1)), SYSTEM])
async def test_only_a_providers_administrator_writes_offers(actor: Actor, turku: Organiser) -> None:
    for attempt in (
        offers.save_draft(actor, None, offer_draft(turku)),
        offers.my_offers(actor),
        offers.publish(actor, uuid4()),
    ):
        with pytest.raises(Forbidden):
            await attempt


async def test_trail_tells_what_was_done(turku: Organiser, provider: Actor) -> None:
    offer_id = await make_offer(provider, turku)
    await offers.withdraw(provider, offer_id)
    trail = await audit.history("offer", offer_id)
    assert [entry.action for entry in trail] == ["offer.drafted", "offer.published", "offer.withdrawn"]
