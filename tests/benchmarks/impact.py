"""The impact check of a rulebook on 5,000 approved providers, beside the bare statements that read the same rows.

``python -m tests.benchmarks.impact`` prints the chapter alone, from a scratch server that is gone afterwards.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.kernel import db
from marketplace.kernel.actors import SYSTEM
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import execute, fetch, fetch_value, new_id, unit_of_work
from marketplace.kernel.embedded_postgres import EmbeddedPostgres
from marketplace.kernel.migrations import migrate
from onboarding.approvals.impact_check import impact_of
from onboarding.approvals.impact_holders import ANSWERS, ATTACHED, CLASSES, PORTION, who_is_approved
from onboarding.rulebooks.requirements import QuestionType, RulebookContent, slots_for
from onboarding.rulebooks.versions import default_rulebook, publish_rulebook
from tests.benchmarks.load import Figure
from tests.benchmarks.report import Chapter, Pair
from tests.factories.organisers import make_organiser
from tests.factories.register import fill_register

PROVIDERS = 5_000
MOST_SECONDS = 5.0
ORGANISER = "1234567-1"
SERVICES = ("V-HOMECARE-REG", "V-CLEANING")
ABOUT = (
    "What a stricter rulebook would mean for {count:,} approved providers: their answers, attachments and profiles are read, "
    "and judged by the new rulebook and by the one in force. p50 is the time of the whole check in milliseconds (at most "
    "{most:,.0f}), the rate is providers per second. Beside it the statements alone, without reading what they give."
)
FILES = """
insert into stored_file (id, name, media_type, size_bytes, sha256, owner, owner_id, created_at)
values ($1, 'todistus.pdf', 'application/pdf', 10, $2, 'provider', $1, $3)
"""
WRITE_ANSWERS = """
insert into application_answer (id, application_id, question, value, answered_by, answered_at)
select gen_random_uuid(), a.id, given.slot, given.value::jsonb, a.created_by, $2
from application a cross join unnest($3::text[], $4::text[]) as given (slot, value) where a.organiser_id = $1
"""
WRITE_FILES = """
insert into application_attachment (id, application_id, question, file_id, issued_on, created_by, created_at)
select gen_random_uuid(), a.id, slot, $5::uuid, $2::date, a.created_by, $3
from application a cross join unnest($4::text[]) as slot where a.organiser_id = $1
"""
CERTIFICATES = """
insert into provider_certificate (id, provider_id, kind, title, issued_on, file_id, created_at)
select gen_random_uuid(), a.provider_id, kind, '', $2, $3, $4
from approval a cross join unnest(array['tax', 'pension', 'accident']) as kind where a.organiser_id = $1
"""
INSURANCE = """
insert into provider_insurance (id, provider_id, kind, insurer, policy_number, valid_from, created_at)
select gen_random_uuid(), a.provider_id, kind, 'Vakuutus', '1', $2, $3
from approval a cross join unnest(array['liability', 'patient']) as kind where a.organiser_id = $1
"""
SECTIONS = """
insert into profile_section (id, provider_id, section, content, changed_at)
select gen_random_uuid(), a.provider_id, 'staff', '{"practical_nurses": 12}', $2 from approval a where a.organiser_id = $1
"""
PROFILES = (
    "select * from provider where id = any($1::uuid[])",
    "select * from profile_section where provider_id = any($1::uuid[])",
    "select * from provider_unit where provider_id = any($1::uuid[])",
    "select * from provider_insurance where provider_id = any($1::uuid[])",
    "select * from provider_subcontractor where provider_id = any($1::uuid[])",
    "select c.*, f.name from provider_certificate c join stored_file f on f.id = c.file_id where c.provider_id = any($1::uuid[])",
)
GIVEN: dict[QuestionType, Any] = {
    QuestionType.TEXT: "https://www.example.org/omavalvonta",
    QuestionType.NUMBER: 12,
    QuestionType.YES_NO: True,
    QuestionType.DECLARATION: True,
}


async def fill() -> UUID:
    """Answers, files and profiles for all whom the register's organiser has approved; gives the organiser."""
    organiser_id: UUID = await fetch_value("select id from organiser where business_id = $1", ORGANISER)
    content, moment = default_rulebook(), now()
    slots = [slot for group in slots_for(content, SERVICES, [], {}) for slot in group.slots]
    files = [slot.key for slot in slots if slot.question.type is QuestionType.ATTACHMENT]
    answers = {slot.key: _answer(slot.question) for slot in slots if slot.key not in files}
    async with unit_of_work():
        await publish_rulebook(SYSTEM, organiser_id, content, today())
        written = [msgspec.json.encode(answer).decode() for answer in answers.values()]
        await execute(WRITE_ANSWERS, organiser_id, moment, list(answers), written)
        file_id = new_id()
        await execute(FILES, file_id, "0" * 64, moment)
        await execute(WRITE_FILES, organiser_id, today(), moment, files, file_id)
        await execute(CERTIFICATES, organiser_id, today(), file_id, moment)
        await execute(INSURANCE, organiser_id, today(), moment)
        await execute(SECTIONS, organiser_id, moment)
    await execute("analyze")
    return organiser_id


