"""Reads what people type: amounts, dates, clock times and numbers the way they are written in Finland."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from marketplace.kernel.clock import HELSINKI
from marketplace.kernel.i18n import Message
from marketplace.kernel.inputs import INPUT, safe_text
from marketplace.kernel.money import InvalidAmount, parse_euros
from marketplace.web.shapes import Shape
from marketplace.web.wording import (
    AMOUNTS,
    FORBIDDEN_CHARACTER,
    NOT_DATE,
    NOT_MOMENT,
    NOT_NUMBER,
    NOT_TIME,
    NOT_WHOLE,
    NOT_YES_NO,
)

YES = frozenset({"true", "on", "yes", "y", "1", "k"})
NO = frozenset({"false", "off", "no", "n", "0", "e"})
_SPACES = re.compile(r"[\s\u00a0\u202f]")
_FINNISH_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_CLOCK = re.compile(r"(\d{1,2})[.:](\d{2})")


class Unreadable(Exception):
    """The text is not what was asked for; ``words`` say what is."""

    def __init__(self, words: Message) -> None:
        self.words = words
        super().__init__(words.text)


def read_text(text: str, shape: Shape) -> Any:
    """The value that a typed text stands for, not yet held against its bounds.

    Raises:
        Unreadable: it stands for none.
    """
    if shape.extra.get(INPUT) == "euros":
        return _euros(text)
    return _READERS.get(shape.core, _plain)(text)


def clean(text: str, shape: Shape) -> str:
    """The text without its outer spaces, in one Unicode form; a secret is left to the letter.

    Raises:
        Unreadable: it contains characters that no text should.
    """
    if shape.extra.get(INPUT) == "secret":
        return _storable(text)
    try:
        return safe_text(text).strip()
    except ValueError as error:
        raise Unreadable(FORBIDDEN_CHARACTER) from error


def _storable(text: str) -> str:
    if "\x00" in text:
        raise Unreadable(FORBIDDEN_CHARACTER)
    return text


def _plain(text: str) -> str:
    return text


def _euros(text: str) -> int:
    try:
        return parse_euros(text)
    except InvalidAmount as error:
        raise Unreadable(AMOUNTS[error.reason]) from error


def _whole(text: str) -> int:
    digits = _SPACES.sub("", text).replace("−", "-")
    if not re.fullmatch(r"-?[0-9]{1,18}", digits):
        raise Unreadable(NOT_WHOLE)
    return int(digits)


def _decimal(text: str) -> Decimal:
    """Digits only: a number such as ``1e999999`` is nobody's, and would take minutes to count with."""
    digits = _SPACES.sub("", text).replace("−", "-").replace(",", ".")
    if not re.fullmatch(r"[-+]?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})", digits):
        raise Unreadable(NOT_NUMBER)
    return Decimal(digits)


def _float(text: str) -> float:
    return float(_decimal(text))


def _yes_no(text: str) -> bool:
    if text.lower() in YES | NO:
        return text.lower() in YES
    raise Unreadable(NOT_YES_NO)


def _date(text: str) -> dt.date:
    finnish = _FINNISH_DATE.fullmatch(_SPACES.sub("", text))
    try:
        if finnish:
            day, month, year = (int(part) for part in finnish.groups())
            return dt.date(year, month, day)
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Unreadable(NOT_DATE) from error


def _time(text: str) -> dt.time:
    clock = _CLOCK.fullmatch(text)
    try:
        return dt.time(int(clock.group(1)), int(clock.group(2))) if clock else dt.time.fromisoformat(text)
    except ValueError as error:
        raise Unreadable(NOT_TIME) from error


def _moment(text: str) -> dt.datetime:
    """An aware moment. Without a zone the clock on the wall in Finland is meant; of a doubled hour the first."""
    day, _, clock = text.replace("T", " ").partition(" ")
    try:
        if re.search(r"(Z|[+-]\d{2}:\d{2})$", clock):
            return dt.datetime.fromisoformat(text)
        local = dt.datetime.combine(_date(day), _time(clock.strip()), HELSINKI)
        moment = local.astimezone(dt.UTC)
    except (ValueError, OverflowError, Unreadable) as error:
        raise Unreadable(NOT_MOMENT) from error
    if moment.astimezone(HELSINKI).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Unreadable(NOT_MOMENT)  # The hour that is skipped in March.
    return moment


_READERS: Mapping[Any, Callable[[str], Any]] = {
    int: _whole, float: _float, Decimal: _decimal, bool: _yes_no, dt.date: _date, dt.time: _time, dt.datetime: _moment,
}  # fmt: skip
