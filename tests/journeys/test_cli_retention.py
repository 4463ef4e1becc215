"""Retention from the command line: first only told, then done, then nothing is left to do."""

from datetime import UTC, datetime

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import clock_set_to
from marketplace.kernel.db import execute, fetch_value, new_id
from onboarding.applications.states import ApplicationStatus
from onboarding.archive.rules import set_periods
from onboarding.archive.schemas import RetentionPeriods
from tests.factories.onboarding import a_case
from tests.journeys.test_cli_database import Installation, installation

__all__ = ["installation"]


async def a_rejected_case_of_long_ago() -> str:
    with clock_set_to(datetime(2020, 1, 1, tzinfo=UTC)):
        case = await a_case(ApplicationStatus.REJECTED)
        admin = Actor(person_id=new_id(), role=Role.ORGANISER_ADMIN, organiser_id=case.organiser.id)
        await set_periods(admin, RetentionPeriods(rejected_application=24))
    return await fetch_value("select reference from application")


def test_what_is_told_is_what_is_done(installation: Installation) -> None:
    reference = installation.within(a_rejected_case_of_long_ago)
    told, count = installation.lines("retention", "--dry-run", "--json")
    assert (told["application"], told["why"], told["kept_until"]) == (
        reference, "The application was rejected or transferred.", "2022-01-01",
    )  # fmt: skip
    assert count == {"would_erase": 1, "failed": 0}
    done = installation.run("retention", "--json")
    assert done.exit_code == 0
    assert '"progress":"Erasing"' in done.stderr
    assert installation.lines("retention", "--json") == [{"erased": 0, "failed": 0}]


def test_what_cannot_be_erased_is_told_by_the_exit_status(installation: Installation) -> None:
    installation.within(a_rejected_case_of_long_ago)

    async def in_the_way() -> None:
        await execute("alter table erased_application add constraint erased_application_never check (false)")

    installation.within(in_the_way)
    done = installation.run("retention", "--json")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (1, '{"erased":0,"failed":1}')
