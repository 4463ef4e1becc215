"""Telling the two sides of an application what happened, in plain words without anything confidential."""

from uuid import UUID

import msgspec

from marketplace.kernel.actors import Role
from marketplace.kernel.db import Row, fetch_one
from marketplace.kernel.i18n import Message, Text, message
from marketplace.notices.receivers import organiser_staff, provider_admins
from marketplace.notices.schemas import Notice
from marketplace.notices.writing import notify

NAMES = """
select p.name as provider_name, p.contact_email,
    jsonb_build_object('fi', o.name_fi, 'sv', o.name_sv, 'en', o.name_en)::text as organiser_name
from application a join provider p on p.id = a.provider_id join organiser o on o.id = a.organiser_id where a.id = $1
"""


async def tell_applicant(
    row: Row, kind: str, subject: Message, *more: Message, once: str | None = None, path: str = ""
) -> None:
    """Tells the provider's administrators, within the caller's unit of work. ``row``: the application's."""
    names = await fetch_one(NAMES, row["id"])
    assert names is not None, "the row is there"
    notice = Notice(
        kind=f"application.{kind}",
        subject=message("{subject} ({reference})", subject=subject, reference=row["reference"]),
        paragraphs=[subject, *_facts(row, names), *more],
        path=path or f"/provider/applications/{row['id']}",
        about="application",
        about_id=row["id"],
        provider_id=row["provider_id"],
        once=once,
        fallback_address=names["contact_email"] or None,
    )
    await notify(await provider_admins(row["provider_id"]), notice)


async def tell_organiser(row: Row, kind: str, subject: Message, *more: Message) -> None:
    """Tells the one who handles the application, or every reviewer of the organiser while nobody does."""
    names = await fetch_one(NAMES, row["id"])
    assert names is not None, "the row is there"
    notice = Notice(
        kind=f"application.{kind}",
        subject=message("{subject} ({reference})", subject=subject, reference=row["reference"]),
        paragraphs=[subject, *_facts(row, names), *more],
        path=f"/organiser/applications/{row['id']}",
        about="application",
        about_id=row["id"],
        organiser_id=row["organiser_id"],
    )
    await notify(await handlers_of(row), notice)


async def handlers_of(row: Row) -> list[UUID]:
    """Who hears of an application on the organiser's side."""
    if row["claimed_by"] is not None:
        return [row["claimed_by"]]
    return await organiser_staff(row["organiser_id"], Role.REVIEWER, Role.ORGANISER_ADMIN)


def _facts(row: Row, names: Row) -> list[Message]:
    organiser = msgspec.json.decode(names["organiser_name"], type=Text)
    return [
        message("Application: {reference}", reference=row["reference"]),
        message("Provider: {name}", name=names["provider_name"]),
        message("Organiser: {name}", name=organiser),
    ]
