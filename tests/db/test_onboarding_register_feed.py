"""The register on other days, its changes in order, and the files that hold all of it."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pyld import jsonld

from marketplace.kernel.clock import HELSINKI, clock_set_to
from marketplace.kernel.db import execute, fetch_value, unit_of_work
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import Language, Text
from marketplace.organisers.schemas import Organiser
from onboarding.approvals.changes import ChangeKind, note_change, note_days_passed
from onboarding.register import sources
from onboarding.register.feed import changes_since, state_of_register
from onboarding.register.open_data import FIELDS, csv_description, register_csv, register_json_ld
from onboarding.register.register import public_register, registered_provider
from onboarding.register.schemas import RegisterQuery, ShownOffer, ShownPrice
from tests.factories.organisers import make_organiser
from tests.factories.register import approval_of, fill_register

DAY = date(2026, 3, 31)
NOON = datetime(2026, 3, 31, 12, tzinfo=HELSINKI)
SUSPEND = "update approval set status = 'suspended', status_from = $2, status_reason = 'x' where id = $1"
RESUME = "update approval set status = 'in_force', status_from = valid_from, status_reason = 'x' where id = $1"
END = "update approval set status = 'ended', status_from = $2, status_reason = 'x' where id = $1"
PAUSE = "insert into approval_pause (id, approval_id, first_day, last_day) values (gen_random_uuid(), $1, $2, $3)"


@pytest.fixture
async def organiser(database: str) -> AsyncIterator[Organiser]:
    with clock_set_to(NOON):
        yield await make_organiser()


async def names_on(day: date | None = None) -> list[str]:
    return [each.name for each in (await public_register(RegisterQuery(on=day))).items]


async def changes_of(since: str = "") -> list[tuple[str, str, bool]]:
    return [(each.kind.value, each.name, each.entry is not None) for each in (await changes_since(since)).items]


async def written(parts: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in parts])


async def test_another_day_shows_who_was_approved_then(organiser: Organiser) -> None:
    await fill_register(organiser, 1, valid_to=date(2026, 6, 30))
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)]
    assert [len(await names_on(day)) for day in days] == [0, 1, 1, 0]


async def test_days_of_a_suspension_that_is_over_stay_without_approval(organiser: Organiser) -> None:
    await fill_register(organiser, 1)
    await execute(PAUSE, await approval_of("Hoiva 1"), date(2026, 2, 1), date(2026, 2, 28))
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)]
    assert [len(await names_on(day)) for day in days] == [1, 0, 0, 1]
    [past] = (await registered_provider("9000000-3")).history
    assert [(each.first_day, each.last_day) for each in past.periods] == [
        (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 3, 1), None),
    ]  # fmt: skip


async def test_end_on_a_day_to_come_holds_until_the_day_before(organiser: Organiser) -> None:
    await fill_register(organiser, 1)
    await execute(END, await approval_of("Hoiva 1"), DAY + timedelta(days=1))
    assert await names_on() == ["Hoiva 1"]
    assert await names_on(DAY + timedelta(days=1)) == []
    with clock_set_to(NOON + timedelta(days=1)):
        provider = await registered_provider("9000000-3")
    assert (len(provider.entries), len(provider.history)) == (0, 1)


async def test_provider_that_nobody_ever_approved_is_not_there(organiser: Organiser) -> None:
    await fill_register(organiser, 1)
    with pytest.raises(NotFound):
        await registered_provider("9000001-1")


async def test_every_change_of_an_approval_is_in_the_feed(organiser: Organiser) -> None:
    await fill_register(organiser, 1)
    approval_id = await approval_of("Hoiva 1")
    await execute(SUSPEND, approval_id, DAY)
    assert await changes_of() == [("granted", "Hoiva 1", False), ("suspended", "Hoiva 1", False)]
    await execute(RESUME, approval_id)
    await execute(END, approval_id, DAY)
    assert [kind for kind, _, _ in await changes_of()] == ["granted", "suspended", "resumed", "ended"]


async def test_reader_goes_on_where_it_ended(organiser: Organiser) -> None:
    await fill_register(organiser, 5)
    first = await changes_since("", limit=3)
    second = await changes_since(first.next, limit=3)
    assert (len(first.items), first.more, len(second.items), second.more) == (3, True, 2, False)
    assert (await changes_since(second.next)).next == second.next
    async with unit_of_work():
        await note_change(ChangeKind.OFFERS, await fetch_value("select id from provider where name = 'Hoiva 2'"))
    assert await changes_of(second.next) == [("offers", "Hoiva 2", False)]


async def test_changes_of_providers_and_their_units_are_noted(organiser: Organiser) -> None:
    await fill_register(organiser, 1)
    start = (await changes_since("")).next
    await execute("update provider set name = 'Hoiva ja apu'")
    await execute("update provider set contact_name = 'Toinen', website = 'https://www.example.com'")
    await execute("update provider_unit set self_monitoring_url = 'https://www.example.com/plan'")
    await execute("update provider set contact_name = 'Kolmas'")
    assert [kind for kind, _, _ in await changes_of(start)] == ["renamed", "details", "details"]


async def test_change_that_commits_late_is_not_passed_over(organiser: Organiser) -> None:
    await fill_register(organiser, 2)
    start = (await changes_since("")).next
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with unit_of_work():
            await execute(SUSPEND, await approval_of("Hoiva 1"), DAY)
            begun.set()
            await go_on.wait()

    late = asyncio.create_task(slow())
    await begun.wait()
    await execute(SUSPEND, await approval_of("Hoiva 2"), DAY)
    meanwhile = await changes_since(start)
    go_on.set()
    await late
    seen = [each.name for each in meanwhile.items] + [name for _, name, _ in await changes_of(meanwhile.next)]
    assert sorted(seen) == ["Hoiva 1", "Hoiva 2"]


async def test_days_that_pass_are_noted_once(organiser: Organiser) -> None:
    with clock_set_to(NOON - timedelta(days=200)):
        await fill_register(organiser, 1, valid_from=DAY, valid_to=DAY + timedelta(days=1))
        await execute("update application set changed_at = changed_at where false")
    start = (await changes_since("")).next
    await note_days_passed()
    with clock_set_to(NOON + timedelta(days=2)):
        await note_days_passed()
        await note_days_passed()
    assert [kind for kind, _, _ in await changes_of(start)] == ["expired"]


@pytest.mark.parametrize(
    "since", ["yesterday", "2026-03-31", "1-xyz", "9" * 30 + "-" + "0" * 32, "0001-01-01T00:00:00Z"]
)
async def test_unreadable_since_is_refused(organiser: Organiser, since: str) -> None:
    with pytest.raises(Invalid):
        await changes_since(since)


async def test_changes_from_a_moment_on(organiser: Organiser) -> None:
    await fill_register(organiser, 1)
    assert len((await changes_since("2026-01-01T00:00:00+02:00")).items) == 1
    assert (await changes_since("2027-01-01T00:00:00Z")).items == []


async def test_state_changes_with_every_change(organiser: Organiser) -> None:
    states = [await state_of_register()]
    await fill_register(organiser, 1)
    states.append(await state_of_register())
    await execute(SUSPEND, await approval_of("Hoiva 1"), DAY)
    states.append(await state_of_register())
    assert len(set(states)) == 3


async def test_state_differs_at_once_while_somebody_else_still_writes(organiser: Organiser) -> None:
    await fill_register(organiser, 2)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with unit_of_work():
            await execute(SUSPEND, await approval_of("Hoiva 1"), DAY)
            begun.set()
            await go_on.wait()

    late = asyncio.create_task(slow())
    await begun.wait()
    states = [await state_of_register()]
    await execute(SUSPEND, await approval_of("Hoiva 2"), DAY)
    states.append(await state_of_register())
    go_on.set()
    await late
    states.append(await state_of_register())
    assert len(set(states)) == 3


@pytest.fixture
def with_prices() -> Any:
    """Every provider offers home care at 42 € by day and 63 € on Sundays."""
    before = list(sources._readers)  # pyright: ignore[reportPrivateUsage]: put back as it was

    async def read(provider_ids: Any) -> list[ShownOffer]:
        organiser_id = await fetch_value("select id from organiser")
        prices = (ShownPrice(band=Text("Arki"), price_cents=4200), ShownPrice(band=Text("Sunnuntai"), price_cents=6300))
        return [
            ShownOffer(
                id=each, provider_id=each, organiser_id=organiser_id, service_class="V-HOMECARE-REG", name=Text("Kotihoito"),
                unit="hour", prices=prices, published_at=NOON,
            )
            for each in provider_ids
        ]  # fmt: skip

    sources.offers_are_read_by(read)
    yield
    sources._readers[:] = before  # pyright: ignore[reportPrivateUsage]: put back as it was


async def test_csv_has_a_line_for_each_service(organiser: Organiser, with_prices: None) -> None:
    await fill_register(organiser, 450, name='=Hoiva, ja "apu"')
    text = (await written(register_csv(RegisterQuery(), Language.FI))).decode()
    rows = list(csv.DictReader(io.StringIO(text), strict=True))
    assert (len(rows), rows[0].keys()) == (900, FIELDS.keys())
    care = next(row for row in rows if row["service_class"] == "V-HOMECARE-REG")
    assert care["name"].startswith('\'=Hoiva, ja "apu"')
    assert (care["lowest_price_eur"], care["highest_price_eur"], care["municipality_codes"]) == (
        "42.00",
        "63.00",
        "091; 049",
    )
    assert [each["name"] for each in csv_description("x")["tableSchema"]["columns"]] == list(rows[0])


async def test_json_ld_is_read_by_a_processor(organiser: Organiser, with_prices: None) -> None:
    await fill_register(organiser, 3)
    document = json.loads(await written(register_json_ld(RegisterQuery(), "https://setelit.example.fi")))
    [dataset] = jsonld.expand(document)
    permits = dataset["https://schema.org/hasPart"]
    assert dataset["https://schema.org/license"][0]["@value"].startswith("https://creativecommons.org/licenses/by/4.0")
    holder = permits[0]["https://setelit.example.fi/register/data#holder"][0]
    offer = holder["https://schema.org/makesOffer"][0]
    prices = [each["https://schema.org/price"][0]["@value"] for each in offer["https://schema.org/priceSpecification"]]
    assert (len(permits), prices) == (3, ["42.00", "63.00"])
    assert not [
        word for word in json.dumps(jsonld.flatten(document)).split('"') if word.startswith("_:") and " " in word
    ]


async def test_empty_register_is_a_valid_document(organiser: Organiser) -> None:
    [dataset] = jsonld.expand(
        json.loads(await written(register_json_ld(RegisterQuery(), "https://setelit.example.fi")))
    )
    assert dataset["@type"] == ["https://schema.org/Dataset"]
    assert (await written(register_csv(RegisterQuery(), Language.SV))).count(b"\n") == 1


async def test_person_of_a_close_network_is_shown_by_name_alone(organiser: Organiser) -> None:
    await fill_register(organiser, 1)
    await execute("update provider set business_id = null, internal_number = 7, kind = 'close_network', website = ''")
    [entry] = (await public_register(RegisterQuery())).items
    assert (entry.business_id, entry.units, entry.website) == ("L-000007", (), "")
    assert (await registered_provider("L-000007")).name == "Hoiva 1"
