"""Forms: what a person sent, turned into a typed value or into every error at once, and kept for showing again.

A field's name in the form is its name in the Struct. A repeated group is ``bands.0.price_cents``, ``bands.1.…``; a date
may come in one box (``31.12.2026``) or in three (``born-day``, ``born-month``, ``born-year``).
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar, cast

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile

from marketplace.kernel.clock import HELSINKI
from marketplace.kernel.errors import DomainError, FieldError, Invalid
from marketplace.kernel.i18n import Message
from marketplace.kernel.inputs import INPUT
from marketplace.web.shapes import Shape, fields_of_struct, shape_of
from marketplace.web.typed_by_people import Unreadable, clean, read_text
from marketplace.web.wording import CHOOSE, MISSING, NOT_FILE, labelled, what_is_wrong

T = TypeVar("T", bound=msgspec.Struct)
AnyRequest = Request[Any, Any, Any]

CSRF_FIELD = "_csrf_token"
KEY_FIELD = "_form_key"
WHOLE_FORM = ""
"""The name under which an error that belongs to no single field is kept."""

Sent = dict[str, list[str | UploadFile]]


class Form(Generic[T]):
    """One form as it was sent (or, on a first visit, as it is to be shown): answers, errors and the value they make."""

    def __init__(self, struct: type[T], sent: Sent | None = None, *, key: str | None = None) -> None:
        self.struct = struct
        self.sent: Sent = sent or {}
        self.key = key
        self.errors: dict[str, Message] = {}
        self._data: T | None = None

    @property
    def ok(self) -> bool:
        return not self.errors

    @property
    def data(self) -> T:
        """The value.

        Raises:
            Invalid: the form has errors; all of them are named.
        """
        if self.errors or self._data is None:
            raise Invalid([FieldError(name, text) for name, text in self.errors.items()])
        return self._data

    def value(self, name: str) -> str:
        """What to show in the field again; empty for secrets and files."""
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        """Every answer to a question with several."""
        return [answer for answer in self.sent.get(name, []) if isinstance(answer, str)]

    def has(self, name: str, option: str) -> bool:
        """Whether an option of a question was chosen."""
        return option in self.all(name)

    def error(self, name: str) -> Message | None:
        return self.errors.get(name)

    def rows(self, name: str) -> list[int]:
        """The indexes of a repeated group that were sent, in order."""
        return _indexes(self.sent, f"{name}.")

    def failed(self, error: DomainError) -> None:
        """Takes in what a use case refused, to be shown with the form: by field, or above it."""
        fields = error.fields if isinstance(error, Invalid) else ()
        for field in fields:
            self.errors.setdefault(field.field, field.message)
        if not fields:
            self.errors.setdefault(WHOLE_FORM, error.message)

    def read(self) -> None:
        """Fills ``errors`` or ``data`` from what was sent."""
        reading = _Reading(self.sent)
        data = reading.struct(self.struct, "")
        self.errors = reading.errors
        self._data = cast("T", data) if reading.ok else None
        for secret in reading.secrets:
            self.sent.pop(secret, None)


async def read_form(request: AnyRequest, struct: type[T]) -> Form[T]:
    """The posted form, read: look at ``ok``, then at ``data`` or ``errors``."""
    sent = _gathered((await request.form()).multi_items())
    key = next((key for key in sent.pop(KEY_FIELD, []) if isinstance(key, str)), None)
    sent.pop(CSRF_FIELD, None)
    form = Form(struct, sent, key=key or None)
    form.read()
    return form


def read_query(request: AnyRequest, struct: type[T]) -> Form[T]:
    """A form that was sent with GET, such as a search, from the address."""
    form = Form(struct, _gathered(request.query_params.multi_items()))
    form.read()
    return form


def empty_form(struct: type[T]) -> Form[T]:
    """A form on a first visit."""
    return Form(struct)


def filled_form(value: T) -> Form[T]:
    """A form that shows a value for changing."""
    return Form(type(value), dict(_written(value, "")))


class _Reading:
    """One pass over what was sent. Errors are collected; a faulty field reads as None."""

    def __init__(self, sent: Sent) -> None:
        self.sent = sent
        self.errors: dict[str, Message] = {}
        self.secrets: list[str] = []

    @property
    def ok(self) -> bool:
        return not self.errors

    def struct(self, struct: type[msgspec.Struct], prefix: str) -> msgspec.Struct | None:
        values: dict[str, Any] = {}
        for field in fields_of_struct(struct):
            value = self._field(shape_of(field.type), prefix + field.encode_name, is_required=field.required)
            if value is not None or field.required:
                values[field.name] = value
        return self._made(struct, values, prefix) if self.ok else None

    def _made(self, struct: type[msgspec.Struct], values: dict[str, Any], prefix: str) -> msgspec.Struct | None:
        """Builds the value; a rule across fields, in the Struct's own ``__post_init__``, may still refuse it."""
        try:
            return struct(**values)
        except Invalid as error:
            self.errors.update({prefix + field.field: field.message for field in error.fields})
            return None

    def _field(self, shape: Shape, name: str, *, is_required: bool) -> Any:
        if shape.is_struct:
            return self._group(shape, name, is_required=is_required)
        if shape.is_list:
            return self._list(shape, name, is_required=is_required)
        if shape.core is UploadFile:
            return self._upload(shape, name, is_required=is_required)
        return self._single(shape, name, is_required=is_required)

    def _group(self, shape: Shape, name: str, *, is_required: bool) -> Any:
        is_there = any(key.startswith(f"{name}.") and _has_answer(given) for key, given in self.sent.items())
        return self.struct(shape.core, f"{name}.") if is_there or (is_required and not shape.optional) else None

    def _list(self, shape: Shape, name: str, *, is_required: bool) -> Any:
        item = shape.item
        if item.is_struct:
            values = [self.struct(item.core, f"{name}.{index}.") for index in self._answered_rows(name)]
        elif item.core is UploadFile:
            return [answer for answer in self.sent.get(name, []) if isinstance(answer, UploadFile)]
        else:
            values = [self._read(item, name, text) for text in self._texts(name) if text.strip()]
        if not values and not is_required:
            return None
        if name in self.errors or any(value is None for value in values):
            return None
        return self._judged(shape, name, values) if not item.is_struct else self._counted(shape, name, values)

    def _answered_rows(self, name: str) -> list[int]:
        """Rows in which something was written; a row left blank is no row."""
        return [
            index
            for index in _indexes(self.sent, f"{name}.")
            if any(_has_answer(given) for key, given in self.sent.items() if key.startswith(f"{name}.{index}."))
        ]

    def _counted(self, shape: Shape, name: str, values: list[Any]) -> Any:
        least, most = shape.bound("min_length") or 0, shape.bound("max_length")
        if len(values) < least or (most is not None and len(values) > most):
            self.errors[name] = what_is_wrong(shape, values)
        return values

    def _upload(self, shape: Shape, name: str, *, is_required: bool) -> UploadFile | None:
        found = next((answer for answer in self.sent.get(name, []) if isinstance(answer, UploadFile)), None)
        if found is None and is_required and not shape.optional:
            self.errors[name] = labelled(shape, NOT_FILE)
        return found

    def _single(self, shape: Shape, name: str, *, is_required: bool) -> Any:
        if shape.extra.get(INPUT) == "secret":
            self.secrets.append(name)
        text = self._one_text(shape, name)
        if text.strip():
            return self._read(shape, name, text)
        if shape.core is bool and shape.extra.get(INPUT) != "yes_no":
            return None if shape.optional else False
        if is_required and not shape.optional:
            self.errors[name] = labelled(shape, CHOOSE if shape.core is bool else MISSING)
        return None

    def _one_text(self, shape: Shape, name: str) -> str:
        texts = self._texts(name)
        if not texts and shape.core is dt.date:
            parts = [part.strip() for box in ("day", "month", "year") for part in self._texts(f"{name}-{box}")]
            return ".".join(parts) if any(parts) else ""
        return texts[-1] if texts else ""

    def _texts(self, name: str) -> list[str]:
        return [answer for answer in self.sent.get(name, []) if isinstance(answer, str)]

    def _read(self, shape: Shape, name: str, text: str) -> Any:
        try:
            return self._judged(shape, name, read_text(clean(text, shape), shape))
        except Unreadable as error:
            self.errors[name] = labelled(shape, error.words)
            return None

    def _judged(self, shape: Shape, name: str, value: Any) -> Any:
        """Holds the value against its type and bounds, which msgspec does."""
        try:
            return msgspec.convert(value, shape.bounded, strict=False)
        except msgspec.ValidationError:
            self.errors[name] = what_is_wrong(shape, value)
            return None


