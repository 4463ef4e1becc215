"""Telling both sides of each step in plain words: what happened, what to do, and by when."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from marketplace.kernel.clock import today
from marketplace.kernel.db import Row, fetch_one
from marketplace.kernel.i18n import Message, Text, message
from marketplace.notices.receivers import organiser_staff, provider_admins
from marketplace.notices.schemas import Notice
from marketplace.notices.writing import notify
from onboarding.compliance.schemas import Told
from onboarding.compliance.states import CaseKind, Step
from onboarding.compliance.words import thing_words, what_to_do
from onboarding.scoping import REVIEWING

NAMES = """
select p.name as provider, p.contact_email, o.name_fi, o.name_sv, o.name_en
from provider p, organiser o where p.id = $1 and o.id = $2
"""
TO_REVIEWERS: Final = frozenset({Step.PROPOSED, Step.EXPLAINED, Step.HEARING_OVER, Step.REMEDIED})
NOT_TO_PROVIDER: Final = frozenset({Step.EXPLAINED, Step.HEARING_OVER})
SHARED: Final = frozenset({Step.REMINDED, Step.RESOLVED})
"""The same certificate may serve several approvals: of these the provider hears once, not once for each organiser."""


async def tell(row: Row, step: Step, *, day: date | None = None, words: str = "") -> None:
    """Writes the notices of one step, within the caller's unit of work."""
    names = await fetch_one(NAMES, row["provider_id"], row["organiser_id"]) or {}
    organiser = Text(names["name_fi"], names["name_sv"], names["name_en"])
    if step not in NOT_TO_PROVIDER:
        subject, paragraphs = _for_provider(row, step, organiser, day, words)
        notice = _notice(row, step, "provider", subject, paragraphs, names["contact_email"])
        await notify(await provider_admins(row["provider_id"]), notice)
    if step in TO_REVIEWERS or (step is Step.OPENED and row["kind"] == CaseKind.NAME_CHANGED):
        subject, paragraphs = _for_reviewer(row, step, names["provider"])
        receivers = await organiser_staff(row["organiser_id"], *sorted(REVIEWING))
        await notify(receivers, _notice(row, step, "organiser", subject, paragraphs, None))


def _notice(
    row: Row, step: Step, side: str, subject: Message, paragraphs: list[Message], fallback: str | None
) -> Notice:
    is_provider = side == "provider"
    # One person may run several companies, each with its own.
    shared = f"{row['provider_id'].hex}:{row['kind']}:{row['thing']}:{row['due_on']}"
    what = shared if is_provider and step in SHARED else str(row["id"])
    return Notice(
        kind=f"compliance.{step}", subject=subject, paragraphs=paragraphs, path=f"/{side}/compliance/{row['id']}",
        about="compliance_case", about_id=row["id"], provider_id=row["provider_id"] if is_provider else None,
        organiser_id=None if is_provider else row["organiser_id"], fallback_address=fallback or None,
        once=f"compliance:{side}:{what}:{step}:{today()}"[:200],
    )  # fmt: skip


def _for_provider(row: Row, step: Step, organiser: Text, day: date | None, words: str) -> Told:
    kind = CaseKind(row["kind"])
    thing = thing_words(kind, row["thing"], row["name"])
    subject = PROVIDER_SUBJECTS[step]
    told = [message("Matter: {thing}", thing=thing), *_happened(row, step, organiser, day)]
    if step in {Step.REMINDED, Step.OVERDUE, Step.PROPOSED, Step.MORE_TIME}:
        told.append(what_to_do(kind))
    if words:
        told.append(message("Reasons and explanations can be read in the service."))
    return subject, told


def _happened(row: Row, step: Step, organiser: Text, day: date | None) -> list[Message]:
    match step:
        case Step.REMINDED:
            return [message("The last day is {day}.", day=row["deadline"])]
        case Step.OVERDUE:
            return [
                message("The last day was {day}.", day=row["deadline"]),
                message("If this is not put in order, {organiser} may suspend your approval.", organiser=organiser),
            ]
        case Step.PROPOSED:
            return [
                message(
                    "It is proposed that {organiser} suspend your approval. Nothing is decided yet.",
                    organiser=organiser,
                ),
                message(
                    "You can explain the matter until {day}. A person decides after that.", day=row["hearing_until"]
                ),
            ]
        case Step.MORE_TIME:
            return [message("{organiser} gave you time until {day}.", organiser=organiser, day=day)]
        case _:
            return _concluded(step, organiser)


def _concluded(step: Step, organiser: Text) -> list[Message]:
    match step:
        case Step.SUSPENDED:
            return [
                message("{organiser} has suspended your approval. You may not serve its clients until it is put back into force.", organiser=organiser),
                message("The organiser helps your clients to go on with another provider where they need it."),
            ]  # fmt: skip
        case Step.DISMISSED:
            return [message("{organiser} closed the matter without suspending your approval.", organiser=organiser)]
        case Step.RESOLVED:
            return [message("The matter is in order again. You need not do anything.")]
        case Step.REMEDIED:
            return [message("The matter is in order again. {organiser} now decides whether your approval comes back into force.", organiser=organiser)]  # fmt: skip
        case Step.LAPSED:
            return [message("The approval of {organiser} has ended, and this matter with it.", organiser=organiser)]
        case _:
            return [
                message("The business register has a new name for you. Organisers and the public register show it.")
            ]


def _for_reviewer(row: Row, step: Step, provider: str) -> Told:
    thing = thing_words(CaseKind(row["kind"]), row["thing"], row["name"])
    told = [message("Provider: {name}", name=provider), message("Matter: {thing}", thing=thing)]
    if step is Step.PROPOSED:
        told.append(message("The provider can explain until {day}. Decide after that.", day=row["hearing_until"]))
    if step is Step.REMEDIED:
        told.append(message("You can put the approval back into force."))
    return REVIEWER_SUBJECTS[step], told


PROVIDER_SUBJECTS: Mapping[Step, Message] = {
    Step.OPENED: message("Your company's name has changed"),
    Step.REMINDED: message("Something that your approval needs will soon end"),
    Step.OVERDUE: message("Something that your approval needs has ended"),
    Step.PROPOSED: message("Suspension of your approval is proposed: explain the matter"),
    Step.MORE_TIME: message("You have more time"),
    Step.SUSPENDED: message("Your approval was suspended"),
    Step.DISMISSED: message("A matter of your approval was closed"),
    Step.RESOLVED: message("A matter of your approval is in order"),
    Step.LAPSED: message("An approval has ended"),
    Step.REMEDIED: message("A matter of your approval is in order"),
}
REVIEWER_SUBJECTS: Mapping[Step, Message] = {
    Step.OPENED: message("A provider has a new name"),
    Step.PROPOSED: message("Suspension of an approval is proposed"),
    Step.EXPLAINED: message("A provider has explained"),
    Step.HEARING_OVER: message("A proposal waits for your decision"),
    Step.REMEDIED: message("The reason for a suspension has been put in order"),
}
