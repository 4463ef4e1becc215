"""The mails of one-time links: a job that makes the link's token, writes the mail and sends it."""

from datetime import datetime

import msgspec

from marketplace.accounts.links import LinkMail, Purpose, give_token
from marketplace.accounts.mail import send_mail
from marketplace.kernel.config import get_config
from marketplace.kernel.db import Row, fetch_one, new_id
from marketplace.kernel.i18n import Language, Message, message, translate

ADDRESSEE = """
select l.*, coalesce(l.email, p.email) as send_to, i.name as inviter
from one_time_link l left join person p on p.id = l.person_id left join person i on i.id = l.created_by
where l.id = $1
"""
PATHS = {
    Purpose.INVITATION: "/invitation",
    Purpose.CONFIRM_EMAIL: "/confirm-email",
    Purpose.NEW_PASSWORD: "/new-password",
}


class Letter(msgspec.Struct, frozen=True):
    """A mail before it is in anybody's language: subject, paragraphs above the link, paragraphs below it."""

    subject: Message
    above: list[Message]
    below: list[Message]


async def send_link_mail(job: LinkMail) -> None:
    """Handles ``accounts.mail``. A link without an addressee, used or too old sends nothing.

    Raises:
        Unavailable: the mail server did not take the mail; the job is tried again.
    """
    row = await fetch_one(ADDRESSEE, job.link_id)
    if row is None or row["send_to"] is None:
        return
    token = await give_token(job.link_id)
    if token is None:
        return
    purpose, language = Purpose(row["purpose"]), Language(row["language"])
    address = f"{get_config().base_url.rstrip('/')}{PATHS[purpose]}/{token}"
    letter = _WRITERS[purpose](row)
    text = _text(letter, address, language)
    await send_mail(
        job.link_id, row["send_to"], translate(letter.subject, language), text, attempt_key=f".{new_id().hex}"
    )


def _text(letter: Letter, address: str, language: Language) -> str:
    signature = message("Setelitori sends this message by itself. You cannot answer it.")
    above, below = ([translate(text, language) for text in part] for part in (letter.above, [*letter.below, signature]))
    return "\n\n".join([*above, address, *below]) + "\n"


def _ends(row: Row) -> datetime:
    return row["expires_at"]


def _invitation(row: Row) -> Letter:
    inviter, scope = row["inviter"] or "Setelitori", row["scope_name"]
    return Letter(
        message("Invitation to Setelitori: {scope}", scope=scope),
        [
            message("{inviter} invites you to Setelitori, to act for: {scope}.", inviter=inviter, scope=scope),
            message("Accept the invitation here:"),
        ],
        [
            message("The link works once, until {end}.", end=_ends(row)),
            message("If you do not know what this is about, you need not do anything."),
        ],
    )


def _confirmation(row: Row) -> Letter:
    return Letter(
        message("Confirm your e-mail address"),
        [message("An account was made in Setelitori with this e-mail address. Confirm that the address is yours:")],
        [
            message("The link works once, until {end}.", end=_ends(row)),
            message("If you did not make an account, you need not do anything."),
        ],
    )


def _new_password(row: Row) -> Letter:
    return Letter(
        message("A new password for Setelitori"),
        [message("Somebody, probably you, asked for a new password. Choose it here:")],
        [
            message("The link works once, until {end}.", end=_ends(row)),
            message("If it was not you, you need not do anything. Your password stays as it is."),
        ],
    )


_WRITERS = {
    Purpose.INVITATION: _invitation,
    Purpose.CONFIRM_EMAIL: _confirmation,
    Purpose.NEW_PASSWORD: _new_password,
}
