"""What an organiser need not keep any longer is erased, to the day, and nothing else; a crash in between loses nothing."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from marketplace.kernel import files
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to, today
from marketplace.kernel.db import execute, fetch, fetch_one, fetch_value, new_id
from marketplace.kernel.errors import NotFound
from marketplace.kernel.jobs import build_worker, run_until_idle
from onboarding.applications import attachments
from onboarding.applications.states import ApplicationStatus
from onboarding.archive import collecting, retention, rules
from onboarding.archive.retention import NOBODY, due_applications, erase_application, run_retention
from onboarding.archive.schemas import RetentionPeriods
from onboarding.archive.states import RetentionKind
from onboarding.review import proposals
from onboarding.review.decision_schemas import Confirmation
from onboarding.review.decisions import reject
from onboarding.review.notes import note_internally
from tests.factories.accounts import audited
from tests.factories.files import away, bytes_in, file_store
from tests.factories.onboarding import Case, a_case, a_draft, a_reviewer, approve

__all__ = ["file_store"]

S = ApplicationStatus
NOON = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)


def admin_of(case: Case) -> Actor:
    return Actor(person_id=new_id(), role=Role.ORGANISER_ADMIN, organiser_id=case.organiser.id)


async def kept_for(case: Case, months: int = 1) -> None:
    await rules.set_periods(admin_of(case), RetentionPeriods(**{kind.value: months for kind in RetentionKind}))


async def due_on(day: date) -> list[UUID]:
    return [each.id for each in await due_applications(day)]


def in_years() -> date:
    return today() + timedelta(days=5_000)


async def erased_jobs(database: str) -> None:
    """Runs the jobs that take bytes away, and none of those that made the case."""
    await execute("delete from pgqueuer where entrypoint <> $1", files.ERASE.name)
    connection = await asyncpg.connect(database)
    try:
        await run_until_idle(build_worker(connection, {files.ERASE: files.erase}))
    finally:
        await connection.close()


@pytest.mark.parametrize("status", [S.REJECTED, S.WITHDRAWN], ids=["rejected", "withdrawn"])
async def test_without_a_period_nothing_is_ever_due(database, status):
    case = await a_case(status)
    assert await due_on(in_years()) == []
    await kept_for(case)
    assert await due_on(in_years()) == [case.id]


@pytest.mark.parametrize("status", [S.DRAFT, S.SUBMITTED, S.INFORMATION_REQUESTED, S.APPROVED], ids=str)
async def test_what_is_open_or_in_force_is_never_due(database, status):
    case = await a_case(status)
    await kept_for(case)
    assert await due_on(in_years()) == []
    assert not await erase_application(case.id, in_years())


@pytest.mark.parametrize(
    ("decided", "months", "last_day"),
    [
        (datetime(2026, 1, 31, 10, 0, tzinfo=UTC), 1, date(2026, 2, 28)),
        (datetime(2028, 1, 31, 10, 0, tzinfo=UTC), 1, date(2028, 2, 29)),
        (datetime(2028, 2, 29, 10, 0, tzinfo=UTC), 12, date(2029, 2, 28)),
        (datetime(2026, 3, 31, 10, 0, tzinfo=UTC), 6, date(2026, 9, 30)),
        (datetime(2026, 12, 31, 21, 59, tzinfo=UTC), 24, date(2028, 12, 31)),
        (datetime(2026, 12, 31, 22, 1, tzinfo=UTC), 24, date(2029, 1, 1)),
    ],
    ids=["month-end", "leap-month", "leap-day", "half-year", "before-midnight", "after-midnight-in-finland"],
)
async def test_the_time_ends_with_the_last_day_in_finland(database, decided, months, last_day):
    with clock_set_to(decided):
        case = await a_case(S.REJECTED)
    await kept_for(case, months)
    assert await due_on(last_day) == []
    assert await due_on(last_day + timedelta(days=1)) == [case.id]


async def test_an_ended_approval_counts_from_its_last_day(database):
    with clock_set_to(NOON):
        case = await a_case(S.SUBMITTED)
        await approve(case, valid_from=date(2026, 11, 1), valid_to=date(2027, 1, 31))
        await kept_for(case)
    assert await due_on(date(2027, 2, 28)) == []
    assert await due_on(date(2027, 3, 1)) == [case.id]


async def test_a_suspended_approval_and_an_end_to_come_protect(database):
    with clock_set_to(NOON):
        case = await a_case(S.APPROVED)
        await kept_for(case)
    await execute("update approval set status = 'suspended', status_from = '2026-12-01'")
    assert await due_on(date(2040, 1, 1)) == []
    await execute("update approval set status = 'ended', status_from = '2027-06-01'")
    assert await due_on(date(2027, 5, 31)) == []
    assert await due_on(date(2027, 6, 30)) == []
    assert await due_on(date(2027, 7, 1)) == [case.id]


async def test_what_an_extension_in_force_rests_on_is_protected(database):
    with clock_set_to(NOON):
        case = await a_case(S.SUBMITTED)
        await approve(case, valid_to=date(2026, 12, 31))
        await kept_for(case)
        later = await copy_of(case, "extension")
    assert await due_on(date(2030, 1, 1)) == []
    await execute("update approval set status = 'ended', status_from = '2027-01-01' where application_id = $1", later)
    assert set(await due_on(date(2030, 1, 1))) == {case.id, later}


async def test_what_an_open_renewal_continues_is_protected(database):
    with clock_set_to(NOON):
        case = await a_case(S.SUBMITTED)
        await approve(case, valid_to=date(2026, 12, 31))
        await kept_for(case)
        await copy_of(case, "renewal", status="draft")
    assert await due_on(date(2030, 1, 1)) == []


async def copy_of(case: Case, kind: str, status: str = "approved") -> UUID:
    """An application that continues the approval of a case, with an approval of its own where it is approved."""
    made = new_id()
    await execute(
        "insert into application (id, kind, previous_approval_id, reference, provider_id, organiser_id,"
        " rulebook_version_id, service_classes, municipality_codes, status, created_by, created_at, changed_at,"
        " submitted_at, decided_at, decision_reasons, unit_ids)"
        " select $1, $2, p.id, 'H-COPY', a.provider_id, a.organiser_id, a.rulebook_version_id, a.service_classes,"
        " a.municipality_codes, $3::varchar, a.created_by, a.created_at, a.changed_at, a.submitted_at,"
        " case when $3::varchar = 'approved' then a.decided_at end, '', '{}'"
        " from application a join approval p on p.application_id = a.id where a.id = $4",
        made, kind, status, case.id,
    )  # fmt: skip
    if status == "approved":
        await execute(
            "insert into approval (id, application_id, provider_id, organiser_id, service_classes, municipality_codes,"
            " valid_from, conditions, status, status_from, status_reason, granted_by, granted_at)"
            " select $1, $2, provider_id, organiser_id, service_classes, municipality_codes, valid_from, '', 'in_force',"
            " valid_from, '', granted_by, granted_at from approval where application_id = $3",
            new_id(), made, case.id,
        )  # fmt: skip
    return made


async def test_a_dry_run_says_what_would_go_and_why(database, file_store):
    case = await a_case(S.REJECTED)
    await kept_for(case, 3)
    [due] = await due_applications(in_years())
    assert (due.kind, due.months, due.counted_from) == (RetentionKind.REJECTED_APPLICATION, 3, today())
    assert (due.answers, due.files, due.bytes > 0) == (4, 1, True)
    assert retention.in_words(due)["why"] == "The application was rejected or transferred."
    assert len(bytes_in(file_store)) == 1


async def test_erasing_leaves_a_stub_that_names_nobody(database, file_store):
    case = await a_case(S.REJECTED)
    await note_internally(case.reviewer, case.id, "Soita vielä.")
    await kept_for(case)
    with clock_set_to(datetime(2040, 1, 1, tzinfo=UTC)):
        erased, failed = await run_retention()
    assert ([each.id for each in erased], failed) == ([case.id], 0)
    row = await fetch_one("select * from application where id = $1", case.id)
    assert row is not None
    assert (row["status"], row["created_by"], row["submitted_by"], row["decided_by"]) == (
        "rejected",
        NOBODY,
        None,
        None,
    )
    for table in ("application_answer", "application_attachment", "review_note", "stored_file"):
        assert await fetch_value(f"select count(*) from {table}") == 0
    await erased_jobs(database)
    assert bytes_in(file_store) == []
    assert await audited("application.erased") == 1


async def test_copies_of_answers_go_with_them(database, file_store):
    case = await a_case(S.DECISION_PROPOSED)
    [proposal] = (await proposals.proposals_on(case.reviewer, case.id)).items
    await proposals.confirm(await a_reviewer(case.organiser.id), case.id, Confirmation(proposal_id=proposal.id))
    await execute("update approval set status = 'ended', status_from = current_date")
    await kept_for(case)
    assert await fetch_value("select count(*) from check_snapshot") == 1
    assert await erase_application(case.id, in_years())
    for table in ("check_snapshot", "decision_proposal"):
        assert await fetch_value(f"select count(*) from {table}") == 0
    assert await fetch_value("select count(*) from decision") == 1


async def test_a_file_that_was_taken_out_after_sending_goes_at_last(database, file_store):
    case = await a_case(S.INFORMATION_REQUESTED)
    [file] = await fetch("select id from application_attachment")
    await attachments.remove_attachment(case.applicant.actor, case.id, file["id"])
    assert len(bytes_in(file_store)) == 1
    await reject(case.reviewer, case.id, "Todistus puuttuu.")
    await kept_for(case)
    assert await erase_application(case.id, in_years())
    await erased_jobs(database)
    assert bytes_in(file_store) == []


async def test_the_audit_trail_keeps_what_was_done_and_loses_what_it_was(database, file_store):
    case = await a_case(S.WITHDRAWN)
    await kept_for(case)
    before = await fetch_value("select count(*) from audit_event where subject_id = $1", case.id)
    assert await erase_application(case.id, in_years())
    rows = await fetch("select action, before, after from audit_event where subject_id = $1 order by id", case.id)
    assert len(rows) == before + 1
    assert {(row["before"], row["after"]) for row in rows if row["action"] != "application.erased"} == {
        (None, '{"erased": true}')
    }
    facts, lines = await collecting.history_of(case.applicant.actor, case.id)
    assert facts["erased_at"]
    assert lines[-1].action == "application.erased"


async def test_it_is_erased_once(database, file_store):
    case = await a_case(S.REJECTED)
    await kept_for(case)
    assert await erase_application(case.id, in_years())
    assert not await erase_application(case.id, in_years())
    assert not await erase_application(new_id(), in_years())
    assert await due_on(in_years()) == []


async def test_a_crash_before_the_commit_changes_nothing(database, file_store, monkeypatch):
    case = await a_case(S.REJECTED)
    await kept_for(case)

    async def crash(*_args: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(retention, "_forget_attachments", crash)
    with clock_set_to(datetime(2040, 1, 1, tzinfo=UTC)):
        assert await run_retention() == ([], 1)
    assert await fetch_value("select count(*) from application_answer") == 4
    assert await due_on(in_years()) == [case.id]


async def test_a_crash_between_rows_and_bytes_is_made_good(database, file_store, monkeypatch):
    case = await a_case(S.REJECTED)
    await kept_for(case)
    assert await erase_application(case.id, in_years())
    with away(monkeypatch):
        await erased_jobs(database)
    assert len(bytes_in(file_store)) == 1
    await execute("update pgqueuer set execute_after = now() - interval '1 second'")
    await erased_jobs(database)
    assert bytes_in(file_store) == []


async def test_a_file_that_stands_in_another_application_stays(database, file_store):
    case = await a_case(S.REJECTED)
    await kept_for(case)
    draft = await fetch_value("select rulebook_version_id from application where id = $1", case.id)
    other = new_id()
    await execute(
        "insert into application (id, reference, provider_id, organiser_id, rulebook_version_id, service_classes,"
        " municipality_codes, status, created_by, created_at, changed_at, kind, decision_reasons, unit_ids)"
        " values ($1, 'H-OTHER', $2, $3, $4, '{}', '{}', 'draft', $5, now(), now(), 'new', '', '{}')",
        other, case.applicant.provider.id, case.organiser.id, draft, case.applicant.someone.id,
    )  # fmt: skip
    await execute(
        "insert into application_attachment (id, application_id, question, file_id, created_by, created_at, source)"
        " select $1, $2, question, file_id, created_by, created_at, 'carried' from application_attachment",
        new_id(), other,
    )  # fmt: skip
    assert await erase_application(case.id, in_years())
    await erased_jobs(database)
    assert len(bytes_in(file_store)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "delete from review_note",
        "update review_note set body = 'x'",
        "update audit_event set after = '{\"erased\": true}', before = null",
        "delete from audit_event",
        "update application set decided_by = null",
        "delete from check_snapshot",
    ],
    ids=["notes", "note", "audit", "audit-gone", "people", "checks"],
)
async def test_nothing_loosens_for_an_application_that_is_not_erased(database, file_store, statement):
    case = await a_case(S.REJECTED)
    await note_internally(case.reviewer, case.id, "Soita vielä.")
    with pytest.raises(asyncpg.RestrictViolationError):
        await execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_event set action = 'x' where action = 'application.submitted'",
        "update audit_event set after = '{}' where action = 'application.submitted'",
        "update application set status = 'approved'",
        "delete from erased_application",
    ],
    ids=["action", "details", "status", "erasure"],
)
async def test_a_stub_is_still_no_plaything(database, file_store, statement):
    case = await a_case(S.REJECTED)
    await kept_for(case)
    assert await erase_application(case.id, in_years())
    with pytest.raises(asyncpg.RestrictViolationError):
        await execute(statement)


async def test_periods_are_the_administrators_own_and_audited(database):
    case = await a_draft()
    await kept_for(case, 24)
    assert (await rules.own_periods(admin_of(case))).ended_approval == 24
    await rules.set_periods(admin_of(case), RetentionPeriods(rejected_application=6))
    assert await rules.own_periods(admin_of(case)) == RetentionPeriods(rejected_application=6)
    assert await audited("retention.changed") == 2
    with pytest.raises(NotFound):
        await rules.own_periods(case.reviewer)
    with pytest.raises(NotFound):
        await retention.own_due_applications(case.reviewer)


async def test_one_sees_only_what_is_due_of_ones_own(database):
    with clock_set_to(datetime(2020, 1, 1, tzinfo=UTC)):
        case = await a_case(S.REJECTED)
    await kept_for(case)
    assert [each.id for each in await retention.own_due_applications(admin_of(case))] == [case.id]
    other = Actor(person_id=new_id(), role=Role.ORGANISER_ADMIN, organiser_id=new_id())
    assert await retention.own_due_applications(other) == []
    assert await retention.nightly_retention() == 1
