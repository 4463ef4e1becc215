"""Passwords: which are good enough, how they are hashed. Hashing is slow on purpose and runs beside the event loop."""

import asyncio
import os
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

from marketplace.kernel.config import Environment, get_config
from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message

LEAST_LENGTH = 12
MOST_LENGTH = 256

# Each running hash holds 64 MiB, so that a crowd at the door waits its turn instead of filling the memory.
_THREADS = ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1), thread_name_prefix="argon2")

_COMMON_WORDS = frozenset(
    """
    password passwort salasana salasanani losenord losenordet qwerty qwertyuiop qwertyui asdfghjkl asdfgh zxcvbnm
    letmein welcome tervetuloa valkommen iloveyou admin administrator administrator root master secret salainen hemlig
    princess sunshine football baseball monkey dragon superman batman starwars trustno whatever changeme default
    test testi testing user kayttaja anvandare guest vieras love kulta rakas perkele saatana suomi finland sverige
    helsinki turku tampere espoo vantaa oulu jyvaskyla setelitori palveluseteli servicesedel palvelu seteli hyvinvointi
    summer winter kesa talvi syksy kevat sommar vinter correcthorsebatterystaple abc abcd abcdef abcdefgh qazwsx
    passw pass word secretpassword mypassword thisisapassword longpassword goodpassword passwordpassword
    """.split()  # noqa: SIM905 - words are read and reviewed more easily this way
)
_SEQUENCES = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopaasdfghjkloazxcvbnm",
    "qwertyuiopasdfghjklzxcvbnm",
    "0123456789" * 3,
)
_LOOK_ALIKE = str.maketrans("013457@$!", "oieastasi")


def weaknesses(password: str, *, field: str, email: str | None, name: str = "") -> list[FieldError]:
    """What is wrong with a chosen password, after NIST SP 800-63B: length counts, guessable ones are refused."""
    text = normalised(password)
    if len(text) < LEAST_LENGTH:
        return [FieldError(field, message("Use a password of at least {least} characters.", least=LEAST_LENGTH))]
    if len(text) > MOST_LENGTH:
        return [FieldError(field, message("Use a password of at most {most} characters.", most=MOST_LENGTH))]
    if _is_about(text, email, name):
        return [FieldError(field, message("Do not use your name or e-mail address as the password."))]
    if is_common(text):
        return [FieldError(field, message("This password is too easy to guess. Use for example four unrelated words."))]
    return []


def is_common(password: str) -> bool:
    """A well-known word with ornaments, a row of keys, or the same few characters over and over."""
    folded = _folded(password)
    if len(set(folded)) <= 3 or _is_repeated(folded):
        return True
    cores = _cores(folded)
    if any(core in row or core in row[::-1] for core in {folded, *cores} if len(core) > 5 for row in _SEQUENCES):
        return True
    return bool(cores & _COMMON_WORDS)


def _cores(folded: str) -> set[str]:
    """The word inside the ornaments, read plainly and with digits as letters: ``S4l4s4na2026!`` → ``salasana``."""
    plain = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    parts = [part for part in re.split(r"[\W_]", folded) if len(part) * 2 >= len(folded)]
    candidates = (plain, *(text.translate(_LOOK_ALIKE) for text in (plain, folded, *parts)))
    spelt = [re.sub(r"[\W_]", "", text) for text in candidates]
    return {*spelt, *(_once(text) for text in spelt)}


def _once(text: str) -> str:
    """``salasanasalasana`` → ``salasana``."""
    match = re.fullmatch(r"(.+?)\1+", text)
    return match.group(1) if match else text


def _is_repeated(text: str) -> bool:
    block = _once(text)
    return len(block) < len(text) and len(block) < 8


def _is_about(password: str, email: str | None, name: str) -> bool:
    bare = re.sub(r"[\W\d_]", "", _folded(password))
    known = [email or "", (email or "").partition("@")[0], name]
    return any(word and bare == re.sub(r"[\W\d_]", "", _folded(word)) for word in known) or password.casefold() in known


def _folded(text: str) -> str:
    """Small letters without accents, so that ``Sälasänä`` is no better than ``salasana``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def normalised(password: str) -> str:
    """One form for a password typed on different keyboards."""
    return unicodedata.normalize("NFKC", password)


@cache
def hasher() -> PasswordHasher:
    """Argon2id with the second recommended parameters of RFC 9106; tests use the least that the library allows."""
    if get_config().environment is Environment.TEST:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=Type.ID)
    return PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4, type=Type.ID)


async def hash_password(password: str) -> str:
    """The hash to keep, with its parameters and salt inside."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, hasher().hash, normalised(password))


async def password_matches(password: str, kept: str | None) -> bool:
    """Whether the password is the right one. Without a kept hash it takes as long and is always wrong."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _matches, normalised(password), kept)


def needs_new_hash(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return hasher().check_needs_rehash(kept)


def _matches(password: str, kept: str | None) -> bool:
    try:
        return hasher().verify(kept or _nobodys_hash(), password) and kept is not None
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return hasher().hash(os.urandom(16).hex())
