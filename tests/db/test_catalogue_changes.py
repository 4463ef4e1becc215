"""Price changes: announced under the organiser's rules, looked at by it, taken back, and in force on their day."""

import asyncio
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from marketplace.catalogue.changes.beginning import begin_due
from marketplace.catalogue.changes.changes import announce, approve, cancel, reject
from marketplace.catalogue.changes.increases import increases_of, outlook
from marketplace.catalogue.changes.queries import change_for, changes_of_offer, organiser_changes, waiting_count
from marketplace.catalogue.changes.schemas import PriceChangeDraft, Rejection
from marketplace.catalogue.changes.states import ChangeStatus
from marketplace.catalogue.offers import offers
from marketplace.kernel import audit
from marketplace.kernel.actors import SYSTEM, Actor
from marketplace.kernel.clock import HELSINKI, clock_set_to
from marketplace.kernel.db import execute, fetch, fetch_value
from marketplace.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Language, translate
from marketplace.organisers.rules import set_price_rules
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.charges import FeeWaiver
from marketplace.pricing.prices import PriceRules
from tests.factories.catalogue import PROVIDER_IDS, band_prices, make_offer, make_provider, offer_draft
from tests.factories.catalogue import approve as approve_provider
from tests.factories.organisers import BUSINESS_IDS, make_organiser
from tests.factories.price_changes import a_reviewer, allow_increases, announced, dearer, jobs

TODAY = datetime(2026, 11, 2, 12, 7, 31, tzinfo=HELSINKI)
NEW_YEAR = date(2027, 1, 1)


@pytest.fixture
async def clock():
    with clock_set_to(TODAY):
        yield


@pytest.fixture
async def organiser(database: str, clock) -> Organiser:
    return await make_organiser()


@pytest.fixture
async def provider(organiser: Organiser) -> Actor:
    actor = await make_provider()
    await approve_provider(actor, organiser)
    return actor


@pytest.fixture
async def offer_id(provider: Actor, organiser: Organiser) -> UUID:
    return await make_offer(provider, organiser)


async def day_price(offer_id: UUID) -> int:
    offer = await offers.published_offer(offer_id)
    return offer.prices.band_prices[0].price_cents


def words_of(error: DomainError) -> str:
    text = error.fields[0].message if isinstance(error, Invalid) else error.message
    return translate(text, Language.EN)


async def test_an_announced_increase_begins_on_its_day(provider: Actor, offer_id: UUID) -> None:
    bands = (await offers.published_offer(offer_id)).calendar
    draft = PriceChangeDraft(prices=dearer(), calendar=bands, valid_from=NEW_YEAR)
    change = await announce(provider, offer_id, draft)
    assert (change.status, change.is_increase) == (ChangeStatus.SCHEDULED, True)
    assert (change.before_prices, change.calendar) == (band_prices(), bands)
    assert await begin_due() == 0
    assert await day_price(offer_id) == 3800
    with clock_set_to(datetime(2027, 1, 1, 0, 5, tzinfo=HELSINKI)):
        assert await begin_due() == 1
        assert await day_price(offer_id) == 4000
        assert await begin_due() == 0
    assert (await change_for(provider, change.id)).status is ChangeStatus.IN_FORCE
    actions = [entry.action for entry in await audit.history("price_change", change.id)]
    assert actions == ["price_change.announced", "price_change.in_force"]


async def test_prices_may_fall_today_and_begin_at_once(provider: Actor, organiser: Organiser, offer_id: UUID) -> None:
    await allow_increases(organiser, notice_days=90, most_per_year=1, approval_needed=True)
    change = await announced(provider, offer_id, TODAY.date(), band_prices(3700))
    assert (change.status, change.is_increase) == (ChangeStatus.IN_FORCE, False)
    assert await day_price(offer_id) == 3700
    assert await jobs("price_change.scheduled") == 1


