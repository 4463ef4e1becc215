"""Mails about an application: to the right person, in their language, with nothing confidential."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from marketplace.accounts.mail import mail_folder
from marketplace.kernel.config import get_config
from marketplace.kernel.db import execute, new_id
from onboarding.applications.states import ApplicationStatus
from onboarding.notices import send_notice
from onboarding.review import assignment
from onboarding.topics import ApplicationNotice, NoticeKind
from tests.factories.onboarding import a_case, a_submitted


async def told(application_id: object, kind: NoticeKind) -> EmailMessage | None:
    notice = ApplicationNotice(new_id(), application_id, kind)  # type: ignore[arg-type]
    await send_notice(notice)
    path = mail_folder(get_config()) / f"{notice.notice_id}.eml"
    return message_from_bytes(path.read_bytes(), policy=default) if path.exists() else None  # type: ignore[return-value]


async def test_applicant_is_told_in_their_own_language(database: str) -> None:
    case = await a_submitted()
    await execute("update person set language = 'sv' where id = $1", case.applicant.someone.id)
    mail = await told(case.id, NoticeKind.SUBMITTED)
    assert mail is not None
    assert mail["To"] == case.applicant.someone.email
    assert mail["Subject"].startswith("Din ansökan har kommit fram (H-")
    assert f"/provider/applications/{case.id}" in mail.get_content()


async def test_reasons_stay_out_of_the_mail(database: str) -> None:
    case = await a_case(ApplicationStatus.REJECTED)
    mail = await told(case.id, NoticeKind.REJECTED)
    assert mail is not None
    assert "Vakuutus puuttuu" not in mail.get_content()


@pytest.mark.parametrize("kind", [NoticeKind.ANSWERED, NoticeKind.WITHDRAWN])
async def test_whoever_handles_it_is_told_of_the_applicant(database: str, kind: NoticeKind) -> None:
    case = await a_submitted()
    assert await told(case.id, kind) is None
    await assignment.claim(case.reviewer, case.id)
    mail = await told(case.id, kind)
    assert mail is not None
    assert f"/organiser/applications/{case.id}" in mail.get_content()


async def test_company_address_serves_where_the_person_has_none(database: str) -> None:
    case = await a_submitted()
    await execute("update person set email = null where id = $1", case.applicant.someone.id)
    mail = await told(case.id, NoticeKind.APPROVED)
    assert mail is not None
    assert mail["To"] == "toimisto@example.org"


async def test_vanished_application_sends_nothing(database: str) -> None:
    assert await told(new_id(), NoticeKind.APPROVED) is None
