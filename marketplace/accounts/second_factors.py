"""The second factor: a code from an authenticator app (TOTP, RFC 6238), and recovery codes for a lost phone."""

import hashlib
import secrets
from uuid import UUID

from pyotp import random_base32
from pyotp.totp import TOTP

from marketplace.accounts.limits import Attempt, begin_attempt, forget_attempt, forget_failures
from marketplace.accounts.people import own_row, raise_epoch
from marketplace.accounts.schemas import WRONG_CODE, RecoveryCodes, SecondFactorOffer
from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.crypto import decrypt, encrypt
from marketplace.kernel.db import Row, execute, execute_many, fetch_one, new_id, transactional
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.i18n import message

ISSUER = "Setelitori"
STEP_SECONDS = 30
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # None that looks like another on paper.

OFFER = """
insert into second_factor (id, person, secret, created_at) values ($1, $2, $3, $4)
on conflict (person) do update set secret = excluded.secret, created_at = excluded.created_at
where second_factor.confirmed_at is null
"""
SPEND_STEP = "update second_factor set last_used_step = $2 where person = $1 and last_used_step < $2"
SPEND_RECOVERY_CODE = """
update recovery_code set used_at = $3 where person = $1 and code_hash = $2 and used_at is null
"""


@transactional()
async def start_second_factor(actor: Actor) -> SecondFactorOffer:
    """Makes a new secret for the authenticator app. It counts once a code made with it was shown.

    Raises:
        Conflict: a second factor is in use; it must be removed first.
    """
    person = await own_row(actor)
    secret = random_base32()
    if not await execute(OFFER, new_id(), person["id"], encrypt(secret), now()):
        raise Conflict(message("A second factor is in use already. Remove it first."), code="second_factor_in_use")
    await audit.record(actor, "second_factor.offered", "person", person["id"])
    return _offer(secret, person)


async def pending_second_factor(actor: Actor) -> SecondFactorOffer:
    """The secret that waits for its first code, to be shown again.

    Raises:
        NotFound: none waits.
    """
    person = await own_row(actor)
    row = await fetch_one("select secret from second_factor where person = $1 and confirmed_at is null", person["id"])
    if row is None:
        raise NotFound
    return _offer(decrypt(row["secret"]), person)


def _offer(secret: str, person: Row) -> SecondFactorOffer:
    uri = TOTP(secret).provisioning_uri(name=person["email"] or person["name"], issuer_name=ISSUER)
    return SecondFactorOffer(secret=secret, uri=uri)


async def confirm_second_factor(actor: Actor, code: str, *, address: str = "") -> RecoveryCodes:
    """Puts the waiting second factor into use and returns the recovery codes, told this once.

    The caller makes the session or token at hand strong: a code was shown with it.

    Raises:
        Invalid: the code is wrong.
        NotFound: no second factor waits.
        TooManyAttempts: too many wrong codes.
    """
    attempt = await begin_attempt(Attempt.SIGN_IN, str(actor.person_id), address)
    codes = await _confirm(actor, code)
    await forget_attempt(attempt)
    return RecoveryCodes(codes=codes)


@transactional()
async def _confirm(actor: Actor, code: str) -> list[str]:
    person = await own_row(actor)
    row = await fetch_one(
        "select secret from second_factor where person = $1 and confirmed_at is null for update", person["id"]
    )
    if row is None:
        raise NotFound
    step = _step_of(decrypt(row["secret"]), code)
    if step is None:
        raise Invalid.field("code", WRONG_CODE, code="code_wrong")
    await execute(
        "update second_factor set confirmed_at = $2, last_used_step = $3 where person = $1", person["id"], now(), step
    )
    await audit.record(actor, "second_factor.confirmed", "person", person["id"])
    return await _new_recovery_codes(person["id"])


async def remove_second_factor(actor: Actor, code: str, *, address: str = "") -> int:
    """Takes the second factor out of use, on proof of it, and ends all sessions. Returns the new epoch.

    The session at hand may go on with that epoch, without a hat that needs a second factor.

    Raises:
        Invalid: the code is wrong.
        TooManyAttempts: too many wrong codes.
    """
    person = await own_row(actor)
    await show_second_factor(person["id"], code, address=address)
    return await _remove(actor, person["id"])


@transactional()
async def _remove(actor: Actor, person_id: UUID) -> int:
    await execute("delete from second_factor where person = $1", person_id)
    await execute("delete from recovery_code where person = $1", person_id)
    await audit.record(actor, "second_factor.removed", "person", person_id)
    return await raise_epoch(person_id)


async def show_own_second_factor(actor: Actor, code: str, *, address: str = "") -> None:
    """The signed-in person shows a code after all, for a hat that needs one.

    Raises:
        Invalid: the code is wrong, or was used before.
        TooManyAttempts: too many wrong codes.
    """
    person = await own_row(actor)
    await show_second_factor(person["id"], code, address=address)


async def show_second_factor(person_id: UUID, code: str, *, address: str = "") -> None:
    """Checks a code of the app or a recovery code and uses it up.

    Raises:
        Invalid: the code is wrong, or was used before.
        TooManyAttempts: too many wrong codes of this person or from this address.
    """
    attempt = await begin_attempt(Attempt.SIGN_IN, str(person_id), address)
    if not await spend_code(person_id, code):
        raise Invalid.field("code", WRONG_CODE, code="code_wrong")
    await forget_attempt(attempt)
    await forget_failures(Attempt.SIGN_IN, str(person_id))


async def has_second_factor(person_id: UUID) -> bool:
    row = await fetch_one("select 1 from second_factor where person = $1 and confirmed_at is not null", person_id)
    return row is not None


@transactional()
async def spend_code(person_id: UUID, code: str) -> bool:
    """Uses a code up; False where it is wrong or spent. Of two at once with the same code, one gets through."""
    row = await fetch_one(
        "select secret from second_factor where person = $1 and confirmed_at is not null for update", person_id
    )
    if row is None:
        return False
    step = _step_of(decrypt(row["secret"]), code)
    if step is not None:
        return bool(await execute(SPEND_STEP, person_id, step))
    if not await execute(SPEND_RECOVERY_CODE, person_id, _hash(code), now()):
        return False
    await audit.record(Actor(person_id=person_id), "second_factor.recovery_code_used", "person", person_id)
    return True


def _step_of(secret: str, code: str) -> int | None:
    """The 30-second step that a code belongs to: this one, or a neighbour, for clocks that are a little off."""
    digits = "".join(code.split())
    if not (len(digits) == 6 and digits.isascii() and digits.isdigit()):
        return None
    current = int(now().timestamp()) // STEP_SECONDS
    app = TOTP(secret, interval=STEP_SECONDS)
    steps = (current, current - 1, current + 1)
    return next((step for step in steps if secrets.compare_digest(app.generate_otp(step), digits)), None)


async def _new_recovery_codes(person_id: UUID) -> list[str]:
    await execute("delete from recovery_code where person = $1", person_id)
    codes = [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3)) for _ in range(RECOVERY_CODES)
    ]
    await execute_many(
        "insert into recovery_code (id, person, code_hash) values ($1, $2, $3)",
        [(new_id(), person_id, _hash(code)) for code in codes],
    )
    return codes


def _hash(code: str) -> str:
    """What is kept of a recovery code: 59 random bits need no slow hash."""
    bare = "".join(character for character in code.lower() if character.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()
