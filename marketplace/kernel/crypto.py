"""Encryption of the few columns that must not be readable in a database dump: identity codes, second factors."""

from functools import cache

from cryptography.fernet import Fernet, MultiFernet

from marketplace.kernel.config import get_config


@cache
def _fernet(keys: str) -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in keys.split(",")])


def encrypt(text: str) -> str:
    """Encrypts with the newest key. The same text gives another token each time."""
    return _fernet(get_config().encryption_keys).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Decrypts with whichever configured key fits.

    Raises:
        cryptography.fernet.InvalidToken: none does.
    """
    return _fernet(get_config().encryption_keys).decrypt(token.encode()).decode()


def rotate(token: str) -> str:
    """The same secret under the newest key: run over all rows after a key was added."""
    return _fernet(get_config().encryption_keys).rotate(token.encode()).decode()


def new_key() -> str:
    return Fernet.generate_key().decode()
