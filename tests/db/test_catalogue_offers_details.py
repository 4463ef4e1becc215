"""What offers tell beside words and prices: where, when, by what they are compared, and a picture."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

import pytest

from marketplace.catalogue.offers import offers, photos, sources
from marketplace.catalogue.offers.attributes import Attribute, AttributeKind
from marketplace.catalogue.offers.choices import known_plan_url, reach_points
from marketplace.catalogue.offers.organiser_attributes import added_of, attributes_for, set_attributes
from marketplace.catalogue.offers.published import published_offers_among
from marketplace.catalogue.offers.schemas import OfferDetails, OfferDraft, Photo, Reach
from marketplace.catalogue.offers.sources import (
    PriceNews,
    price_news_is_read_by,
    price_news_of,
    publishing_is_checked_by,
)
from marketplace.kernel import audit, files
from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.calendar import DayType
from marketplace.kernel.db import execute, fetch_value, new_id
from marketplace.kernel.errors import Forbidden, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Language, Text, message, translate
from marketplace.organisers import rules
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.bands import Hours
from tests.factories.catalogue import (
    JPEG,
    PNG,
    approve,
    band_prices,
    make_offer,
    make_provider,
    offer_draft,
)
from tests.factories.organisers import BUSINESS_IDS, make_organiser, organiser_admin

NAME = Text("Lemmikit sopivat", "Husdjur går bra", "Pets are welcome")
PETS = Attribute(key="own_pets", name=NAME, kind=AttributeKind.YES_NO)
DETAILS = OfferDetails(
    attributes={"medicines": True, "speciality": Text("Saatamme ulos", "Vi går ut", "")},
    hours=(Hours((DayType.WEEKDAY,), 420, 1080),),
    capacity=4,
    self_monitoring_url="https://hoiva.example/plan",
)


@pytest.fixture
async def provider(turku: Organiser) -> Actor:
    actor = await make_provider()
    await approve(actor, turku, service_classes=("V-HOMECARE-REG", "V-PA"))
    return actor


async def refusals(draft: OfferDraft, provider: Actor) -> dict[str, str]:
    with pytest.raises(Invalid) as invalid:
        await offers.save_draft(provider, None, draft)
    return {error.field: translate(error.message, Language.EN) for error in invalid.value.fields}


async def with_photo(provider: Actor, offer_id, content: bytes = PNG) -> None:
    await photos.set_photo(provider, offer_id, "kuva.png", content, Text("Hoitaja ja asiakas"))


class TestDetails:
    async def test_everything_is_kept_and_published(self, turku: Organiser, provider: Actor) -> None:
        reach = Reach(name="Turun toimisto", lat=60.45, lon=22.26, km=15)
        offer_id = await make_offer(
            provider, turku, municipality_codes=("853",), postal_codes=("20100", "20100"), reach=reach, details=DETAILS,
            skills=("memory disorders", "Laulu"),
        )  # fmt: skip
        found = await offers.published_offer(offer_id)
        assert (found.postal_codes, found.reach, found.details) == (("20100",), reach, DETAILS)
        assert found.skills == ("Muistisairaudet", "Laulu")
        assert await published_offers_among([offer_id, uuid4()]) == {offer_id: found}

    async def test_postal_codes_outside_the_municipalities_are_refused(self, turku: Organiser, provider: Actor) -> None:
        said = await refusals(
            offer_draft(turku, municipality_codes=("853",), postal_codes=("20100", "21600", "00000")), provider
        )
        assert said == {
            "postal_codes.1": "21600 is in Pargas, which is not among your municipalities.",
            "postal_codes.2": "There is no postal code 00000.",
        }

    async def test_values_must_be_those_of_the_class(self, turku: Organiser, provider: Actor) -> None:
        said = await refusals(offer_draft(turku, details=OfferDetails(attributes={"windows_too": True})), provider)
        assert said == {"details.attributes.windows_too": "This service has no attribute windows_too."}

    async def test_units_of_the_profile_are_where_a_reach_begins(self, provider: Actor) -> None:
        for name, postal_code, municipality, is_open in (
            ("Keskusta", "20100", "", True), ("Salo", "", "734", True), ("Muualla", "00000", "", True), ("Kiinni", "20100", "", False),
        ):  # fmt: skip
            await execute(
                "insert into provider_unit (id, provider_id, name, street, postal_code, post_office, municipality, soteri_id,"
                " self_monitoring_url, opening, is_open, version) values ($1, $2, $3, '', $4, '', $5, '', $6, '', $7, 1)",
                new_id(), provider.provider_id, name, postal_code, municipality, f"https://{name}.example", is_open,
            )  # fmt: skip
        assert provider.provider_id is not None
        points = await reach_points(provider.provider_id)
        assert [point.name for point in points] == ["Keskusta", "Salo"]
        assert await known_plan_url(provider.provider_id) == "https://Keskusta.example"


class TestOrganisersAttributes:
    async def test_an_organisers_own_are_asked_of_its_offers_alone(self, turku: Organiser, provider: Actor) -> None:
        admin = organiser_admin(turku.id)
        await set_attributes(admin, "V-HOMECARE-REG", [PETS])
        assert PETS in await attributes_for(turku.id, "V-HOMECARE-REG")
        assert PETS not in await attributes_for(turku.id, "V-PA")
        assert PETS not in await attributes_for(
            (await make_organiser("Muu", business_id=BUSINESS_IDS[1])).id, "V-HOMECARE-REG"
        )
        details = OfferDetails(attributes={"own_pets": True})
        offer_id = await make_offer(provider, turku, details=details)
        await set_attributes(admin, "V-HOMECARE-REG", [])
        assert await added_of(admin) == {"V-HOMECARE-REG": ()}
        own = await offers.my_offer(provider, offer_id)
        assert own.content.details.attributes == {}
        assert (await offers.published_offer(offer_id)).details == details

    async def test_a_value_whose_attribute_went_does_not_stop_publishing(
        self, turku: Organiser, provider: Actor
    ) -> None:
        admin = organiser_admin(turku.id)
        await set_attributes(admin, "V-HOMECARE-REG", [PETS])
        details = OfferDetails(attributes={"own_pets": True, "medicines": False})
        saved = await offers.save_draft(provider, None, offer_draft(turku, details=details))
        await set_attributes(admin, "V-HOMECARE-REG", [])
        await offers.publish(provider, saved.id)
        assert (await offers.published_offer(saved.id)).details.attributes == {"medicines": False}

    async def test_only_an_organisers_administrator_sets_them(self, turku: Organiser, provider: Actor) -> None:
        for actor in (provider, Actor(role=Role.ORGANISER_ADMIN), Actor(role=Role.REVIEWER, organiser_id=turku.id)):
            with pytest.raises(Forbidden):
                await set_attributes(actor, "V-PA", [PETS])
            with pytest.raises(Forbidden):
                await added_of(actor)
        with pytest.raises(NotFound):
            await set_attributes(organiser_admin(turku.id), "V-NONE", [PETS])
        with pytest.raises(Invalid):
            await set_attributes(organiser_admin(turku.id), "V-PA", [PETS, PETS])

    async def test_the_trail_tells_before_and_after(self, turku: Organiser) -> None:
        admin = organiser_admin(turku.id)
        await set_attributes(admin, "V-PA", [PETS])
        await set_attributes(admin, "V-PA", [])
        trail = await audit.history("organiser", turku.id)
        assert [entry.action for entry in trail][-2:] == ["organiser.attributes_set"] * 2


class TestPhotos:
    async def test_a_picture_is_public_while_its_version_is(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku)
        await with_photo(provider, offer_id)
        with pytest.raises(NotFound):
            await photos.public_photo(offer_id)
        facts, content = await photos.own_photo(provider, offer_id)
        assert (facts.media_type, content) == ("image/png", PNG)
        await offers.publish(provider, offer_id)
        assert (await photos.public_photo(offer_id))[1] == PNG
        await offers.withdraw(provider, offer_id)
        with pytest.raises(NotFound):
            await photos.public_photo(offer_id)

    async def test_words_are_needed_and_can_be_changed_alone(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku)
        with pytest.raises(Invalid):
            await photos.set_photo(provider, offer_id, "k.png", PNG, Text(" "))
        with pytest.raises(Invalid):
            await photos.set_photo(provider, offer_id, "", b"", Text("Hoitaja"))
        await with_photo(provider, offer_id)
        await photos.set_photo(provider, offer_id, "", b"", Text("Kaksi hoitajaa"))
        photo = (await offers.my_offer(provider, offer_id)).content.details.photo
        assert photo is not None
        assert photo.alt == Text("Kaksi hoitajaa")

    @pytest.mark.parametrize(
        "content", [b"%PDF-1.7\n%%EOF", b"GIF89a" + b"0" * 50, PNG + b"0" * 5 * 1024 * 1024], ids=["pdf", "gif", "huge"]
    )
    async def test_only_pictures_of_a_fair_size_are_taken(
        self, turku: Organiser, provider: Actor, content: bytes
    ) -> None:
        offer_id = await make_offer(provider, turku)
        with pytest.raises(Invalid) as invalid:
            await with_photo(provider, offer_id, content)
        assert [error.field for error in invalid.value.fields] == ["photo"]
        assert await fetch_value("select count(*) from stored_file") == 0

    async def test_a_picture_that_nothing_shows_any_more_is_forgotten(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku)
        await with_photo(provider, offer_id)
        await with_photo(provider, offer_id, JPEG)
        assert await fetch_value("select media_type from stored_file") == "image/jpeg"
        await offers.publish(provider, offer_id)
        await photos.remove_photo(provider, offer_id)
        await offers.publish(provider, offer_id)
        assert await fetch_value("select count(*) from stored_file") == 1
        with pytest.raises(NotFound):
            await photos.public_photo(offer_id)

    async def test_a_draft_that_is_refused_leaves_no_picture_behind(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku)
        await rules.set_bands(SYSTEM, turku.id, rules.STANDARD_BANDS, date(2026, 1, 1))
        with pytest.raises(Invalid):
            await photos.set_photo(provider, offer_id, "k.png", PNG, Text("x" * 301))
        assert await fetch_value("select count(*) from stored_file") == 0

    async def test_another_providers_picture_is_nobodys(self, turku: Organiser, provider: Actor) -> None:
        facts = await files.put(SYSTEM, "photo", "k.png", PNG, owner="offer_photo", owner_id=uuid4())
        details = OfferDetails(photo=Photo(file_id=facts.id, alt=Text("Kuva")))
        said = await refusals(offer_draft(turku, details=details), provider)
        assert said == {"details.photo.file_id": "Send the picture again."}
        stranger = await make_provider("Toinen Oy", business_id="3456789-0")
        offer_id = await make_offer(provider, turku)
        for attempt in (with_photo(stranger, offer_id), photos.own_photo(stranger, offer_id), photos.remove_photo(stranger, offer_id)):  # fmt: skip
            with pytest.raises(NotFound):
                await attempt


class TestRoomsAbove:
    async def test_announced_prices_are_told_by_the_room_that_knows_them(self, turku: Organiser) -> None:
        news = PriceNews(valid_from=date(2027, 1, 1), prices=band_prices(), calendar=rules.STANDARD_BANDS)

        async def read(ids: Sequence[UUID]) -> dict[UUID, PriceNews]:
            return dict.fromkeys(ids, news)

        before = list(sources._readers)
        price_news_is_read_by(read)
        assert await price_news_of(uuid4()) == news
        sources._readers[:] = []
        assert await price_news_of(uuid4()) is None
        sources._readers[:] = before

    async def test_a_room_above_may_be_against_publishing(self, turku: Organiser, provider: Actor) -> None:
        async def against(*_) -> None:
            raise Refused(message("Not today."), code="not_today")

        saved = await offers.save_draft(provider, None, offer_draft(turku))
        before = list(sources._checks)
        for _ in range(2):
            publishing_is_checked_by(against)
        assert len(sources._checks) == len(before) + 1
        try:
            with pytest.raises(Refused):
                await offers.publish(provider, saved.id)
        finally:
            sources._checks[:] = before
        assert (await offers.my_offer(provider, saved.id)).published_version is None

    async def test_new_prices_come_into_force_by_a_new_version(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku, details=DETAILS)
        await offers.save_draft(provider, offer_id, offer_draft(turku, name_fi="Uusi nimi"))
        dearer = band_prices(day=3900)
        saved = await offers.put_prices_in_force(SYSTEM, offer_id, dearer, rules.STANDARD_BANDS)
        public = await offers.published_offer(offer_id)
        assert (saved.version, public.version, public.prices, public.name.fi) == (
            2,
            2,
            dearer,
            "Kotihoitoa kaikkina päivinä",
        )
        assert public.details == DETAILS
        own = await offers.my_offer(provider, offer_id)
        assert (own.draft_version, own.content.name_fi, own.content.prices) == (3, "Uusi nimi", dearer)
        assert (await offers.publish(provider, offer_id)).version == 3

    async def test_a_draft_with_prices_of_its_own_keeps_them(self, turku: Organiser, provider: Actor) -> None:
        offer_id = await make_offer(provider, turku)
        await offers.save_draft(provider, offer_id, offer_draft(turku, prices=band_prices(day=3000)))
        await offers.put_prices_in_force(SYSTEM, offer_id, band_prices(day=3900), rules.STANDARD_BANDS)
        assert (await offers.my_offer(provider, offer_id)).content.prices == band_prices(day=3000)

    async def test_only_what_is_public_gets_new_prices(self, turku: Organiser, provider: Actor) -> None:
        saved = await offers.save_draft(provider, None, offer_draft(turku))
        with pytest.raises(Refused):
            await offers.put_prices_in_force(SYSTEM, saved.id, band_prices(), rules.STANDARD_BANDS)
        with pytest.raises(NotFound):
            await offers.put_prices_in_force(SYSTEM, uuid4(), band_prices(), rules.STANDARD_BANDS)
