"""What an input type expects, taken apart: the bare type, its bounds, whether it may be left out, what it holds."""

import types
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from litestar.params import KwargDefinition
from msgspec.structs import FieldInfo

LISTS = (list, set, frozenset, tuple)
BOUNDS = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern")


@dataclass(frozen=True)
class Shape:
    """One type of a field. ``metas`` are the bounds (``msgspec.Meta``) around ``core``."""

    core: Any
    metas: tuple[msgspec.Meta, ...] = ()
    optional: bool = False
    extra: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def bounded(self) -> Any:
        """The type with its bounds, without None: what ``msgspec.convert`` judges by."""
        return Annotated[(self.core, *self.metas)] if self.metas else self.core

    @property
    def is_struct(self) -> bool:
        return isinstance(self.core, type) and issubclass(self.core, msgspec.Struct)

    @property
    def is_list(self) -> bool:
        return (get_origin(self.core) or self.core) in LISTS

    @property
    def item(self) -> "Shape":
        """The shape of a list's items."""
        arguments = get_args(self.core)
        return shape_of(arguments[0] if arguments else Any)

    def bound(self, name: str) -> Any:
        """A bound by its name in ``msgspec.Meta``: ``min_length``, ``le``, …; None where there is none."""
        return next((value for meta in self.metas if (value := getattr(meta, name)) is not None), None)


@cache
def shape_of(annotation: Any) -> Shape:
    """Takes an annotation apart, through ``Annotated`` and ``| None`` in any order."""
    metas: list[msgspec.Meta] = []
    optional = False
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            metas += [bounds for mark in more if (bounds := _bounds_of(mark)) is not None]
        elif get_origin(annotation) in {Union, types.UnionType} and type(None) in get_args(annotation):
            optional = True
            annotation = Union[tuple(part for part in get_args(annotation) if part is not type(None))]  # noqa: UP007 - made at run time
        else:
            break
    extra = {name: value for meta in metas for name, value in (meta.extra or {}).items()}
    return Shape(annotation, tuple(metas), optional, extra)


def _bounds_of(mark: object) -> msgspec.Meta | None:
    """The library's own bounds, or those of a query or path parameter, which the framework keeps under the same names."""
    if isinstance(mark, KwargDefinition):
        return msgspec.Meta(**{name: getattr(mark, name) for name in BOUNDS if getattr(mark, name) is not None})
    return mark if isinstance(mark, msgspec.Meta) else None


@cache
def fields_of_struct(struct: type[msgspec.Struct]) -> tuple[FieldInfo, ...]:
    return msgspec.structs.fields(struct)
