"""What the application and the worker take from notices."""

from collections.abc import Mapping
from typing import Any, Final

from litestar.types import ControllerRouterHandler

from marketplace.kernel.jobs import Handler, Periodic, Topic
from marketplace.notices import api, mails, pages
from marketplace.notices.pages import count_for_header
from marketplace.notices.topics import DIGEST_MAIL, NOTICE_MAIL

__all__ = ["JOB_HANDLERS", "ROUNDS", "ROUTES", "count_for_header"]

ROUTES: list[ControllerRouterHandler] = [*api.API_ROUTES, *pages.PAGES]
JOB_HANDLERS: Mapping[Topic[Any], Handler] = {NOTICE_MAIL: mails.send_notice_mail, DIGEST_MAIL: mails.send_digest}
ROUNDS: Final = (
    Periodic("notices.digests", "0 4-9 * * *", mails.make_digests),
    Periodic("notices.forget_old", "55 1 * * *", mails.forget_old_notices),
)
"""Seven in Finland is four or five o'clock UTC; the later hours catch up."""
