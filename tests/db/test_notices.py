"""Notices: each person told once in their own language, by e-mail as they chose; what fails is tried again and seen."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.accounts.mail import MailNotSent
from marketplace.kernel.actors import SYSTEM, Role
from marketplace.kernel.clock import clock_set_to, now
from marketplace.kernel.config import get_config
from marketplace.kernel.db import execute, fetch_one, fetch_value, new_id, unit_of_work
from marketplace.kernel.errors import NotFound, NotSignedIn
from marketplace.kernel.i18n import Language, message
from marketplace.kernel.jobs import MAX_ATTEMPTS
from marketplace.notices import mails, reading, receivers, settings
from marketplace.notices.schemas import NoticeSettings
from marketplace.notices.states import OPEN, POST, Delivery, MailEvent, MailState
from marketplace.notices.topics import DigestMail, NoticeMail
from marketplace.notices.writing import notify
from tests.doubles.mail_server import mail_server
from tests.factories.accounts import a_hat, a_person, audited
from tests.factories.notices import a_notice, mail_of, states, told
from tests.journeys.working import jobs_done

NIGHT = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
"""Ten in the evening in Finland, on the night before summer time."""


@contextmanager
def mails_to(monkeypatch, url: str):
    monkeypatch.setenv("SMTP_URL", url)
    get_config.cache_clear()
    yield
    monkeypatch.delenv("SMTP_URL")
    get_config.cache_clear()


async def daily(person) -> None:
    await settings.change_settings(person.actor, NoticeSettings(delivery=Delivery.DAILY))


async def digest_of(person) -> DigestMail:
    return DigestMail(await fetch_value("select id from notice_digest where receiver = $1", person.id))


async def test_words_are_kept_in_three_languages_and_mailed_in_the_receivers(database):
    person = await a_person(language=Language.SV)
    [notice_id] = await told(person.id)
    row = await fetch_one("select * from notice")
    assert row is not None
    assert (row["subject_fi"], row["subject_en"]) == ("Ilmoitukset sähköpostitse", "Notices by e-mail")
    await jobs_done(database)
    mail = mail_of(notice_id)
    assert mail is not None
    assert mail["Subject"] == "Aviseringar per e-post"
    assert "/provider/applications" in mail.get_content()
    assert await states() == [MailState.SENT]


async def test_each_person_is_told_once(database):
    one, other = await a_person(), await a_person()
    assert len(await told(one.id, other.id, one.id, new_id())) == 2


async def test_a_round_that_runs_again_tells_of_an_occasion_once(database):
    person = await a_person()
    assert len(await told(person.id, once="certificate:1:30")) == 1
    assert await told(person.id, once="certificate:1:30") == []
    assert len(await told(person.id, once="certificate:1:7")) == 1


async def test_what_is_undone_was_never_told(database):
    person = await a_person()
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work():
            await notify([person.id], a_notice())
            raise ZeroDivisionError
    assert await states() == []
    with pytest.raises(RuntimeError):
        await notify([person.id], a_notice())


async def test_without_an_address_the_companys_takes_it_or_nobody(database):
    person = await a_person()
    await execute("update person set email = null where id = $1", person.id)
    await told(person.id)
    [second] = await told(person.id, fallback_address="toimisto@example.org")
    await jobs_done(database)
    assert await states() == [MailState.NONE, MailState.SENT]
    mail = mail_of(second)
    assert mail is not None
    assert mail["To"] == "toimisto@example.org"


async def test_a_mail_that_fails_is_seen_and_sent_later_once(database, monkeypatch):
    person, thing = await a_person(), new_id()
    [notice_id] = await told(person.id, about_id=thing)
    with mails_to(monkeypatch, "smtp://127.0.0.1:9"), pytest.raises(MailNotSent):
        await mails.send_notice_mail(NoticeMail(notice_id))
    [seen] = await mails.mail_states_of("application", thing)
    assert (seen.state, seen.attempts, seen.error) == (MailState.FAILED, 1, "ConnectionRefusedError")
    with mail_server() as server, mails_to(monkeypatch, f"smtp://127.0.0.1:{server.port}"):
        await mails.send_notice_mail(NoticeMail(notice_id))
        await mails.send_notice_mail(NoticeMail(notice_id))
    assert len(server.mails) == 1
    assert notice_id.hex.encode() in server.mails[0]
    assert await states() == [MailState.SENT]


async def test_a_mailbox_that_is_not_there_is_not_asked_again(database, monkeypatch):
    [notice_id] = await told((await a_person()).id)
    with mail_server("550 no such box") as server, mails_to(monkeypatch, f"smtp://127.0.0.1:{server.port}"):
        await mails.send_notice_mail(NoticeMail(notice_id))
    assert await states() == [MailState.GIVEN_UP]
    await mails.send_notice_mail(NoticeMail(notice_id))
    assert mail_of(notice_id) is None


async def test_the_last_attempt_in_vain_says_so(database, monkeypatch):
    [notice_id] = await told((await a_person()).id)
    await execute("update notice set mail_attempts = $1", MAX_ATTEMPTS - 1)
    with mails_to(monkeypatch, "smtp://127.0.0.1:9"), pytest.raises(MailNotSent):
        await mails.send_notice_mail(NoticeMail(notice_id))
    assert await states() == [MailState.GIVEN_UP]


async def test_a_failed_mail_is_tried_again_by_the_queue(database, monkeypatch):
    await told((await a_person()).id)
    with mails_to(monkeypatch, "smtp://127.0.0.1:9"):
        await jobs_done(database)
    assert await states() == [MailState.FAILED]
    assert (
        await fetch_value("select count(*) from pgqueuer where entrypoint = 'notices.mail' and status = 'queued'") == 1
    )


async def test_the_worst_state_of_all_receivers_is_shown(database):
    one, other, thing = await a_person(), await a_person(), new_id()
    await told(one.id, other.id, about_id=thing)
    await told(one.id, about_id=thing, kind="application.withdrawn")
    await execute("update notice set mail_state = 'sent' where receiver = $1", one.id)
    shown = {each.kind: each for each in await mails.mail_states_of("application", thing)}
    assert (shown["application.approved"].state, shown["application.approved"].receivers) == (MailState.WAITING, 2)
    assert shown["application.withdrawn"].state is MailState.SENT
    assert len(await mails.mail_states_of("application", thing, "application.withdrawn")) == 1


@pytest.mark.parametrize(
    ("morning", "comes"),
    [
        (datetime(2026, 3, 29, 3, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 29, 4, 0, tzinfo=UTC), True),
        (datetime(2026, 1, 5, 4, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 5, 5, 0, tzinfo=UTC), True),
    ],
    ids=["summer-before", "summer-at", "winter-before", "winter-at"],
)
async def test_the_days_mail_leaves_at_seven_in_finland(database, morning, comes):
    person = await a_person()
    await daily(person)
    with clock_set_to(morning - timedelta(hours=8)):
        await told(person.id)
    with clock_set_to(morning):
        assert await mails.make_digests() == comes


async def test_the_days_mail_holds_all_that_is_new_once(database):
    person = await a_person()
    await daily(person)
    with clock_set_to(NIGHT):
        await told(person.id)
        await told(person.id, subject=message("Once a day"))
    with clock_set_to(NIGHT + timedelta(hours=9)):
        assert [await mails.make_digests(), await mails.make_digests()] == [1, 0]
        await mails.send_digest(await digest_of(person))
        await told(person.id)
        assert await mails.make_digests() == 0
    mail = mail_of((await digest_of(person)).digest_id)
    assert mail is not None
    assert mail["Subject"] == "2 uutta ilmoitusta Setelitorissa"
    assert "Kerran päivässä" in mail.get_content()
    assert await states() == [MailState.SENT, MailState.SENT, MailState.DIGEST]


async def test_nothing_new_sends_nothing(database):
    person = await a_person()
    await daily(person)
    with clock_set_to(NIGHT):
        [notice_id] = await told(person.id)
        await reading.mark_read(person.actor, notice_id)
        await told(person.id)
        await reading.mark_all_read(person.actor)
    with clock_set_to(NIGHT + timedelta(hours=9)):
        assert await mails.make_digests() == 0
    assert await states() == [MailState.NONE, MailState.NONE]


async def test_a_days_mail_that_fails_comes_later_with_the_same_notices(database, monkeypatch):
    person = await a_person()
    await daily(person)
    with clock_set_to(NIGHT):
        await told(person.id)
    with clock_set_to(NIGHT + timedelta(hours=9)):
        await mails.make_digests()
        with mails_to(monkeypatch, "smtp://127.0.0.1:9"), pytest.raises(MailNotSent):
            await mails.send_digest(await digest_of(person))
        await reading.mark_all_read(person.actor)
    assert await states() == [MailState.FAILED]
    await mails.send_digest(await digest_of(person))
    await mails.send_digest(await digest_of(person))
    assert await states() == [MailState.SENT]


async def test_one_reads_only_ones_own(database):
    person, other = await a_person(), await a_person()
    [notice_id] = await told(person.id)
    with pytest.raises(NotFound):
        await reading.mark_read(other.actor, notice_id)
    assert (await reading.own_notices(other.actor)).total == 0
    for wrong in (reading.own_notices, reading.mark_all_read):
        with pytest.raises(NotSignedIn):
            await wrong(SYSTEM)


async def test_notices_are_listed_counted_and_read(database):
    person = await a_person()
    made = [(await told(person.id))[0] for _ in range(22)]
    first = await reading.own_notices(person.actor)
    assert (len(first.items), first.unread, first.pages) == (20, 22, 2)
    assert first.items[0].id == made[-1]
    await reading.mark_read(person.actor, made[0])
    await reading.mark_read(person.actor, made[0])
    assert await reading.count_unread(person.id) == 21
    assert (await reading.own_notices(person.actor, 2)).items[-1].read_at is not None
    assert len((await reading.own_notices(person.actor, 2, only_unread=True)).items) == 1
    assert await reading.mark_all_read(person.actor) == 21


async def test_the_choice_is_kept_and_audited(database):
    person = await a_person()
    assert (await settings.own_settings(person.actor)).delivery is Delivery.AT_ONCE
    await daily(person)
    assert (await settings.own_settings(person.actor)).delivery is Delivery.DAILY
    assert await audited("person.notice_settings_changed") == 1
    with pytest.raises(NotSignedIn):
        await settings.change_settings(SYSTEM, NoticeSettings(delivery=Delivery.DAILY))


async def test_receivers_are_those_who_act_for_it_today(database):
    provider_id, organiser_id = new_id(), new_id()
    admin, worker, reviewer = [await a_person() for _ in range(3)]
    await a_hat(admin, Role.PROVIDER_ADMIN, scope_id=provider_id)
    await a_hat(worker, Role.PROVIDER_WORKER, scope_id=provider_id)
    await a_hat(reviewer, Role.REVIEWER, scope_id=organiser_id)
    assert await receivers.provider_admins(provider_id) == [admin.id]
    assert await receivers.organiser_staff(organiser_id, Role.REVIEWER, Role.ORGANISER_ADMIN) == [reviewer.id]
    assert await receivers.organiser_staff(organiser_id, Role.FINANCE) == []
    await execute("update membership set revoked_at = now()")
    assert await receivers.provider_admins(provider_id) == []


async def test_old_notices_are_forgotten(database):
    person = await a_person()
    with clock_set_to(now() - timedelta(days=401)):
        await told(person.id)
    await told(person.id)
    assert await mails.forget_old_notices() == 1


async def test_jobs_whose_notice_is_gone_do_nothing(database):
    await mails.send_notice_mail(NoticeMail(new_id()))
    await mails.send_digest(DigestMail(new_id()))
    assert await fetch_value("select count(*) from notice") == 0


@pytest.mark.parametrize("state", list(MailState))
@pytest.mark.parametrize("event", list(MailEvent))
def test_what_was_sent_or_given_up_stays_so(state, event):
    assert POST.allows(state, event) is (state in OPEN if event is not MailEvent.READ else state is MailState.DIGEST)
