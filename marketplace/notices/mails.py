"""The e-mails of notices: one at a time, or all of a day in one. A mail is known by its row, so that twice sent is once read."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from marketplace.accounts.mail import MailNotSent, send_mail
from marketplace.kernel.clock import HELSINKI, now, today
from marketplace.kernel.config import get_config
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import IllegalTransition
from marketplace.kernel.i18n import Language, Message, Text, counted, message, translate
from marketplace.kernel.jobs import MAX_ATTEMPTS
from marketplace.notices.schemas import MailProgress
from marketplace.notices.states import OPEN, POST, MailEvent, MailState
from marketplace.notices.topics import DIGEST_MAIL, DigestMail, NoticeMail

SETTINGS_PATH = "/notices/settings"
MORNING = time(7, 0)
"""When the day's mail leaves, on a Finnish clock."""
OPEN_NAMES = sorted(state.value for state in OPEN)
WORST_FIRST = (S := MailState).GIVEN_UP, S.FAILED, S.WAITING, S.DIGEST, S.SENT, S.NONE

COLUMNS = """
n.id, n.subject_fi, n.subject_sv, n.subject_en, n.body_fi, n.body_sv, n.body_en, n.path, n.mail_state, n.mail_attempts,
coalesce(p.email, n.fallback_address) as address, p.language
"""
ONE = f"select {COLUMNS} from notice n join person p on p.id = n.receiver where n.id = $1"
OF_DIGEST = f"""
select {COLUMNS} from notice n join person p on p.id = n.receiver
where n.digest = $1 and n.mail_state = any($2::varchar[]) order by n.created_at, n.id
"""
LOCKED = "select id, mail_state, mail_attempts from notice where id = any($1::uuid[]) order by id for update"
MARK = """
update notice set mail_state = $2, mail_attempts = mail_attempts + 1, mail_error = $3, mail_tried_at = $4 where id = $1
"""
WAITING_FOR_MORNING = """
select distinct receiver from notice
where mail_state = 'digest' and digest is null and read_at is null and created_at < $1 order by receiver
"""
NEW_DIGEST = """
insert into notice_digest (id, receiver, day, created_at) values ($1, $2, $3, $4)
on conflict (receiver, day) do nothing returning id
"""
TAKE_IN = """
update notice set digest = $2
where receiver = $1 and mail_state = 'digest' and digest is null and read_at is null and created_at < $3
"""
PROGRESS = """
select kind, created_at, subject_fi, subject_sv, subject_en, mail_state, mail_attempts, mail_error from notice
where about = $1 and about_id = $2 order by created_at desc, kind, id
"""


async def send_notice_mail(job: NoticeMail) -> None:
    """Handles ``notices.mail``: the e-mail of one notice, unless it was sent already.

    Raises:
        MailNotSent: the mail server did not take it; the notice says so, and the queue tries again.
    """
    row = await fetch_one(ONE, job.notice_id)
    if row is None or not row["address"] or MailState(row["mail_state"]) not in OPEN:
        return
    language = Language(row["language"])
    subject = _in(row, "subject", language)
    text = _letter([_in(row, "body", language)], row["path"], language)
    await _send(row["id"], row["address"], subject, text, [row])


async def send_digest(job: DigestMail) -> None:
    """Handles ``notices.digest``: one person's mail of the day.

    Raises:
        MailNotSent: the mail server did not take it; the queue tries again with the same notices.
    """
    rows = await fetch(OF_DIGEST, job.digest_id, OPEN_NAMES)
    if not rows or not rows[0]["address"]:
        return
    language = Language(rows[0]["language"])
    title = counted("{count} new notice in Setelitori", "{count} new notices in Setelitori", count=len(rows))
    listed = [f"– {_in(row, 'subject', language)}\n  {_address(row['path'])}" for row in rows]
    text = _letter([f"{translate(title, language)}:", *listed], "/notices", language)
    await _send(job.digest_id, rows[0]["address"], translate(title, language), text, rows)


