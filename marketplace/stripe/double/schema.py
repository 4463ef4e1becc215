"""Strict checks of parameters: what a call does not know is refused, as Stripe does, so that a typing slip shows here."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from marketplace.stripe.double.errors import ApiError, bad_parameter


class Text(msgspec.Struct, frozen=True):
    required: bool = False
    choices: tuple[str, ...] = ()


class Whole(msgspec.Struct, frozen=True):
    """A whole number."""

    required: bool = False
    minimum: int = 0


class Flag(msgspec.Struct, frozen=True):
    """True or false."""

    required: bool = False


class Words(msgspec.Struct, frozen=True):
    """``metadata``: any text under any key."""


class Listing(msgspec.Struct, frozen=True):
    """A list of texts."""

    choices: tuple[str, ...] = ()


class Group(msgspec.Struct, frozen=True):
    fields: Mapping[str, "Rule"]
    required: bool = False


Rule = Text | Whole | Flag | Words | Listing | Group


def check(rule: Group, values: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """The values in their own types.

    Raises:
        ApiError: 400 with ``parameter_unknown``, ``parameter_missing`` or ``parameter_invalid_…``.

    """
    for name in values:
        if name not in rule.fields:
            raise bad_parameter(
                "parameter_unknown", _named(path, name), f"Received unknown parameter: {_named(path, name)}"
            )
    for name, field in rule.fields.items():
        if getattr(field, "required", False) and values.get(name) in (None, ""):
            raise bad_parameter(
                "parameter_missing", _named(path, name), f"Missing required param: {_named(path, name)}."
            )
    return {name: _checked(rule.fields[name], value, _named(path, name)) for name, value in values.items()}


def _named(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _checked(rule: Rule, value: object, path: str) -> object:
    match rule:
        case Group():
            return check(rule, _mapping(value, path), path)
        case Words():
            return {key: _text(item, f"{path}[{key}]") for key, item in _mapping(value, path).items()}
        case Listing():
            return [_chosen(rule.choices, _text(item, path), path) for item in _items(value, path)]
        case Text():
            return _chosen(rule.choices, _text(value, path), path)
        case Whole():
            return _whole(rule, value, path)
        case Flag():
            return _flag(value, path)


def _mapping(value: object, path: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    raise _invalid("object", path)


def _items(value: object, path: str) -> Sequence[object]:
    if isinstance(value, dict):
        return list(cast("dict[str, object]", value).values())
    if isinstance(value, list):
        return cast("list[object]", value)
    raise _invalid("array", path)


def _text(value: object, path: str) -> str:
    if isinstance(value, str):
        return value
    raise _invalid("string", path)


def _chosen(choices: tuple[str, ...], value: str, path: str) -> str:
    if choices and value not in choices:
        raise bad_parameter("parameter_invalid", path, f"Invalid {path}: must be one of {', '.join(choices)}")
    return value


def _whole(rule: Whole, value: object, path: str) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.removeprefix("-").isdecimal():
        raise _invalid("integer", path)
    if int(text) < rule.minimum:
        raise bad_parameter(
            "parameter_invalid_integer", path, f"This value must be greater than or equal to {rule.minimum}."
        )
    return int(text)


def _flag(value: object, path: str) -> bool:
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise _invalid("boolean", path)


def _invalid(kind: str, path: str) -> ApiError:
    return bad_parameter(f"parameter_invalid_{kind}", path, f"Invalid {kind}: {path}")
