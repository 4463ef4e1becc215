"""Every invalid field of an API request at once. The framework stops at the first; here the whole is judged again."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

import msgspec
from litestar import Request
from litestar.exceptions import ValidationException
from litestar.utils.scope.state import ScopeState

from marketplace.kernel.errors import FieldError
from marketplace.web.shapes import Shape, fields_of_struct, shape_of
from marketplace.web.wording import MISSING, NOT_OBJECT, UNKNOWN_FIELD, WRONG_FORM, labelled, what_is_wrong

AnyRequest = Request[Any, Any, Any]
_MISSING_PARAMETER = re.compile(r"Missing required \w+ parameter '([^']+)'")
MOST_FAULTS = 1_000
"""Who sends more faults than that is not helped by reading about them all."""

_PATH_IN_ERROR = re.compile(r"`\$(.*)`$")


def fields_of(request: AnyRequest, error: ValidationException) -> list[FieldError]:
    """What is wrong with the body, the query and the path of a request that the framework refused."""
    found = [*_body_faults(request), *_parameter_faults(request, error)]
    takes_a_body = "data" in request.route_handler.parsed_fn_signature.parameters
    return found or ([FieldError("", NOT_OBJECT)] if takes_a_body else [])


def json_faults(value: object, annotation: Any, path: str = "") -> list[FieldError]:
    """Every field of decoded JSON that does not fit the type, the first thousand of them.

    Paths have dots and indexes: ``bands.2.price_cents``.
    """
    return list(islice(_faults(value, shape_of(annotation), path), MOST_FAULTS))


def _faults(value: object, shape: Shape, path: str) -> Iterator[FieldError]:
    if value is None and shape.optional:
        return
    if shape.is_struct and isinstance(value, dict):
        yield from _object_faults(cast("dict[str, object]", value), shape, path)
    elif shape.is_list and isinstance(value, list):
        yield from _list_faults(cast("list[object]", value), shape, path)
    else:
        yield from _leaf_faults(value, shape, path)


def _object_faults(value: dict[str, object], shape: Shape, path: str) -> Iterator[FieldError]:
    known = {field.encode_name: field for field in fields_of_struct(shape.core)}
    for name, field in known.items():
        if name in value:
            yield from _faults(value[name], shape_of(field.type), _joined(path, name))
        elif field.required:
            yield FieldError(_joined(path, name), labelled(shape_of(field.type), MISSING))
    if shape.core.__struct_config__.forbid_unknown_fields:
        for name in value.keys() - known.keys():
            yield FieldError(_joined(path, name), UNKNOWN_FIELD)


def _list_faults(value: list[object], shape: Shape, path: str) -> Iterator[FieldError]:
    is_sound = True
    for index, item in enumerate(value):
        for fault in _faults(item, shape.item, _joined(path, str(index))):
            is_sound = False
            yield fault
    if is_sound:
        yield from _leaf_faults(value, shape, path)


def _leaf_faults(value: object, shape: Shape, path: str) -> Iterator[FieldError]:
    try:
        msgspec.convert(value, shape.bounded, strict=False)
    except (msgspec.ValidationError, ValueError, TypeError) as error:
        yield FieldError(path + _deeper(error), what_is_wrong(shape, value))


def _deeper(error: Exception) -> str:
    """Where inside a value that is judged as a whole (a mapping, a union of objects) the matter lies."""
    found = _PATH_IN_ERROR.search(str(error))
    return re.sub(r"\[(\d+|\.\.\.)\]", r".\1", found.group(1)) if found else ""


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _body_faults(request: AnyRequest) -> list[FieldError]:
    expected = request.route_handler.parsed_fn_signature.parameters.get("data")
    body = ScopeState.from_scope(request.scope).json
    if expected is None:
        return []
    is_there = isinstance(body, (dict, list, str, int, float, bool))
    return json_faults(body if is_there else {}, expected.raw)


def _parameter_faults(request: AnyRequest, error: ValidationException) -> Iterator[FieldError]:
    missing = _MISSING_PARAMETER.search(error.detail)
    if missing:
        yield FieldError(missing.group(1), MISSING)
    for fault in cast("list[Mapping[str, str]]", error.extra if isinstance(error.extra, list) else []):
        name = fault.get("key", "")
        if fault.get("source") != "body" and name != "data":
            yield FieldError(name, _parameter_words(request, name))


def _parameter_words(request: AnyRequest, name: str) -> Any:
    expected = request.route_handler.parsed_fn_signature.parameters.get(name)
    if expected is None:
        return WRONG_FORM
    sent = request.query_params.get(name, request.path_params.get(name, ""))
    shape = shape_of(expected.raw)
    return what_is_wrong(shape, _read_number(sent) if shape.core in {int, float} else sent)


def _read_number(text: Any) -> Any:
    return int(text) if isinstance(text, str) and text.lstrip("-").isdigit() else text