async def _send(mail_id: UUID, address: str, subject: str, text: str, notices: Sequence[Row]) -> None:
    ids = [row["id"] for row in notices]
    try:
        was_taken = await send_mail(mail_id, address, subject, text)
    except MailNotSent as failure:
        await _mark(ids, MailEvent.NOT_TAKEN, failure.cause)
        raise
    await _mark(ids, MailEvent.TAKEN if was_taken else MailEvent.REFUSED, None if was_taken else "MailRefused")


@transactional()
async def _mark(notice_ids: Sequence[UUID], event: MailEvent, error: str | None) -> None:
    """Notes what became of a mail. One that another run has sent in the meantime stays sent."""
    for row in await fetch(LOCKED, notice_ids):
        is_last = event is MailEvent.NOT_TAKEN and row["mail_attempts"] + 1 >= MAX_ATTEMPTS
        try:
            state = POST.after(MailState(row["mail_state"]), MailEvent.REFUSED if is_last else event)
        except IllegalTransition:
            continue
        await execute(MARK, row["id"], state.value, error, now())


async def make_digests() -> int:
    """The round of the morning: a mail for everybody who waits for one and has something new. Returns how many.

    Rounds go by UTC and mornings do not, so it is asked every hour of the early day: before seven in Finland nothing
    is done, and later rounds find only those whom a stopped worker left out. One mail a day for each person.
    """
    morning = datetime.combine(today(), MORNING, tzinfo=HELSINKI)
    if now() < morning:
        return 0
    receivers = [row["receiver"] for row in await fetch(WAITING_FOR_MORNING, morning)]
    return sum([await _make_digest(receiver, morning) for receiver in receivers])


@transactional()
async def _make_digest(receiver: UUID, morning: datetime) -> bool:
    digest_id = await fetch_value(NEW_DIGEST, new_id(), receiver, morning.date(), now())
    if digest_id is None:
        return False
    await execute(TAKE_IN, receiver, digest_id, morning)
    await DIGEST_MAIL.enqueue(DigestMail(digest_id))
    return True


async def mail_states_of(about: str, about_id: UUID, *kinds: str) -> list[MailProgress]:
    """How the e-mails about a thing are doing, the newest notice first; of all ``kinds`` where none is named.

    For pages, with the words of ``states.MAIL_WORDS``. The caller has made sure that its reader may see the thing.
    """
    found: dict[tuple[str, Any], list[Row]] = {}
    for row in await fetch(PROGRESS, about, about_id):
        if not kinds or row["kind"] in kinds:
            found.setdefault((row["kind"], row["created_at"]), []).append(row)
    return [_progress(rows) for rows in found.values()]


def _progress(rows: Sequence[Row]) -> MailProgress:
    worst = min(rows, key=lambda row: WORST_FIRST.index(MailState(row["mail_state"])))
    return MailProgress(
        kind=worst["kind"],
        subject=Text(worst["subject_fi"], worst["subject_sv"], worst["subject_en"]),
        created_at=worst["created_at"],
        receivers=len(rows),
        state=MailState(worst["mail_state"]),
        attempts=worst["mail_attempts"],
        error=worst["mail_error"],
    )


KEPT_FOR = timedelta(days=400)


async def forget_old_notices() -> int:
    """Removes notices older than about thirteen months, read or not; returns how many. For a periodic job."""
    await execute("delete from notice_digest where created_at < $1", now() - KEPT_FOR)
    return await execute("delete from notice where created_at < $1", now() - KEPT_FOR)


def _in(row: Row, part: str, language: Language) -> str:
    return row[f"{part}_{language.value}"]


def _address(path: str) -> str:
    return f"{get_config().base_url.rstrip('/')}{path}"


def _letter(paragraphs: Sequence[str], path: str, language: Language) -> str:
    """Plain text: what happened, where to go on, and how to get fewer mails."""

    def words(text: Message) -> str:
        return translate(text, language)

    go_on = words(message("Read more and go on here (sign in first):"))
    signature = words(message("Setelitori sends this message by itself. You cannot answer it."))
    fewer = words(message("Choose here how often you get e-mail:"))
    parts = [*paragraphs, f"{go_on}\n{_address(path)}", f"{signature} {fewer}\n{_address(SETTINGS_PATH)}"]
    return "\n\n".join(parts) + "\n"
