"""Use cases of an accepted import: one offer after another, each in a transaction of its own, exactly as it was shown."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

import msgspec

from marketplace.catalogue.changes.changes import announce
from marketplace.catalogue.changes.schemas import PriceChangeDraft
from marketplace.catalogue.offers import offers
from marketplace.catalogue.offers.checks import what_is_missing
from marketplace.catalogue.offers.own import locked_offer, own_provider
from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.catalogue.sheets.files import error_file
from marketplace.catalogue.sheets.importing import OWNER, in_three, sender_of
from marketplace.catalogue.sheets.own_versions import mark_of
from marketplace.catalogue.sheets.queries import bad_rows, import_row, locked_import, my_import
from marketplace.catalogue.sheets.reading import SheetReport
from marketplace.catalogue.sheets.schemas import Acceptance, ImportSummary
from marketplace.catalogue.sheets.states import (
    PROVIDER,
    SYSTEM,
    ImportAction,
    ImportStatus,
    ItemAction,
    ItemStatus,
)
from marketplace.catalogue.sheets.topics import SHEET_ACCEPTED, SheetJob
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, fetch_one, savepoint, transactional, unit_of_work
from marketplace.kernel.errors import DomainError, Invalid, Refused
from marketplace.kernel.i18n import Message, Text, message

SMALL_ITEMS: Final = 20
"""So few offers are imported while their sender waits; more of them by a job."""
STEP: Final = 20
Advance = Callable[[int, int], None]

LEAVE_OUT: Final = """
update sheet_import_item set status = 'left_out', problems = $3::jsonb
where import_id = $1 and status = 'proposed' and number = any($2::int[])
"""
TO_DO: Final = "select number from sheet_import_item where import_id = $1 and status = 'proposed' order by number"
ITEM: Final = """
select * from sheet_import_item where import_id = $1 and number = $2 and status = 'proposed' for update
"""
OUTCOME: Final = """
update sheet_import_item set status = $2, offer_id = coalesce($3, offer_id), problems = $4::jsonb, is_published = $5
where id = $1 and status = 'proposed'
"""
CHANGED: Final = message("The offer was changed after the dry run. Send the file again.")


async def accept(actor: Actor, import_id: UUID, acceptance: Acceptance) -> None:
    """Imports what the dry run proposes, but for what is left out: at once where it is little, else by a job.

    Raises:
        Forbidden, NotFound: not an import of the actor's provider.
        IllegalTransition: it is still being read, or was accepted or thrown away already.
        Refused: nothing is left to import (``nothing_to_import``).
    """
    count = await _accept(actor, import_id, acceptance)
    if count <= SMALL_ITEMS:
        await run_import(import_id)


@transactional()
async def _accept(actor: Actor, import_id: UUID, acceptance: Acceptance) -> int:
    row = await locked_import(import_id, own_provider(actor))
    status = PROVIDER.after(ImportStatus(row["status"]), ImportAction.ACCEPT)
    left = msgspec.json.encode([in_three(message("You left it out."))]).decode()
    await execute(LEAVE_OUT, import_id, list(acceptance.leave_out), left)
    count = len(await fetch(TO_DO, import_id))
    if not count:
        raise Refused(message("There is nothing to import."), code="nothing_to_import")
    await execute(
        "update sheet_import set status = $2, publish_complete = $3, accepted_by = $4, accepted_at = $5, done = 0,"
        " total = $6 where id = $1",
        import_id, status.value, acceptance.publish_complete, actor.person_id, now(), count,
    )  # fmt: skip
    await audit.record(actor, "sheet.accepted", OWNER, import_id, after=acceptance, organiser_id=row["organiser_id"])
    await SHEET_ACCEPTED.enqueue(SheetJob(import_id), dedupe_key=f"sheet.accepted:{import_id}")
    return count


async def run_import(import_id: UUID, advance: Advance | None = None) -> None:
    """Handles ``sheet.accepted``: does what is still to be done. A run that stopped half-way goes on where it was."""
    row = await import_row(import_id)
    if row is None or row["status"] != ImportStatus.IMPORTING:
        return
    actor = sender_of(row)
    numbers = [each["number"] for each in await fetch(TO_DO, import_id)]
    before = row["total"] - len(numbers)
    for index, number in enumerate(numbers, start=1):
        await _import_item(actor, row, number)
        if index % STEP == 0 or index == len(numbers):
            await execute("update sheet_import set done = $2 where id = $1", import_id, before + index)
        if advance:
            advance(before + index, row["total"])
    await _finish(actor, import_id)


async def _import_item(actor: Actor, row: Row, number: int) -> None:
    """One offer: all of it, or nothing but the reason why."""
    try:
        async with unit_of_work():
            item = await fetch_one(ITEM, row["id"], number)
            if item is None:
                return  # Another run of the job was faster.
            await _do(actor, row, item)
    except DomainError as error:
        reasons = error.fields if isinstance(error, Invalid) and error.fields else ()
        words = [each.message for each in reasons] or [error.message]
        await _refuse(row["id"], number, words)


@transactional()
async def _refuse(import_id: UUID, number: int, words: list[Message]) -> None:
    item = await fetch_one(ITEM, import_id, number)
    if item is not None:
        await _note(item["id"], ItemStatus.REFUSED, None, [in_three(each) for each in words])


async def _do(actor: Actor, row: Row, item: Row) -> None:
    """Holds the offer, looks whether it is still what the dry run saw, and writes."""
    content = msgspec.json.decode(item["content"], type=OfferDraft)
    offer_id = item["offer_id"]
    if offer_id is not None:
        await locked_offer(own_provider(actor), offer_id)
        if await mark_of(offer_id) != item["base"]:
            await _note(item["id"], ItemStatus.CHANGED_MEANWHILE, offer_id, [in_three(CHANGED)])
            return
    if item["action"] == ItemAction.PRICE_CHANGE:
        await _announce(actor, item, content)
        await _note(item["id"], ItemStatus.DONE, offer_id, [])
        return
    saved = await offers.save_draft(actor, offer_id, content)
    why_not = await _published(actor, saved.id, content) if row["publish_complete"] else None
    is_published = row["publish_complete"] and why_not is None
    await _note(
        item["id"], ItemStatus.DONE, saved.id, [in_three(why_not)] if why_not else [], is_published=is_published
    )


async def _announce(actor: Actor, item: Row, content: OfferDraft) -> None:

    assert content.prices is not None
    change = PriceChangeDraft(prices=content.prices, calendar=content.calendar, valid_from=item["valid_from"])
    await announce(actor, item["offer_id"], change)


async def _published(actor: Actor, offer_id: UUID, content: OfferDraft) -> Message | None:
    """Publishes a draft that lacks nothing; otherwise says why it stays a draft."""
    if missing := what_is_missing(content):
        return missing[0].message
    try:
        async with savepoint():
            await offers.publish(actor, offer_id)
    except Invalid as error:
        return error.fields[0].message if error.fields else error.message
    except DomainError as error:
        return error.message
    return None


async def _note(
    item_id: UUID, status: ItemStatus, offer_id: UUID | None, problems: list[Text], *, is_published: bool = False
) -> None:
    said = msgspec.json.encode(problems).decode()
    await execute(OUTCOME, item_id, status.value, offer_id, said, is_published)


@transactional()
async def _finish(actor: Actor, import_id: UUID) -> None:
    row = await locked_import(import_id)
    if row["status"] != ImportStatus.IMPORTING:
        return
    status = SYSTEM.after(ImportStatus(row["status"]), ImportAction.FINISH)
    await execute("update sheet_import set status = $2, finished_at = $3 where id = $1", import_id, status.value, now())
    after = (await my_import(actor, import_id, limit=0)).counts
    await audit.record(actor, "sheet.imported", OWNER, import_id, after=after, organiser_id=row["organiser_id"])


async def error_file_of(actor: Actor, import_id: UUID) -> tuple[ImportSummary, bytes]:
    """The rows that did not go in, as they came, with the reasons: to be mended and sent again.

    Raises:
        Forbidden, NotFound: not an import of the actor's provider.
    """
    view = await my_import(actor, import_id, limit=0)
    row = await import_row(import_id)
    assert row is not None
    header = msgspec.json.decode(row["header"], type=tuple[str, ...])
    report = SheetReport(kind=view.summary.format, header=header, rows=tuple(await bad_rows(import_id)), lists=())
    return view.summary, error_file(report, actor.language)