def _answer(question: Any) -> Any:
    if question.type is QuestionType.DATE:
        return today().isoformat()
    if question.type is QuestionType.CHOICE:
        return question.choices[0].value
    return question.required_answer if question.required_answer is not None else GIVEN[question.type]


def stricter(content: RulebookContent) -> RulebookContent:
    """Every optional question must be answered, and every yes becomes a no: everybody is concerned."""

    def changed(question: Any) -> Any:
        required = None if question.required_answer is None else not question.required_answer
        return replace(question, required=True, required_answer=required)

    groups = tuple(replace(group, questions=tuple(map(changed, group.questions))) for group in content.general)
    return replace(content, general=groups)


async def measure(runs: int) -> Chapter:
    """The check and the bare statements in turn; the first of each warms up and is left out."""
    organiser_id = await fill()
    content = stricter(default_rulebook())
    count = len(await who_is_approved(organiser_id, today()))

    async def check() -> None:
        found = await impact_of(content, organiser_id, today())
        assert found.checked == len(found.affected) == count

    ours, bare = [], []
    for _ in range(runs + 1):
        ours.append(await _seconds(check))
        bare.append(await _seconds(lambda: _read(organiser_id)))
    pair = Pair(_figure("impact check", count, ours[1:]), _figure("bare statements", count, bare[1:]))
    return Chapter(f"Impact of a rulebook on {count:,} providers", ABOUT.format(count=count, most=MOST_SECONDS * 1000), [pair])  # fmt: skip


async def _read(organiser_id: UUID) -> None:
    day, ids = today(), await who_is_approved(organiser_id, today())
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        for query in (CLASSES, ANSWERS, ATTACHED):
            await fetch(query, organiser_id, day, portion)
        for query in PROFILES:
            await fetch(query, portion)


async def _seconds(work: Callable[[], Awaitable[None]]) -> float:
    begun = time.perf_counter()
    await work()
    return time.perf_counter() - begun


def _figure(name: str, count: int, seconds: list[float]) -> Figure:
    """A check that takes longer than it may counts as failed."""
    rates = [count / each for each in seconds]
    failed = sum(each > MOST_SECONDS for each in seconds)
    return Figure(
        name, 1, statistics.median(rates), min(rates), max(rates), statistics.median(seconds) * 1000,
        max(seconds) * 1000, failed,
    )  # fmt: skip


async def run(providers: int, runs: int) -> Chapter:
    """Measures on a scratch embedded server."""
    with tempfile.TemporaryDirectory(prefix="setelitori-bench-") as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101 - the database's own user must pass through it
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.start("bench_impact")
        try:
            db.use_database(server.url("bench_impact"))
            await migrate()
            await db.start_pool(size=2)
            await fill_register(await make_organiser("Vertailualue", business_id=ORGANISER), providers)
            return await measure(runs)
        finally:
            await db.stop_pool()
            server.stop()


def main() -> None:
    chapter = asyncio.run(run(PROVIDERS, 3))
    print(chapter.title)
    for pair in chapter.pairs:
        for each in (pair.ours, pair.limit):
            print(
                f"{each.name}: {each.rate:,.0f} providers/s, {each.p50:,.0f} ms, slowest {each.p95:,.0f} ms, failed {each.failed}"
            )


if __name__ == "__main__":
    main()
