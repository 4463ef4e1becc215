"""An organiser's requests for more information as they are read: item by item, with what was replied so far."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.kernel.db import Row, fetch, fetch_one
from onboarding.applications.filling import attachments_of
from onboarding.applications.schemas import AttachmentView, RequestItemView, RequestView

REQUESTS = """
select id, asked_at, due_on, answered_at from information_request where application_id = $1 order by asked_at, id
"""
ITEMS = """
select i.id, i.request_id, i.asked, i.slot, i.reply, i.answer, i.replied_at from information_request_item i
join information_request r on r.id = i.request_id where r.application_id = $1 order by i.request_id, i.position
"""

OPEN = "select id, due_on from information_request where application_id = $1 and answered_at is null"


async def open_request_of(application_id: UUID) -> Row | None:
    """The request that the applicant has not answered, with the day by which it was asked to, if there is one."""
    return await fetch_one(OPEN, application_id)


def file_slot(item_id: UUID, slot: str | None) -> str:
    """Where the files of an item are kept: with the answer that it is about, or apart."""
    return slot or f"request@{item_id}"


async def requests_of(application_id: UUID) -> list[RequestView]:
    """Everything that the organiser has asked, oldest first."""
    requests = await fetch(REQUESTS, application_id)
    if not requests:
        return []
    items, files = await fetch(ITEMS, application_id), await attachments_of(application_id)
    return [_request(row, [each for each in items if each["request_id"] == row["id"]], files) for row in requests]


def as_sent(requests: Sequence[RequestView]) -> list[RequestView]:
    """The requests as the organiser reads them: what the applicant has written and not sent yet is its own affair."""
    return [
        each if each.answered_at else replace(each, items=[_unsent(item) for item in each.items]) for each in requests
    ]


def _unsent(item: RequestItemView) -> RequestItemView:
    return replace(item, reply="", answer=None, files=[], replied_at=None, is_answered=False)


def _request(row: Row, items: Sequence[Row], files: Sequence[AttachmentView]) -> RequestView:
    return RequestView(
        id=row["id"], asked_at=row["asked_at"], due_on=row["due_on"], answered_at=row["answered_at"],
        items=[_item(each, files, row["asked_at"], row["answered_at"]) for each in items],
    )  # fmt: skip


def _item(row: Row, files: Sequence[AttachmentView], since: datetime, until: datetime | None) -> RequestItemView:
    """Files count that were added after the question was asked and before the answers were sent."""
    slot = file_slot(row["id"], row["slot"])
    added = [
        each
        for each in files
        if each.question == slot and since < each.created_at and (not until or each.created_at <= until)
    ]
    answer = msgspec.json.decode(row["answer"], type=str | int | bool) if row["answer"] is not None else None
    return RequestItemView(
        id=row["id"], asked=row["asked"], slot=row["slot"], reply=row["reply"], answer=answer, files=added,
        replied_at=row["replied_at"], is_answered=bool(row["reply"]) or answer is not None or bool(added),
    )  # fmt: skip
