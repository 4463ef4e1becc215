"""Views whose texts depend on the reader's language, as the API gives them out."""

import msgspec

from marketplace.kernel.i18n import Language, Message, translate
from onboarding.rulebooks.differences import Change, Difference
from onboarding.rulebooks.requirements import contradictions
from onboarding.rulebooks.schemas import DraftView, VersionSummary


class ProblemOut(msgspec.Struct, frozen=True, kw_only=True):
    """What keeps a draft from being published, at its place (``general.2.questions.0.shown_if``)."""

    field: str
    message: str


class DraftOut(msgspec.Struct, frozen=True, kw_only=True):
    """The open draft, with everything that keeps it from being published."""

    draft: DraftView
    problems: list[ProblemOut]


class DifferenceOut(msgspec.Struct, frozen=True, kw_only=True):
    """One difference in words. ``attribute``, ``old`` and ``new`` are given where something was changed."""

    change: Change
    place: str
    subject: str
    attribute: str | None
    old: str | None
    new: str | None


class VersionList(msgspec.Struct, frozen=True):
    items: list[VersionSummary]


class DifferenceList(msgspec.Struct, frozen=True):
    items: list[DifferenceOut]


def draft_out(draft: DraftView, language: Language) -> DraftOut:
    """A draft with its problems in the reader's language."""
    problems = [
        ProblemOut(field=each.field, message=translate(each.message, language))
        for each in contradictions(draft.content)
    ]
    return DraftOut(draft=draft, problems=problems)


def differences_out(found: list[Difference], language: Language) -> DifferenceList:
    """Differences in the reader's language."""

    def said(text: Message | None) -> str | None:
        return None if text is None else translate(text, language)

    return DifferenceList([
        DifferenceOut(
            change=each.change,
            place=each.place,
            subject=translate(each.subject, language),
            attribute=said(each.attribute),
            old=said(each.old),
            new=said(each.new),
        )
        for each in found
    ])  # fmt: skip
