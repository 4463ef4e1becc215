"""What people were told, when they read it, and what became of the e-mail."""

from piccolo.columns import UUID, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.accounts.tables import Person
from marketplace.kernel.db import new_id


class NoticeDigest(Table):
    """One person's mail of one day, in Finland, made of the notices that point to it."""

    id = UUID(primary_key=True, default=new_id)
    receiver = ForeignKey(Person, on_delete=OnDelete.cascade, null=False)
    day = Date()
    created_at = Timestamptz()
    notice_digest_once = Unique(["receiver", "day"], name="notice_digest_once")


class Notice(Table):
    """One notice to one person, its words kept as they were. Nothing confidential: the same words go out as e-mail."""

    id = UUID(primary_key=True, default=new_id)
    receiver = ForeignKey(Person, on_delete=OnDelete.cascade, null=False)
    kind = Varchar(80)
    subject_fi = Varchar(300)
    subject_sv = Varchar(300)
    subject_en = Varchar(300)
    body_fi = Text()
    body_sv = Text()
    body_en = Text()
    path = Varchar(500)
    about = Varchar(40)
    about_id = UUID()
    organiser_id = UUID(null=True, default=None)
    provider_id = UUID(null=True, default=None)
    once_key = Varchar(200, null=True, default=None)
    """Names the occasion, so that a round that runs again does not tell of it again."""
    fallback_address = Varchar(254, null=True, default=None)
    """Where the e-mail goes when the person has no address: the company's own."""
    created_at = Timestamptz()
    read_at = Timestamptz(null=True, default=None)
    mail_state = Varchar(20)
    mail_attempts = Integer(default=0)
    mail_error = Varchar(80, null=True, default=None)
    """The plain class of the last failure, such as ``ConnectionRefusedError``: its words may hold an address."""
    mail_tried_at = Timestamptz(null=True, default=None)
    digest = ForeignKey(NoticeDigest, on_delete=OnDelete.set_null, null=True, default=None)
    notice_mail_state = Check(
        "mail_state in ('waiting', 'sent', 'failed', 'given_up', 'digest', 'none')", name="notice_mail_state_known"
    )
    notice_path = Check("path like '/%'", name="notice_path_is_ours")


class NoticeSetting(Table):
    """How a person wants their e-mails. Without a row: each at once."""

    id = UUID(primary_key=True, default=new_id)
    person = ForeignKey(Person, on_delete=OnDelete.cascade, null=False, unique=True)
    delivery = Varchar(20)
    changed_at = Timestamptz()
    notice_setting_delivery = Check("delivery in ('at_once', 'daily')", name="notice_setting_delivery_known")
