"""What is wrong with a value, in words for the person who wrote it. msgspec says that something is; we say what."""

import datetime as dt
import enum
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

from marketplace.kernel.i18n import Message, message
from marketplace.kernel.inputs import INPUT, LABEL, WRONG
from marketplace.kernel.money import InvalidAmount, Money
from marketplace.web.shapes import Shape

MISSING = message("This is missing.")
CHOOSE = message("Choose one of the options.")
CHOOSE_SOME = message("Choose at least one of the options.")
NOT_TEXT = message("This must be text.")
NOT_WHOLE = message("Write a whole number in digits.")
NOT_NUMBER = message("Write a number in digits.")
NOT_YES_NO = message("Choose yes or no.")
NOT_DATE = message("Write a date that exists, such as 31.12.2026.")
NOT_TIME = message("Write a time of day, such as 8.30 or 16.00.")
NOT_MOMENT = message("Write a date and a time that exist, such as 31.12.2026 8.30.")
NOT_LIST = message("This must be a list.")
NOT_OBJECT = message("This must be an object with named fields.")
NOT_FILE = message("Choose a file.")
UNKNOWN_FIELD = message("There is no such field.")
WRONG_FORM = message("Check this: it is not in the form that is asked for.")
FORBIDDEN_CHARACTER = message("This contains a character that cannot be used here. Write it again without it.")

AMOUNTS: Mapping[str, Message] = {
    InvalidAmount.NOT_A_NUMBER: message("Write an amount in euros, such as 42,50."),
    InvalidAmount.TOO_MANY_DECIMALS: message("Write at most two decimals: cents are the smallest part of an amount."),
    InvalidAmount.NEGATIVE: message("The amount cannot be less than zero."),
    InvalidAmount.TOO_LARGE: message("The amount is too large."),
}

_BY_TYPE: Mapping[Any, Message] = {
    str: NOT_TEXT, int: NOT_WHOLE, float: NOT_NUMBER, bool: NOT_YES_NO, Decimal: NOT_NUMBER,
    dt.date: NOT_DATE, dt.time: NOT_TIME, dt.datetime: NOT_MOMENT, UUID: CHOOSE,
}  # fmt: skip


_RIGHT_KINDS: Mapping[Any, Any] = {str: str, int: int, float: (int, float), Decimal: (int, float, Decimal)}


def labelled(shape: Shape, text: Message) -> Message:
    """The message with the field's label in front, where the field has one."""
    named = shape.extra.get(LABEL)
    return message("{label}: {problem}", label=named, problem=text) if isinstance(named, Message) else text


def what_is_wrong(shape: Shape, value: object) -> Message:
    """The words for a value that the shape has refused."""
    return labelled(shape, _kind_problem(shape, value) or _bound_problem(shape, value) or _form_problem(shape))


def _form_problem(shape: Shape) -> Message:
    own = shape.extra.get(WRONG)
    return own if isinstance(own, Message) else WRONG_FORM


def _kind_problem(shape: Shape, value: object) -> Message | None:
    """Not even the right kind of thing; None where the kind is right and a bound must be the matter."""
    core = shape.core
    if shape.is_struct:
        return NOT_OBJECT
    if shape.is_list:
        return None if isinstance(value, (list, tuple, set, frozenset)) else NOT_LIST
    if get_origin(core) is Literal:
        return _options(get_args(core))
    if isinstance(core, type) and issubclass(core, enum.Enum):
        return _options([member.value for member in core])
    if isinstance(value, _RIGHT_KINDS.get(core, ())) and not isinstance(value, bool):
        return None
    return None if core is UUID and WRONG in shape.extra else _BY_TYPE.get(core, WRONG_FORM)


def _options(values: Any) -> Message:
    return message("Choose one of these: {options}.", options=", ".join(str(value) for value in values))


def _bound_problem(shape: Shape, value: object) -> Message | None:
    if isinstance(value, str):
        return _length_problem(shape, value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return _count_problem(shape, len(value))  # pyright: ignore[reportUnknownArgumentType] - only counted
    return _size_problem(shape, value) if isinstance(value, (int, float)) else None


def _length_problem(shape: Shape, value: str) -> Message | None:
    least, most = shape.bound("min_length"), shape.bound("max_length")
    if least is not None and len(value) < least:
        return MISSING if not value else message("Write at least {least} characters.", least=least)
    if most is not None and len(value) > most:
        return message("Write at most {most} characters. There are now {count}.", most=most, count=len(value))
    return None


def _count_problem(shape: Shape, count: int) -> Message | None:
    least, most = shape.bound("min_length"), shape.bound("max_length")
    if least is not None and count < least:
        return CHOOSE_SOME if least == 1 else message("Give at least {least}.", least=least)
    if most is not None and count > most:
        return message("Give at most {most}. There are now {count}.", most=most, count=count)
    return None


def _size_problem(shape: Shape, value: float) -> Message | None:
    least, above = shape.bound("ge"), shape.bound("gt")
    most, below = shape.bound("le"), shape.bound("lt")
    if least is not None and value < least:
        return message("This must be at least {least}.", least=_shown(shape, least))
    if above is not None and value <= above:
        return message("This must be more than {above}.", above=_shown(shape, above))
    if most is not None and value > most:
        return message("This must be at most {most}.", most=_shown(shape, most))
    if below is not None and value >= below:
        return message("This must be less than {below}.", below=_shown(shape, below))
    step = shape.bound("multiple_of")
    return None if step is None else message("This must be a multiple of {step}.", step=step)


def _shown(shape: Shape, bound: Any) -> Any:
    return Money(bound) if shape.extra.get(INPUT) == "euros" and isinstance(bound, int) else bound
