"""The forms of compliance's pages."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Message, message
from marketplace.kernel.inputs import label
from onboarding.compliance.schemas import ComplianceSettings
from onboarding.compliance.states import CaseAction, CaseKind, CaseStatus


class Choice(StrEnum):
    """What a reviewer may choose on the page of a case."""

    SUSPEND = "suspend"
    MORE_TIME = "more_time"
    PROPOSE = "propose"
    DISMISS = "dismiss"


CHOICES: dict[Choice, tuple[CaseAction, Message, Message]] = {
    Choice.SUSPEND: (
        CaseAction.SUSPEND,
        message("Suspend the approval"),
        message("It leaves the register and the search at once."),
    ),
    Choice.MORE_TIME: (
        CaseAction.GIVE_TIME,
        message("Give more time"),
        message("Write the last day below."),
    ),
    Choice.PROPOSE: (
        CaseAction.PROPOSE,
        message("Propose suspension now"),
        message("The provider is asked for an explanation first."),
    ),
    Choice.DISMISS: (
        CaseAction.DISMISS,
        message("Close without suspending"),
        message("The same matter is not taken up again as long as it lasts."),
    ),
}


class DecisionForm(msgspec.Struct, frozen=True, kw_only=True):
    """A choice with its reasons. ``until`` goes with more time, ``urgent`` with a suspension."""

    decision: Annotated[Choice, label(message("Decision"))]
    reasons: Annotated[str, msgspec.Meta(min_length=1, max_length=5000), label(message("Reasons"))]
    until: Annotated[date, label(message("Last day"))] | None = None
    urgent: bool = False


class CaseSearch(msgspec.Struct, frozen=True, kw_only=True):
    """The filters above the list."""

    status: CaseStatus | None = None
    kind: CaseKind | None = None
    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    after: Annotated[str, msgspec.Meta(max_length=100)] = ""


class SettingsForm(msgspec.Struct, frozen=True, kw_only=True):
    """The settings as a person writes them: days of reminding in one box, with commas."""

    reminder_days: Annotated[
        str, msgspec.Meta(min_length=1, max_length=100), label(message("Days of reminding before the last day"))
    ]
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=365), label(message("Days of grace"))]
    hearing_days: Annotated[int, msgspec.Meta(ge=7, le=365), label(message("Days for an explanation"))]
    self_monitoring_days: Annotated[
        int, msgspec.Meta(ge=30, le=1830), label(message("Days between updates of a self-monitoring plan"))
    ]
    registers: list[str] = msgspec.field(default_factory=list)
    proposing: list[CaseKind] = msgspec.field(default_factory=list)


def as_form(settings: ComplianceSettings) -> SettingsForm:
    """The settings to be shown for changing."""
    return SettingsForm(
        reminder_days=", ".join(str(day) for day in settings.reminder_days), grace_days=settings.grace_days,
        hearing_days=settings.hearing_days, self_monitoring_days=settings.self_monitoring_days,
        registers=settings.registers, proposing=settings.proposing,
    )  # fmt: skip


def as_settings(form: SettingsForm) -> ComplianceSettings:
    """What a person wrote.

    Raises:
        Invalid: the days of reminding are no numbers from 1 to 365.
    """
    parts = [part.strip() for part in form.reminder_days.replace(";", ",").split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) <= 3 and 1 <= int(part) <= 365 for part in parts):
        text = message("Write whole numbers from 1 to 365 with commas between them: 60, 30, 14, 7, 1.")
        raise Invalid.field("reminder_days", text)
    return ComplianceSettings(
        reminder_days=[int(part) for part in parts], grace_days=form.grace_days, hearing_days=form.hearing_days,
        self_monitoring_days=form.self_monitoring_days, registers=form.registers, proposing=form.proposing,
    )  # fmt: skip
