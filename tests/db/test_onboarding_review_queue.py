"""The review queue: who sees what, filters, orders, pages, counts, and the deadline that stands still while asking."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from marketplace.kernel.clock import HELSINKI, clock_set_to, today
from marketplace.kernel.db import execute, fetch, fetch_value
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.i18n import Language, translate
from onboarding.applications.schemas import ApplicationKind
from onboarding.applications.states import Capability, statuses_with
from onboarding.review import assignment, messages, presence, queue, reading
from onboarding.review.counts import LIMIT, queue_counts
from onboarding.review.labels import deadline_words
from onboarding.review.schemas import QueueFilters, QueueSort, QueueStatus
from tests.factories.onboarding import CLASS, PLACE, Case, a_draft, a_reviewer, a_submitted, stranger
from tests.factories.organisers import make_organiser

COPIES = """
insert into application select * from (
    select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'reference', 'H-' || n, 'decide_by',
        a.decide_by + n))).* from application a, generate_series(1, $2) n where a.id = $1
) copies
"""
MARCH = datetime(2026, 3, 2, 12, tzinfo=HELSINKI)


async def ids(case: Case, **filters: object) -> list[UUID]:
    found = await queue.queue(case.reviewer, QueueFilters(**filters))  # type: ignore[arg-type]
    return [each.id for each in found.items]


async def test_queue_shows_what_was_sent_to_the_own_organiser(database: str) -> None:
    case = await a_submitted()
    page = await queue.queue(case.reviewer, QueueFilters())
    assert [each.id for each in page.items] == [case.id]
    assert page.next is None
    elsewhere = await make_organiser("Turku", county_code="05", business_id="0204819-8")
    assert (await queue.queue(await a_reviewer(elsewhere.id), QueueFilters())).items == []
    with pytest.raises(NotFound):
        await queue.queue(stranger(), QueueFilters())


async def test_draft_is_not_in_the_queue(database: str) -> None:
    case = await a_draft()
    assert await ids(case, status=QueueStatus.ALL) == []
    with pytest.raises(NotFound):
        await reading.application_for_reviewer(case.reviewer, case.id)
    with pytest.raises(NotFound):
        await assignment.claim(case.reviewer, case.id)
    with pytest.raises(NotFound):
        await presence.here(case.reviewer, case.id)


@pytest.mark.parametrize(
    ("filters", "is_there"),
    [
        ({"q": "arkiapu"}, True), ({"q": "0000104-6"}, True), ({"q": "100%"}, False), ({"q": "h-20"}, True),
        ({"service_class": CLASS}, True), ({"service_class": "V-PA"}, False),
        ({"municipality": PLACE}, True), ({"municipality": "837"}, False), ({"municipality": "'x"}, False),
        ({"kind": ApplicationKind.NEW}, True), ({"kind": ApplicationKind.RENEWAL}, False),
        ({"status": QueueStatus.SUBMITTED}, True), ({"status": QueueStatus.ALL}, True),
        ({"status": QueueStatus.REJECTED}, False), ({"status": QueueStatus.DECISION_PROPOSED}, False),
        ({"handler": "me"}, False), ({"handler": "nobody"}, True), ({"is_overdue": True}, False),
        ({"sort": QueueSort.DEADLINE}, True), ({"sort": QueueSort.NEWEST}, True),
    ],
    ids=str,
)  # fmt: skip
async def test_queue_is_filtered(database: str, filters: dict[str, object], is_there: bool) -> None:
    case = await a_submitted()
    assert bool(await ids(case, **filters)) is is_there


@pytest.mark.parametrize(
    "after", ["tampered", "_", "2026-01-01_x", "2026-01-01T00:00:00_" + "0" * 32, "0001-01-01T00:00:00+00:00_" + "0" * 32,
              "9999-12-31T23:59:59+00:00_" + "0" * 32, "2026-13-01T00:00:00+00:00_" + "0" * 32],
)  # fmt: skip
@pytest.mark.parametrize("sort", [QueueSort.AGE, QueueSort.DEADLINE])
async def test_tampered_cursor_begins_anew(database: str, after: str, sort: QueueSort) -> None:
    case = await a_submitted()
    assert await ids(case, after=after, sort=sort) == [case.id]


async def test_handler_that_is_nobody_is_told(database: str) -> None:
    case = await a_submitted()
    with pytest.raises(Invalid):
        await ids(case, handler="somebody")
    await assignment.claim(case.reviewer, case.id)
    assert await ids(case, handler="me") == await ids(case, handler=str(case.reviewer.person_id)) == [case.id]
    assert await ids(case, handler="nobody") == []


@pytest.mark.parametrize("sort", list(QueueSort))
async def test_queue_continues_where_a_page_ended(database: str, sort: QueueSort) -> None:
    case = await a_submitted()
    await execute(COPIES, case.id, 60)
    for filters in (QueueFilters(sort=sort), QueueFilters(sort=sort, handler="nobody")):
        first = await queue.queue(case.reviewer, filters)
        going_on = QueueFilters(sort=sort, handler=filters.handler, after=first.next or "")
        second = await queue.queue(case.reviewer, going_on)
        assert (len(first.items), len(second.items), second.next) == (50, 11, None)
        assert not {each.id for each in first.items} & {each.id for each in second.items}


async def test_words_that_match_many_are_met_on_the_way(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await a_submitted()
    await execute(COPIES, case.id, 5)
    monkeypatch.setattr(queue, "FEW", 3)
    assert len(await ids(case, q="arkiapu")) == 6
    assert len(await ids(case, q="H-5")) == 1


async def test_deadline_stands_still_while_the_applicant_is_asked(database: str) -> None:
    with clock_set_to(MARCH):
        case = await a_submitted()
        assert (await _item(case)).decide_by == today() + timedelta(days=90)
    with clock_set_to(MARCH + timedelta(days=10)):
        await messages.request_information(case.reviewer, case.id, "Kuka vastaa?")
        asked = await _item(case)
        assert (asked.decide_by, asked.days_left) == (None, 80)
    with clock_set_to(MARCH + timedelta(days=200)):
        assert await ids(case, is_overdue=True) == []
        await execute("update application set status = 'submitted', changed_at = $2 where id = $1", case.id,
                      MARCH + timedelta(days=200))  # fmt: skip
        answered = await _item(case)
        assert (answered.decide_by, answered.days_left) == (today() + timedelta(days=80), None)
    with clock_set_to(MARCH + timedelta(days=281)):
        assert await ids(case, is_overdue=True) == [case.id]


async def test_the_nearest_deadline_comes_first(database: str) -> None:
    case = await a_submitted()
    await execute(COPIES, case.id, 3)
    await execute("update application set decide_by = $2 where id = $1", case.id, today() + timedelta(days=365))
    assert (await ids(case, sort=QueueSort.DEADLINE))[-1] == case.id


async def test_counts_stop_at_their_limit(database: str) -> None:
    case = await a_submitted()
    await assignment.claim(case.reviewer, case.id)
    counts = await queue_counts(case.reviewer)
    assert (counts.mine, counts.nobody, counts.overdue, counts.statuses[QueueStatus.TO_REVIEW]) == (1, 0, 0, 1)
    await execute(COPIES, case.id, LIMIT + 5)
    counts = await queue_counts(case.reviewer)
    assert (counts.mine, counts.statuses[QueueStatus.ALL], counts.limit) == (LIMIT, LIMIT, LIMIT)


async def test_queries_use_the_conditions_of_the_indexes(database: str) -> None:
    """A partial index serves only a query that says the same as the index does."""
    definition = await fetch_value("select indexdef from pg_indexes where indexname = 'application_open_by_age'")
    assert all(f"'{status}'" in definition for status in statuses_with(Capability.BE_REVIEWED))
    assert definition.count("'") == 2 * len(statuses_with(Capability.BE_REVIEWED))


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (QueueFilters(), "application_open_by_age"),
        (QueueFilters(sort=QueueSort.DEADLINE), "application_open_by_deadline"),
        (QueueFilters(handler="nobody"), "application_open_by_handler"),
        (QueueFilters(status=QueueStatus.ALL), "application_sent_by_age"),
    ],
    ids=str,
)
async def test_orders_are_read_from_an_index(
    database: str, filters: QueueFilters, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await a_submitted()
    asked: list[tuple[str, tuple[object, ...]]] = []

    async def noting(sql: str, *values: object) -> list[dict[str, object]]:
        asked.append((sql, values))
        return await fetch(sql, *values)

    await execute(COPIES, case.id, 3000)
    await execute("analyze application")
    monkeypatch.setattr(queue, "fetch", noting)
    await queue.queue(case.reviewer, filters)
    plan = "\n".join(row["QUERY PLAN"] for row in await fetch(f"explain {asked[0][0]}", *asked[0][1]))
    assert index in plan
    assert "Sort" not in plan


def test_deadlines_in_words() -> None:
    day = datetime(2026, 3, 2, tzinfo=HELSINKI).date()

    def said(days: int) -> str:
        return translate(deadline_words(day + timedelta(days=days), None, day)[0], Language.EN)

    assert [said(each) for each in (-2, -1, 0, 1, 30)] == [
        "2 days late", "1 day late", "Last day today", "1 day left", "30 days left"
    ]  # fmt: skip
    assert deadline_words(None, 3, day)[1] == "quiet"


async def _item(case: Case):
    return (await queue.queue(case.reviewer, QueueFilters())).items[0]
