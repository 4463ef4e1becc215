"""Requests for more information: asked item by item, answered item by item, sent back when nothing is open."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

import msgspec

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, new_id, transactional
from marketplace.kernel.errors import Conflict, FieldError, Invalid, NotFound
from marketplace.kernel.i18n import Message, message
from marketplace.kernel.inputs import FORBIDDEN, checked_words, is_safe, label
from onboarding.applications.attachments import store_for
from onboarding.applications.drafts import OWNER, own_application
from onboarding.applications.filling import filling_of
from onboarding.applications.notes import add_note
from onboarding.applications.requests import file_slot, requests_of
from onboarding.applications.schemas import AttachmentView, NoteKind, Receipt, RequestItemView
from onboarding.applications.states import APPLICANT, ApplicationAction, ApplicationStatus, Capability
from onboarding.applications.submission import MOVE, record
from onboarding.applications.telling import tell_organiser
from onboarding.applications.writing import next_edit, write_answers
from onboarding.providers.schemas import LongText
from onboarding.rulebooks.requirements import QuestionType, Slot, read_answer

MOST_ITEMS: Final = 30
LONGEST_WAIT: Final = timedelta(days=365)
LONGEST_REPLY: Final = 5000
REQUEST = """
insert into information_request (id, application_id, due_on, asked_by, asked_at) values ($1, $2, $3, $4, $5)
"""
ITEM = "insert into information_request_item (id, request_id, position, asked, slot) values ($1, $2, $3, $4, $5)"
REPLY = """
update information_request_item set reply = $2, answer = $3::jsonb, replied_by = $4, replied_at = $5 where id = $1
"""
OPEN = "select id from information_request where application_id = $1 and answered_at is null for update"


class ItemToAsk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to ask. ``slot``: the answer that it is about, which can then be changed."""

    text: Annotated[LongText, label(message("Question"))]
    slot: Annotated[str, msgspec.Meta(max_length=120)] | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is replied to one item: words, a changed answer, or both. Left empty, what was written is taken back."""

    text: Annotated[str, msgspec.Meta(max_length=LONGEST_REPLY), label(message("Your answer"))] = ""
    answer: str | int | bool | None = None


async def ask_information(actor: Actor, row: Row, items: Sequence[ItemToAsk], due_on: date | None) -> UUID:
    """Writes what the organiser asks, within the unit of work of the reviewer's use case, which moves the status.

    ``row`` is the application's locked row. Days are Finnish. Returns the request's id.

    Raises:
        Invalid: nothing or too much is asked, a slot is not asked in this application, or the day is past or too far.
        Conflict: a request is open already.
    """
    if await fetch_one(OPEN, row["id"]):
        raise Conflict(message("A request is open already. Wait for its answers."), code="request_open")
    asked = {slot.key for group in (await filling_of(row)).groups for slot in group.slots}
    if problems := [*_item_problems(items, asked), *_day_problems(due_on)]:
        raise Invalid(problems)
    request_id = new_id()
    await execute(REQUEST, request_id, row["id"], due_on, actor.person_id, now())
    for n, item in enumerate(items):
        await execute(ITEM, new_id(), request_id, n, item.text.strip(), item.slot)
    words = "\n".join(item.text.strip() for item in items)
    await add_note(actor, row["id"], NoteKind.REQUEST, words)
    return request_id


def _item_problems(items: Sequence[ItemToAsk], asked: set[str]) -> list[FieldError]:
    if not items:
        return [FieldError("items", message("Write at least one question."))]
    if len(items) > MOST_ITEMS:
        return [FieldError("items", message("Ask at most {most} things at once.", most=MOST_ITEMS))]
    missing, unknown = message("Write what you ask."), message("This application has no such question.")
    problems = [FieldError(f"items.{n}.text", missing) for n, item in enumerate(items) if not item.text.strip()]
    problems += [FieldError(f"items.{n}.text", FORBIDDEN) for n, item in enumerate(items) if not is_safe(item.text)]
    problems += [
        FieldError(f"items.{n}.slot", unknown) for n, item in enumerate(items) if item.slot and item.slot not in asked
    ]
    return problems


def _day_problems(due_on: date | None) -> list[FieldError]:
    if due_on is not None and not today() <= due_on <= today() + LONGEST_WAIT:
        return [FieldError("due_on", message("Choose a day from today on, within a year."))]
    return []


@transactional()
async def reply(actor: Actor, application_id: UUID, item_id: UUID, given: Reply) -> RequestItemView:
    """Saves the reply to one item; the answers are sent together with ``send_replies``.

    Raises:
        NotFound: the open request has no such item.
        Invalid: a changed answer does not fit its question.
        Conflict: nothing is asked (any more).
    """
    row = await own_application(actor, application_id, Capability.EDIT_ANSWERS)
    item = await _open_item(application_id, item_id)
    text = checked_words("text", given.text)
    changed = await _read(row, item, given.answer)
    written = None if changed is None else msgspec.json.encode(changed).decode()
    is_empty = not text and changed is None
    who, when = (None, None) if is_empty else (actor.person_id, now())
    await execute(REPLY, item_id, text, written, who, when)
    after = {"item": item_id, "has_text": bool(text), "has_answer": changed is not None}
    await audit.record(actor, "application.item_replied", OWNER, application_id, after=after)
    return await _item_view(application_id, item_id)


async def reply_with_file(
    actor: Actor, application_id: UUID, item_id: UUID, name: str, content: bytes, issued_on: date | None = None
) -> AttachmentView:
    """Adds a file to an item. Where the item is about an attachment, the file stands with that question.

    Raises:
        NotFound, Conflict: as ``reply``.
        Invalid: as ``attachments.attach``.
    """
    slot = await _slot_for_file(actor, application_id, item_id)
    return await store_for(actor, [application_id], slot, name, content, issued_on, field=str(item_id))


@transactional()
async def _slot_for_file(actor: Actor, application_id: UUID, item_id: UUID) -> str:
    row = await own_application(actor, application_id, Capability.EDIT_ANSWERS)
    item = await _open_item(application_id, item_id)
    slot = await _slot(row, item)
    is_file = slot is not None and slot.question.type is QuestionType.ATTACHMENT
    return file_slot(item_id, item["slot"] if is_file else None)


@transactional()
async def send_replies(actor: Actor, application_id: UUID) -> Receipt:
    """Gives the application back to review with the answers to everything that was asked.

    Raises:
        Invalid: an item has no answer yet, or an answer that the rulebook requires is gone; all are named.
        Conflict: nothing is asked (any more).
    """
    row = await own_application(actor, application_id)
    status = APPLICANT.after(ApplicationStatus(row["status"]), ApplicationAction.ANSWER)
    request = next((each for each in await requests_of(application_id) if each.answered_at is None), None)
    items = request.items if request else []
    nothing = message("Answer this with words, a changed answer or a file.")
    if problems := [FieldError(str(item.id), nothing) for item in items if not item.is_answered]:
        raise Invalid(problems)
    changed = {item.slot: item.answer for item in items if item.slot is not None and item.answer is not None}
    await write_answers(actor, row, changed, await next_edit(row["bundle_id"]))
    if problems := (await filling_of(row)).missing:
        raise Invalid(problems)
    if request is not None:
        await add_note(actor, application_id, NoteKind.ANSWER, _in_words(items))
        await execute("update information_request set answered_by = $2, answered_at = $3 where id = $1", request.id, actor.person_id, now())  # fmt: skip
    await execute(MOVE, application_id, status.value, now())
    await record(actor, row, status)
    await tell_organiser(row, "answered", message("The applicant has answered"))
    return Receipt(application_id=row["id"], reference=row["reference"], status=status, at=now())


@transactional()
async def answer_request(actor: Actor, application_id: UUID, text: str) -> Receipt:
    """Answers all that is still open in the request with the same words, and gives the application back to review.

    Raises:
        Invalid: the text is empty, or an answer or attachment that the rulebook requires is gone.
        Conflict: nothing is asked (any more).
    """
    row = await own_application(actor, application_id)
    APPLICANT.after(ApplicationStatus(row["status"]), ApplicationAction.ANSWER)
    problems = list((await filling_of(row)).missing)
    if not text.strip():
        problems.append(FieldError("text", message("Write your answer.")))
    if problems:
        raise Invalid(problems)
    open_items = [item for each in await requests_of(application_id) if not each.answered_at for item in each.items]
    if not open_items:
        await add_note(actor, application_id, NoteKind.ANSWER, text)
    for item in open_items:
        if not item.is_answered:
            await execute(REPLY, item.id, checked_words("text", text), None, actor.person_id, now())
    return await send_replies(actor, application_id)


async def _open_item(application_id: UUID, item_id: UUID) -> Row:
    items = await fetch(
        "select i.* from information_request_item i join information_request r on r.id = i.request_id"
        " where r.application_id = $1 and i.id = $2 and r.answered_at is null for update of i",
        application_id, item_id,
    )  # fmt: skip
    if not items:
        raise NotFound
    return items[0]


async def _slot(row: Row, item: Row) -> Slot | None:
    groups = (await filling_of(row)).groups
    return next((slot for group in groups for slot in group.slots if slot.key == item["slot"]), None)


async def _read(row: Row, item: Row, answer: object) -> str | int | bool | None:
    slot = await _slot(row, item)
    if answer is None or answer == "" or slot is None:
        return None
    read = read_answer(slot.question, answer, today())
    if isinstance(read, Message):
        raise Invalid.field(f"{item['id']}.answer", read)
    return read


async def _item_view(application_id: UUID, item_id: UUID) -> RequestItemView:
    return next(item for each in await requests_of(application_id) for item in each.items if item.id == item_id)


def _in_words(items: Sequence[RequestItemView]) -> str:
    """The answers as one message, for the thread: each question with what was replied."""
    lines: list[str] = []
    for item in items:
        lines += [f"– {item.asked}"] if len(items) > 1 else []
        lines += [item.reply] if item.reply else []
        lines += [file.name for file in item.files]
        lines += [str(item.answer)] if item.answer is not None and not isinstance(item.answer, bool) else []
    return "\n".join(lines)
