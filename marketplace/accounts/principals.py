"""Tells the web who a caller is: the other half of ``marketplace.web.security.Authentication``."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from marketplace.accounts.memberships import actor_for
from marketplace.accounts.tokens import actor_of_token
from marketplace.kernel.actors import Actor


class SignedInSession(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser's session holds of its person. ``hat`` is the membership that is worn."""

    person_id: UUID
    epoch: int
    is_strong: bool
    hat: UUID | None = None


SESSION_KEY = "signed_in"


class AccountPrincipals:
    """Looks each caller up afresh, so that what was taken away is gone with the next request."""

    async def of_session(self, session: Mapping[str, Any]) -> Actor | None:
        """The person of a session, under the hat they wear."""
        held = signed_in_session(session)
        if held is None:
            return None
        return await actor_for(held.person_id, held.hat, held.epoch, is_strong=held.is_strong)

    async def of_token(self, token: str) -> Actor | None:
        """The owner of an API token."""
        return await actor_of_token(token)


def signed_in_session(session: Mapping[str, Any]) -> SignedInSession | None:
    """The person's part of a session's data; None for a visitor's."""
    held = session.get(SESSION_KEY)
    return None if held is None else msgspec.convert(held, SignedInSession)
