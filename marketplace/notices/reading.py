"""One's own notices: listed, counted, read. Nobody reads another's."""

from uuid import UUID

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, transactional
from marketplace.kernel.errors import NotFound, NotSignedIn
from marketplace.kernel.i18n import Language
from marketplace.notices.schemas import NoticePage, NoticeView
from marketplace.notices.states import POST, MailEvent, MailState

PER_PAGE = 20
MANY = """
select * from notice where receiver = $1 and (not $2 or read_at is null)
order by created_at desc, id desc limit $3 offset $4
"""
COUNTS = """
select count(*) filter (where read_at is null) as unread, count(*) as total from notice where receiver = $1
"""
UNREAD = "select count(*) from notice where receiver = $1 and read_at is null"
MARK = "update notice set read_at = $2, mail_state = $3 where id = $1"
MARK_ALL = f"""
update notice set read_at = $2, mail_state = case when mail_state = '{MailState.DIGEST}' and digest is null
    then '{POST.after(MailState.DIGEST, MailEvent.READ)}' else mail_state end
where receiver = $1 and read_at is null
"""


async def own_notices(actor: Actor, page: int = 1, *, only_unread: bool = False) -> NoticePage:
    """The signed-in person's notices, newest first, twenty to a page.

    Raises:
        NotSignedIn: nobody is signed in.
    """
    receiver = _receiver(actor)
    counts = await fetch_one(COUNTS, receiver) or {"unread": 0, "total": 0}
    rows = await fetch(MANY, receiver, only_unread, PER_PAGE, (page - 1) * PER_PAGE)
    listed = counts["unread"] if only_unread else counts["total"]
    return NoticePage(
        items=[_view(row, actor.language) for row in rows], unread=counts["unread"], total=counts["total"], page=page,
        pages=max(1, -(-listed // PER_PAGE)),
    )  # fmt: skip


async def count_unread(person_id: UUID) -> int:
    """How many notices a person has not read; for the header of every page, hence from an index of its own."""
    return await fetch_value(UNREAD, person_id)


@transactional()
async def mark_read(actor: Actor, notice_id: UUID) -> Row:
    """Marks one notice as read and returns its row; one that was read before stays as it is.

    Raises:
        NotFound: there is none, or it is another person's.
    """
    row = await fetch_one(
        "select * from notice where id = $1 and receiver = $2 for update", notice_id, _receiver(actor)
    )
    if row is None:
        raise NotFound
    if row["read_at"] is None:
        state = MailState(row["mail_state"])
        spared = row["digest"] is None and POST.allows(state, MailEvent.READ)
        await execute(MARK, notice_id, now(), POST.after(state, MailEvent.READ) if spared else state.value)
    return row


async def mark_all_read(actor: Actor) -> int:
    """Marks every notice of the signed-in person as read; returns how many were not."""
    return await execute(MARK_ALL, _receiver(actor), now())


def _receiver(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotSignedIn
    return actor.person_id


def _view(row: Row, language: Language) -> NoticeView:
    return NoticeView(
        id=row["id"], kind=row["kind"], subject=row[f"subject_{language.value}"],
        paragraphs=[each for each in row[f"body_{language.value}"].split("\n\n") if each], path=row["path"],
        about=row["about"], about_id=row["about_id"], created_at=row["created_at"], read_at=row["read_at"],
        mail_state=MailState(row["mail_state"]),
    )  # fmt: skip
