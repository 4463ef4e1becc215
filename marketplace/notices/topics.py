"""E-mails to be sent after the commit. Payloads carry ids only."""

from uuid import UUID

import msgspec

from marketplace.kernel.jobs import Topic


class NoticeMail(msgspec.Struct, frozen=True):
    notice_id: UUID


class DigestMail(msgspec.Struct, frozen=True):
    digest_id: UUID


NOTICE_MAIL = Topic("notices.mail", NoticeMail)
DIGEST_MAIL = Topic("notices.digest", DigestMail)
