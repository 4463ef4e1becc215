"""Telling people by e-mail what happened to an application, in plain words and without anything confidential."""

from collections.abc import Mapping
from uuid import UUID

from marketplace.accounts.mail import send_mail
from marketplace.accounts.people import mail_address_of
from marketplace.kernel.config import get_config
from marketplace.kernel.db import Row, fetch_one
from marketplace.kernel.i18n import Language, Message, Text, message, translate
from onboarding.topics import ApplicationNotice, NoticeKind

APPLICATION = """
select a.id, a.reference, a.created_by, a.claimed_by, p.name as provider_name, p.contact_email,
    o.name_fi, o.name_sv, o.name_en, o.decision_contact
from application a join provider p on p.id = a.provider_id join organiser o on o.id = a.organiser_id where a.id = $1
"""

TO_APPLICANT: Mapping[NoticeKind, Message] = {
    NoticeKind.SUBMITTED: message("Your application has arrived"),
    NoticeKind.INFORMATION_REQUESTED: message("More information is needed for your application"),
    NoticeKind.APPROVED: message("Your application has been approved"),
    NoticeKind.REJECTED: message("A decision has been made on your application"),
}
TO_REVIEWER: Mapping[NoticeKind, Message] = {
    NoticeKind.ANSWERED: message("The applicant has answered"),
    NoticeKind.WITHDRAWN: message("The applicant has withdrawn the application"),
}


async def send_notice(notice: ApplicationNotice) -> None:
    """The handler of ``NOTICE``: one mail to the person who began the application, or to the one who handles it.

    Raises:
        Unavailable: the mail server did not take it; the queue tries again.
    """
    row = await fetch_one(APPLICATION, notice.application_id)
    if row is None:
        return
    is_for_applicant = notice.kind in TO_APPLICANT
    subject = (TO_APPLICANT if is_for_applicant else TO_REVIEWER)[notice.kind]
    receiver = row["created_by"] if is_for_applicant else row["claimed_by"]
    address, language = await _receiver(receiver, fallback=row["contact_email"] if is_for_applicant else "")
    if address:
        words = translate(subject, language)
        await send_mail(notice.notice_id, address, f"{words} ({row['reference']})", _body(row, subject, language, is_for_applicant=is_for_applicant))  # fmt: skip


async def _receiver(person_id: UUID | None, *, fallback: str) -> tuple[str, Language]:
    """Address and language of a person; the company's contact address where the person has none."""
    found = await mail_address_of(person_id) if person_id else None
    return found or (fallback, Language.FI)


def _body(row: Row, subject: Message, language: Language, *, is_for_applicant: bool) -> str:
    path = "/provider/applications" if is_for_applicant else "/organiser/applications"
    organiser = Text(row["name_fi"], row["name_sv"], row["name_en"])
    paragraphs = [
        subject,
        message("Application: {reference}", reference=row["reference"]),
        message("Provider: {name}", name=row["provider_name"]),
        message("Organiser: {name}", name=organiser),
        message("Read more and go on here (sign in first):"),
    ]
    address = f"{get_config().base_url.rstrip('/')}{path}/{row['id']}"
    signature = translate(message("Setelitori sends this message by itself. You cannot answer it."), language)
    return "\n\n".join([*(translate(text, language) for text in paragraphs), address, signature]) + "\n"
