"""Applications to several organisers that are filled in together: begun, looked at, with an organiser more or less."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import HELSINKI, now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, NotFound, Refused
from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.inputs import label
from marketplace.organisers.organisers import get_organiser, list_organisers
from onboarding.applications.asked_once import Asked, AskedPage, minutes_left, pages_of, value_of
from onboarding.applications.drafts import OWNER, drafts_of_bundle, new_bundle, write_draft, write_scope
from onboarding.applications.filling import Filling, filling_of, is_draft
from onboarding.applications.reading import SUMMARY, summary
from onboarding.applications.schemas import ApplicationKind, ApplicationSummary, AttachmentView, Scope, Source
from onboarding.applications.scopes import missing_scope
from onboarding.applications.states import APPLICANT, ApplicationAction, ApplicationStatus
from onboarding.applications.writing import LastEdit, last_edit, locked_bundle, next_edit, write_answers
from onboarding.rulebooks.differences import Difference
from onboarding.rulebooks.differences import differences as changes_of
from onboarding.rulebooks.requirements import Answer, QuestionType, read_answer
from onboarding.rulebooks.versions import organisers_taking_applications, rulebook_in_force, rulebook_version
from onboarding.scoping import acting_provider, administered_provider

STALE_AFTER: Final = timedelta(days=365)
MOST_ORGANISERS: Final = 20


class NewBundle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Applications to several organisers at once. Each gets of the scope what it takes."""

    organiser_ids: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=100), label(message("Organisers"))] = ()
    service_classes: Annotated[tuple[str, ...], msgspec.Meta(max_length=200)] = ()
    municipalities: Annotated[tuple[str, ...], msgspec.Meta(max_length=400)] = ()
    units: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=200)] = ()


