"""Whether plain data has the form of a rulebook: every fault at once, each at its place and in words. Pure."""

import types
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Union, cast, get_args, get_origin

import msgspec

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Message, message

SHOWN = 40
"""So much of an unknown name is repeated in the message about it."""


def shape_faults(value: object, kind: Any, path: str = "") -> Iterator[FieldError]:
    """Everything in which ``value`` is not of the type ``kind``, by path: ``general.2.questions.0.text.sv``."""
    core = _core(kind)
    if value is None and core is not kind and _is_optional(kind):
        return
    if isinstance(core, type) and issubclass(core, msgspec.Struct):
        yield from _object_faults(value, core, path)
    elif get_origin(core) is tuple:
        yield from _list_faults(value, kind, get_args(core)[0], path)
    elif not _fits(value, kind):
        yield FieldError(path, _words(core, kind))


def _object_faults(value: object, struct: type[msgspec.Struct], path: str) -> Iterator[FieldError]:
    if not isinstance(value, dict):
        yield FieldError(path or "file", message("Here must be names with their values."))
        return
    given = cast("dict[object, object]", value)
    known = {field.name: field for field in msgspec.structs.fields(struct)}
    for name, field in known.items():
        if name in given:
            yield from shape_faults(given[name], field.type, _joined(path, name))
        elif field.required:
            yield FieldError(_joined(path, name), message("This is missing."))
    for name in given.keys() - known.keys():
        shown = str(name).encode("ascii", "backslashreplace").decode()[:SHOWN]
        yield FieldError(_joined(path, shown), message("There is nothing with the name {name} here.", name=shown))


def _list_faults(value: object, kind: Any, item: Any, path: str) -> Iterator[FieldError]:
    if not isinstance(value, list):
        yield FieldError(path, message("Here must be a list."))
        return
    given = cast("list[object]", value)
    is_sound = True
    for n, each in enumerate(given):
        for fault in shape_faults(each, item, _joined(path, str(n))):
            is_sound = False
            yield fault
    if is_sound and not _fits(given, kind):
        yield FieldError(path, message("The list is too long."))


def _fits(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except (msgspec.ValidationError, ValueError):
        return False
    return True


def _words(core: Any, kind: Any) -> Message:
    if isinstance(core, type) and issubclass(core, StrEnum):
        return message("This must be one of: {values}.", values=", ".join(member.value for member in core))
    if core is bool:
        return message("This must be true or false.")
    if core is int:
        return message("This must be a whole number, neither too small nor too large.")
    if _has_pattern(kind):
        return message("A key begins with a small letter and has only a to z, digits and underscores, at most 60.")
    return message("This must be text. Put it between quotation marks.")


def _core(kind: Any) -> Any:
    """The type without its bounds and without None."""
    if get_origin(kind) is Annotated:
        return _core(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        others = [each for each in get_args(kind) if each is not type(None)]
        return _core(others[0]) if len(others) == 1 else kind
    return kind


def _is_optional(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType) and type(None) in get_args(kind)


def _has_pattern(kind: Any) -> bool:
    parts = [kind, *get_args(kind)]
    return any(isinstance(mark, msgspec.Meta) and mark.pattern for part in parts for mark in get_args(part))


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
