"""What features tell people, and what people read of it."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.inputs import label
from marketplace.notices.states import Delivery, MailState


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, in plain words that may stand in an e-mail: no client's name, no answer, no reason.

    Args:
        kind: what happened, ``thing.event``; for programs.
        path: the page on which the reader goes on; its first part says whose desk it is.
        about, about_id: the thing, as the audit trail names it.
        organiser_id, provider_id: for whom the receivers act; the page asks them to put on that hat.
        once: names the occasion where it may be told of again by mistake, as by a daily round; each person hears once.
        fallback_address: takes the e-mail of a receiver who has no address, such as a company's contact address.
    """

    kind: str
    subject: Message
    paragraphs: Sequence[Message]
    path: str
    about: str
    about_id: UUID
    organiser_id: UUID | None = None
    provider_id: UUID | None = None
    once: str | None = None
    fallback_address: str | None = None


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A notice as its receiver reads it, in the language of the request."""

    id: UUID
    kind: str
    subject: str
    paragraphs: list[str]
    path: str
    about: str
    about_id: UUID
    created_at: dt.datetime
    read_at: dt.datetime | None
    mail_state: MailState


class NoticePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of one's notices, newest first. ``unread`` counts all that are unread, on every page."""

    items: list[NoticeView]
    unread: int
    total: int
    page: int
    pages: int


class NoticeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When one's e-mails are sent: each ``at_once``, or ``daily`` in one mail at seven in the morning, in Finland."""

    delivery: Annotated[Delivery, label(message("E-mails"))]


class MailProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How the e-mails of one notice are doing, over all its receivers; ``state`` is the worst of theirs."""

    kind: str
    subject: Text
    created_at: dt.datetime
    receivers: int
    state: MailState
    attempts: int
    error: str | None
