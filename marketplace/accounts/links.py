"""One-time links that travel by e-mail: invitations, confirmations of an address, new passwords.

A link's token is made by the job that sends the mail and kept only as a hash: neither the job's payload nor the
database can be used to open it. Sending again makes a new token, and the newest mail is the one that works.
"""

import datetime as dt
import hashlib
import secrets
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch_one, new_id
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import Language, message
from marketplace.kernel.jobs import Topic


class Purpose(StrEnum):
    """What a link opens."""

    INVITATION = "invitation"
    CONFIRM_EMAIL = "confirm_email"
    NEW_PASSWORD = "new_password"  # noqa: S105 - a purpose, no password


LIFETIME = {
    Purpose.INVITATION: timedelta(days=14),
    Purpose.CONFIRM_EMAIL: timedelta(days=7),
    Purpose.NEW_PASSWORD: timedelta(hours=1),
}
SCOPE_COLUMNS = ("role", "organiser_id", "provider_id", "client_id", "scope_name", "valid_to")


class LinkMail(msgspec.Struct, frozen=True):
    """Send the mail of this link."""

    link_id: UUID


MAIL = Topic("accounts.mail", LinkMail)

INSERT = """
insert into one_time_link (id, purpose, person_id, email, language, created_by, created_at, expires_at,
                           role, organiser_id, provider_id, client_id, scope_name, valid_to)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""


async def make_link(
    purpose: Purpose,
    *,
    language: Language,
    created_by: UUID | None,
    person_id: UUID | None = None,
    email: str | None = None,
    **scope: Any,
) -> UUID:
    """Writes a link and enqueues its mail, within the caller's unit of work. Returns the link's id.

    ``scope`` are the columns of the hat that an invitation gives (``SCOPE_COLUMNS``).
    """
    link_id = new_id()
    await execute(
        INSERT, link_id, purpose.value, person_id, email, language.value, created_by, now(), now() + LIFETIME[purpose],
        *(scope.get(column) for column in SCOPE_COLUMNS),
    )  # fmt: skip
    await MAIL.enqueue(LinkMail(link_id))
    return link_id


async def give_token(link_id: UUID) -> str | None:
    """A fresh token for a link that still waits, in place of any older one; None where it waits no more."""
    token = secrets.token_urlsafe(32)
    given = await execute(
        "update one_time_link set token_hash = $2 where id = $1 and used_at is null and expires_at > $3",
        link_id, hash_of(token), now(),
    )  # fmt: skip
    return token if given else None


async def open_link(token: str, purpose: Purpose) -> Row:
    """The link behind a token.

    Raises:
        NotFound: unknown, used, expired, or made for something else; the words are the same for all of them.
    """
    row = await fetch_one(
        "select * from one_time_link where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3",
        hash_of(token), purpose.value, now(),
    )  # fmt: skip
    if row is None:
        raise gone()
    return row


async def use_link(token: str, purpose: Purpose) -> Row:
    """Uses a link up, within the caller's unit of work: of two at once, one wins.

    Raises:
        NotFound: see ``open_link``.
    """
    row = await fetch_one(
        "update one_time_link set used_at = $3 where token_hash = $1 and purpose = $2 and used_at is null"
        " and expires_at > $3 returning *",
        hash_of(token), purpose.value, now(),
    )  # fmt: skip
    if row is None:
        raise gone()
    return row


def gone() -> NotFound:
    return NotFound(message("This link is no longer valid: it was used already, or it is too old. Ask for a new one."))


def hash_of(token: str) -> str:
    """What is kept of a random token. Plain SHA-256 serves: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


async def forget_old_links() -> int:
    """Removes links a month after their end; returns how many. For a periodic job."""
    end: dt.datetime = now() - timedelta(days=30)
    return await execute("delete from one_time_link where expires_at < $1", end)
