"""The archive of an application as pages and API answer with it."""

from typing import Any
from uuid import UUID

from litestar.response import Stream

from marketplace.kernel.actors import Actor
from marketplace.kernel.i18n import Language, Message, message
from marketplace.web.templating import render
from onboarding.applications.states import APPLICATION_STATUS_NAMES, ApplicationStatus
from onboarding.archive import collecting, exporting
from onboarding.archive.schemas import Dossier
from onboarding.archive.words import Reader


async def archive_answer(actor: Actor, application_id: UUID) -> Stream:
    """The ZIP as it is written, noted in the audit trail."""
    dossier = await collecting.dossier_of(actor, application_id)
    await exporting.check_files(dossier)
    await exporting.note_export(actor, dossier)
    headers = {"content-disposition": f'attachment; filename="{exporting.archive_name(dossier)}"'}
    content = exporting.zip_of(dossier, _document(dossier, actor.language))
    return Stream(content, media_type="application/zip", headers=headers)


def _document(dossier: Dossier, language: Language) -> str:
    return render(
        "archive/_application.html", language, dossier=dossier, facts=_facts(dossier), words=Reader(language, {}, {})
    )


def _facts(dossier: Dossier) -> list[tuple[Message, Any]]:
    summary, rulebook = dossier.summary, dossier.rulebook
    return [
        (message("Provider"), summary["provider_name"]),
        (message("Business ID"), summary["business_id"]),
        (message("Organiser"), Message("{name}", {"name": summary["organiser_name"]})),
        (message("Status"), APPLICATION_STATUS_NAMES[ApplicationStatus(summary["status"])]),
        (message("Services"), ", ".join(summary["service_names"])),
        (message("Municipalities"), ", ".join(summary["municipality_names"])),
        *((name, Message("{day}", {"day": day})) for name, day in _days(dossier) if day),
        (message("Rulebook"), Message("{title}, {number}", {each: rulebook[each] for each in ("title", "number")})),
    ]


def _days(dossier: Dossier) -> list[tuple[Message, Any]]:
    summary = dossier.summary
    return [
        (message("Begun"), summary["created_at"]),
        (message("Sent"), summary["submitted_at"]),
        (message("Decided"), summary["decided_at"]),
    ]
