"""API tokens: random, told once, kept as a hash, good for 12 hours from the sign-in."""

import datetime as dt
import secrets
from datetime import timedelta
from uuid import UUID

import msgspec

from marketplace.accounts.hats_on import first_hat, put_on
from marketplace.accounts.links import hash_of
from marketplace.accounts.memberships import actor_for, hats
from marketplace.accounts.schemas import IssuedToken, SignedIn
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch_one, new_id, transactional
from marketplace.kernel.errors import NotSignedIn

LIFETIME = timedelta(hours=12)

INSERT = """
insert into api_token (id, token_hash, sign_in_id, person, membership_id, session_epoch, is_strong, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
KEEP = """
update api_token set session_epoch = coalesce($2, session_epoch), is_strong = coalesce($3, is_strong),
                     membership_id = case when $3 is not false then membership_id end
where token_hash = $1
"""
KNOWN = "select * from api_token where token_hash = $1 and expires_at > $2"


class _Holder(msgspec.Struct, frozen=True, kw_only=True):
    """What a row of a token says."""

    sign_in_id: UUID
    person: UUID
    membership_id: UUID | None
    session_epoch: int
    is_strong: bool
    expires_at: dt.datetime


async def _holder(token: str) -> _Holder | None:
    row = await fetch_one(KNOWN, hash_of(token), now())
    return msgspec.convert(row, _Holder) if row else None


async def actor_of_token(token: str) -> Actor | None:
    """Who a token stands for; None for an unknown, old or ended one."""
    holder = await _holder(token)
    if holder is None:
        return None
    return await actor_for(holder.person, holder.membership_id, holder.session_epoch, is_strong=holder.is_strong)


@transactional()
async def issue_token(signed_in: SignedIn) -> IssuedToken:
    """A token for somebody who has just proved who they are, under their only hat where they have but one."""
    hat = await first_hat(signed_in.person_id, is_strong=signed_in.is_strong)
    holder = _Holder(
        sign_in_id=new_id(),
        person=signed_in.person_id,
        membership_id=hat.id if hat else None,
        session_epoch=signed_in.epoch,
        is_strong=signed_in.is_strong,
        expires_at=now() + LIFETIME,
    )
    return await _issue(holder)


@transactional()
async def token_for_hat(token: str, membership_id: UUID) -> IssuedToken:
    """Another token of the same sign-in, under another hat. The first one goes on as it was.

    Raises:
        NotSignedIn: the token is nobody's.
        NotFound: the person has no such hat.
        SecondFactorMissing: the hat needs a second factor, and none was shown.
    """
    holder = await _require(token)
    hat = await put_on(holder.person, membership_id, is_strong=holder.is_strong)
    actor = Actor(person_id=holder.person)
    await audit.record(actor, "person.hat_put_on", "membership", hat.id, after={"role": hat.role})
    return await _issue(msgspec.structs.replace(holder, membership_id=hat.id))


@transactional()
async def keep_token(token: str, *, epoch: int | None = None, is_strong: bool | None = None) -> None:
    """Lets a token outlive a new epoch, or makes it strong or weak. A weak one loses its hat.

    Raises:
        NotSignedIn: the token is nobody's.
    """
    await _require(token)
    await execute(KEEP, hash_of(token), epoch, is_strong)


@transactional()
async def end_token(token: str) -> None:
    """Signs out: this token and every other of the same sign-in."""
    holder = await _holder(token)
    if holder is not None:
        await execute("delete from api_token where sign_in_id = $1", holder.sign_in_id)
        await audit.record(Actor(person_id=holder.person), "person.signed_out", "person", holder.person)


async def _require(token: str) -> _Holder:
    holder = await _holder(token)
    if holder is None:
        raise NotSignedIn
    return holder


async def _issue(holder: _Holder) -> IssuedToken:
    token = secrets.token_urlsafe(32)
    await execute(
        INSERT, new_id(), hash_of(token), holder.sign_in_id, holder.person, holder.membership_id, holder.session_epoch,
        holder.is_strong, now(), holder.expires_at,
    )  # fmt: skip
    return IssuedToken(
        token=token, expires_at=holder.expires_at, hat=holder.membership_id, hats=await hats(holder.person)
    )


async def forget_old_tokens() -> int:
    """Removes tokens that have run out; returns how many. For a periodic job."""
    return await execute("delete from api_token where expires_at < $1", now())