async def test_an_increase_needs_its_notice(provider: Actor, organiser: Organiser, offer_id: UUID) -> None:
    await allow_increases(organiser, notice_days=60)
    with pytest.raises(Invalid) as refused:
        await announced(provider, offer_id, date(2026, 12, 31))
    assert words_of(refused.value) == (
        "A price increase must be announced at least 60 days before."
        " Choose 1 January 2027 or a later day that the rules allow. You can lower prices on any day."
    )
    assert (await announced(provider, offer_id, NEW_YEAR)).status is ChangeStatus.SCHEDULED


async def test_one_increase_a_year_counts_what_was_published_as_well(
    provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    await offers.save_draft(provider, offer_id, offer_draft(organiser, prices=band_prices(3900)))
    await offers.publish(provider, offer_id)
    await allow_increases(organiser, most_per_year=1, since=date(2026, 2, 1))
    assert await increases_of(offer_id) == [TODAY.date()]
    with pytest.raises(Invalid, match="invalid") as refused:
        await announced(provider, offer_id, date(2026, 12, 1))
    assert "has been used in 2026. Choose 1 January 2027" in words_of(refused.value)
    await announced(provider, offer_id, NEW_YEAR)
    assert await increases_of(offer_id) == [TODAY.date(), NEW_YEAR]


async def test_the_day_must_be_one_to_come(provider: Actor, offer_id: UUID) -> None:
    for day in (date(2026, 11, 1), date(2029, 1, 1)):
        with pytest.raises(Invalid) as refused:
            await announced(provider, offer_id, day)
        assert refused.value.fields[0].field == "valid_from"


async def test_unchanged_prices_are_no_change(provider: Actor, offer_id: UUID) -> None:
    twice_said = msgspec.structs.replace(band_prices(), fee_waiver=FeeWaiver(visit_minutes=60))
    for same in (band_prices(), twice_said):
        with pytest.raises(Invalid) as refused:
            await announced(provider, offer_id, NEW_YEAR, same)
        assert refused.value.fields[0].field == "prices"


async def test_prices_are_checked_by_the_rules_of_their_day(
    provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    await _ceiling(organiser, 7700, NEW_YEAR)
    with pytest.raises(Invalid) as refused:
        await announced(provider, offer_id, NEW_YEAR, dearer(sunday=7800))
    assert refused.value.fields[0].field == "prices.band_prices.4.price_cents"
    await announced(provider, offer_id, date(2026, 12, 31), dearer(sunday=7800))


async def test_only_what_is_published_has_price_changes(provider: Actor, organiser: Organiser) -> None:
    saved = await offers.save_draft(provider, None, offer_draft(organiser))
    with pytest.raises(Refused) as refused:
        await announced(provider, saved.id, NEW_YEAR)
    assert refused.value.code == "offer_not_published"


async def test_one_change_waits_at_a_time(provider: Actor, offer_id: UUID) -> None:
    change = await announced(provider, offer_id, NEW_YEAR)
    with pytest.raises(Refused) as refused:
        await announced(provider, offer_id, NEW_YEAR, dearer(4100))
    assert refused.value.code == "price_change_waiting"
    assert (await cancel(provider, change.id)).status is ChangeStatus.CANCELLED
    await announced(provider, offer_id, NEW_YEAR, dearer(4100))
    assert [each.status.value for each in await changes_of_offer(provider, offer_id)] == ["scheduled", "cancelled"]


async def test_the_organiser_looks_at_increases(provider: Actor, organiser: Organiser, offer_id: UUID) -> None:
    await allow_increases(organiser, approval_needed=True)
    change = await announced(provider, offer_id, NEW_YEAR)
    assert change.status is ChangeStatus.AWAITING_APPROVAL
    assert (await jobs("price_change.scheduled"), await waiting_count(organiser.id)) == (0, 1)
    reviewer = a_reviewer(organiser)
    [waiting] = await organiser_changes(reviewer, ChangeStatus.AWAITING_APPROVAL)
    assert waiting.id == change.id
    assert (await approve(reviewer, change.id)).status is ChangeStatus.SCHEDULED
    assert await jobs("price_change.scheduled") == 1
    with pytest.raises(Conflict):
        await reject(reviewer, change.id, Rejection(reasons="Liian myöhään."))


async def test_a_rejection_tells_its_reasons(provider: Actor, organiser: Organiser, offer_id: UUID) -> None:
    await allow_increases(organiser, approval_needed=True)
    change = await announced(provider, offer_id, NEW_YEAR)
    with pytest.raises(Invalid):
        await reject(a_reviewer(organiser), change.id, Rejection(reasons="   "))
    rejected = await reject(a_reviewer(organiser), change.id, Rejection(reasons="Liian kallis."))
    assert (rejected.status, rejected.reasons) == (ChangeStatus.REJECTED, "Liian kallis.")
    assert await jobs("price_change.undone") == 0
    with pytest.raises(Conflict):
        await cancel(provider, change.id)


async def test_approval_on_the_day_itself_begins_at_once_and_after_it_is_too_late(
    provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    await allow_increases(organiser, approval_needed=True)
    change = await announced(provider, offer_id, date(2026, 11, 10))
    with clock_set_to(TODAY + timedelta(days=9)), pytest.raises(Refused) as late:
        await approve(a_reviewer(organiser), change.id)
    assert late.value.code == "day_passed"
    with clock_set_to(TODAY + timedelta(days=8)):
        assert (await approve(a_reviewer(organiser), change.id)).status is ChangeStatus.IN_FORCE


async def test_what_was_not_decided_in_time_is_given_up(provider: Actor, organiser: Organiser, offer_id: UUID) -> None:
    await allow_increases(organiser, approval_needed=True)
    change = await announced(provider, offer_id, date(2026, 11, 10))
    with clock_set_to(TODAY + timedelta(days=8)):
        assert await begin_due() == 0
    with clock_set_to(TODAY + timedelta(days=9)):
        assert await begin_due() == 1
    given_up = await change_for(provider, change.id)
    assert given_up.status is ChangeStatus.CANCELLED
    assert given_up.reasons.startswith("Järjestäjä ei päättänyt")


async def test_rules_that_changed_stop_an_approval(provider: Actor, organiser: Organiser, offer_id: UUID) -> None:
    await allow_increases(organiser, approval_needed=True)
    change = await announced(provider, offer_id, NEW_YEAR)
    await _ceiling(organiser, 7000, date(2026, 12, 1))
    with pytest.raises(Refused) as refused:
        await approve(a_reviewer(organiser), change.id)
    assert refused.value.code == "against_rules"


async def _ceiling(organiser: Organiser, cents: int, since: date) -> None:
    await set_price_rules(SYSTEM, organiser.id, "V-HOMECARE-REG", PriceRules(ceiling_cents=cents), since)


async def test_rules_that_changed_keep_a_scheduled_change_from_beginning(
    provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    change = await announced(provider, offer_id, NEW_YEAR)
    await _ceiling(organiser, 7000, date(2026, 12, 1))
    with clock_set_to(datetime(2027, 1, 4, 8, tzinfo=HELSINKI)):
        assert await begin_due() == 1
    assert (await change_for(provider, change.id)).status is ChangeStatus.CANCELLED
    assert (await day_price(offer_id), await jobs("price_change.undone")) == (3800, 1)


async def test_a_withdrawn_offer_gives_its_change_up(provider: Actor, offer_id: UUID) -> None:
    change = await announced(provider, offer_id, NEW_YEAR)
    await offers.withdraw(provider, offer_id)
    with clock_set_to(datetime(2027, 1, 1, 8, tzinfo=HELSINKI)):
        assert await begin_due() == 1
    found = await change_for(provider, change.id)
    assert (found.status, found.reasons[:9]) == (ChangeStatus.CANCELLED, "Palveluku")


async def test_words_edited_meanwhile_stay_and_a_draft_gets_the_new_prices(
    provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    await announced(provider, offer_id, NEW_YEAR)
    await offers.save_draft(provider, offer_id, offer_draft(organiser, name_fi="Uusi nimi"))
    await offers.publish(provider, offer_id)
    await offers.save_draft(provider, offer_id, offer_draft(organiser, name_fi="Vielä uudempi"))
    with clock_set_to(datetime(2027, 1, 1, 8, tzinfo=HELSINKI)):
        await begin_due()
        assert (await offers.published_offer(offer_id)).name.fi == "Uusi nimi"
        await offers.publish(provider, offer_id)
        assert (await offers.published_offer(offer_id)).name.fi == "Vielä uudempi"
        assert await day_price(offer_id) == 4000


async def test_a_decrease_that_has_become_an_increase_is_given_up(
    provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    change = await announced(provider, offer_id, NEW_YEAR, band_prices(3700))
    await offers.save_draft(provider, offer_id, offer_draft(organiser, prices=band_prices(3600)))
    await offers.publish(provider, offer_id)
    with clock_set_to(datetime(2027, 1, 1, 8, tzinfo=HELSINKI)):
        await begin_due()
        assert (await change_for(provider, change.id)).status is ChangeStatus.CANCELLED
        assert await day_price(offer_id) == 3600


async def test_an_ended_approval_does_not_stop_the_day(provider: Actor, offer_id: UUID) -> None:
    change = await announced(provider, offer_id, NEW_YEAR)
    await execute("update approval set valid_to = '2026-12-01'")
    with clock_set_to(datetime(2027, 1, 1, 8, tzinfo=HELSINKI)):
        assert await begin_due() == 1
    assert (await change_for(provider, change.id)).status is ChangeStatus.IN_FORCE


async def test_what_begins_today_is_not_cancelled(provider: Actor, offer_id: UUID) -> None:
    change = await announced(provider, offer_id, NEW_YEAR)
    with clock_set_to(datetime(2027, 1, 1, 0, 1, tzinfo=HELSINKI)), pytest.raises(Refused) as refused:
        await cancel(provider, change.id)
    assert refused.value.code == "price_change_begun"


async def test_strangers_find_nothing(provider: Actor, organiser: Organiser, offer_id: UUID) -> None:
    change = await announced(provider, offer_id, NEW_YEAR)
    stranger = await make_provider("Toinen Oy", business_id=PROVIDER_IDS[1])
    other = await make_organiser("Varsinais-Suomi", county_code="05", business_id=BUSINESS_IDS[1])
    for asked in (
        announced(stranger, offer_id, NEW_YEAR),
        cancel(stranger, change.id),
        change_for(stranger, change.id),
        changes_of_offer(stranger, offer_id),
        outlook(stranger, offer_id),
        approve(a_reviewer(other), change.id),
        reject(a_reviewer(other), change.id, Rejection(reasons="Ei")),
        approve(a_reviewer(organiser), uuid4()),
    ):
        with pytest.raises(NotFound):
            await asked
    with pytest.raises(Forbidden):
        await announced(a_reviewer(organiser), offer_id, NEW_YEAR)


async def test_publishing_an_increase_against_the_rules_is_refused_with_the_way_forward(
    provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    await allow_increases(organiser, notice_days=30)
    await offers.save_draft(provider, offer_id, offer_draft(organiser, prices=dearer()))
    with pytest.raises(Refused) as refused:
        await offers.publish(provider, offer_id)
    assert refused.value.code == "increase_not_allowed_today"
    assert "The earliest day is 2 December 2026. Announce the new prices" in words_of(refused.value)
    await offers.save_draft(provider, offer_id, offer_draft(organiser, prices=band_prices(3500)))
    await offers.publish(provider, offer_id)


async def test_where_the_organiser_looks_at_increases_they_are_announced(
    provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    await allow_increases(organiser, approval_needed=True)
    await offers.save_draft(provider, offer_id, offer_draft(organiser, prices=dearer()))
    with pytest.raises(Refused, match="increase_not_allowed_today"):
        await offers.publish(provider, offer_id)


async def test_where_no_increase_is_allowed_no_day_is_named(
    provider: Actor, organiser: Organiser, offer_id: UUID
) -> None:
    await allow_increases(organiser, most_per_year=0)
    await offers.save_draft(provider, offer_id, offer_draft(organiser, prices=dearer()))
    with pytest.raises(Refused) as refused:
        await offers.publish(provider, offer_id)
    assert words_of(refused.value).endswith("Prices cannot be raised now. You can lower them on any day.")
    told = await outlook(provider, offer_id)
    assert (told.earliest_day, len(told.rules)) == (None, 2)


async def test_two_announcements_at_once_make_one_change(provider: Actor, offer_id: UUID) -> None:
    made = await asyncio.gather(
        *(announced(provider, offer_id, NEW_YEAR, dearer(4000 + i)) for i in range(4)), return_exceptions=True
    )
    refused = [each for each in made if isinstance(each, Refused)]
    assert [each.code for each in refused] == ["price_change_waiting"] * 3


async def test_cancelling_and_deciding_at_once_agree(provider: Actor, organiser: Organiser, offer_id: UUID) -> None:
    await allow_increases(organiser, approval_needed=True)
    change = await announced(provider, offer_id, NEW_YEAR)
    reviewer = a_reviewer(organiser)
    made = await asyncio.gather(
        cancel(provider, change.id), approve(reviewer, change.id), cancel(provider, change.id), return_exceptions=True
    )
    status = (await change_for(provider, change.id)).status
    assert status is ChangeStatus.CANCELLED
    assert sum(isinstance(each, Conflict) for each in made) in {1, 2}
    trail = [entry.action for entry in await audit.history("price_change", change.id)]
    assert trail.count("price_change.cancelled") == 1


async def test_rounds_at_once_publish_once(provider: Actor, offer_id: UUID) -> None:
    await announced(provider, offer_id, NEW_YEAR)
    with clock_set_to(datetime(2027, 1, 3, 8, tzinfo=HELSINKI)):
        assert sum(await asyncio.gather(*(begin_due() for _ in range(4)))) == 1
    assert await fetch_value("select count(*) from offer_version where offer_id = $1", offer_id) == 2


async def test_the_round_and_a_withdrawal_wait_for_each_other(provider: Actor, offer_id: UUID) -> None:
    change = await announced(provider, offer_id, NEW_YEAR)
    with clock_set_to(datetime(2027, 1, 1, 8, tzinfo=HELSINKI)):
        await asyncio.gather(begin_due(), offers.withdraw(provider, offer_id))
    found = await change_for(provider, change.id)
    assert found.status in {ChangeStatus.IN_FORCE, ChangeStatus.CANCELLED}
    assert await fetch("select 1 from offer_version where status = 'published'") == []


async def test_what_fails_keeps_no_other_change_waiting(
    provider: Actor, organiser: Organiser, offer_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await make_offer(provider, organiser, name_fi="Toinen")
    broken = await announced(provider, offer_id, NEW_YEAR)
    await announced(provider, other, NEW_YEAR)
    await execute("alter table price_change disable trigger price_change_stays")
    await execute("update price_change set prices = '{}' where id = $1", broken.id)
    with clock_set_to(datetime(2027, 1, 1, 8, tzinfo=HELSINKI)):
        assert await begin_due() == 1
    assert await day_price(other) == 4000


async def test_the_database_keeps_what_was_decided(provider: Actor, offer_id: UUID) -> None:
    change = await announced(provider, offer_id, NEW_YEAR)
    with pytest.raises(asyncpg.RestrictViolationError):
        await execute("update price_change set valid_from = '2027-02-01' where id = $1", change.id)
    await cancel(provider, change.id)
    with pytest.raises(asyncpg.RestrictViolationError):
        await execute("update price_change set status = 'scheduled' where id = $1", change.id)
    with pytest.raises(asyncpg.RestrictViolationError):
        await execute("delete from price_change where id = $1", change.id)
