"""Soteri, the national register of social and health care providers and their service units.

It has no open interface, so an id can only be checked for its form: an object identifier (OID) or the register's own
reference, of capital letters, digits, dots, hyphens and slashes with at least one digit in it.
"""

import re
from typing import Final

from onboarding.providers.business_ids import is_business_id

LONGEST: Final = 40
FORM: Final = re.compile(r"^(?=.*[0-9])[A-ZÅÄÖ0-9](?:[A-ZÅÄÖ0-9]|[./-](?=[A-ZÅÄÖ0-9])){3,39}$")
OID: Final = re.compile(r"^1\.2(\.(0|[1-9][0-9]{0,14})){2,12}$")


def soteri_id(text: str) -> str:
    """The id as it is kept: without spaces, in capitals."""
    return re.sub(r"[\s\u00a0\u202f]", "", text).upper()


def is_soteri_id(text: str) -> bool:
    """Whether the text has the form of an id of Soteri. A bare business id is none, though people often write it here."""
    written = soteri_id(text)
    if len(written) > LONGEST or not FORM.match(written) or is_business_id(written):
        return False
    return OID.match(written) is not None if written.startswith("1.2.") else True
