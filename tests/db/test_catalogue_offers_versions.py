"""What an offer said before, copies of it, and changes of several offers at once."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from marketplace.catalogue.offers import offers, photos, versions
from marketplace.catalogue.offers.bulk import BulkChange, BulkOutcome, change_offers
from marketplace.catalogue.offers.copying import CopyTarget, copy_offer
from marketplace.catalogue.offers.schemas import OfferDetails
from marketplace.catalogue.offers.states import OfferStatus
from marketplace.kernel import audit
from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch_value, unit_of_work
from marketplace.kernel.errors import Forbidden, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.organisers import rules
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.bands import ANY_TIME
from marketplace.pricing.prices import BandPrice, PriceList, PriceRules, Unit
from tests.factories.catalogue import PNG, approve, band_prices, make_offer, make_provider, offer_draft, suspend
from tests.factories.organisers import BUSINESS_IDS, make_organiser

EARLIER = date(2026, 1, 1)


@pytest.fixture
async def provider(turku: Organiser) -> Actor:
    actor = await make_provider()
    await approve(actor, turku, service_classes=("V-HOMECARE-REG", "V-HOMECARE-TMP", "V-PA", "V-CLEANING", "V-MEAL"))
    return actor


@pytest.fixture
async def stranger(turku: Organiser) -> Actor:
    return await make_provider("Toinen Oy", business_id="3456789-0")


class TestVersions:
    async def test_every_version_is_listed_with_what_it_said(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku)
        await offers.save_draft(provider, offer_id, offer_draft(turku, name_fi="Toinen"))
        await offers.publish(provider, offer_id)
        await offers.save_draft(provider, offer_id, offer_draft(turku, name_fi="Kolmas"))
        found = await versions.versions_of(provider, offer_id)
        assert [(each.number, each.status, each.is_archived) for each in found] == [
            (3, OfferStatus.DRAFT, False), (2, OfferStatus.PUBLISHED, False), (1, OfferStatus.REPLACED, True),
        ]  # fmt: skip
        assert (await versions.version_of(provider, offer_id, 1)).content.name_fi == "Kotihoitoa kaikkina päivinä"
        assert (await versions.version_as_shown(provider, offer_id, 2)).name.fi == "Toinen"

    async def test_an_old_version_becomes_the_draft_again(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku, details=OfferDetails(capacity=3))
        await offers.save_draft(provider, offer_id, offer_draft(turku, name_fi="Toinen"))
        await offers.publish(provider, offer_id)
        assert (await versions.use_version(provider, offer_id, 1)).version == 3
        own = await offers.my_offer(provider, offer_id)
        assert (own.content.name_fi, own.content.details.capacity) == ("Kotihoitoa kaikkina päivinä", 3)
        assert own.content.calendar is None
        assert (await offers.published_offer(offer_id)).name.fi == "Toinen"

    async def test_a_draft_is_deleted_and_what_is_public_stays(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku)
        await photos.set_photo(provider, offer_id, "k.png", PNG, Text("Kuva"))
        assert not (await versions.delete_draft(provider, offer_id)).offer_is_gone
        assert await fetch_value("select count(*) from stored_file") == 0
        assert (await offers.my_offer(provider, offer_id)).draft_version is None
        with pytest.raises(Refused) as refused:
            await versions.delete_draft(provider, offer_id)
        assert refused.value.code == "nothing_to_delete"

    async def test_an_offer_never_published_goes_with_its_draft(self, turku: Organiser, provider: Actor) -> None:
        saved = await offers.save_draft(provider, None, offer_draft(turku))
        assert (await versions.delete_draft(provider, saved.id)).offer_is_gone
        assert await offers.my_offers(provider) == []
        assert [entry.action for entry in await audit.history("offer", saved.id)][-1] == "offer.draft_deleted"

    async def test_versions_are_nobody_elses(self, turku: Organiser, provider: Actor, stranger: Actor) -> None:
        offer_id = await make_offer(provider, turku)
        for attempt in (
            versions.versions_of(stranger, offer_id), versions.version_of(stranger, offer_id, 1),
            versions.version_as_shown(stranger, offer_id, 1), versions.use_version(stranger, offer_id, 1),
            versions.delete_draft(stranger, offer_id), versions.version_of(provider, offer_id, 9),
            versions.version_of(provider, offer_id, 2**70), copy_offer(stranger, offer_id, target(turku)),
        ):  # fmt: skip
            with pytest.raises(NotFound):
                await attempt
        with pytest.raises(Forbidden):
            await versions.versions_of(Actor(role=Role.PROVIDER_WORKER), offer_id)


def target(organiser: Organiser, service_class: str = "V-HOMECARE-REG", *codes: str) -> CopyTarget:
    return CopyTarget(organiser_id=organiser.id, service_class=service_class, municipality_codes=codes)


class TestCopies:
    async def test_a_copy_for_another_municipality_says_the_same(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku, municipality_codes=("853",), postal_codes=("20100",))
        copied = await copy_offer(provider, offer_id, target(turku, "V-HOMECARE-REG", "734"))
        assert copied.has_prices
        content = (await offers.my_offer(provider, copied.saved.id)).content
        assert (content.municipality_codes, content.postal_codes) == (("734",), ())
        assert (content.prices, content.name_fi) == (band_prices(), "Kotihoitoa kaikkina päivinä")
        assert copied.saved.id != offer_id

    async def test_without_municipalities_it_gets_all_that_are_covered(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku, municipality_codes=("853",))
        copied = await copy_offer(provider, offer_id, target(turku))
        content = (await offers.my_offer(provider, copied.saved.id)).content
        assert content.municipality_codes == tuple(sorted(turku.municipality_codes))

    async def test_only_where_an_approval_covers(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku)
        other = await make_organiser("Muu", business_id=BUSINESS_IDS[1])
        for wrong in (
            target(other),
            target(turku, "V-FOOT"),
            target(turku, "V-FOOT", "853"),
            target(turku, "V-NONE", "853"),
        ):
            with pytest.raises(Refused) as refused:
                await copy_offer(provider, offer_id, wrong)
            assert refused.value.code == "not_approved"

    async def test_prices_of_another_unit_stay_behind(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(
            provider, turku, details=OfferDetails(attributes={"medicines": True, "dementia": True})
        )
        copied = await copy_offer(provider, offer_id, target(turku, "V-MEAL"))
        content = (await offers.my_offer(provider, copied.saved.id)).content
        assert (copied.has_prices, content.prices, content.calendar) == (False, None, None)
        assert content.details.attributes == {"dementia": True}

    async def test_prices_over_another_organisers_ceiling_stay_behind(self, turku: Organiser, provider: Actor) -> None:
        other = await make_organiser("Muu", business_id=BUSINESS_IDS[1])
        await approve(provider, other)
        await rules.set_price_rules(SYSTEM, other.id, "V-HOMECARE-REG", PriceRules(ceiling_cents=3000), EARLIER)
        offer_id = await make_offer(provider, turku)
        assert not (await copy_offer(provider, offer_id, target(other))).has_prices

    async def test_own_bands_come_along_where_they_are_allowed(self, turku: Organiser, provider: Actor) -> None:
        other = await make_organiser("Muu", business_id=BUSINESS_IDS[1])
        await approve(provider, other)
        own = PriceList(unit=Unit.HOUR, band_prices=(BandPrice("any", 3800),))
        offer_id = await make_offer(provider, turku, calendar=ANY_TIME, prices=own)
        copied = await copy_offer(provider, offer_id, target(other))
        assert (await offers.my_offer(provider, copied.saved.id)).content.calendar == ANY_TIME
        await rules.set_bands(SYSTEM, other.id, rules.STANDARD_BANDS, EARLIER, own_bands_allowed=False)
        assert not (await copy_offer(provider, offer_id, target(other))).has_prices


class TestSeveralAtOnce:
    async def test_published_ones_are_published_anew_at_once(self, turku: Organiser, provider: Actor) -> None:
        ids = [await make_offer(provider, turku) for _ in range(2)]
        change = BulkChange(accepts_new_clients=False, capacity=0, earliest_start=date(2027, 2, 1), languages=("sv",))
        lines = await change_offers(provider, [*ids, ids[0]], change)
        assert [line.outcome for line in lines] == [BulkOutcome.PUBLISHED] * 2
        for offer_id in ids:
            found = await offers.published_offer(offer_id)
            assert (found.accepts_new_clients, found.details.capacity, found.languages) == (False, 0, ("sv",))
            assert (found.version, found.earliest_start) == (2, date(2027, 2, 1))

    async def test_what_is_half_written_is_not_published(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku)
        await offers.save_draft(provider, offer_id, offer_draft(turku, name_fi="Kesken"))
        fresh = await offers.save_draft(provider, None, offer_draft(turku, name_fi=""))
        lines = await change_offers(provider, [offer_id, fresh.id], BulkChange(accepts_new_clients=False))
        assert [line.outcome for line in lines] == [BulkOutcome.DRAFTED] * 2
        assert lines[1].name.en == "Regular home care"
        assert (await offers.published_offer(offer_id)).accepts_new_clients
        own = await offers.my_offer(provider, offer_id)
        assert (own.content.name_fi, own.content.accepts_new_clients) == ("Kesken", False)

    async def test_one_that_refuses_says_why_and_stops_no_other(self, turku: Organiser, database: str) -> None:
        provider = await make_provider()
        await approve(provider, turku)
        ending = await approve(provider, turku, service_classes=("V-PA",))
        good = await make_offer(provider, turku)
        hourly = PriceList(unit=Unit.HOUR, one_price_cents=2000)
        bad = await make_offer(provider, turku, service_class="V-PA", prices=hourly)
        await suspend(ending, today())
        lines = await change_offers(provider, [bad, uuid4(), good], BulkChange(capacity=7))
        assert [line.outcome for line in lines] == [BulkOutcome.REFUSED, BulkOutcome.REFUSED, BulkOutcome.PUBLISHED]
        assert lines[0].why is not None
        assert translate(lines[0].why, Language.EN).startswith("No approval for Personal assistance")
        own = await offers.my_offer(provider, bad)
        assert (own.draft_version, own.content.details.capacity) == (None, None)

    async def test_one_that_breaks_a_rule_says_which_inside_a_greater_work(
        self, turku: Organiser, provider: Actor
    ) -> None:
        offer_id = await make_offer(provider, turku)
        async with unit_of_work():
            (line,) = await change_offers(provider, [offer_id], BulkChange(languages=("xx",)))
        assert line.why is not None
        assert translate(line.why, Language.EN) == "Choose languages from the list."
        assert (await offers.my_offer(provider, offer_id)).draft_version is None

    async def test_several_are_withdrawn(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku)
        draft = await offers.save_draft(provider, None, offer_draft(turku))
        lines = await change_offers(provider, [offer_id, draft.id], BulkChange(withdraw=True))
        assert [line.outcome for line in lines] == [BulkOutcome.WITHDRAWN, BulkOutcome.REFUSED]
        assert await offers.published_offer_ids() == []

    @pytest.mark.parametrize(
        ("count", "change", "field"),
        [
            (0, BulkChange(capacity=1), "offers"),
            (201, BulkChange(capacity=1), "offers"),
            (1, BulkChange(), "change"),
            (1, BulkChange(withdraw=True, capacity=1), "withdraw"),
            (1, BulkChange(starts_at_once=True, earliest_start=EARLIER), "earliest_start"),
        ],
        ids=["none", "too many", "nothing", "both", "two days"],
    )
    async def test_what_makes_no_sense_is_refused(
        self, turku: Organiser, provider: Actor, count: int, change: BulkChange, field: str
    ) -> None:
        with pytest.raises(Invalid) as invalid:
            await change_offers(provider, [UUID(int=i) for i in range(count)], change)
        assert [error.field for error in invalid.value.fields] == [field]

    async def test_only_a_providers_administrator_changes_them(self, turku: Organiser) -> None:
        with pytest.raises(Forbidden):
            await change_offers(Actor(role=Role.PROVIDER_WORKER), [uuid4()], BulkChange(capacity=1))
