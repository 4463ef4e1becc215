"""Notices as features write them."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

from marketplace.accounts.mail import mail_folder
from marketplace.kernel.config import get_config
from marketplace.kernel.db import fetch, new_id, unit_of_work
from marketplace.kernel.i18n import message
from marketplace.notices.schemas import Notice
from marketplace.notices.states import MailState
from marketplace.notices.writing import notify


def a_notice(**changes: Any) -> Notice:
    """The words are some that have translations."""
    facts: dict[str, Any] = {
        "kind": "application.approved",
        "subject": message("Notices by e-mail"),
        "paragraphs": [message("Application: {reference}", reference="H-2026-7KQ4MB"), message("Sign in first.")],
        "path": "/provider/applications",
        "about": "application",
        "about_id": new_id(),
    }
    return Notice(**{**facts, **changes})


async def told(*people: UUID, **changes: Any) -> list[UUID]:
    """Tells people of something; gives the notices' ids."""
    async with unit_of_work():
        return await notify(people, a_notice(**changes))


def mail_of(mail_id: UUID) -> EmailMessage | None:
    """The mail that was saved for a notice or a day, if any."""
    path = mail_folder(get_config()) / f"{mail_id}.eml"
    return message_from_bytes(path.read_bytes(), policy=default) if path.exists() else None  # type: ignore[return-value]


async def states() -> list[MailState]:
    return [MailState(row["mail_state"]) for row in await fetch("select mail_state from notice order by id")]
