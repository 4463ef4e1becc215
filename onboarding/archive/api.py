"""An application's history and archive, and retention periods, over the API."""

from uuid import UUID

import msgspec
from litestar import get, put
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from marketplace.kernel.actors import PROVIDER_ROLES, Role
from marketplace.web.security import Caller, allow
from onboarding.archive import collecting, retention, rules
from onboarding.archive.answers_out import archive_answer
from onboarding.archive.schemas import DueApplication, HistoryLine, RetentionPeriods
from onboarding.scoping import REVIEWING

TAG = "Archive"
REVIEW = allow(*sorted(REVIEWING))
PROVIDER = allow(*sorted(PROVIDER_ROLES))
ADMIN = allow(Role.ORGANISER_ADMIN)
SENT = "/api/v1/organiser/applications/{application_id:uuid}"
RETENTION = "/api/v1/organiser/retention"


class History(msgspec.Struct, frozen=True):
    """Oldest first."""

    items: list[HistoryLine]


class DueList(msgspec.Struct, frozen=True):
    """At most a hundred, the longest over first."""

    items: list[DueApplication]


@get(f"{SENT}/history", guards=[REVIEW], tags=[TAG])
async def show_application_history(actor: Caller, application_id: FromPath[UUID]) -> History:
    """Who did what to an application and when, in plain words of the request's language."""
    _, lines = await collecting.history_of(actor, application_id)
    return History(lines)


@get(f"{SENT}/archive.zip", guards=[REVIEW], tags=[TAG], media_type="application/zip")
async def export_application(actor: Caller, application_id: FromPath[UUID]) -> Stream:
    """One application as a ZIP for the archive: answers, attachments, messages, decisions, audit trail, SHA-256 sums."""
    return await archive_answer(actor, application_id)


@get(
    "/api/v1/provider/applications/{application_id:uuid}/archive.zip",
    guards=[PROVIDER],
    tags=[TAG],
    media_type="application/zip",
)
async def export_own_application(actor: Caller, application_id: FromPath[UUID]) -> Stream:
    """One of one's own applications as a ZIP, without what the organiser keeps to itself."""
    return await archive_answer(actor, application_id)


@get(RETENTION, guards=[ADMIN], tags=[TAG])
async def show_retention_periods(actor: Caller) -> RetentionPeriods:
    """For how many months the organiser keeps closed applications; null keeps them."""
    return await rules.own_periods(actor)


@put(RETENTION, guards=[ADMIN], tags=[TAG])
async def set_retention_periods(actor: Caller, data: JSONBody[RetentionPeriods]) -> RetentionPeriods:
    """Sets all periods; what is left out is kept for good."""
    return await rules.set_periods(actor, data)


@get(f"{RETENTION}/due", guards=[ADMIN], tags=[TAG])
async def list_due_applications(actor: Caller) -> DueList:
    """What would be erased next night, and why."""
    return DueList(await retention.own_due_applications(actor))


ROUTES = [
    show_application_history, export_application, export_own_application, show_retention_periods, set_retention_periods,
    list_due_applications,
]  # fmt: skip
