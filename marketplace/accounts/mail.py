"""Sends e-mail: through ``SMTP_URL``, or into ``DATA_DIR/mail`` where none is set (development and tests)."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formataddr, formatdate
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

import structlog

from marketplace.kernel.config import Config, get_config
from marketplace.kernel.errors import Unavailable

log = structlog.get_logger(__name__)
TIMEOUT_SECONDS = 20.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""The only mail servers that get our password without TLS."""
SENDER_NAME = "Setelitori"
PERMANENT = 500
"""SMTP answers from here on are final (RFC 5321): there is no such mailbox, and trying again would not make one."""


class MailNotSent(Unavailable):
    """The mail server did not take a mail now. ``cause`` is the class of the failure: its words may hold the address."""

    def __init__(self, cause: str) -> None:
        self.cause = cause
        super().__init__()


async def send_mail(mail_id: UUID, to: str, subject: str, text: str, *, attempt_key: str = "") -> bool:
    """Sends one plain-text mail. Never within a unit of work: a mail server may take its time.

    False where the receiving server has refused it for good: there is no such mailbox, and no use in trying again.

    Args:
        mail_id: our row that caused the mail; with ``attempt_key`` it makes the Message-ID, so that a mail that
            is sent twice is recognised as one by programs that look.

    Raises:
        MailNotSent: the server did not take the mail now; trying again is safe.
    """
    config = get_config()
    letter = _letter(config, mail_id, to, subject, text, attempt_key)
    if not config.smtp_url:
        await asyncio.to_thread(_save, config, mail_id, letter)
        log.info("mail saved to a file, because SMTP_URL is not set", mail_id=str(mail_id))
        return True
    try:
        await asyncio.to_thread(_deliver, config.smtp_url, letter)
    except smtplib.SMTPRecipientsRefused as refusal:
        log.warning("mail refused by the receiving server", mail_id=str(mail_id))
        if any(code < PERMANENT for code, _ in refusal.recipients.values()):
            raise MailNotSent(type(refusal).__name__) from None
        return False
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail not sent", mail_id=str(mail_id), error=type(error).__name__)
        raise MailNotSent(type(error).__name__) from None
    return True


def mail_folder(config: Config) -> Path:
    """Where mails are saved while no mail server is set."""
    return config.data_path / "mail"


def _letter(config: Config, mail_id: UUID, to: str, subject: str, text: str, attempt_key: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = formataddr((SENDER_NAME, config.mail_from))
    letter["To"] = to
    letter["Subject"] = " ".join(subject.split())  # A name in it may come with line breaks, which no header may have.
    letter["Date"] = formatdate()
    letter["Message-ID"] = f"<{mail_id.hex}{attempt_key}@{config.mail_from.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(text)
    return letter


def _save(config: Config, mail_id: UUID, letter: EmailMessage) -> None:
    folder = mail_folder(config)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    (folder / f"{mail_id}.eml").write_bytes(letter.as_bytes())


def _deliver(smtp_url: str, letter: EmailMessage) -> None:
    """``smtps://`` speaks TLS from the start; ``smtp://`` turns to it where the server offers it."""
    parts = urlsplit(smtp_url)
    host, is_tls = parts.hostname or "localhost", parts.scheme == "smtps"
    context = ssl.create_default_context()
    if is_tls:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_SECONDS)
    with server:
        server.ehlo()
        if not is_tls and server.has_extn("starttls"):
            server.starttls(context=context)
            is_tls = True
        if parts.username:
            if not is_tls and host not in LOOPBACK:
                raise smtplib.SMTPNotSupportedError
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(letter)