def _gathered(items: Iterable[tuple[str, Any]]) -> Sent:
    sent: Sent = {}
    for name, answer in items:
        sent.setdefault(name, []).append(answer if isinstance(answer, UploadFile) else str(answer))
    return sent


def _has_answer(given: list[str | UploadFile]) -> bool:
    return any(isinstance(answer, UploadFile) or answer.strip() for answer in given)


def _indexes(sent: Mapping[str, object], prefix: str) -> list[int]:
    found = (re.match(r"(\d{1,4})\.", name.removeprefix(prefix)) for name in sent if name.startswith(prefix))
    return sorted({int(match.group(1)) for match in found if match})


def _written(value: msgspec.Struct, prefix: str) -> Iterable[tuple[str, list[str | UploadFile]]]:
    """A value as a person would have typed it, by field name."""
    for field in fields_of_struct(type(value)):
        shape, inner = shape_of(field.type), getattr(value, field.name)
        name = prefix + field.encode_name
        if inner is None or shape.extra.get(INPUT) == "secret":
            continue
        if isinstance(inner, msgspec.Struct):
            yield from _written(inner, f"{name}.")
        elif shape.is_list and shape.item.is_struct:
            for index, row in enumerate(inner):
                yield from _written(row, f"{name}.{index}.")
        else:
            values = inner if shape.is_list else [inner]
            yield name, [_as_typed(each, shape.item if shape.is_list else shape) for each in values]


def _as_typed(value: Any, shape: Shape) -> str:
    if shape.extra.get(INPUT) == "euros":
        return f"{value // 100},{value % 100:02d}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.astimezone(HELSINKI).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, dt.date):
        return f"{value.day}.{value.month}.{value.year}"
    return f"{value.hour}.{value.minute:02d}" if isinstance(value, dt.time) else str(value)