"""What goes into a bundle."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An organiser that takes applications: for what, how much it asks, how long it takes to decide."""

    organiser_id: UUID
    name: Text
    service_classes: tuple[str, ...]
    municipalities: tuple[str, ...]
    questions: int
    attachments: int
    decide_within_days: int


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One application of a bundle, with all that it is asked. ``lacking`` is everything that keeps it from being sent.

    ``news``: what its rulebook asks otherwise than when its provider last saw it.
    """

    summary: ApplicationSummary
    filling: Filling
    lacking: tuple[FieldError, ...]
    news: tuple[Difference, ...]

    @property
    def id(self) -> UUID:
        return self.summary.id

    @property
    def is_ready(self) -> bool:
        return not self.lacking


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """Applications that are filled in together. ``parts`` are the drafts; ``sent`` went out already.

    ``unread``: what was typed but is no answer yet, by application and slot. ``closes_on``: the day on which drafts that
    nobody touches any more are closed.
    """

    id: UUID
    edits: int
    parts: tuple[Part, ...]
    sent: tuple[ApplicationSummary, ...]
    pages: tuple[AskedPage, ...]
    unread: Mapping[tuple[UUID, str], str]
    minutes_left: int
    closes_on: date | None
    changed: LastEdit | None

    @property
    def asked(self) -> list[Asked]:
        return [each for page in self.pages for each in page.asked]

    def part(self, application_id: UUID) -> Part:
        return next(each for each in self.parts if each.id == application_id)

    def answer_to(self, asked: Asked) -> Answer | None:
        return value_of(asked, {each.id: each.filling.answers for each in self.parts})

    def unread_of(self, asked: Asked) -> str | None:
        """What was typed for a question but could not be taken, or not by all."""
        found = (self.unread.get((each.application_id, each.slot.key)) for each in asked.members)
        return next((text for text in found if text is not None), None)

    def source_of(self, asked: Asked) -> Source | None:
        """Where the answer comes from."""
        for each in asked.members:
            filling = self.part(each.application_id).filling
            if each.slot.key in filling.answers:
                return filling.sources.get(each.slot.key)
        return None

    def files_of(self, asked: Asked) -> list[AttachmentView]:
        """The files of a question, each once though several applications have it."""
        found: dict[UUID, AttachmentView] = {}
        for each in asked.members:
            for file in self.part(each.application_id).filling.files_of(each.slot.key):
                found.setdefault(file.file_id, file)
        return list(found.values())

    def lacks(self, asked: Asked) -> bool:
        """Whether an application still misses this answer."""
        return any(
            error.field == each.slot.key
            for each in asked.members
            for error in self.part(each.application_id).filling.missing
        )


async def offers() -> list[Offer]:
    """Every organiser that takes applications today, by name."""
    taking = set(await organisers_taking_applications())
    found: list[Offer] = []
    for organiser in await list_organisers():
        if organiser.id in taking:
            content = (await rulebook_in_force(organiser.id)).content
            asked = [each for group in content.general for each in group.questions]
            asked += [each for part in content.services for group in part.groups for each in group.questions]
            files = sum(each.type is QuestionType.ATTACHMENT for each in asked)
            found.append(
                Offer(
                    organiser_id=organiser.id, name=organiser.name, service_classes=content.service_classes,
                    municipalities=tuple(organiser.municipality_codes), questions=len(asked) - files, attachments=files,
                    decide_within_days=content.decision.decide_within_days,
                )
            )  # fmt: skip
    return found


@transactional()
async def start_bundle(actor: Actor, new: NewBundle) -> UUID:
    """Begins a draft to each of the organisers, to be filled in together; returns the bundle's id.

    Raises:
        NotFound: the actor administers no provider, or there is no such organiser.
        Refused: an organiser takes no applications, or they are too many.
        Invalid: nobody was chosen, or a service class or municipality is nobody's; all are named.
    """
    organiser_ids = list(dict.fromkeys(new.organiser_ids))
    if not organiser_ids:
        raise Invalid.field("organiser_ids", message("Choose at least one organiser."))
    if len(organiser_ids) > MOST_ORGANISERS:
        raise Invalid.field("organiser_ids", message("Choose at most {most} organisers.", most=MOST_ORGANISERS))
    bundle_id = await new_bundle(actor)
    scope = Scope(service_classes=new.service_classes, municipalities=new.municipalities, units=new.units)
    taken = [await _write_part(actor, bundle_id, each, scope) for each in organiser_ids]
    _refuse_leftovers(scope, taken)
    return bundle_id


async def _write_part(actor: Actor, bundle_id: UUID, organiser_id: UUID, scope: Scope) -> Scope:
    own = await _share_of(organiser_id, scope)
    await write_draft(actor, bundle_id, organiser_id, own)
    return own


async def _share_of(organiser_id: UUID, scope: Scope) -> Scope:
    """What of a scope an organiser takes."""
    organiser, rulebook = await get_organiser(organiser_id), await rulebook_in_force(organiser_id)
    return Scope(
        service_classes=tuple(code for code in scope.service_classes if code in rulebook.content.service_classes),
        municipalities=tuple(code for code in scope.municipalities if organiser.serves(code)),
        units=scope.units,
    )


def _refuse_leftovers(scope: Scope, taken: Sequence[Scope]) -> None:
    """What nobody takes is told, not left out in silence."""
    classes = {code for each in taken for code in each.service_classes}
    places = {code for each in taken for code in each.municipalities}
    nobody = message("None of the organisers takes applications for this service.")
    nowhere = message("This is in none of the organisers' areas.")
    problems = [FieldError(f"service_classes.{n}", nobody) for n, code in enumerate(scope.service_classes) if code not in classes]  # fmt: skip
    problems += [FieldError(f"municipalities.{n}", nowhere) for n, code in enumerate(scope.municipalities) if code not in places]  # fmt: skip
    if problems:
        raise Invalid(problems)


async def bundle_for_applicant(actor: Actor, bundle_id: UUID) -> Bundle:
    """A bundle of the actor's provider.

    Raises:
        NotFound: there is none, or it is another provider's.
    """
    row = await fetch_one(
        "select * from application_bundle where id = $1 and provider_id = $2", bundle_id, acting_provider(actor)
    )
    if row is None:
        raise NotFound
    return await read_bundle(row)


async def read_bundle(row: Row) -> Bundle:
    """The bundle whose row this is. Whoever calls has made sure that its reader may see it."""
    rows = await fetch(f"{SUMMARY} where a.bundle_id = $1 order by a.created_at, a.id", row["id"])
    drafts = [each for each in rows if is_draft(each)]
    parts = tuple([await _part(each) for each in drafts])
    pages = tuple(pages_of([(each.id, each.filling.asked) for each in parts]))
    missing = [(each.id, error.field) for each in parts for error in each.filling.missing]
    touched = max((each["changed_at"] for each in drafts), default=None)
    return Bundle(
        id=row["id"],
        edits=row["edits"],
        parts=parts,
        sent=tuple(summary(each) for each in rows if each["submitted_at"] is not None),
        pages=pages,
        unread={
            _unread_key(key): text for key, text in msgspec.json.decode(row["unread"], type=dict[str, str]).items()
        },
        minutes_left=minutes_left([each for page in pages for each in page.asked], missing),
        closes_on=(touched + STALE_AFTER).astimezone(HELSINKI).date() if touched else None,
        changed=await last_edit(row["id"]),
    )


def _unread_key(key: str) -> tuple[UUID, str]:
    application_id, _, slot = key.partition("/")
    return UUID(application_id), slot


async def _part(row: Row) -> Part:
    filling = await filling_of(row)
    lacking = [*missing_scope(row["service_classes"], row["municipalities"]), *filling.missing]
    news: Sequence[Difference] = ()
    if filling.rulebook.id != row["rulebook_version_id"]:
        seen = await rulebook_version(row["rulebook_version_id"])
        news = changes_of(seen.content, filling.rulebook.content)
    return Part(summary=summary(row), filling=filling, lacking=tuple(lacking), news=tuple(news))


@transactional()
async def save_bundle_scope(actor: Actor, bundle_id: UUID, scope: Scope) -> None:
    """Chooses services, municipalities and units for all drafts of a bundle: each gets what its organiser takes.

    Raises:
        Invalid: something is nobody's, or unknown; all are named.
        Conflict: everything was sent already.
    """
    drafts = await _changeable(actor, bundle_id)
    shares = [await _share_of(row["organiser_id"], scope) for row in drafts]
    _refuse_leftovers(scope, shares)
    for row, share in zip(drafts, shares, strict=True):
        await write_scope(actor, row, share)
    await _spread(actor, bundle_id)


@transactional()
async def add_organiser(actor: Actor, bundle_id: UUID, organiser_id: UUID) -> UUID:
    """Applies to one more organiser; what it asks like the others is answered already. Returns the application's id.

    Raises:
        Conflict: it is in the bundle already, or everything was sent.
        Refused: it takes no applications, or they would be too many.
    """
    drafts = await _changeable(actor, bundle_id)
    if any(row["organiser_id"] == organiser_id for row in drafts):
        raise Conflict(message("You are already applying to this organiser here."), code="organiser_in_bundle")
    if len(drafts) >= MOST_ORGANISERS:
        raise Refused(message("Choose at most {most} organisers.", most=MOST_ORGANISERS), code="too_many_organisers")
    if any(row["kind"] != ApplicationKind.NEW for row in drafts):
        raise Refused(message("An extension or renewal goes to its own organiser only."), code="not_a_new_application")
    scope = Scope(
        service_classes=tuple({code for row in drafts for code in row["service_classes"]}),
        municipalities=tuple({code for row in drafts for code in row["municipality_codes"]}),
        units=tuple(dict.fromkeys(UUID(unit) for row in drafts for unit in row["unit_ids"])),
    )
    share = await _share_of(organiser_id, scope)
    application_id = await write_draft(actor, bundle_id, organiser_id, share)
    await _spread(actor, bundle_id)
    return application_id


@transactional()
async def drop_organiser(actor: Actor, bundle_id: UUID, application_id: UUID) -> None:
    """Gives up the application to one organiser; the others stay.

    Raises:
        NotFound: the bundle has no such draft.
        Refused: it is the last one; a whole draft is withdrawn instead.
    """
    drafts = await _changeable(actor, bundle_id)
    row = next((each for each in drafts if each["id"] == application_id), None)
    if row is None:
        raise NotFound
    if len(drafts) == 1:
        raise Refused(message("This is the only organiser. Withdraw the application instead."), code="last_organiser")
    status = APPLICANT.after(ApplicationStatus(row["status"]), ApplicationAction.WITHDRAW)
    await execute(
        "update application set status = $2, changed_at = $3 where id = $1", application_id, status.value, now()
    )
    await audit.record(actor, "application.withdrawn", OWNER, application_id, before={"status": row["status"]}, after={"status": status})  # fmt: skip


@transactional()
async def accept_rulebook(actor: Actor, application_id: UUID, rulebook_id: UUID) -> None:
    """Takes note of the rulebook that is in force now in place of the one under which the draft was begun.

    Raises:
        Conflict: yet another one is in force.
    """
    row = await fetch_one(
        "select * from application where id = $1 and provider_id = $2 for update",
        application_id, administered_provider(actor),
    )  # fmt: skip
    if row is None or not is_draft(row):
        raise NotFound
    rulebook = await rulebook_in_force(row["organiser_id"])
    if rulebook.id != rulebook_id:
        raise Conflict(message("The rulebook has changed again. Look at the page again."), code="rulebook_changed")
    await execute("update application set rulebook_version_id = $2 where id = $1", application_id, rulebook.id)
    before, after = {"rulebook_version_id": row["rulebook_version_id"]}, {"rulebook_version_id": rulebook.id}
    await audit.record(actor, "application.rulebook_seen", OWNER, application_id, before=before, after=after)


async def _changeable(actor: Actor, bundle_id: UUID) -> list[Row]:
    await locked_bundle(bundle_id, administered_provider(actor))
    drafts = await drafts_of_bundle(bundle_id)
    if not drafts:
        raise Conflict(message("This application can no longer be changed."), code="application_closed_for_changes")
    return drafts


async def _spread(actor: Actor, bundle_id: UUID) -> None:
    """Gives an answer that one application has to those of the bundle that ask the same, where it suits them."""
    bundle = await bundle_for_applicant(actor, bundle_id)
    found: dict[UUID, dict[str, Answer | None]] = {}
    for asked in bundle.asked:
        value = bundle.answer_to(asked)
        if value is None or bundle.source_of(asked) is Source.PROFILE:
            continue
        for each in asked.members:
            is_open = each.slot.key not in bundle.part(each.application_id).filling.answers
            if is_open and not isinstance(read_answer(each.question, value, today()), Message):
                found.setdefault(each.application_id, {})[each.slot.key] = value
    if found:
        edit = await next_edit(bundle_id)
        for row in await drafts_of_bundle(bundle_id):
            await write_answers(actor, row, found.get(row["id"], {}), edit)
    await _spread_files(actor, bundle)


SAME_FILE = """
insert into application_attachment (id, application_id, question, file_id, issued_on, source, created_by, created_at)
select gen_random_uuid(), $1, $2, file_id, issued_on, source, $4, $5 from application_attachment where id = $3
"""


async def _spread_files(actor: Actor, bundle: Bundle) -> None:
    for asked in bundle.asked:
        files = [each for each in bundle.files_of(asked) if each.source is not Source.PROFILE]
        for each in asked.members:
            if files and not bundle.part(each.application_id).filling.files_of(each.slot.key):
                for file in files:
                    await execute(SAME_FILE, each.application_id, each.slot.key, file.id, actor.person_id, now())
