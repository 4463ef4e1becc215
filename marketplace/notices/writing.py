"""Telling people something: a row for each of them, written with what happened, and an e-mail after the commit."""

from collections.abc import Iterable
from uuid import UUID

from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, fetch, fetch_value, in_transaction, new_id
from marketplace.kernel.i18n import Language, translate
from marketplace.notices.schemas import Notice
from marketplace.notices.states import Delivery, MailState
from marketplace.notices.topics import NOTICE_MAIL, NoticeMail

RECEIVERS = """
select p.id, p.email, coalesce(s.delivery, 'at_once') as delivery
from person p left join notice_setting s on s.person = p.id where p.id = any($1::uuid[]) order by p.id
"""
INSERT = """
insert into notice (id, receiver, kind, subject_fi, subject_sv, subject_en, body_fi, body_sv, body_en, path, about, about_id,
    organiser_id, provider_id, once_key, fallback_address, created_at, mail_state)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
on conflict (receiver, once_key) where once_key is not null do nothing returning id
"""
LANGUAGES = (Language.FI, Language.SV, Language.EN)
LONGEST_SUBJECT = 300


async def notify(receivers: Iterable[UUID], notice: Notice) -> list[UUID]:
    """Tells each of the people, within the caller's unit of work. Returns the ids of the notices written.

    The words are rendered in all three languages now, so that they stay what they were. The e-mail leaves after the
    commit, or with the day's mail of those who chose so. A receiver who does not exist (any more) is left out.
    """
    if not in_transaction():
        msg = "a notice belongs to the transaction of what it tells of"
        raise RuntimeError(msg)
    moment, written = now(), list[UUID]()
    for person in await fetch(RECEIVERS, list(set(receivers))):
        state = _mail_state(person, notice)
        made = await fetch_value(INSERT, new_id(), person["id"], *_columns(notice), moment, state.value)
        if made is not None:
            written.append(made)
            if state is MailState.WAITING:
                await NOTICE_MAIL.enqueue(NoticeMail(made))
    return written


def _mail_state(person: Row, notice: Notice) -> MailState:
    if not (person["email"] or notice.fallback_address):
        return MailState.NONE
    return MailState.DIGEST if Delivery(person["delivery"]) is Delivery.DAILY else MailState.WAITING


def _columns(notice: Notice) -> list[object]:
    subjects = [translate(notice.subject, language)[:LONGEST_SUBJECT] for language in LANGUAGES]
    bodies = ["\n\n".join(translate(text, language) for text in notice.paragraphs) for language in LANGUAGES]
    return [
        notice.kind, *subjects, *bodies, notice.path, notice.about, notice.about_id, notice.organiser_id,
        notice.provider_id, notice.once, notice.fallback_address or None,
    ]  # fmt: skip
