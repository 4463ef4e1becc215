"""Reads ``a[b][0]=c`` of Stripe's v1 bodies and query strings into nested dictionaries, and JSON bodies of v2."""

import re
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from marketplace.stripe.double.errors import bad_parameter


def decode_form(text: str) -> dict[str, Any]:
    """Lists come out as dictionaries with ``"0"``, ``"1"`` … as keys; the schema knows which ones are lists."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *path, last = re.findall(r"[^\[\]]+", name) or [name]
        place = found
        for part in path:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise bad_parameter("parameter_invalid", name, f"Invalid {name}")
        place[last] = value
    return found


def decode_json(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body or b"{}", type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise bad_parameter("invalid_json", "", f"Invalid JSON: {error}") from error
