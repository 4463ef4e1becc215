"""One's own notices over the API, in the language of ``Accept-Language``."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from marketplace.notices import reading, settings
from marketplace.notices.schemas import NoticePage, NoticeSettings
from marketplace.web.security import Caller, allow_signed_in

TAG = "Notices"
PageNumber = Annotated[int, QueryParameter(ge=1, le=100_000)]


class MarkedRead(msgspec.Struct, frozen=True):
    """How many notices were unread until now."""

    marked: int


@get("/api/v1/me/notices", guards=[allow_signed_in], tags=[TAG])
async def list_my_notices(actor: Caller, page: PageNumber = 1, unread: FromQuery[bool] = False) -> NoticePage:
    """One's notices, newest first, twenty to a page. `unread=true` lists only those."""
    return await reading.own_notices(actor, page, only_unread=unread)


@post("/api/v1/me/notices/{notice_id:uuid}/read", guards=[allow_signed_in], tags=[TAG], status_code=204)
async def mark_my_notice_read(actor: Caller, notice_id: FromPath[UUID]) -> None:
    """Marks a notice as read. Doing it again changes nothing."""
    await reading.mark_read(actor, notice_id)


@post("/api/v1/me/notices/read", guards=[allow_signed_in], tags=[TAG], status_code=200)
async def mark_my_notices_read(actor: Caller) -> MarkedRead:
    """Marks all of one's notices as read."""
    return MarkedRead(await reading.mark_all_read(actor))


@get("/api/v1/me/notice-settings", guards=[allow_signed_in], tags=[TAG])
async def show_my_notice_settings(actor: Caller) -> NoticeSettings:
    """How often one gets e-mail."""
    return await settings.own_settings(actor)


@put("/api/v1/me/notice-settings", guards=[allow_signed_in], tags=[TAG])
async def change_my_notice_settings(actor: Caller, data: JSONBody[NoticeSettings]) -> NoticeSettings:
    """Chooses how often one gets e-mail."""
    return await settings.change_settings(actor, data)


API_ROUTES = [
    list_my_notices, mark_my_notice_read, mark_my_notices_read, show_my_notice_settings, change_my_notice_settings,
]  # fmt: skip
