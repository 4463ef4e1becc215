"""Personal identity codes: checked, encrypted, found again by a keyed hash, shown without their secret part."""

import hashlib
import hmac
from uuid import UUID

from stdnum.exceptions import ValidationError
from stdnum.fi import hetu

from marketplace.kernel.config import get_config
from marketplace.kernel.crypto import decrypt
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message

SHOWN = 6
"""The date of birth; what follows would identify the person."""


def read_identity_code(text: str) -> str:
    """The code in its one written form. Codes for temporary use (900–999) are codes too.

    Raises:
        Invalid: it is none, or its check character does not match.
    """
    try:
        return hetu.validate(text, allow_temporary=True)
    except ValidationError as error:
        raise Invalid.field(
            "identity_code", message("Check the personal identity code: it contains an error.")
        ) from error


def identity_hash(organiser_id: UUID, code: str) -> str:
    """Finds the same person again within one organiser. Keyed: there are few enough codes to try them all."""
    text = f"{organiser_id}:{code}"
    return hmac.new(get_config().secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def masked(token: str | None) -> str:
    """``131052-••••`` of an encrypted code; empty where there is none."""
    return "" if token is None else decrypt(token)[:SHOWN] + "-••••"
